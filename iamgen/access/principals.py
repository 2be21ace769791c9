"""Who is asking, and whether they may: users and role sessions, what they do, and which roles they assume.

Sources: IAM User Guide, "Policy evaluation logic" and "Cross-account policy evaluation logic", "AWS JSON
policy elements: Principal", "AWS global condition context keys", "Configuring MFA-protected API access".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

from iamgen.access.context import UNSAID, ContextValue, merged
from iamgen.access.documents import Principal
from iamgen.access.entities import Role, User
from iamgen.access.errors import undecided
from iamgen.access.evaluate import Decision, Request, decide

Given = Mapping[str, ContextValue]

NOTHING: Given = MappingProxyType({})

ASSUME = "sts:AssumeRole"

_EVERY_REQUEST: Given = {
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

_TEMPORARY: Given = {"aws:TokenIssueTime": UNSAID}


@dataclass(frozen=True)
class Caller:
    """A user, or a session of a role, and what their requests carry. `session` is the role session's name."""

    entity: User | Role
    context: Given
    session: str = ""

    @property
    def itself(self) -> frozenset[Principal]:
        """The names that grant without help of the identity's own policies, in the same account."""
        if isinstance(self.entity, User):
            return frozenset({Principal("AWS", self.entity.arn)})
        start = f"arn:{self.entity.partition}:sts::{self.entity.account_id}:assumed-role"
        return frozenset({Principal("AWS", f"{start}/{self.entity.name}/{self.session}")})

    @property
    def principals(self) -> frozenset[Principal]:
        """Every name that a Principal element can mean this caller by, the account's included."""
        account = self.entity.account_id
        root = f"arn:{self.entity.partition}:iam::{account}:root"
        return self.itself | {Principal("AWS", name) for name in (self.entity.arn, account, root)}


def with_keys(user: User) -> Caller:
    """Return the user with long-lived access keys: their requests have no MFA key at all."""
    known = {"aws:username": user.name, "aws:PrincipalType": "User"}
    return Caller(user, merged(_of_entity(user), known))


def console_session(user: User, *, mfa: bool = False, mfa_age: int = 0) -> Caller:
    """Return the user signed in to the console; without MFA the key is there and false. Age in seconds."""
    present: Given = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": str(mfa_age)}
    absent: Given = {"aws:MultiFactorAuthPresent": "false"}
    return _more(with_keys(user), {**_TEMPORARY, **(present if mfa else absent)})


def with_mfa(user: User, age: int = 0) -> Caller:
    """Return the user with MFA: signed in with it, or with keys and a code. `age` is in seconds."""
    return console_session(user, mfa=True, mfa_age=age)


def role_session(role: Role, session: str = "session") -> Caller:
    """Return a session of the role. It carries no MFA key, whoever assumed it, and no user name."""
    known = {"aws:PrincipalType": "AssumedRole"}
    return Caller(role, merged(_of_entity(role), {**_TEMPORARY, **known}), session)


def may(
    caller: Caller, action: str, resource: str = "*", *, at: datetime | None = None, context: Given = NOTHING
) -> Decision:
    """Return whether the caller's own policies, within the boundary, allow the action on the resource.

    `resource` is one ARN, or `*` for actions without one; policies of the resource are not looked at. `at` is
    the time, `context` further keys of the request: those that are not given are absent from it. Raises
    AccessError where a policy depends on a key that every request has and that is not given, as aws:SourceIp.
    """
    return _identity(caller, Request(action, resource, _context(caller, at, context)))


def may_assume(
    caller: Caller,
    role: Role,
    *,
    session_name: str = "session",
    at: datetime | None = None,
    context: Given = NOTHING,
) -> Decision:
    """Return whether the caller may assume the role; `by` is the statement that let them, or kept them out.

    Both sides must allow it: the trust policy, and the caller's own policies. Within one account the trust
    policy suffices where it names the user, the session or everybody; where it names the role that the caller
    is a session of, that role's boundary must allow it too; where it names the account, the caller's policies
    decide. A Deny on either side decides. `session_name` is sts:RoleSessionName: the console sends the user's
    name. Raises AccessError as `may` does.
    """
    about_role = {"aws:ResourceAccount": role.account_id, "sts:RoleSessionName": session_name}
    about_role |= {f"{prefix}:ResourceTag/{key}": value for prefix in ("aws", "iam") for key, value in role.tags}
    request = Request(ASSUME, role.arn, _context(caller, at, merged(about_role, context)))
    identity = _identity(caller, request)
    trust = _trust(role, request, caller.principals)
    if identity.explicit or not trust.allowed:
        return identity if identity.explicit else trust
    if identity.allowed:
        return trust if caller.entity.partition == role.partition else Decision(allowed=False, side="trust")
    same_account = caller.entity.arn.split(":")[:5] == role.arn.split(":")[:5]
    return _by_trust_alone(caller, role, request) or identity if same_account else identity


def _by_trust_alone(caller: Caller, role: Role, request: Request) -> Decision | None:
    itself = _trust(role, request, caller.itself)
    if itself.allowed:
        return itself
    as_role = _trust(role, request, frozenset({Principal("AWS", caller.entity.arn)}))
    return as_role if as_role.allowed and _boundary(caller, request).allowed else None


def _trust(role: Role, request: Request, principals: frozenset[Principal]) -> Decision:
    return decide(role.trust, replace(request, principals=principals), side="trust")


def _identity(caller: Caller, request: Request) -> Decision:
    decision = decide(caller.entity.statements, request)
    limit = _boundary(caller, request)
    if decision.explicit or limit.allowed or not (decision.allowed or limit.explicit):
        return decision
    return limit


def _boundary(caller: Caller, request: Request) -> Decision:
    if caller.entity.boundary is None:
        return Decision(allowed=True, side="boundary")
    return decide(caller.entity.boundary.statements, request, side="boundary")


def _of_entity(entity: User | Role) -> Given:
    tags = {f"aws:PrincipalTag/{key}": value for key, value in entity.tags}
    known = {"aws:PrincipalArn": entity.arn, "aws:PrincipalAccount": entity.account_id}
    return {**_EVERY_REQUEST, **known, **tags}


def _more(caller: Caller, context: Given) -> Caller:
    return replace(caller, context=merged(caller.context, context))


def _context(caller: Caller, at: datetime | None, context: Given) -> Given:
    if at is None:
        return merged(caller.context, context)
    if at.tzinfo is None:
        raise undecided(str(at), "is a time without a time zone", "pass an aware datetime")
    now = at.astimezone(UTC)
    time = {"aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "aws:EpochTime": str(int(now.timestamp()))}
    return merged(merged(caller.context, time), context)
