"""Decide whether a `Forbid` holds: nobody whom it means may make one of its requests, in any way, from now on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from iamgen.assertions.assumed_roles import AssumedRoles
from iamgen.assertions.breaches import Breach, breach_by_assuming, breach_of
from iamgen.assertions.callers import AtAnyTime, MeantCallers, session_way
from iamgen.assertions.policy_decisions import Evidence, PolicyDecisions
from iamgen.assertions.requests import ASSUME_ROLE
from iamgen.questions.circumstances import Circumstances, Mfa
from iamgen.questions.hops import best_hop
from iamgen.questions.model import Actor, KnownEntity
from iamgen.questions.reach import Reacher, Way


@dataclass(frozen=True, eq=False)
class ForbidCheck:
    """The decision on one `Forbid`."""

    reacher: Reacher
    """Finds the ways of one model."""
    decisions: PolicyDecisions
    """Decides by policies."""
    meant: MeantCallers
    """Whom it is about, and where."""

    def breaches(self) -> Iterator[Breach]:
        """Yield everybody who may do it, with one request each; none where it is proven that nobody may."""
        for role in self.meant.roles(self.reacher.model, everywhere=self.decisions.requests.means_assuming):
            if not self.meant.is_excepted(role):
                acting = self.reacher.session(role, "", self._at_any_time)
                yield from self._of_way(session_way(role, acting))
        for actor in self.meant.actors(self.reacher.model):
            yield from self._of_actor(actor)

    @cached_property
    def _at_any_time(self) -> Circumstances:
        return AtAnyTime(self.decisions.requests.now)

    @cached_property
    def _of_roles(self) -> Mapping[str, tuple[str, Evidence]]:
        """What each role may do of it, by the role's ARN, no matter who acts as the role."""
        violations = {
            role.entity.arn: self.decisions.violation(self.reacher.session(role, "", self._at_any_time))
            for role in self.reacher.model.roles
            if self._is_looked_at(role)
        }
        return {arn: violation for arn, violation in violations.items() if violation}

    def _is_looked_at(self, known: KnownEntity) -> bool:
        return self.meant.is_here(known.account) and not self.meant.is_excepted(known)

    @cached_property
    def _within(self) -> frozenset[str] | None:
        """The roles that count for something, by their ARNs; None for all of them."""
        return None if self._assumed else self.reacher.leading_to(frozenset(self._of_roles))

    @cached_property
    def _assumed(self) -> AssumedRoles | None:
        assumed = AssumedRoles(self.reacher, self.decisions, self.meant)
        return assumed if self.decisions.requests.means_assuming else None

    def _of_actor(self, actor: Actor) -> Iterator[Breach]:
        """Yield what somebody may do, once for each user or role as which they may."""
        known_already = set[tuple[str, str, str]]()
        for mfa in self.meant.states_of(actor):
            circumstances = AtAnyTime(self.decisions.requests.now, mfa)
            reach = self.reacher.reach(actor, circumstances, self._within)
            for way in reach.every_way:
                refused = frozenset(hop.role.entity.arn for before, hop in reach.refused if before is way)
                for breach in self._of_way(way, refused):
                    key = (way.acting.known.entity.arn, breach.action, breach.resource)
                    if key not in known_already:
                        known_already.add(key)
                        yield self._as_of_now(breach, mfa)

    def _of_way(self, way: Way, refused: frozenset[str] = frozenset()) -> Iterator[Breach]:
        """Yield what is allowed to somebody who acts in one way; `refused` are roles that they may not assume."""
        violation = self._violation(way) if self._is_looked_at(way.acting.known) else None
        if violation:
            action, evidence = violation
            yield breach_of(way, self.decisions.requests.spelled(action), evidence, is_allowed=True)
        if self._assumed is not None:
            yield from self._by_assuming(way, refused, self._assumed)

    def _violation(self, way: Way) -> tuple[str, Evidence] | None:
        arn = way.acting.known.entity.arn
        if arn in self.reacher.model.role_by_arn:
            return self._of_roles.get(arn)
        return self.decisions.violation(way.acting)

    def _by_assuming(self, way: Way, refused: frozenset[str], assumed: AssumedRoles) -> Iterator[Breach]:
        """Yield the roles that somebody may assume, where that is forbidden."""
        requests = self.decisions.requests
        if way.actor.known is None and len(way.hops) == 1:  # they have come from nowhere else
            hop = way.hops[0]
            if requests.means_action(way.actor.assume_action) and assumed.is_target(hop.role):
                yield breach_by_assuming(replace(way, hops=()), way.actor.assume_action, hop)
        if not requests.means_action(ASSUME_ROLE) or self.meant.is_excepted(way.acting.known):
            return
        for hop in assumed.assumed_by(way.acting, refused):
            yield breach_by_assuming(way, requests.spelled(ASSUME_ROLE), hop)
        unknown = assumed.unknown_role(way.acting)
        if unknown is not None:
            yield breach_of(way, requests.spelled(ASSUME_ROLE), unknown, is_allowed=True)

    def _as_of_now(self, breach: Breach, mfa: Mfa) -> Breach:
        """Return the same with a way that is certainly open now, if it is: else it may be open at another time."""
        if breach.is_certain:
            return breach
        actor, arn = breach.way.actor, breach.way.acting.known.entity.arn
        within = self.reacher.leading_to(frozenset({arn}))
        every = self.reacher.reach(actor, Circumstances(self.decisions.requests.now, mfa), within).every_way
        ways = [way for way in every if way.acting.known.entity.arn == arn and way.is_certain]
        role = self.reacher.model.role_by_arn.get(breach.resource)
        if role is None or not breach.reasons:
            return replace(breach, way=ways[0]) if ways else breach
        for way in ways:
            if (hop := best_hop(way.acting, role)).verdict.outcome == "allowed":
                return breach_by_assuming(way, breach.action, hop)
        return breach
