"""Find the roles that somebody can act as, from role to role, with the shortest way first.

A role is assumed when its trust policy and the policies of who asks allow it, as `iamgen.access` decides it. Where that
depends on what nobody can know, the way is uncertain, and nothing that follows it is certain.

Of all that a session carries, its name alone depends on the way to it and can be known: a further trust policy may name
`assumed-role/NAME/SESSION`. So a role is reached anew in each session that one of the trust policies names, until a way
leaves the name open. A session of a role never shows MFA, and tags, the source identity, the user id and the time of
its token are what nobody can know, whatever the way.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from iamgen.access.documents import Principal, Statement
from iamgen.access.entities import IamRole, IamUser
from iamgen.questions.circumstances import UNNAMED_SESSION, Acting, Circumstances, acting_role, acting_user
from iamgen.questions.decisions import KnownRoles
from iamgen.questions.hops import (
    ANYBODY,
    Hop,
    acting_session,
    best_hop,
    hop_in_session,
    session_arns,
    session_names,
    stranger_hop,
    stranger_hop_named,
    stranger_session_names,
)
from iamgen.questions.memory import remembering
from iamgen.questions.model import AccessModel, Actor, KnownEntity

_USER_NAME = "aws:username"


@dataclass(frozen=True, eq=False)
class Way:
    """A way in which somebody can act: as themselves, or as a role at the end of some hops."""

    actor: Actor
    """Whose way it is."""
    acting: Acting
    """The user or session that acts in the end."""
    hops: tuple[Hop, ...] = ()
    """The roles on the way, the last being the one that acts."""
    before: Way | None = None
    """The way to who assumed the last role; None where there is none, and for who exists in trust policies only."""

    @property
    def is_certain(self) -> bool:
        """Whether every role on the way may be assumed for certain."""
        return all(hop.verdict.outcome == "allowed" for hop in self.hops)


@dataclass(frozen=True, eq=False)
class ReachableWays:
    """Everything as which somebody can act, and roles that may trust them but that they may not assume."""

    ways: tuple[Way, ...]
    """One way for each user or role, certain ones before others, shorter ones before longer."""
    in_other_sessions: tuple[Way, ...] = ()
    """Further ways to the same roles, in sessions whose names other trust policies may ask for."""
    refused: tuple[tuple[Way | None, Hop], ...] = ()
    """Roles that may not be assumed, each with the way to who tried; None for who exists in trust policies only."""

    @property
    def every_way(self) -> tuple[Way, ...]:
        """Every way. Those to one role differ only in which further roles they lead to."""
        return (*self.ways, *self.in_other_sessions)


@dataclass(frozen=True, eq=False)
class Reacher:
    """Finds ways in one model."""

    model: AccessModel
    """The model."""

    @cached_property
    def known_roles(self) -> KnownRoles:
        """The roles of the model, and who may assume them, for decisions on sts:AssumeRole."""
        roles = self.model.role_by_arn
        return KnownRoles(frozenset(roles), lambda acting, arn: best_hop(acting, roles[arn]).verdict)

    def hops(self, acting: Acting, role: KnownEntity) -> Iterator[Hop]:
        """Yield how somebody assumes a role: in the best way, and where that one does not leave the name of the
        session open, in sessions of other names that make a difference."""
        best = best_hop(acting, role)
        yield best
        if best.verdict.outcome != "denied" and not best.is_session_free:
            names = (*session_names(acting, role), *self.trusted_names(role))
            yield from (hop_in_session(acting, role, name) for name in names if name != best.session)

    def hops_of_stranger(self, actor: Actor, role: KnownEntity, circumstances: Circumstances) -> Iterator[Hop]:
        """Yield how somebody who exists in trust policies only assumes a role, as `hops` does."""
        best = stranger_hop(actor, role, circumstances)
        yield best
        names = stranger_session_names(actor, role)
        if names and best.verdict.outcome != "denied" and not best.is_session_free:
            other_names = (name for name in (*names, *self.trusted_names(role)) if name != best.session)
            yield from (stranger_hop_named(actor, role, circumstances, name) for name in other_names)

    def trusted_names(self, role: KnownEntity) -> Collection[str]:
        """Return the names of a role's sessions that trust policies name."""
        return self._trusted_names.get(acting_session(role.as_role), ())

    @cached_property
    def _trusted_names(self) -> Mapping[str, Collection[str]]:
        """The names of sessions that trust policies name, by the ARN of sessions without the name."""
        names: dict[str, dict[str, None]] = defaultdict(dict)
        for role in self.model.roles:
            for arn in session_arns(role):
                start, _, name = arn.rpartition("/")
                names[start][name] = None
        return names

    def after(self, hop: Hop, circumstances: Circumstances) -> Acting:
        """Return the session that somebody has who has assumed a role."""
        return self.session(hop.role, hop.session or ("" if hop.is_session_free else UNNAMED_SESSION), circumstances)

    @cached_property
    def session(self) -> Callable[[KnownEntity, str, Circumstances], Acting]:
        """Returns a session of a role; with an empty name, one that could have any."""
        return remembering(self._session)

    def _session(self, known: KnownEntity, name: str, circumstances: Circumstances) -> Acting:
        if not name:
            return acting_role(known, UNNAMED_SESSION, circumstances)
        unnamed = self.session(known, "", circumstances)
        return replace(unnamed, caller=replace(unnamed.caller, session=name), session_is_free=False)

    def reach(self, actor: Actor, circumstances: Circumstances, within: frozenset[str] | None = None) -> ReachableWays:
        """Return everything that somebody can act as. `within` limits the roles that are looked at, by their ARNs."""
        search = _Search(self, actor, circumstances, within)
        search.run()
        return ReachableWays(tuple(search.ways.values()), tuple(search.in_other_sessions), tuple(search.refused))

    def candidates(self, names: Iterable[str], user: str | None) -> tuple[KnownEntity, ...]:
        """Return the roles whose trust policies may mean somebody with one of these names, in the model's order."""
        keys = [(name, None) for name in names] + ([(name, user) for name in names] if user else [])
        numbers = {number for key in keys for number in self._by_trusted.get(key, ())}
        return tuple(self.model.roles[number] for number in sorted(numbers))

    def near(self, acting: Acting) -> tuple[KnownEntity, ...]:
        """Return the roles whose trust policies may mean a user or a session of a role, in the model's order."""
        entity = acting.known.entity
        names = [principal.name for principal in (*acting.caller.principals, Principal("*", ANYBODY))]
        if isinstance(entity, IamRole):
            names.append(acting_session(entity))
        return self.candidates(names, entity.name if isinstance(entity, IamUser) else None)

    def leading_to(self, arns: frozenset[str]) -> frozenset[str]:
        """Return these roles and all from which one of them might be reached: roles that lead nowhere else count for
        nothing."""
        result, queue = set(arns), list(arns)
        while queue:
            following = self._roles_leading_to.get(queue.pop(), frozenset()) - result
            result |= following
            queue += following
        return frozenset(result)

    @cached_property
    def _roles_leading_to(self) -> Mapping[str, frozenset[str]]:
        """The ARNs of roles by the ARN of a role that they may be able to assume."""
        sources: dict[str, set[str]] = defaultdict(set)
        for role in self.model.roles:
            for target in self.candidates(acting_names(role.as_role), None):
                sources[target.entity.arn].add(role.entity.arn)
        return {arn: frozenset(leading) for arn, leading in sources.items()}

    @cached_property
    def _by_trusted(self) -> Mapping[tuple[str, str | None], tuple[int, ...]]:
        """The numbers of roles by a name in their trust policies, and by a user's name where one is demanded."""
        numbers: dict[tuple[str, str | None], dict[int, None]] = defaultdict(dict)
        for number, role in enumerate(self.model.roles):
            for statement in role.as_role.trust:
                for key in _trusted(statement):
                    numbers[key][number] = None
        return {key: tuple(value) for key, value in numbers.items()}


