"""Decide whether somebody may assume one role, with a session name for which it works, if there is one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from iamgen.access.context import UNSAID, ContextValue
from iamgen.access.documents import Statement
from iamgen.access.entities import IamRole, IamUser
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Request, Verdict, evaluate
from iamgen.access.patterns import pattern
from iamgen.access.principals import verdict_on_assuming
from iamgen.errors import Fault
from iamgen.questions.circumstances import Acting, Circumstances, stranger_context, with_trust_keys
from iamgen.questions.glob_walk import samples
from iamgen.questions.model import Actor, KnownEntity
from iamgen.questions.trusted_strangers import SAML

ANYBODY = "*"
_SESSION_NAME = "sts:rolesessionname"
_NAME_VARIABLE = f"${{{_SESSION_NAME}"
_ANY_NAME = "session"
_NAME_TESTS = frozenset({"StringEquals", "StringLike"})
RANK = {"allowed": 0, "unknown": 1, "denied": 2}
"""Outcomes of verdicts, the best first."""


@dataclass(frozen=True, eq=False)
class Hop:
    """One step in which somebody assumes a role, or tries to."""

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
    is_session_free: bool = False
    """Whether the verdict is the same whatever the session is called."""


def acting_session(role: IamRole) -> str:
    """Return the ARN of a role's sessions, without the name of one."""
    return f"arn:{role.partition}:sts::{role.account_id}:assumed-role/{role.name}"


def best_hop(acting: Acting, role: KnownEntity) -> Hop:
    """Return whether somebody may assume a role, with the names of the sessions chosen so that they may, or might, if
    that helps."""
    best = _best(
        hop_named(acting, role, session, as_session)
        for as_session in _own_sessions(acting, role)
        for session in _sessions(acting, role)
    )
    return _denied_by_each_name(acting, role) or best if best.verdict.outcome == "unknown" else best


def _denied_by_each_name(acting: Acting, role: KnownEntity) -> Hop | None:
    """Return that a role may not be assumed, if it may not whatever its session is called; None if it might.

    Of a name that nobody knows, conditions that exclude each other are all unknown. So each name is tried, where
    policies tell apart no more names than those that they list.
    """
    statements = (*role.as_role.trust, *acting.known.statements, *acting.known.boundary)
    names = () if any(map(_inserts_name, statements)) else _all_names(statements)
    own = tuple(_own_sessions(acting, role))
    denied: Hop | None = None
    for hop in (hop_named(acting, role, name, as_session) for name in names for as_session in own):
        if hop.verdict.outcome != "denied":
            return None
        denied = denied or hop
    return denied


def _all_names(statements: Iterable[Statement]) -> tuple[str, ...]:
    """Return names of sessions, one for each way in which conditions can tell them apart; none where that cannot be
    said, or where no condition is about the name."""
    every = (item for statement in statements for item in statement.conditions)
    conditions = tuple(item for item in every if item.key.lower() == _SESSION_NAME)
    if not all(item.operator.test in _NAME_TESTS and not item.operator.qualifier for item in conditions):
        return ()
    values = {(value, item.operator.test == "StringLike") for item in conditions for value in item.values}
    if not values or any("${" in value for value, _ in values):
        return ()
    marks = tuple(pattern(value, variables=False, wildcards=is_like) for value, is_like in sorted(values))
    walked = samples((pattern("*", variables=False),), marks)
    return walked.texts if walked.is_complete else ()


def _inserts_name(statement: Statement) -> bool:
    """Return whether a statement compares something else with the name of the session, by a policy variable: then
    there may be as many names to tell apart as there are values of that."""
    values = (value for condition in statement.conditions for value in condition.values)
    texts = (*statement.resources, *statement.not_resources, *values)
    return any(_NAME_VARIABLE in text.lower() for text in texts)


def hop_in_session(acting: Acting, role: KnownEntity, session: str) -> Hop:
    """Return whether somebody may assume a role in a session of that name, with the best name of their own one."""
    return _best(hop_named(acting, role, session, name) for name in _own_sessions(acting, role))


def _best(hops: Iterator[Hop]) -> Hop:
    """Return the first hop that is allowed, without working out those behind it; without one, the first of the best."""
    best = next(hops)
    while best.verdict.outcome != "allowed" and (hop := next(hops, None)):
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
    stated = acting.context.context.keys.get(_SESSION_NAME)
    name = next((value for value in (stated, session) if isinstance(value, str)), "")
    is_free = not name and (verdict.outcome == "allowed" or not _matters(acting, role))
    return Hop(role, verdict, context, name, as_session, is_free)


