"""Find whom a trust policy lets in, and whether it demands MFA of them. Several rules use it."""

from __future__ import annotations

import re

from iamgen.check.rules._actions import matched
from iamgen.check.rules._narrowing import is_true_of_all
from iamgen.iam.statements import ReadCondition, ReadPrincipal, ReadStatement
from iamgen.iam.template import Document, Template

ASSUME = "sts:assumerole"
_ACCOUNT = re.compile(r"\d{12}|arn:[^:]*:iam::[^:]*:root")
# True of everybody at some time, or of everybody in the account.
_ABOUT_THE_CALL = re.compile(
    r"aws:(currenttime|epochtime|tokenissuetime|requestedregion|securetransport|useragent|referer|viaawsservice"
    r"|multifactorauth.*|principal(account|org.*|type|isawsservice)|requesttag/.*|tagkeys|resource.*)"
    r"|sts:(rolesessionname|sourceidentity|transitivetagkeys|durationseconds)"
)
_NAMES_SOMEBODY = re.compile(
    r"aws:(principal(arn|tag/.*|servicename)|userid|username|sourceidentity|source(arn|account))"
)
_OWNERS = ("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount")
_PRESENT, _AGE = MFA_KEYS = ("aws:multifactorauthpresent", "aws:multifactorauthage")
_EQUALS = ("bool", "stringequals", "stringequalsignorecase", "stringlike")
_LESS = ("numericlessthan", "numericlessthanequals")


def trusts(template: Template) -> tuple[tuple[Document, ReadStatement], ...]:
    """Return each statement of a trust policy that lets somebody in, with its document."""
    documents = (document for document in template.documents if document.kind == "trust")
    return tuple(
        (document, statement) for document in documents for statement in document.statements if statement.allows
    )


def is_anyone(principal: ReadPrincipal) -> bool:
    """Return whether the principal is everybody."""
    return principal.value.text == "*" and principal.kind in ("*", "AWS")


def is_account(principal: ReadPrincipal) -> bool:
    """Return whether the principal is a whole account."""
    value = principal.value
    return principal.kind == "AWS" and (value.text == "⟨AWS::AccountId⟩" or _ACCOUNT.fullmatch(value.shape) is not None)


def says_who(statement: ReadStatement) -> bool:
    """Return whether a condition says who of an account may call.

    When, where to and how somebody calls says nothing of that, nor does a condition that only leaves somebody out, or
    one that everybody in the account meets.
    """
    return any(map(_says_who, statement.conditions))


def _says_who(condition: ReadCondition) -> bool:
    if condition.holds_without_key or condition.test == "null" or "not" in condition.test:
        return False
    return not _ABOUT_THE_CALL.fullmatch(condition.name) and not is_true_of_all(condition)


def is_closed(statement: ReadStatement) -> bool:
    """Return whether conditions say of everybody both whose they are, and who of those."""
    owned = any(
        condition.name in _OWNERS
        and condition.test in (*_EQUALS, "arnlike", "arnequals")
        and not condition.holds_without_key
        and not is_true_of_all(condition)
        for condition in statement.conditions
    )
    return owned and any(
        _NAMES_SOMEBODY.fullmatch(condition.name) and _says_who(condition) for condition in statement.conditions
    )


def demands_mfa(document: Document, statement: ReadStatement) -> bool:
    """Return whether an Allow lets nobody in without MFA: by its own condition, or because of a Deny beside it."""
    return any(map(proves_mfa, statement.conditions)) or any(map(_refuses_without_mfa, document.statements))


def is_loose_mfa(condition: ReadCondition) -> bool:
    """Return whether a condition looks at MFA, and is true of requests that have none."""
    tells_nothing = condition.name == _PRESENT and condition.test == "null"
    return condition.name in MFA_KEYS and (condition.holds_without_key or tells_nothing)


def proves_mfa(condition: ReadCondition) -> bool:
    """Return whether a condition is true only of requests with MFA."""
    if condition.holds_without_key:
        return False
    if condition.name == _PRESENT:
        return condition.test in _EQUALS and _all(condition, "true")
    if condition.name == _AGE:  # the key is there only when MFA was used
        return condition.test in _LESS or (condition.test == "null" and _all(condition, "false"))
    return False


def denies_without_mfa(statement: ReadStatement) -> bool:
    """Return whether a Deny is about every request that has the key with `false`, or does not have it."""
    if statement.allows or len(statement.conditions) != 1:
        return False
    only = statement.conditions[0]
    without = (only.name == _PRESENT and only.test == "bool" and _all(only, "false")) or (
        only.name == _AGE and only.test == "null"
    )
    return without and only.holds_without_key


def _refuses_without_mfa(statement: ReadStatement) -> bool:
    """Whether a Deny keeps everybody without MFA from assuming the role."""
    everybody = any(map(is_anyone, statement.principals))
    return everybody and denies_without_mfa(statement) and matched(statement.actions, ASSUME) is not None


def _all(condition: ReadCondition, value: str) -> bool:
    return bool(condition.values) and all(entry.text.lower() == value for entry in condition.values)
