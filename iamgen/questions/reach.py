"""Which roles somebody can act as: from themselves to roles, and from roles to further roles, the shortest way first.

A role is assumed when its trust policy and the policies of who asks allow it, as `iamgen.access` decides it. Where that
depends on what nobody can know, the way is uncertain, and nothing that follows it is certain.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from iamgen.access.documents import Principal, Statement
from iamgen.access.entities import IamRole, IamUser
from iamgen.questions.circumstances import Acting, Circumstances, acting_role, acting_user
from iamgen.questions.decisions import KnownRoles
from iamgen.questions.hops import (
    ANYBODY,
    RANK,
    Hop,
    acting_session,
    best_hop,
    hop_named,
    stranger_hop,
    trusted_sessions,
)
from iamgen.questions.memory import remembering
from iamgen.questions.model import AccessModel, Actor, KnownEntity

_SESSION = "session"
_USER_NAME = "aws:username"


@dataclass(frozen=True, eq=False)
class Way:
    """How somebody comes to act: as themselves, or as a role at the end of some hops."""

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
    """Everything that somebody can act as, and roles whose trust policy may mean them and that they may not assume."""

    ways: tuple[Way, ...]
    """One way for each user or role, certain ones before others, shorter ones before longer."""
    refused: tuple[tuple[Way | None, Hop], ...] = ()
    """Roles that may not be assumed, each with the way to who tried; None for who exists in trust policies only."""


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

    @cached_property
    def session(self) -> Callable[[KnownEntity, str, Circumstances], Acting]:
        """Returns a session of a role; with an empty name, one that could have any."""
        return remembering(self._session)

    def _session(self, known: KnownEntity, name: str, circumstances: Circumstances) -> Acting:
        if not name:
            return acting_role(known, _SESSION, circumstances)
        unnamed = self.session(known, "", circumstances)
        return replace(unnamed, caller=replace(unnamed.caller, session=name), session_is_free=False)

    def reach(self, actor: Actor, circumstances: Circumstances, within: frozenset[str] | None = None) -> ReachableWays:
        """Return everything that somebody can act as. `within` limits the roles that are looked at, by their ARNs."""
        search = _Search(self, actor, circumstances, within)
        search.run()
        return ReachableWays(tuple(search.ways.values()), tuple(search.refused))

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
        self.refused: list[tuple[Way | None, Hop]] = []
        self._uncertain: list[tuple[Way | None, Hop]] = []

    def run(self) -> None:
        """Find the ways, breadth first: the shortest to each role comes first."""
        queue: deque[Way] = deque()
        if self.actor.known is not None:
            queue.append(self._start(self.actor.known))
            self.ways[self.actor.known.entity.arn] = queue[0]
        else:
            self._from_stranger(queue)
        self._walk(queue)
        while self._uncertain:
            before, hop = self._uncertain.pop(0)
            if hop.role.entity.arn not in self.ways:
                self._walk(deque([self._arrive(before, hop)]))

    def _start(self, known: KnownEntity) -> Way:
        if isinstance(known.entity, IamRole):
            acting = acting_role(
                known, self.actor.session or _SESSION, self.circumstances, is_free=not self.actor.session
            )
        else:
            acting = acting_user(known, self.actor.kind, self.circumstances)
        return Way(self.actor, acting)

    def _from_stranger(self, queue: deque[Way]) -> None:
        names = (*(principal.name for principal in self.actor.principals), ANYBODY)
        for role in self._within(self.reacher.candidates(names, None)):
            self._try(None, stranger_hop(self.actor, role, self.circumstances), queue)

    def _walk(self, queue: deque[Way]) -> None:
        while queue:
            way = queue.popleft()
            for role in self._within(self.reacher.near(way.acting)):
                if role.entity.arn not in self.ways:
                    self._try(*self._best(way, role), queue)

    def _best(self, way: Way, role: KnownEntity) -> tuple[Way, Hop]:
        """Return how somebody assumes a role at the end of a way, with another name of their session if that helps."""
        plain = (way, best_hop(way.acting, role))
        if plain[1].verdict.outcome == "allowed":
            return plain
        renamed = [(other, best_hop(other.acting, role)) for other in self._renamed(way, role)]
        return min((plain, *renamed), key=lambda item: (RANK[item[1].verdict.outcome], not item[0].is_certain))

    def _renamed(self, way: Way, role: KnownEntity) -> Iterator[Way]:
        """Yield a way with those names of its session that a role's trust policy names, where the session has a name
        already that was chosen to come this far."""
        if way.before is None or not way.hops[-1].session:
            return
        last = way.hops[-1]
        for name in trusted_sessions(last.role.as_role, role):
            hop = hop_named(way.before.acting, last.role, name, last.as_session)
            if hop.verdict.outcome != "denied":
                yield self._way(way.before, hop)

    def _within(self, roles: Iterable[KnownEntity]) -> Iterator[KnownEntity]:
        return (role for role in roles if self.within is None or role.entity.arn in self.within)

    def _try(self, before: Way | None, hop: Hop, queue: deque[Way]) -> None:
        if hop.verdict.outcome == "denied":
            self.refused.append((before, hop))
        elif hop.verdict.outcome == "unknown" or not (before is None or before.is_certain):
            self._uncertain.append((before, hop))
        elif hop.role.entity.arn not in self.ways:
            queue.append(self._arrive(before, hop))

    def _arrive(self, before: Way | None, hop: Hop) -> Way:
        way = self.ways[hop.role.entity.arn] = self._way(before, hop)
        return way

    def _way(self, before: Way | None, hop: Hop) -> Way:
        acting = self.reacher.session(hop.role, hop.session, self.circumstances)
        return Way(self.actor, acting, (*(before.hops if before else ()), hop), before)
