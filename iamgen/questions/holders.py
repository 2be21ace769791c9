"""Find everybody in all accounts who may do something, with every way, and until when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from iamgen.access.entities import IamUser
from iamgen.aws.escalation import STEPS
from iamgen.questions.can import Asker, Attempt, ways_for
from iamgen.questions.circumstances import Acting, Circumstances
from iamgen.questions.decisions import LEVEL_RANK, ActionOutcome, Level
from iamgen.questions.demands import Demand, ResourceScope
from iamgen.questions.limits import ROOT_USER, not_looked_at, since, until
from iamgen.questions.model import AccessModel, ActorKind, KnownEntity
from iamgen.questions.reach import Way
from iamgen.questions.unknown_principals import unknown_principals

KINDS: tuple[ActorKind, ...] = (
    "person",
    "CI user",
    "user",
    "pipeline",
    "federated",
    "service",
    "other account",
)
"""The kinds of those who may call AWS, in the order in which answers have them."""

_OF_POWER = ("changes-policy", "gives-credentials", "gives-policy", "joins", "opens")
POWER_OVER_IAM = tuple(step.action for step in STEPS if step.gain in _OF_POWER)
"""Actions of which one is enough to become administrator: they attach or change policies, open a role to somebody, or
give access as another user."""


BY_SERVICES = "ways to become administrator by passing a role to a service, or by what a service runs as a role"
_OWN_CREDENTIALS = frozenset({"iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"})


@dataclass(frozen=True, eq=False)
class AccessHolder:
    """Somebody who may do something, and one way in which they may."""

    level: Level
    """Yes, or that it depends."""
    attempt: Attempt
    """The way, and what is decided on the action that the level stands on."""
    end: datetime | None
    """When that ends by a condition on the time; None without one."""
    actions: tuple[str, ...]
    """Of several actions, those that they may do for certain, on every resource."""


@dataclass(frozen=True, eq=False)
class HolderAnswer:
    """Everybody who may do something."""

    demand: Demand
    """What was asked for."""
    is_admin: bool
    """Whether the question was who is an administrator in effect: then one of the actions is enough."""
    holders: tuple[AccessHolder, ...]
    """Everybody, by kind and name, each once for each user or role as which they may."""
    unreached: tuple[KnownEntity, ...]
    """Roles that may do it, or might, and as which nobody can act who is known."""
    unknown: Mapping[str, tuple[KnownEntity, ...]] = field(default_factory=dict)
    """Users and roles whom trust policies name and of whom nothing is known, each with the roles that name them and as
    which they might do it, or come to a role that may."""
    beyond: frozenset[str] = frozenset()
    """The ARNs of the roles as which somebody may act of whom nothing is known."""

    @property
    def of_nobody(self) -> tuple[KnownEntity, ...]:
        """Roles that may or might do it, but as which nobody can act."""
        return tuple(role for role in self.unreached if role.entity.arn not in self.beyond)


@dataclass(frozen=True, eq=False)
class HolderSearch:
    """The search for everybody who may do something."""

    asker: Asker
    """Answers on the model."""
    demand: Demand
    """What is asked for."""
    circumstances: Circumstances
    """When, and how users sign in."""
    is_admin: bool = False
    """Whether one of the actions is enough."""
    only: frozenset[str] | None = None
    """The ARNs of the users and roles as which they act; None for every one."""

    def run(self) -> HolderAnswer:
        """Return everybody who may do it."""
        able = [role for role in self.asker.model.roles if self._is_in_scope(role) and self._role_level(role) != "no"]
        within = self.asker.reacher.leading_to(frozenset(role.entity.arn for role in able))
        holders = sorted(self._holders(within), key=_order)
        reached = {holder.attempt.way.acting.known.entity.arn for holder in holders}
        unreached = tuple(role for role in able if role.entity.arn not in reached)
        unknown = self._unknown(within)
        return HolderAnswer(
            self.demand, self.is_admin, tuple(holders), unreached, unknown, self._beyond(unreached, unknown)
        )

    def _unknown(self, within: frozenset[str]) -> Mapping[str, tuple[KnownEntity, ...]]:
        named: dict[str, list[KnownEntity]] = {}
        for role in self.asker.model.roles:
            for name in unknown_principals(self.asker.model, role) if role.entity.arn in within else ():
                named.setdefault(name, []).append(role)
        return {name: tuple(roles) for name, roles in sorted(named.items())}

    def _beyond(
        self, unreached: Iterable[KnownEntity], unknown: Mapping[str, tuple[KnownEntity, ...]]
    ) -> frozenset[str]:
        """Return which roles a principal about whom nothing is known may act as, also by way of other roles."""
        named = {role.entity.arn for roles in unknown.values() for role in roles}
        arns = (role.entity.arn for role in unreached)
        leading_to = self.asker.reacher.leading_to
        return frozenset(arn for arn in arns if not named.isdisjoint(leading_to(frozenset({arn}))))

    def _holders(self, within: frozenset[str]) -> Iterator[AccessHolder]:
        for actor in self.asker.model.actors:
            reach = self.asker.reacher.reach(actor, self.circumstances, within)
            ways = (way for way in ways_for(reach, self.demand) if self._is_in_scope(way.acting.known))
            holders: dict[str, AccessHolder] = {}
            for holder in sorted(filter(None, map(self._holder, ways)), key=lambda holder: LEVEL_RANK[holder.level]):
                holders.setdefault(holder.attempt.way.acting.known.entity.arn, holder)
            yield from holders.values()

    def _holder(self, way: Way) -> AccessHolder | None:
        outcomes = self._outcomes(way.acting)
        level = self._level(Attempt(way, outcome).level for outcome in outcomes)
        if level == "no":
            return None
        attempt = min((Attempt(way, outcome) for outcome in outcomes), key=lambda item: LEVEL_RANK[item.level])
        certain = tuple(item.action for item in outcomes if Attempt(way, item).level == "yes")
        return AccessHolder(level, attempt, until(self.asker, attempt, self.demand, self.circumstances), certain)

    def power(self, acting: Acting) -> tuple[Level, tuple[str, ...]]:
        """Return whether a user or a session may do it by policies of its own, and which of the actions for certain."""
        outcomes = self._outcomes(acting)
        certain = tuple(outcome.action for outcome in outcomes if outcome.level == "yes")
        return self._level(outcome.level for outcome in outcomes), certain

    def _role_level(self, role: KnownEntity) -> Level:
        return self.power(self.asker.reacher.session(role, "", self.circumstances))[0]

    def _outcomes(self, acting: Acting) -> list[ActionOutcome]:
        return action_outcomes(self.asker, acting, self.demand, is_admin=self.is_admin)

    def _level(self, levels: Iterable[Level]) -> Level:
        """Return the level of several actions: all of them count, or for administrators the best."""
        listed = set(levels)
        if self.is_admin:
            return min(listed, key=LEVEL_RANK.__getitem__, default="no")
        return listed.pop() if len(listed) == 1 else "depends"

    def _is_in_scope(self, known: KnownEntity) -> bool:
        is_there = not self.demand.scope.owner or known.account.id == self.demand.scope.owner
        return is_there and (self.only is None or known.entity.arn in self.only)


def action_outcomes(asker: Asker, acting: Acting, demand: Demand, *, is_admin: bool) -> list[ActionOutcome]:
    """Return what is decided about each action that is asked about; `is_admin` says that administrators are looked for:
    then what users may do to their own user alone does not count."""
    outcomes = [asker.outcome(acting, action, demand.scope) for action in demand.actions]
    user = acting.known.entity
    is_special = is_admin and isinstance(user, IamUser)
    return [_without_own_user(outcome, user.name) for outcome in outcomes] if is_special else outcomes


def _without_own_user(outcome: ActionOutcome, name: str) -> ActionOutcome:
    """Leave out what a user may do to their own user and gives them nothing more: further keys and a password."""
    if outcome.action not in _OWN_CREDENTIALS:
        return outcome
    elsewhere = tuple(item for item in outcome.samples if not item.resource.endswith(f"/{name}"))
    return replace(outcome, samples=elsewhere) if elsewhere else outcome


def admin_demand(account_id: str) -> Demand:
    """Return what an administrator in effect can do, in one account or, for an empty id, in any."""
    return Demand(POWER_OVER_IAM, "administration", ResourceScope(owner=account_id))


def _order(holder: AccessHolder) -> tuple[int, str, str, int]:
    actor = holder.attempt.way.actor
    kind = KINDS.index(actor.kind)
    return kind, actor.name, holder.attempt.way.acting.known.account.name, len(holder.attempt.way.hops)


def not_looked_at_by(model: AccessModel, holders: HolderAnswer) -> tuple[str, ...]:
    """Return who else may do it, and what may decide besides, and was not looked at, as parts of a sentence."""
    services = (BY_SERVICES,) if holders.is_admin else ()
    return (ROOT_USER, *services, *not_looked_at(model, holders.demand), *since(model.policy_list, model.partition))
