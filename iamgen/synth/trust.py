"""Make the trust policy of a role, which says who may assume it, from what was granted and declared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from awacs.aws import ConditionElement, PolicyDocument, Statement, StringEquals, StringLike
from troposphere import GetAtt

from iamgen.aws import quotas
from iamgen.aws.partitions import is_service_principal, trust_actions_besides
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

WritePrincipal = Callable[[Granted], Any]
WriteAssumer = Callable[[str], Any]


class TrustForm(NamedTuple):
    """How a trust policy is written: the settings `trust` and `session_name_is_user`, and a role's `mfa`."""

    names: bool
    """Whether people are named by a condition on `aws:username`, and not by their ARNs."""
    own_session_name: bool
    """Whether a session's name has to be the user's own."""
    people: Naming
    """How things are named in the account that holds people."""
    here: Naming
    """How things are named in the account of the role."""
    mfa: bool = True
    """Whether people need MFA."""


class Trust(NamedTuple):
    """Whom a role trusts: those to whom it is granted, and those whom its declaration names."""

    granted: tuple[Granted, ...]
    """The grants of the role in its account."""
    assumed_by: tuple[str, ...]
    """Services, roles and users that its declaration names besides."""
    form: TrustForm
    """How the trust policy is written."""

    @classmethod
    def of(cls, declaration: Declaration, account: Account, role: str) -> Trust:
        """Return the trust of a role in an account, in the form that the settings choose."""
        settings = declaration.settings
        own = next((declared for declared in declaration.roles if declared.name == role), None)
        form = TrustForm(
            names=settings.trust == "names",
            own_session_name=settings.session_name_is_user,
            people=declaration.naming(declaration.people_account),
            here=declaration.naming(account),
            mfa=own.mfa if own else True,
        )
        assumed_by = _named(own.assumed_by, declaration, account) if own else ()
        return cls(declaration.granted_in(account, role), assumed_by, form)

    def with_names(self) -> Trust:
        """Return the same trust in its shorter form."""
        return self._replace(form=self.form._replace(names=True))


def _named(assumers: tuple[str, ...], declaration: Declaration, account: Account) -> tuple[str, ...]:
    """Return who may assume a role, with each role of the same template by its name, also where its ARN was written:
    IAM takes no ARN of a role that is yet to be made, and only a reference has it made first."""
    if not any(assumer.startswith("arn:") for assumer in assumers):
        return assumers
    naming = declaration.naming(account)
    own = (declared.name for declared in declaration.roles if account.name in declared.accounts)
    names = {naming.role_arn(name): name for name in (*declaration.standard_roles(account), *own)}
    return tuple(dict.fromkeys(names.get(assumer, assumer) for assumer in assumers))


def trust_policy(declaration: Declaration, account: Account, role: str) -> PolicyDocument:
    """Return the trust policy that admits exactly those who were granted the role in this account.

    People need MFA; CI users, pipelines, services and roles cannot have it. Raises IamgenError when it is
    longer than the account's quota.
    """
    trusted = Trust.of(declaration, account, role)
    _check_length(declaration, account, role, trusted)
    return compile_trust(trusted, _referring(declaration, account, trusted.form), _role_here)


def compile_trust(trusted: Trust, principal: WritePrincipal, assumer: WriteAssumer) -> PolicyDocument:
    """Return the shortest trust policy of this form: grants of one kind with the same end share a statement."""
    ordered = sorted(trusted.granted, key=_statement_of)
    statements = [
        _statement(list(grants), trusted.form, principal) for _, grants in groupby(ordered, key=_statement_of)
    ]
    statements += _assumers(trusted, assumer)
    return document(*(statements or [trust_nobody()]))


def _statement_of(grant: Granted) -> tuple[int, tuple[str, str, bool], bool, datetime]:
    """Return what a statement has in common: the kind of principal, and the end; those without an end first."""
    kind, issuer = (0, ("", "", False)) if isinstance(grant.principal, Person) else (1, ("", "", False))
    if isinstance(grant.principal, Workload):
        kind, issuer = 2, (grant.principal.url, grant.principal.audience, grant.principal.varies)
    return kind, issuer, grant.until is not None, grant.until or datetime.min


def _statement(granted: list[Granted], form: TrustForm, principal: WritePrincipal) -> Statement:
    first = granted[0]
    conditions = list(_conditions(first, form))
    if isinstance(first.principal, Workload):
        return _federated(granted, first.principal, principal(first), conditions)
    if isinstance(first.principal, Machine) or not form.names:
        return trust([principal(grant) for grant in granted], *conditions)
    names = StringEquals("aws:username", [grant.principal.name for grant in granted])
    return trust([form.people.arn("root")], *conditions, _with_session_name(names, form))


