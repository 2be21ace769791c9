"""Who may assume a role: its trust policy, compiled from what was granted and declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from awacs.aws import ConditionElement, PolicyDocument, Statement, StringEquals, StringLike
from troposphere import GetAtt

from iamgen.aws import quotas
from iamgen.aws.partitions import is_service_principal
from iamgen.declaration.expiry import iso
from iamgen.declaration.naming import Naming, machine_id, user_id
from iamgen.declaration.resolved import Account, Declaration, Granted, Machine, Person, Workload
from iamgen.errors import refuse
from iamgen.synth.pipelines import provider_id
from iamgen.synth.statements import (
    OWN_SESSION_NAME,
    WITH_MFA,
    document,
    size,
    trust,
    trust_federated,
    trust_nobody,
    trust_services,
    until,
)

Principal = Callable[[Granted], Any]
Assumer = Callable[[str], Any]


@dataclass(frozen=True)
class Form:
    """How a trust policy is written: the settings `trust` and `session_name_is_user`, and a role's `mfa`."""

    names: bool
    own_session_name: bool
    people: Naming
    here: Naming
    mfa: bool = True


@dataclass(frozen=True)
class Trust:
    """Whom a role trusts: those granted it, and what its declaration says may assume it besides."""

    granted: tuple[Granted, ...]
    assumed_by: tuple[str, ...]
    form: Form

    @classmethod
    def of(cls, declaration: Declaration, account: Account, role: str) -> Trust:
        """Return the trust of a role in an account, in the form that the settings choose."""
        settings = declaration.settings
        own = next((one for one in declaration.roles if one.name == role), None)
        form = Form(
            names=settings.trust == "names",
            own_session_name=settings.session_name_is_user,
            people=declaration.naming(declaration.people_account),
            here=declaration.naming(account),
            mfa=own.mfa if own else True,
        )
        return cls(declaration.granted_in(account, role), own.assumed_by if own else (), form)

    def with_names(self) -> Trust:
        """Return the same trust in its shorter form."""
        return replace(self, form=replace(self.form, names=True))


def trust_policy(declaration: Declaration, account: Account, role: str) -> PolicyDocument:
    """Return the trust policy that admits exactly those who were granted the role in this account.

    People need MFA; CI users, pipelines, services and roles cannot have it. Raises IamgenError when it is
    longer than the account's quota.
    """
    wanted = Trust.of(declaration, account, role)
    _check_length(declaration, account, role, wanted)
    return compile_trust(wanted, _referring(declaration, account, wanted.form), _role_here)


def compile_trust(wanted: Trust, principal: Principal, assumer: Assumer) -> PolicyDocument:
    """Return the shortest trust policy of this form: grants of one kind with the same end share a statement."""
    ordered = sorted(wanted.granted, key=_statement_of)
    statements = [_statement(list(some), wanted.form, principal) for _, some in groupby(ordered, key=_statement_of)]
    statements += _assumers(wanted, assumer)
    return document(*(statements or [trust_nobody()]))


def _statement_of(one: Granted) -> tuple[int, tuple[str, str, bool], bool, datetime]:
    """Return what a statement has in common: the kind of principal, and the end; those without an end first."""
    kind, issuer = (0, ("", "", False)) if isinstance(one.who, Person) else (1, ("", "", False))
    if isinstance(one.who, Workload):
        kind, issuer = 2, (one.who.url, one.who.audience, one.who.varies)
    return kind, issuer, one.until is not None, one.until or datetime.min


def _statement(granted: list[Granted], form: Form, principal: Principal) -> Statement:
    first = granted[0]
    conditions = list(_conditions(first, form))
    if isinstance(first.who, Workload):
        return _federated(granted, first.who, principal(first), conditions)
    if isinstance(first.who, Machine) or not form.names:
        return trust([principal(one) for one in granted], *conditions)
    names = StringEquals("aws:username", [one.who.name for one in granted])
    return trust([form.people.arn("root")], *conditions, _with_session_name(names, form))


