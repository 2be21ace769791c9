"""Decide whether a user or a role's session may do something or assume a role, and what their requests carry.

Sources: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic", "AWS JSON
policy elements: Principal", "AWS global condition context keys", "Configuring MFA-protected API access".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType

from iamgen.access.answers import NO, YES, Answer, all_of, any_of, certain
from iamgen.access.beyond_policies import needed_beside
from iamgen.access.context import UNSAID, ContextKeys, ContextValue, merged
from iamgen.access.documents import Principal
from iamgen.access.entities import IamRole, IamUser
from iamgen.access.errors import undecided
from iamgen.access.evaluate import Decision, Evaluation, Request, Verdict, combined, evaluate, verdict_within
from iamgen.access.statement_index import IndexedStatements, StatementIndex
from iamgen.iam.holes import HOLE, shown

RequestContext = Mapping[str, ContextValue]

NOTHING: RequestContext = MappingProxyType({})

ASSUME = "sts:AssumeRole"

_EVERY_REQUEST: RequestContext = {
    "aws:CurrentTime": UNSAID,
    "aws:EpochTime": UNSAID,
    "aws:RequestedRegion": UNSAID,
    "aws:SourceIp": UNSAID,
    "aws:UserAgent": UNSAID,
    "aws:userid": UNSAID,
    "aws:PrincipalOrgID": UNSAID,
    "aws:PrincipalIsAWSService": "false",
    "aws:ViaAWSService": "false",
    "aws:SecureTransport": "true",
}
"""Keys of a request that somebody makes themselves over HTTPS. To depend on an unsaid one is an error."""

_NO_BOUNDARY = Evaluation("boundary", allow=YES)
"""What the boundary of somebody who has none says about each request."""

_TEMPORARY: RequestContext = {"aws:TokenIssueTime": UNSAID}


@dataclass(frozen=True)
class Caller:
    """A user, or a session of a role, and what their requests carry."""

    entity: IamUser | IamRole
    """The user, or the role that the session is of."""
    context: RequestContext
    """The condition keys that each of their requests has."""
    session: str = ""
    """The name of the role session; empty for a user."""

    @property
    def itself(self) -> frozenset[Principal]:
        """The names that grant without help of the identity's own policies, in the same account."""
        if isinstance(self.entity, IamUser):
            return frozenset({Principal("AWS", self.entity.arn)})
        start = f"arn:{self.entity.partition}:sts::{self.entity.account_id}:assumed-role"
        return frozenset({Principal("AWS", f"{start}/{self.entity.name}/{self.session}")})

    @property
    def principals(self) -> frozenset[Principal]:
        """Every name that a Principal element can mean this caller by, the account's included."""
        account = self.entity.account_id
        root = f"arn:{self.entity.partition}:iam::{account}:root"
        return self.itself | {Principal("AWS", name) for name in (self.entity.arn, account, root)}


def with_keys(user: IamUser) -> Caller:
    """Return the user with long-lived access keys: their requests have no MFA key at all."""
    known = {"aws:username": _known(user.name), "aws:PrincipalType": "User"}
    return Caller(user, ContextKeys(merged(_of_entity(user), known)))


def console_session(user: IamUser, *, mfa: bool = False, mfa_age: int = 0) -> Caller:
    """Return the user signed in to the console; without MFA the key is there and false. Age in seconds."""
    present: RequestContext = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": str(mfa_age)}
    absent: RequestContext = {"aws:MultiFactorAuthPresent": "false"}
    return _more(with_keys(user), {**_TEMPORARY, **(present if mfa else absent)})


def with_mfa(user: IamUser, age: int = 0) -> Caller:
    """Return the user with MFA: signed in with it, or with keys and a code. `age` is in seconds."""
    return console_session(user, mfa=True, mfa_age=age)


def role_session(role: IamRole, session: str = "session") -> Caller:
    """Return a session of the role. It carries no MFA key, no matter who assumed the role, and no user name."""
    known = {"aws:PrincipalType": "AssumedRole"}
    return Caller(role, ContextKeys(merged(_of_entity(role), {**_TEMPORARY, **known})), session)


def may(
    caller: Caller, action: str, resource: str = "*", *, at: datetime | None = None, context: RequestContext = NOTHING
) -> Decision:
    """Return whether the caller's own policies, within the boundary, allow the action on the resource.

    `resource` is one ARN, or `*` for actions without one; policies of the resource are not looked at: the
    decision's `needs` say where they decide as well. `at` is the time, `context` further keys of the request:
    those that are not given are absent from it. Raises AccessError where the decision depends on a key that
    every request has and that is not given, as aws:SourceIp.
    """
    return verdict_on(caller, request_of(caller, action, resource, at=at, context=context)).decision


def verdict_on(caller: Caller, request: Request) -> Verdict:
    """Return whether the caller's own policies, within the boundary, allow the request, or that it is unknown.

    The request's context is taken as it is: see `request_of`.
    """
    identity = _identity(caller, request)
    verdict = verdict_within(identity, _boundary(caller, request) if caller.entity.boundary else None)
    needs = () if verdict.outcome == "denied" else needed_beside(caller.entity.account_id, request.facts)
    return verdict.beside(needs) if needs else verdict


def request_of(
    caller: Caller, action: str, resource: str = "*", *, at: datetime | None = None, context: RequestContext = NOTHING
) -> Request:
    """Return the request as this caller makes it: with the keys that `may` takes into account.

    Without `at` and `context` all requests of a caller share the context that was read once, which is fastest.
    """
    return Request(action, resource, _context(caller, at, context))