def _federated(
    granted: list[Granted],
    workload: Workload,
    provider: Any,  # noqa: ANN401  # an ARN or a reference
    conditions: list[ConditionElement],
) -> Statement:
    """Return the trust in one issuer's subjects: equal to the whole of it, or to the fixed start of one that varies."""
    audience, subjects = (
        {f"{workload.issuer}:aud": workload.audience},
        {f"{workload.issuer}:sub": [grant.principal.name for grant in granted]},
    )
    if workload.varies:
        return trust_federated(provider, *conditions, StringEquals(audience), StringLike(subjects))
    return trust_federated(provider, *conditions, StringEquals({**audience, **subjects}))


def _conditions(grant: Granted, form: TrustForm) -> Iterator[ConditionElement]:
    is_person = isinstance(grant.principal, Person)
    if is_person and form.mfa:
        yield WITH_MFA
    if grant.until is not None:
        yield until(iso(grant.until))
    if form.own_session_name and not (is_person and form.names) and not isinstance(grant.principal, Workload):
        yield OWN_SESSION_NAME


def _with_session_name(names: StringEquals, form: TrustForm) -> StringEquals:
    """Return the condition on names, joined by the one on the session's name: an operator stands once."""
    if not form.own_session_name:
        return names
    return StringEquals({**names.get_dict(), **OWN_SESSION_NAME.get_dict()})


def _assumers(trusted: Trust, assumer: WriteAssumer) -> Iterator[Statement]:
    """Yield the trust in services, in roles, and in users named by ARN, who are people until shown otherwise."""
    services = [name for name in trusted.assumed_by if is_service_principal(name)]
    users = [name for name in trusted.assumed_by if ":user/" in name]
    roles = [name for name in trusted.assumed_by if name not in services and name not in users]
    for besides, alike in groupby(sorted(services, key=trust_actions_besides), key=trust_actions_besides):
        yield trust_services(list(alike), besides)
    if roles:
        yield trust([assumer(name) for name in roles])
    if users:
        yield trust(users, *([WITH_MFA] if trusted.form.mfa else []))


def literal(form: TrustForm) -> WritePrincipal:
    """Return how a principal is written as an ARN."""

    def arn(grant: Granted) -> str:
        if isinstance(grant.principal, Workload):
            return form.here.arn(f"oidc-provider/{grant.principal.issuer}")
        if isinstance(grant.principal, Machine):
            return form.here.user_arn(grant.principal.name)
        return form.people.user_arn(grant.principal.name, grant.principal.path)

    return arn


def literal_role(form: TrustForm) -> WriteAssumer:
    """Return how a role of the same account is written as an ARN; an ARN stays as it is."""
    return lambda name: name if name.startswith("arn:") else form.here.role_arn(name)


def _referring(declaration: Declaration, account: Account, form: TrustForm) -> WritePrincipal:
    """Return how a principal is written: by reference where the same template makes it first."""
    here_too = declaration.settings.users == "stack" and account.holds_people
    arn = literal(form)

    def reference(grant: Granted) -> Any:  # noqa: ANN401  # an ARN or a troposphere function
        if isinstance(grant.principal, Workload):
            return GetAtt(provider_id(grant.principal.url), "Arn")
        if isinstance(grant.principal, Machine):
            return GetAtt(machine_id(grant.principal.name), "Arn")
        return GetAtt(user_id(grant.principal.name), "Arn") if here_too else arn(grant)

    return reference


def _role_here(name: str) -> Any:  # noqa: ANN401  # an ARN or a troposphere function
    """Return how a role is written that the same template makes: a principal must exist before it is named."""
    return name if name.startswith("arn:") else GetAtt(name, "Arn")


def trust_size(trusted: Trust) -> int:
    """Return the characters that IAM will count for this trust policy."""
    return size(compile_trust(trusted, literal(trusted.form), literal_role(trusted.form)))


def _check_length(declaration: Declaration, account: Account, role: str, trusted: Trust) -> None:
    quota, length = declaration.settings.trust_policy_quota, trust_size(trusted)
    if length > quota:
        problem = (
            f"its trust policy for {len(trusted.granted)} principals has {length:,} characters, "
            f"{length - quota:,} over the quota of {quota:,}"
        )
        raise refuse(f"{account.name} {role}", problem, "; ".join(_remedies(trusted, quota, length)))


def _remedies(trusted: Trust, quota: int, length: int) -> Iterator[str]:
    short = trust_size(trusted.with_names())
    if short < length:
        yield f'with Settings(trust="names") it has {short:,}{"" if short <= quota else ", still too many"}'
    raised = quotas.TRUST_POLICY_RAISED
    if quota < raised:
        fits = "it fits" if length <= raised else f"it is still {length - raised:,} over"
        yield f"once AWS has raised the quota, with Settings(trust_policy_quota={raised}) {fits}"
    yield "or grant the role to fewer"