def _federated(
    granted: list[Granted],
    who: Workload,
    provider: Any,  # noqa: ANN401  # an ARN or a reference
    conditions: list[ConditionElement],
) -> Statement:
    """Return the trust in one issuer's subjects: equal to the whole of it, or to the fixed start of one that varies."""
    audience, subjects = {f"{who.issuer}:aud": who.audience}, {f"{who.issuer}:sub": [one.who.name for one in granted]}
    if who.varies:
        return trust_federated(provider, *conditions, StringEquals(audience), StringLike(subjects))
    return trust_federated(provider, *conditions, StringEquals({**audience, **subjects}))


def _conditions(one: Granted, form: Form) -> Iterator[ConditionElement]:
    is_person = isinstance(one.who, Person)
    if is_person and form.mfa:
        yield WITH_MFA
    if one.until is not None:
        yield until(iso(one.until))
    if form.own_session_name and not (is_person and form.names) and not isinstance(one.who, Workload):
        yield OWN_SESSION_NAME


def _with_session_name(names: StringEquals, form: Form) -> StringEquals:
    """Return the condition on names, joined by the one on the session's name: an operator stands once."""
    if not form.own_session_name:
        return names
    return StringEquals({**names.get_dict(), **OWN_SESSION_NAME.get_dict()})


def _assumers(wanted: Trust, assumer: Assumer) -> Iterator[Statement]:
    """Yield the trust in services, in roles, and in users named by ARN, who are people until shown otherwise."""
    services = [who for who in wanted.assumed_by if is_service_principal(who)]
    users = [who for who in wanted.assumed_by if ":user/" in who]
    others = [who for who in wanted.assumed_by if who not in services and who not in users]
    if services:
        yield trust_services(services)
    if others:
        yield trust([assumer(who) for who in others])
    if users:
        yield trust(users, *([WITH_MFA] if wanted.form.mfa else []))


def literal(form: Form) -> Principal:
    """Return how a principal is written as an ARN."""

    def arn(one: Granted) -> str:
        if isinstance(one.who, Workload):
            return form.here.arn(f"oidc-provider/{one.who.issuer}")
        if isinstance(one.who, Machine):
            return form.here.user_arn(one.who.name)
        return form.people.user_arn(one.who.name, one.who.path)

    return arn


def literal_role(form: Form) -> Assumer:
    """Return how a role of the same account is written as an ARN; an ARN stays as it is."""
    return lambda who: who if who.startswith("arn:") else form.here.role_arn(who)


def _referring(declaration: Declaration, account: Account, form: Form) -> Principal:
    """Return how a principal is written: by reference where the same template makes it first."""
    here_too = declaration.settings.users == "stack" and account.holds_people
    arn = literal(form)

    def reference(one: Granted) -> Any:  # noqa: ANN401  # an ARN or a troposphere function
        if isinstance(one.who, Workload):
            return GetAtt(provider_id(one.who.url), "Arn")
        if isinstance(one.who, Machine):
            return GetAtt(machine_id(one.who.name), "Arn")
        return GetAtt(user_id(one.who.name), "Arn") if here_too else arn(one)

    return reference


def _role_here(who: str) -> Any:  # noqa: ANN401  # an ARN or a troposphere function
    """Return how a role is written that the same template makes: a principal must exist before it is named."""
    return who if who.startswith("arn:") else GetAtt(who, "Arn")


def trust_size(wanted: Trust) -> int:
    """Return the characters that IAM will count for this trust policy."""
    return size(compile_trust(wanted, literal(wanted.form), literal_role(wanted.form)))


def _check_length(declaration: Declaration, account: Account, role: str, wanted: Trust) -> None:
    quota, length = declaration.settings.trust_policy_quota, trust_size(wanted)
    if length > quota:
        what = (
            f"its trust policy for {len(wanted.granted)} principals has {length:,} characters, "
            f"{length - quota:,} over the quota of {quota:,}"
        )
        raise refuse(f"{account.name} {role}", what, "; ".join(_remedies(wanted, quota, length)))


def _remedies(wanted: Trust, quota: int, length: int) -> Iterator[str]:
    short = trust_size(wanted.with_names())
    if short < length:
        yield f'with Settings(trust="names") it has {short:,}{"" if short <= quota else ", still too many"}'
    raised = quotas.TRUST_POLICY_RAISED
    if quota < raised:
        fits = "it fits" if length <= raised else f"it is still {length - raised:,} over"
        yield f"once AWS has raised the quota, with Settings(trust_policy_quota={raised}) {fits}"
    yield "or grant the role to fewer"
