"""Find the shortest path by which a user or role reaches more power than it was granted.

The search goes over users and roles of all accounts, from move to move (`iamgen.questions.escalation_moves`), certain
moves before doubtful ones. It ends at whoever is an administrator in effect, or has full power over a service that the
start does not have full power over. What somebody may assume by roles that let them in is granted, and no escalation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from heapq import heappop, heappush
from itertools import count

from iamgen.access.entities import IamRole
from iamgen.access.known_actions import UNLISTED
from iamgen.questions.circumstances import Acting, Circumstances
from iamgen.questions.demands import EVERYTHING, ResourceScope
from iamgen.questions.escalation_moves import EscalationMove, Moves, named
from iamgen.questions.escalation_surroundings import AllowedAction
from iamgen.questions.hops import ANYBODY
from iamgen.questions.model import AccessModel, Actor, KnownEntity
from iamgen.questions.reach import Reacher

_GENERATED = re.compile(r"\b[A-Za-z][A-Za-z0-9-]*-([A-Za-z0-9]+)-\d{12}\b")  # stack, logical id, account
MOST_STATES = 400
"""How many users and roles, as they are or with more power, are looked at from one start."""
_OF_ADMINISTRATORS = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy")
_OF_OBSERVATION = frozenset(("cloudwatch", "logs", "xray"))
"""Services over which nearly every function and task has full power: it gains nothing that is worth a warning."""

AccountPower = tuple[str, str]
"""An account's id, and a service that somebody has full power over there; `*` for an administrator."""


@dataclass(frozen=True, eq=False)
class EscalationPath:
    """A path by which somebody gains more power."""

    start: KnownEntity
    """Who takes it."""
    moves: tuple[EscalationMove, ...]
    """Each move; none where the search was given up."""
    gain: str
    """What they can do in the end, in words."""

    @property
    def is_decided(self) -> bool:
        """Whether there is such a path: the search was not given up."""
        return bool(self.moves)

    @property
    def doubts(self) -> tuple[str, ...]:
        """What the path depends on and cannot be known, in words."""
        return tuple(dict.fromkeys(doubt for move in self.moves for doubt in move.doubts))


@dataclass(frozen=True, eq=False)
class EscalationSearch:
    """Looks for paths in one model; what it works out about a user or role is kept for the next start."""

    moves: Moves
    """Finds the moves."""
    _powers: dict[int, frozenset[str]] = field(default_factory=dict, repr=False)
    _harmless: dict[frozenset[AccountPower], set[int]] = field(default_factory=dict, repr=False)

    @classmethod
    def over(cls, model: AccessModel, circumstances: Circumstances) -> EscalationSearch:
        """Return the search over a model, under these circumstances."""
        return cls(Moves(Reacher(model), circumstances))

    def path(self, known: KnownEntity, declared: frozenset[str] = frozenset()) -> EscalationPath | None:
        """Return the shortest path of a user or role to more power, certain paths first; None if there is none.

        `declared` has the names of policies whose power was declared: what they alone allow the start is granted.
        """
        start = self.moves.acting(known)
        granted = self._granted(start)
        if (known.account.id, EVERYTHING) in granted:
            return None
        search = _OneSearch(self, granted, declared)
        moves = search.run(start)
        if moves is None and not search.is_given_up:
            # none of these leads on, whoever comes by who is granted the same
            self._harmless.setdefault(granted, set()).update(search.reached - {self.moves.number(start)})
            return None
        return EscalationPath(known, moves or (), search.gain)

    def holders(self, known: KnownEntity) -> tuple[str, ...]:
        """Return who can act as a role, by way of roles that certainly let them in; nobody for a user."""
        if not isinstance(known.entity, IamRole):
            return ()
        reacher, arn = self.moves.reacher, known.entity.arn
        within = reacher.leading_to(frozenset({arn}))
        near = dict.fromkeys(actor for role in sorted(within) for actor in self._directly.get(role, ()))
        labels = []
        for actor in near:
            ways = reacher.reach(actor, self.moves.circumstances, within).ways
            if any(way.is_certain and way.acting.known.entity.arn == arn for way in ways):
                labels.append(actor.name if actor.account_name == known.account.name else actor.label)
        return tuple(dict.fromkeys(labels))

    @cached_property
    def _directly(self) -> Mapping[str, tuple[Actor, ...]]:
        """Everybody but services, by the ARN of each role whose trust policy may mean them."""
        actors: dict[str, list[Actor]] = {}
        for actor in self.moves.reacher.model.actors:
            for role in self._near(actor) if actor.kind != "service" else ():
                actors.setdefault(role.entity.arn, []).append(actor)
        return {arn: tuple(several) for arn, several in actors.items()}

    def _near(self, actor: Actor) -> tuple[KnownEntity, ...]:
        if actor.known is not None:
            return self.moves.reacher.near(self.moves.acting(actor.known))
        names = (*(principal.name for principal in actor.principals), ANYBODY)
        return self.moves.reacher.candidates(names, None)

    def _granted(self, start: Acting) -> frozenset[AccountPower]:
        """Return what somebody has full power over by themselves and by the roles that surely let them in."""
        number = self.moves.number
        powers, reached, queue = set[AccountPower](), {number(start)}, [start]
        while queue and len(reached) <= MOST_STATES:
            acting = queue.pop()
            powers |= {(acting.known.account.id, power) for power in self.full_powers(acting)}
            for move in self.moves.of(acting):
                if not move.is_step and not move.doubts and number(move.target) not in reached:
                    reached.add(number(move.target))
                    queue.append(move.target)
        return frozenset(powers)

    def harmless(self, granted: frozenset[AccountPower]) -> set[int]:
        """Return the numbers of states that are known to lead to no more power for somebody who is granted this."""
        return self._harmless.get(granted, set())

    def gain(self, start: Acting, acting: Acting, granted: frozenset[AccountPower]) -> str:
        """Return in words what the start gains by acting as somebody; nothing if it is already granted as much."""
        account = acting.known.account
        powers = {power for power in self.full_powers(acting) if (account.id, power) not in granted}
        if (account.id, EVERYTHING) in granted:
            return ""
        where = "its account" if account is start.known.account else account.name
        if EVERYTHING in powers:
            return f"become administrator of {where}"
        services = " and ".join(sorted(powers))
        return f"gain full power over {services} in {where}" if services else ""

    def full_powers(self, acting: Acting) -> frozenset[str]:
        """Return the services that somebody has full power over; `*` for an administrator in effect."""
        key = self.moves.number(acting)
        if key not in self._powers:
            is_administrator = all(_may_everywhere(self.moves, acting, action) for action in _OF_ADMINISTRATORS)
            self._powers[key] = frozenset((EVERYTHING,)) if is_administrator else frozenset(self._services(acting))
        return self._powers[key]

    def _services(self, acting: Acting) -> Iterator[str]:
        statements = (item for item in (*acting.known.statements, *acting.known.boundary) if item.effect == "Allow")
        written = (action for item in statements for action in item.actions)
        services = {action.removesuffix(":*").lower() for action in written if action.endswith(":*")}
        for service in sorted(services - _OF_OBSERVATION):
            is_one = not set("*?") & set(service)
            if is_one and _may_everywhere(self.moves, acting, f"{service}:{UNLISTED}"):
                yield service


