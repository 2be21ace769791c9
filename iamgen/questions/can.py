"""Answer whether somebody may do something, with every way that was tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from iamgen.access.principals import ASSUME
from iamgen.errors import Fault, IamgenError, faults_of, refuse
from iamgen.questions.circumstances import Acting, Circumstances
from iamgen.questions.decisions import LEVEL_RANK, ActionOutcome, Decider, Level, actions_alike
from iamgen.questions.demands import Demand, ResourceScope, demand
from iamgen.questions.hops import Hop, best_hop, stranger_hop
from iamgen.questions.memory import remembering
from iamgen.questions.model import AccessModel, Actor, KnownEntity
from iamgen.questions.naming_actors import ROLE_PREFIX, find_actors
from iamgen.questions.reach import ReachableWays, Reacher, Way
from iamgen.similar_names import did_you_mean

SELF = "self"
_TRIED = 50
"""Roles that an answer of no is explained with: those that would allow it, and that may not be assumed."""


@dataclass(frozen=True)
class AccessQuestion:
    """Whether somebody may do something."""

    actor: str
    """Who: a person, CI user, pipeline's subject, `role/NAME` or ARN, perhaps with `@ACCOUNT`."""
    action: str
    """An action, or a pattern of actions."""
    circumstances: Circumstances
    """When, how they signed in, and what else the request carries."""
    resource: str = "*"
    """An ARN, a pattern of ARNs, or `*` for every resource that the action can have."""
    account: str | None = None
    """The name of the account in which it is done; None for any."""
    via: str | None = None
    """A role's name: act through it alone; `self`: as oneself alone; None for any way."""


@dataclass(frozen=True, eq=False)
class Attempt:
    """One way to act, and the decision on an action there."""

    way: Way
    """The way."""
    outcome: ActionOutcome
    """What is decided."""

    @property
    def acting(self) -> Acting:
        """Who acts in the end, as they ask for this action."""
        return self.way.acting.asking_for(self.outcome.action)

    @property
    def level(self) -> Level:
        """Yes only where the way is certain too."""
        level = self.outcome.level
        return "depends" if level == "yes" and not self.way.is_certain else level


@dataclass(frozen=True, eq=False)
class Refused:
    """A role that would or might allow it, and that somebody may not assume."""

    actor: Actor
    """Who tried."""
    before: Way | None
    """How they came to where they tried; None for somebody who exists in trust policies only."""
    hop: Hop
    """The role, and why not."""


@dataclass(frozen=True, eq=False)
class AccessAnswer:
    """The answer to a question."""

    question: AccessQuestion
    """The question."""
    demand: Demand
    """What was asked for."""
    actors: tuple[Actor, ...]
    """Who was meant."""
    level: Level
    """Yes, no, or that it depends."""
    attempts: tuple[Attempt, ...]
    """The ways that were tried, the best first; of several actions, those of the first that is decided as the
    answer says."""
    refused: tuple[Refused, ...] = ()
    """Roles that would allow it and may not be assumed, where the answer is not yes."""
    by_level: dict[Level, tuple[str, ...]] = field(default_factory=dict)
    """Of a pattern of actions, which of them are decided how."""

    @property
    def best(self) -> Attempt | None:
        """The attempt that the answer stands on; None where nothing could be tried."""
        return self.attempts[0] if self.attempts else None

    @property
    def explicit(self) -> bool:
        """Whether a Deny statement decided that the answer is no."""
        verdicts = [sample.verdict for attempt in self.attempts for sample in attempt.outcome.samples]
        return self.level == "no" and any(verdict.explicit for verdict in verdicts)