def _matters(acting: Acting, role: KnownEntity) -> bool:
    """Return whether the name of the session may decide if somebody may assume a role."""
    return _SESSION_NAME in role.trust_keys or _SESSION_NAME in acting.known.keys


def _own_sessions(acting: Acting, role: KnownEntity) -> Iterator[str]:
    """Yield names for the session of a role that assumes another: its own, and those that the other's trust names."""
    yield ""
    if acting.session_is_free and isinstance(acting.known.entity, IamRole):
        yield from trusted_sessions(acting.known.entity, role)


def trusted_sessions(assuming: IamRole, role: KnownEntity) -> Iterator[str]:
    """Yield the names of sessions of one role that the trust policy of another names."""
    start = f"{acting_session(assuming)}/"
    for name in session_arns(role):
        if name.startswith(start):
            yield name.removeprefix(start)


def session_arns(role: KnownEntity) -> Iterator[str]:
    """Yield the ARNs of sessions that a role's trust policy names, to let them in or to keep them out."""
    for statement in role.as_role.trust:
        for principal in (*statement.principals, *statement.not_principals):
            if ":assumed-role/" in principal.name:
                yield principal.name


def _sessions(acting: Acting, role: KnownEntity) -> Iterator[ContextValue]:
    """Yield that nothing is known of the name of the session, and then names that may meet conditions on it."""
    yield UNSAID
    yield from session_names(acting, role)


def session_names(acting: Acting, role: KnownEntity) -> tuple[str, ...]:
    """Return names for a session of a role that may meet conditions on it: the user's, as the console has it, and
    those that policies name, or another where they name those that it must not have. None where the name makes no
    difference."""
    if not _matters(acting, role):
        return ()
    user = (acting.known.entity.name,) if isinstance(acting.known.entity, IamUser) else ()
    statements = (*role.as_role.trust, *acting.known.statements, *acting.known.boundary)
    return tuple(dict.fromkeys((*user, *(name for item in statements for name in _demanded_names(item)))))


def _demanded_names(statement: Statement) -> Iterator[str]:
    for condition in statement.conditions:
        if condition.key.lower() == _SESSION_NAME and condition.operator.negated == (statement.effect == "Allow"):
            yield _ANY_NAME
        elif condition.key.lower() == _SESSION_NAME:
            yield from (value.replace("*", "x").replace("?", "x") for value in condition.values if "${" not in value)


def stranger_hop(actor: Actor, role: KnownEntity, circumstances: Circumstances) -> Hop:
    """Return whether somebody who exists in trust policies only may assume a role, with the name of the session
    chosen so that they may, if that helps and if they choose it."""
    names: tuple[ContextValue, ...] = (UNSAID, *stranger_session_names(actor, role))
    return _best(stranger_hop_named(actor, role, circumstances, name) for name in names)


def stranger_session_names(actor: Actor, role: KnownEntity) -> tuple[str, ...]:
    """Return names that somebody who exists in trust policies only may choose for a session, as `session_names`."""
    if not _matters_to_stranger(actor, role):
        return ()
    return tuple(dict.fromkeys(name for item in role.as_role.trust for name in _demanded_names(item)))


def _matters_to_stranger(actor: Actor, role: KnownEntity) -> bool:
    """Return whether the name of a session that a stranger chooses may decide. A service chooses the name itself, and
    an identity provider of SAML does: nobody knows which name that is, so that it may be any."""
    return _SESSION_NAME in role.trust_keys and actor.kind != "service" and actor.assume_action != SAML


def stranger_hop_named(actor: Actor, role: KnownEntity, circumstances: Circumstances, session: ContextValue) -> Hop:
    """Return whether somebody who exists in trust policies only may assume a role with that name of the session."""
    context = stranger_context(actor, role, circumstances, session)
    try:
        request = Request(actor.assume_action, role.entity.arn, context, actor.principals)
        verdict = evaluate(role.as_role.trust, request, side="trust").verdict
    except AccessError as exc:
        verdict = Verdict("unknown", side="trust", reasons=exc.faults)
    if verdict.outcome == "allowed" and actor.kind == "other account" and actor.name != ANYBODY:
        reason = Fault(actor.name, "is of another account, whose own policies must allow it as well")
        verdict = replace(verdict, outcome="unknown", reasons=(reason,))
    name = session if isinstance(session, str) else ""
    is_free = not name and (verdict.outcome == "allowed" or not _matters_to_stranger(actor, role))
    return Hop(role, verdict, context, name, "", is_free)
