"""Who may assume a role: its trust policy, compiled from what was granted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from awacs.aws import ConditionElement, PolicyDocument, Statement, StringEquals
from troposphere import GetAtt

from iamgen.declaration import quotas
from iamgen.declaration.naming import Naming, logical_id
from iamgen.declaration.resolved import Account, Declaration, Granted, Machine
from iamgen.declaration.until import iso
from iamgen.errors import refuse
from iamgen.stack.statements import (
    OWN_SESSION_NAME,
    WITH_MFA,
    document,
    size,
    trust,
    trust_nobody,
    until,
)

Principal = Callable[[Granted], Any]


@dataclass(frozen=True)
class Form:
    """How a trust policy is written: contract section 5, `trust` and `session_name_is_user`."""

    names: bool
    own_session_name: bool
    people: Naming
    here: Naming

    @classmethod
    def of(cls, declaration: Declaration, account: Account) -> Form:
        """Return the form that the declaration's settings choose for an account's roles."""
        settings = declaration.settings
        people = declaration.naming(declaration.people_account)
        return cls(settings.trust == "names", settings.session_name_is_user, people, declaration.naming(account))


def trust_policy(declaration: Declaration, account: Account, role: str) -> PolicyDocument:
    """Return the trust policy that admits exactly those who were granted the role in this account.

    People need MFA, CI users do not. Raises IamgenError when it is longer than the account's quota.
    """
    granted = declaration.granted_in(account, role)
    form = Form.of(declaration, account)
    _check_length(declaration, account, role, form)
    return compile_trust(granted, form, _referring(declaration, account, form))


def compile_trust(granted: Sequence[Granted], form: Form, principal: Principal) -> PolicyDocument:
    """Return the shortest trust policy of this form: grants of one kind with the same end share a statement."""
    ordered = sorted(granted, key=_statement_of)
    statements = [_statement(list(some), form, principal) for _, some in groupby(ordered, key=_statement_of)]
    return document(*(statements or [trust_nobody()]))


def _statement_of(one: Granted) -> tuple[bool, bool, datetime]:
    """Return what a statement has in common: people or machine, and the end; those without an end first."""
    return isinstance(one.who, Machine), one.until is not None, one.until or datetime.min


def _statement(granted: list[Granted], form: Form, principal: Principal) -> Statement:
    first = granted[0]
    conditions = list(_conditions(first, form))
    if isinstance(first.who, Machine) or not form.names:
        return trust([principal(one) for one in granted], *conditions)
    names = StringEquals("aws:username", [one.who.name for one in granted])
    return trust([form.people.arn("root")], *conditions, _with_session_name(names, form))


def _conditions(one: Granted, form: Form) -> Iterator[ConditionElement]:
    is_person = not isinstance(one.who, Machine)
    if is_person:
        yield WITH_MFA
    if one.until is not None:
        yield until(iso(one.until))
    if form.own_session_name and not (is_person and form.names):
        yield OWN_SESSION_NAME


def _with_session_name(names: StringEquals, form: Form) -> StringEquals:
    """Return the condition on names, joined by the one on the session's name: an operator stands once."""
    if not form.own_session_name:
        return names
    return StringEquals({**names.get_dict(), **OWN_SESSION_NAME.get_dict()})


def literal(form: Form) -> Principal:
    """Return how a principal is written as an ARN."""

    def arn(one: Granted) -> str:
        if isinstance(one.who, Machine):
            return form.here.user_arn(one.who.name)
        return form.people.user_arn(one.who.name, one.who.path)

    return arn


def _referring(declaration: Declaration, account: Account, form: Form) -> Principal:
    """Return how a principal is written: by reference where the same template makes the user first."""
    here_too = declaration.settings.users == "stack" and account.holds_people
    arn = literal(form)

    def reference(one: Granted) -> Any:  # noqa: ANN401  # an ARN or a troposphere function
        if isinstance(one.who, Machine):
            return GetAtt(logical_id("CIUser", one.who.name), "Arn")
        return GetAtt(logical_id("User", one.who.name), "Arn") if here_too else arn(one)

    return reference


def trust_size(granted: Sequence[Granted], form: Form) -> int:
    """Return the characters that IAM will count for this trust policy."""
    return size(compile_trust(granted, form, literal(form)))


def _check_length(declaration: Declaration, account: Account, role: str, form: Form) -> None:
    granted = declaration.granted_in(account, role)
    quota, length = declaration.settings.trust_policy_quota, trust_size(granted, form)
    if length > quota:
        what = (
            f"its trust policy for {len(granted)} users has {length:,} characters, "
            f"{length - quota:,} over the quota of {quota:,}"
        )
        raise refuse(f"{account.name} {role}", what, "; ".join(_remedies(granted, form, quota, length)))


def _remedies(granted: Sequence[Granted], form: Form, quota: int, length: int) -> Iterator[str]:
    if not form.names:
        short = trust_size(granted, replace(form, names=True))
        yield f'with Settings(trust="names") it has {short:,}{"" if short <= quota else ", still too many"}'
    raised = quotas.TRUST_POLICY_RAISED
    if quota < raised:
        fits = "it fits" if length <= raised else f"it is still {length - raised:,} over"
        yield f"once AWS has raised the quota, with Settings(trust_policy_quota={raised}) {fits}"
    yield "or grant the role to fewer users"