def _trusted(statement: Statement) -> Iterator[tuple[str, str | None]]:
    """Yield whom a statement lets in, as far as that is plain: a name, and the user name that it demands besides."""
    if statement.effect != "Allow":
        return
    if statement.not_principals or statement.unread:
        yield ANYBODY, None
        return
    demanded = [
        condition.values
        for condition in statement.conditions
        if condition.key.lower() == _USER_NAME
        and condition.operator.test == "StringEquals"
        and not (condition.operator.negated or condition.operator.if_exists or condition.operator.qualifier)
        and not any("${" in value for value in condition.values)
    ]
    users: tuple[str | None, ...] = demanded[0] if demanded else (None,)
    for principal in statement.principals:
        name = _without_session(principal.name)
        yield from ((name, user) for user in users)


def _without_session(name: str) -> str:
    """Return a session's ARN without the session's name: another may be chosen."""
    return name.rpartition("/")[0] if ":assumed-role/" in name else name


def acting_names(role: IamRole) -> tuple[str, ...]:
    """Return the names by which trust policies may mean sessions of a role."""
    root = f"arn:{role.partition}:iam::{role.account_id}:root"
    return (role.arn, role.account_id, root, acting_session(role), ANYBODY)


class _Search:
    """One search: first over what is certain, then over what may be."""

    def __init__(
        self, reacher: Reacher, actor: Actor, circumstances: Circumstances, within: frozenset[str] | None
    ) -> None:
        self.reacher, self.actor, self.circumstances, self.within = reacher, actor, circumstances, within
        self.ways: dict[str, Way] = {}
        self.in_other_sessions: list[Way] = []
        self.refused: list[tuple[Way | None, Hop]] = []
        self._reached: set[tuple[str, str]] = set()
        self._uncertain: deque[tuple[Way | None, Hop]] = deque()

    def run(self) -> None:
        """Find the ways, breadth first: the shortest to each role comes first."""
        queue: deque[Way] = deque()
        if self.actor.known is not None:
            self._arrive(self._start(self.actor.known), queue)
        else:
            self._from_stranger(queue)
        self._walk(queue)
        while self._uncertain:
            before, hop = self._uncertain.popleft()
            self._arrive(self._way(before, hop), queue)
            self._walk(queue)

    def _start(self, known: KnownEntity) -> Way:
        if isinstance(known.entity, IamRole):
            session = self.actor.session or UNNAMED_SESSION
            acting = acting_role(known, session, self.circumstances, is_free=not self.actor.session)
        else:
            acting = acting_user(known, self.actor.kind, self.circumstances)
        return Way(self.actor, acting)

    def _from_stranger(self, queue: deque[Way]) -> None:
        names = (*(principal.name for principal in self.actor.principals), ANYBODY)
        for role in self._within(self.reacher.candidates(names, None)):
            self._try(None, self.reacher.hops_of_stranger(self.actor, role, self.circumstances), queue)

    def _walk(self, queue: deque[Way]) -> None:
        while queue:
            way = queue.popleft()
            for role in self._within(self.reacher.near(way.acting)):
                if (role.entity.arn, "") not in self._reached:
                    self._try(way, self.reacher.hops(way.acting, role), queue)

    def _within(self, roles: Iterable[KnownEntity]) -> Iterator[KnownEntity]:
        return (role for role in roles if self.within is None or role.entity.arn in self.within)

    def _try(self, before: Way | None, hops: Iterable[Hop], queue: deque[Way]) -> None:
        for number, hop in enumerate(hops):
            if hop.verdict.outcome == "denied":
                self.refused += [(before, hop)] if number == 0 else []
            elif hop.verdict.outcome == "unknown" or not (before is None or before.is_certain):
                self._uncertain.append((before, hop))
            else:
                self._arrive(self._way(before, hop), queue)

    def _arrive(self, way: Way, queue: deque[Way]) -> None:
        """Keep a way and go on from it, unless nothing is reached by it that is not reached already."""
        role = way.acting.known
        name = self._name(way.acting)
        if {(role.entity.arn, ""), (role.entity.arn, name)} & self._reached:
            return
        self._reached.add((role.entity.arn, name))
        if self.ways.setdefault(role.entity.arn, way) is not way:
            self.in_other_sessions.append(way)
        queue.append(way)

    def _name(self, acting: Acting) -> str:
        """Return what tells one session of a role from another: its name if a trust policy has it. Nothing for one
        that could have any name, which is as good as all of them, and for a user."""
        if acting.session_is_free or not isinstance(acting.known.entity, IamRole):
            return ""
        is_named = acting.caller.session in self.reacher.trusted_names(acting.known)
        return acting.caller.session if is_named else UNNAMED_SESSION

    def _way(self, before: Way | None, hop: Hop) -> Way:
        acting = self.reacher.after(hop, self.circumstances)
        return Way(self.actor, acting, (*(before.hops if before else ()), hop), before)
