"""Whether somebody may assume one role, with the names of sessions chosen so that they may, if that helps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from iamgen.access.context import UNSAID, ContextValue
from iamgen.access.entities import IamRole, IamUser
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Request, Verdict, evaluate
from iamgen.access.principals import verdict_on_assuming
from iamgen.errors import Fault
from iamgen.questions.circumstances import Acting, Circumstances, stranger_context, with_trust_keys
from iamgen.questions.model import Actor, KnownEntity

ANYBODY = "*"
_SESSION_NAME = "sts:rolesessionname"
_ANY_NAME = "session"
RANK = {"allowed": 0, "unknown": 1, "denied": 2}
"""Outcomes of verdicts, the best first."""


@dataclass(frozen=True, eq=False)
class Hop:
    """Somebody assumes a role, or tries to."""

    role: KnownEntity
    """The role."""
    verdict: Verdict
    """Whether they may."""
    context: Mapping[str, ContextValue]
    """The keys of the request."""
    session: str = ""
    """The name that the session must have; empty where any will do."""
    as_session: str = ""
    """Of a role that assumes another: the name that its own session must have; empty where any will do."""


def acting_session(role: IamRole) -> str:
    """Return the ARN of a role's sessions, without the name of one."""
    return f"arn:{role.partition}:sts::{role.account_id}:assumed-role/{role.name}"


def best_hop(acting: Acting, role: KnownEntity) -> Hop:
    """Return whether somebody may assume a role, with the names of the sessions chosen so that they may, or might, if
    that helps."""
    best = hop_named(acting, role, UNSAID)
    for as_session in _own_sessions(acting, role):
        sessions: list[ContextValue] = [UNSAID]
        if _SESSION_NAME in role.trust_keys | acting.known.keys:  # else its name makes no difference
            sessions += _session_names(acting.caller.entity, role)
        for session in sessions:
            if best.verdict.outcome == "allowed":
                return best
            hop = hop_named(acting, role, session, as_session)
            best = min(best, hop, key=lambda item: RANK[item.verdict.outcome])
    return best


def hop_named(acting: Acting, role: KnownEntity, session: ContextValue, as_session: str = "") -> Hop:
    """Return whether somebody may assume a role with that name of the session, and of their own one if it is given."""
    asking = replace(acting, caller=replace(acting.caller, session=as_session)) if as_session else acting
    context = with_trust_keys(asking, role, session)
    try:
        verdict = verdict_on_assuming(asking.caller, role.as_role, context)
    except AccessError as exc:
        verdict = Verdict("unknown", side="trust", reasons=exc.faults)
    return Hop(role, verdict, context, session if isinstance(session, str) else "", as_session)


def _own_sessions(acting: Acting, role: KnownEntity) -> Iterator[str]:
    """Yield names for the session of a role that assumes another: its own, and those that the other's trust names."""
    yield ""
    if acting.session_is_free and isinstance(acting.known.entity, IamRole):
        yield from trusted_sessions(acting.known.entity, role)


def trusted_sessions(assuming: IamRole, role: KnownEntity) -> Iterator[str]:
    """Yield the names of sessions of one role that the trust policy of another names."""
    start = f"{acting_session(assuming)}/"
    for statement in role.as_role.trust:
        yield from (item.name.removeprefix(start) for item in statement.principals if item.name.startswith(start))


def _session_names(entity: IamUser | IamRole, role: KnownEntity) -> Iterator[str]:
    """Yield names for a session that may meet a condition on it: the user's, as the console has it, and those that
    the trust policy names, or another where it names those that it must not have."""
    if isinstance(entity, IamUser):
        yield entity.name
    for statement in role.as_role.trust:
        for condition in statement.conditions:
            if condition.key.lower() == _SESSION_NAME and condition.operator.negated:
                yield _ANY_NAME
            elif condition.key.lower() == _SESSION_NAME:
                yield from (
                    value.replace("*", "x").replace("?", "x") for value in condition.values if "${" not in value
                )


def stranger_hop(actor: Actor, role: KnownEntity, circumstances: Circumstances) -> Hop:
    """Return whether somebody who exists in trust policies only may assume a role."""
    context = stranger_context(actor, role, circumstances)
    try:
        request = Request(actor.assume_action, role.entity.arn, context, actor.principals)
        verdict = evaluate(role.as_role.trust, request, side="trust").verdict
    except AccessError as exc:
        verdict = Verdict("unknown", side="trust", reasons=exc.faults)
    if verdict.outcome == "allowed" and actor.kind == "other account" and actor.name != ANYBODY:
        reason = Fault(actor.name, "is of another account, whose own policies must allow it as well")
        verdict = replace(verdict, outcome="unknown", reasons=(reason,))
    return Hop(role, verdict, context)
