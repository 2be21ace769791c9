"""The rule about a role that a person may assume with a password or a key alone, without MFA."""

from __future__ import annotations

import re
from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._actions import matched
from iamgen.check.rules._examples import ALICE, LAMBDA, MFA, role, template, trust, user
from iamgen.check.rules._principals import ASSUME, demands_mfa, is_account, is_anyone, says_who, trusts
from iamgen.iam.statements import ReadCondition, ReadPrincipal, ReadStatement
from iamgen.iam.template import USER, Template

# Conditions that only a program's request, or another company's, meets.
_NO_PERSON = re.compile(
    r"sts:externalid|aws:(source(arn|account|org.*)|principal(isawsservice|servicename.*)|viaawsservice"
    r"|calledvia.*|ec2instancesource.*)|[a-z0-9]+:(source(function|instance)arn|roledelivery)"
)
_ARN = "aws:principalarn"
_NAME_PEOPLE = ("aws:username", "aws:userid", "aws:principaltype")


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for document, statement in trusts(template):
        if matched(statement.actions, ASSUME) and not demands_mfa(document, statement):
            for principal in statement.principals:
                person = _person(principal, statement, template, facts)
                if person:
                    problem = f"{person} may assume {document.owner} without MFA"
                    how = "add the condition Bool aws:MultiFactorAuthPresent = true"
                    yield Problem(principal.value.path, f"{problem}: {how}")


def _person(principal: ReadPrincipal, statement: ReadStatement, template: Template, facts: Facts) -> str:
    """Return the person, or people, that a principal may be; nothing for machines. In doubt it is a person."""
    named = any(map(_names_people, statement.conditions))
    if is_anyone(principal):
        return "everybody whom the condition names" if named else ""
    if is_account(principal):
        # nobody in particular is another fault
        somebody = says_who(statement) and not any(map(_is_no_person, statement.conditions))
        return f"a person of account {principal.value.text}" if named or somebody else ""
    if principal.kind != "AWS":
        return ""
    own = template.referred(principal.value, USER) if _is_own(principal, facts) else None
    if own:
        return "" if own.logical_id in facts.machines else own.name or own.logical_id
    return principal.value.text if ":user/" in principal.value.text else ""


def _is_own(principal: ReadPrincipal, facts: Facts) -> bool:
    """Whether a principal is of the template's account, as far as it can be a user."""
    text = principal.value.text
    return text.startswith("⟨") or ":⟨AWS::AccountId⟩:user/" in text or f":{facts.account_id}:user/" in text


def _names_people(condition: ReadCondition) -> bool:
    users = any(":user/" in value.text for value in condition.values)
    return condition.name in _NAME_PEOPLE or (condition.name == _ARN and users)


def _is_no_person(condition: ReadCondition) -> bool:
    roles = bool(condition.values) and all(_is_role(value.text) for value in condition.values)
    return _NO_PERSON.fullmatch(condition.name) is not None or (condition.name == _ARN and roles)


def _is_role(arn: str) -> bool:
    """Whether an ARN is of a role, or is put in by something that is called a role."""
    return ":role/" in arn or ":assumed-role/" in arn or (arn.startswith("⟨") and "role" in arn.lower())


_ROOT = {"AWS": "arn:aws:iam::111111111111:root"}
_NAMED = {"StringEquals": {"aws:username": ["alice", "bob"]}}

RULE = Rule(
    id="E108",
    name="trust-without-mfa",
    level="error",
    summary="A person may assume a role without MFA",
    why=(
        "Then a leaked password or access key is enough to assume the role. These principals count as people: IAM "
        "users, except those that are declared as CI users, and whole accounts, unless a condition shows that the "
        "caller is a program or another company, such as `sts:ExternalId`. If iamgen cannot tell, the principal "
        "counts as a person."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html",
    check=_check,
    good=(
        template(ReadR=role(trust(ALICE, Condition=MFA))),
        template(ReadR=role(trust(_ROOT, Condition={**MFA, **_NAMED}))),
        template(ReadR=role(trust(ALICE, Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}))),
        template(VendorR=role(trust(_ROOT, Condition={"StringEquals": {"sts:ExternalId": "example"}}))),
        template(FunctionR=role(trust(LAMBDA))),
    ),
    bad=(
        template(ReadR=role(trust(ALICE))),
        template(ReadR=role(trust({"AWS": {"Fn::GetAtt": ["Alice", "Arn"]}})), Alice=user(UserName="alice")),
        template(ReadR=role(trust(_ROOT, Condition=_NAMED))),
        template(ReadR=role(trust(ALICE, Condition={"Bool": {"aws:MultiFactorAuthPresent": ["true", "false"]}}))),
        template(ReadR=role(trust(ALICE, Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}))),
    ),
    declared="users that are declared as machines need no MFA",
)