@dataclass(frozen=True, eq=False)
class Asker:
    """Answers questions on one model, and keeps what several questions need."""

    model: AccessModel
    """The model."""

    @cached_property
    def reacher(self) -> Reacher:
        """Finds the ways."""
        return Reacher(self.model)

    @cached_property
    def reach(self) -> Callable[[Actor, Circumstances], ReachableWays]:
        """Returns everything that somebody can act as."""
        return remembering(self.reacher.reach)

    @cached_property
    def outcome(self) -> Callable[[Acting, str, ResourceScope], ActionOutcome]:
        """Returns what a user or a role's session may do of an action."""
        return Decider(self.reacher.known_roles).outcome

    def answer(self, question: AccessQuestion) -> AccessAnswer:
        """Return the answer. Raises IamgenError with everything in the question that is not known."""
        try:
            wish = demand(self.model, question.action, question.resource, question.account)
            actors = self._actors(question.actor, question.account)
            self._check_via(question.via)
        except IamgenError as exc:
            raise IamgenError(self.faults(question)) from exc
        ways = tuple(self._ways(question, actors, wish))
        by_action = self._by_action(ways, wish)
        levels = {action: _level(by_action[action]) for action in wish.actions}
        level = next(iter(set(levels.values()))) if len(set(levels.values())) == 1 else "depends"
        shown = min(wish.actions, key=lambda action: LEVEL_RANK[levels[action]])
        answer = AccessAnswer(question, wish, actors, level, by_action[shown], (), _grouped(levels))
        if level == "yes":
            return answer
        return replace(answer, refused=tuple(self._refused(answer, ways, shown)))

    def faults(self, question: AccessQuestion) -> tuple[Fault, ...]:
        """Return everything in a question that is not known, in the order in which it was typed."""
        return faults_of(
            lambda: find_actors(self.model, question.actor),
            lambda: demand(self.model, question.action, question.resource, question.account),
            lambda: self._check_via(question.via),
        )

    @cached_property
    def _actors(self) -> Callable[[str, str | None], tuple[Actor, ...]]:
        return remembering(partial(find_actors, self.model))

    def _ways(self, question: AccessQuestion, actors: Iterable[Actor], wish: Demand) -> Iterator[Way]:
        account = self.model.account(question.account) if question.account else None
        for actor in actors:
            for way in ways_for(self.reach(actor, question.circumstances), wish):
                is_there = account is None or way.acting.known.account is account
                if is_there and _is_via(way, question.via):
                    yield way

    def _check_via(self, via: str | None) -> None:
        if via in (None, SELF):
            return
        if via is not None and via.removeprefix(ROLE_PREFIX) not in self._role_names:
            otherwise = f"write a role's name, such as OpsR, or {SELF} to act without any role"
            raise refuse(via, "there is no such role", did_you_mean(via, self._role_names, otherwise))

    @cached_property
    def _role_names(self) -> frozenset[str]:
        return frozenset(name for role in self.model.roles for name in _names(role))

    def _by_action(self, ways: tuple[Way, ...], wish: Demand) -> dict[str, tuple[Attempt, ...]]:
        """Return the attempts at each action: of those that are decided alike, the attempts at the first of them."""
        attempts: dict[str, tuple[Attempt, ...]] = {}
        for alike in actions_alike((way.acting for way in ways), wish.actions):
            attempts |= dict.fromkeys(alike, self._attempts(ways, alike[0], wish))
        return attempts

    def _attempts(self, ways: tuple[Way, ...], action: str, wish: Demand) -> tuple[Attempt, ...]:
        """Return the attempts at an action, the best first; nothing is tried after one that surely succeeds."""
        attempts: list[Attempt] = []
        for way in ways:
            attempts.append(Attempt(way, self.outcome(way.acting, action, wish.scope)))
            if attempts[-1].level == "yes":
                break
        return best_by_role(attempts)

    def _refused(self, answer: AccessAnswer, ways: tuple[Way, ...], action: str) -> Iterator[Refused]:
        """Yield roles that would allow the action, with the way that got nearest to each."""
        question = answer.question
        asked = [role for role in self.model.roles if self._is_asked(role, question)]
        reached = {way.acting.known.entity.arn for way in ways}
        for actor in answer.actors:
            reach = self.reach(actor, question.circumstances)
            near = {hop.role.entity.arn: (before, hop) for before, hop in reversed(reach.refused)}
            reached |= {way.acting.known.entity.arn for way in reach.ways}
            named = [role for role in asked if role.entity.arn in near]
            unnamed = [role for role in asked if role.entity.arn not in near]
            for role in (*named, *unnamed[:_TRIED]):
                if role.entity.arn in reached:
                    continue
                acting = self.reacher.session(role, "", question.circumstances)
                if self.outcome(acting, action, answer.demand.scope).level != "no":
                    before, hop = near.get(role.entity.arn) or self._tried(actor, reach, role, question.circumstances)
                    yield Refused(actor, before, hop)

    def _is_asked(self, role: KnownEntity, question: AccessQuestion) -> bool:
        account = self.model.account(question.account) if question.account else None
        is_there = account is None or role.account is account
        return is_there and (question.via is None or question.via.removeprefix(ROLE_PREFIX) in _names(role))

    def _tried(
        self, actor: Actor, reach: ReachableWays, role: KnownEntity, circumstances: Circumstances
    ) -> tuple[Way | None, Hop]:
        if not reach.ways or actor.known is None:
            return None, stranger_hop(actor, role, circumstances)
        return reach.ways[0], self._hop(reach.ways[0].acting, role)

    @cached_property
    def _hop(self) -> Callable[[Acting, KnownEntity], Hop]:
        return remembering(best_hop)


def ways_for(reach: ReachableWays, wish: Demand) -> tuple[Way, ...]:
    """Return the ways that matter for the question: which session of a role it is matters only for further roles."""
    is_assuming = any(action.lower() == ASSUME.lower() for action in wish.actions)
    return reach.every_way if is_assuming else reach.ways


def best_by_role(attempts: Iterable[Attempt]) -> tuple[Attempt, ...]:
    """Return the attempts, the best first, and the best one alone of several sessions of one role."""
    best: dict[str, Attempt] = {}
    for attempt in sorted(attempts, key=lambda attempt: LEVEL_RANK[attempt.level]):
        best.setdefault(attempt.way.acting.known.entity.arn, attempt)
    return tuple(best.values())


def _names(role: KnownEntity) -> tuple[str, ...]:
    entity = role.entity
    return entity.name, entity.logical_id, entity.arn


def _is_via(way: Way, via: str | None) -> bool:
    if via is None:
        return True
    if via == SELF:
        return not way.hops
    return bool(way.hops) and via.removeprefix(ROLE_PREFIX) in _names(way.hops[-1].role)


def _level(attempts: Iterable[Attempt]) -> Level:
    return min((attempt.level for attempt in attempts), key=LEVEL_RANK.__getitem__, default="no")


def _grouped(levels: dict[str, Level]) -> dict[Level, tuple[str, ...]]:
    return {level: tuple(action for action in levels if levels[action] == level) for level in LEVEL_RANK}