def may_assume(
    caller: Caller,
    role: IamRole,
    *,
    session_name: str = "session",
    at: datetime | None = None,
    context: RequestContext = NOTHING,
) -> Decision:
    """Return whether the caller may assume the role; `by` is the statement that let them, or kept them out.

    Both sides must allow it: the trust policy, and the caller's own policies. Within one account the trust
    policy suffices where it names the user, the session or everybody; where it names the role that the caller
    is a session of, that role's boundary must allow it too; where it names the account, the caller's policies
    decide. A Deny on either side decides. `session_name` is sts:RoleSessionName: the console sends the user's
    name. Raises AccessError as `may` does.
    """
    named = {"sts:RoleSessionName": session_name}
    return verdict_on_assuming(caller, role, _context(caller, at, merged(named, context))).decision


def verdict_on_assuming(caller: Caller, role: IamRole, context: RequestContext) -> Verdict:
    """Return whether the caller may assume the role, or that it is unknown; rules as of `may_assume`.

    `context` has the caller's keys and those of the request; the keys about the role are added where it does not say
    their values.
    """
    if HOLE.search(caller.entity.arn):
        raise undecided(shown(caller.entity.arn), "is not known before the deployment, so no trust policy can be asked")
    about_role = {"aws:ResourceAccount": role.account_id}
    about_role |= {f"{prefix}:ResourceTag/{key}": value for prefix in ("aws", "iam") for key, value in role.tags}
    keys = context if isinstance(context, ContextKeys) else ContextKeys(context)
    stated = keys.context.keys
    missing = {key: value for key, value in about_role.items() if stated.get(key.lower(), UNSAID) is UNSAID}
    return _Assuming(caller, role, Request(ASSUME, role.arn, keys.with_more(missing))).verdict


@dataclass(frozen=True)
class _Assuming:
    """A caller who wants to assume a role."""

    caller: Caller
    """Who wants to assume it."""
    role: IamRole
    """The role."""
    request: Request
    """The request for sts:AssumeRole."""

    @property
    def verdict(self) -> Verdict:
        identity, boundary = self._own_policies, _boundary(self.caller, self.request)
        trust = self._trust(self.caller.principals)
        both = all_of((identity.allow, boundary.allow))
        same_partition = self.caller.entity.partition == self.role.partition
        alone, by_name = self._by_trust_alone(boundary, trust)
        allow = all_of((trust.allow, any_of((all_of((both, certain(same_partition))), alone))))
        sides = (identity, boundary, trust)
        if trust.allow.no or (both.yes and not alone.yes):
            return combined(sides, allow, trust)
        if both.no and not alone.no:
            return combined(sides, allow, by_name)
        return combined(sides, allow, trust if not both.no else boundary if identity.allow.yes else identity)

    @property
    def _own_policies(self) -> Evaluation:
        """What the caller's policies say. They see few keys of the request, so that those who have the same policies
        share the answer."""
        statements, context = self.caller.entity.statements, self.request.facts.context.keys
        visible = tuple((key, context[key]) for key in statements.keys_about(ASSUME.lower()) if key in context)
        return _policies_on_role(statements.indexes, self.role.arn, visible)

    def _by_trust_alone(self, boundary: Evaluation, trust: Evaluation) -> tuple[Answer, Evaluation]:
        """Return whether the trust policy suffices, and what it says of the name by which it does. Where it cannot,
        that is what it says of all names, `trust`.

        Source: IAM User Guide, "Policy evaluation for requests within a single account" (a resource-based
        policy that names the session is not limited by the boundary, one that names the role is).
        """
        if self.caller.entity.arn.split(":")[:5] != self.role.arn.split(":")[:5]:
            return NO, trust
        itself = self._trust(self.caller.itself)
        as_role = self._trust(frozenset({Principal("AWS", self.caller.entity.arn)}))
        alone = any_of((itself.allow, all_of((as_role.allow, boundary.allow))))
        return alone, itself if itself.allow.yes else as_role

    def _trust(self, principals: frozenset[Principal]) -> Evaluation:
        return evaluate(self.role.indexed_trust, replace(self.request, principals=principals), side="trust")


@lru_cache(maxsize=1 << 14)
def _policies_on_role(
    indexes: tuple[StatementIndex, ...], role_arn: str, visible: tuple[tuple[str, ContextValue], ...]
) -> Evaluation:
    """Return what policies say about assuming a role in a request with these keys: those that they may depend on."""
    return evaluate(IndexedStatements.of(indexes), Request(ASSUME, role_arn, dict(visible)))


def _identity(caller: Caller, request: Request) -> Evaluation:
    return evaluate(caller.entity.statements, request)


def _boundary(caller: Caller, request: Request) -> Evaluation:
    if caller.entity.boundary is None:
        return _NO_BOUNDARY
    return evaluate(caller.entity.boundary.indexed_statements, request, side="boundary")


def _of_entity(entity: IamUser | IamRole) -> RequestContext:
    tags = {f"aws:PrincipalTag/{key}": _known(value) for key, value in entity.tags}
    known = {"aws:PrincipalArn": _known(entity.arn), "aws:PrincipalAccount": entity.account_id}
    return {**_EVERY_REQUEST, **known, **tags}


def _known(written: str) -> ContextValue:
    """Return a text of a template, or that it is unsaid where only the deployment will tell."""
    return UNSAID if HOLE.search(written) else written


def _more(caller: Caller, context: RequestContext) -> Caller:
    return replace(caller, context=ContextKeys(merged(caller.context, context)))


def _context(caller: Caller, at: datetime | None, context: RequestContext) -> RequestContext:
    if at is None:
        return merged(caller.context, context) if context else caller.context
    if at.tzinfo is None:
        raise undecided(str(at), "is a time without a time zone", "pass an aware datetime")
    now = at.astimezone(UTC)
    time = {"aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "aws:EpochTime": str(int(now.timestamp()))}
    return merged(merged(caller.context, time), context)