@dataclass(eq=False)
class _OneSearch:
    """The search from one start, the shortest and most certain paths first."""

    shared: EscalationSearch
    granted: frozenset[AccountPower]
    declared: frozenset[str]
    reached: set[int] = field(default_factory=set)
    gain: str = ""
    is_given_up: bool = False

    def run(self, start: Acting) -> tuple[EscalationMove, ...] | None:
        """Return the moves of the best path; None if there is none, or if the search is given up."""
        numbers, number = count(), self.shared.moves.number
        queue: list[tuple[int, int, int, Acting, tuple[EscalationMove, ...]]] = [(0, 0, next(numbers), start, ())]
        best = {number(start): (0, 0)}
        while queue:
            doubts, length, _, acting, moves = heappop(queue)
            if number(acting) in self.reached:
                continue
            self.reached.add(number(acting))
            self.gain = self.shared.gain(start, acting, self.granted) if moves else ""
            if self.gain:
                return moves
            if len(self.reached) > MOST_STATES:
                self.is_given_up = True
                return None
            for move in self._leading_on(acting, is_first=not moves):
                rank, to = (doubts + len(move.doubts), length + 1), number(move.target)
                if rank < best.get(to, (MOST_STATES, 0)):
                    best[to] = rank
                    heappush(queue, (*rank, next(numbers), move.target, (*moves, move)))
        return None

    def _leading_on(self, acting: Acting, *, is_first: bool) -> Iterator[EscalationMove]:
        """Yield the moves to look at. The first is more than to assume a role: a path that begins with a role is that
        role's own."""
        harmless, number = self.shared.harmless(self.granted), self.shared.moves.number
        for move in self.shared.moves.of(acting):
            is_none = is_first and (not move.is_step or all(_is_of(need, self.declared) for need in move.needs))
            if not is_none and number(move.target) not in harmless:
                yield move


def _is_of(need: AllowedAction, policies: frozenset[str]) -> bool:
    return need.statement is not None and need.statement.origin in policies


def _may_everywhere(moves: Moves, acting: Acting, action: str) -> bool:
    """Return whether an action is surely allowed on every resource of the account."""
    scope = ResourceScope(EVERYTHING, acting.known.account.id)
    return moves.decider.outcome(acting, action, scope).level == "yes"


def path_in_words(path: EscalationPath) -> str:
    """Return the moves of a path, each with its actions and the statements that allow them."""
    return "; ".join(f"{number}. {_move_in_words(move)}" for number, move in enumerate(path.moves, 1))


def _move_in_words(move: EscalationMove) -> str:
    by_statement: dict[str, list[str]] = {}
    for need in move.needs:
        by_statement.setdefault(_statement_in_words(need), []).append(need.action)
    by = (f"{' and '.join(actions)}{statement}" for statement, actions in by_statement.items())
    return f"{named(move.by.known)} {move.words} by {', and '.join(by)}"


def _statement_in_words(need: AllowedAction) -> str:
    """Return where the statement is, names that iamgen generates in their short form: `DeployP`."""
    statement = need.statement
    if statement is None:
        return ""
    name = statement.sid or f"statement {statement.number}"
    origin = _GENERATED.sub(r"\1", statement.origin)
    return f" ({origin}, {name})" if origin else f" ({name})"
