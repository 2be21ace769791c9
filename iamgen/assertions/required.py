"""Decide whether a `Require` holds: everybody whom it means may make all of its requests, from now on.

A role must allow all of it itself. Somebody else must have, in each account and for each action, one user or role as
which they may do it on every resource that is meant; what ends, or depends on what nobody can know, is no way.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from iamgen.assertions.assumed_roles import AssumedRoles
from iamgen.assertions.breaches import Breach, breach_of
from iamgen.assertions.callers import AtAnyTime, MeantCallers, session_way
from iamgen.assertions.policy_decisions import Evidence, PolicyDecisions
from iamgen.assertions.requests import ASSUME_ROLE
from iamgen.questions.hops import best_hop
from iamgen.questions.model import Actor, KnownEntity, ModelAccount
from iamgen.questions.reach import Reacher, Way


@dataclass(frozen=True, eq=False)
class NoWay:
    """Somebody who must be able to do something in an account, but has no principal there as which they can act."""

    name: str
    """Who."""
    account: str
    """The name of the account."""
    role: str = ""
    """The role that they must be able to assume and may not; empty where it is about another action."""


@dataclass(frozen=True, eq=False)
class RequireCheck:
    """The decision on one `Require`."""

    reacher: Reacher
    """Finds the ways of one model."""
    decisions: PolicyDecisions
    """Decides by policies."""
    meant: MeantCallers
    """Whom it is about, and where."""

    def breaches(self) -> Iterator[Breach | NoWay]:
        """Yield everybody who may not do all of it, with one request each; none where it is proven that they may."""
        for role in self.meant.roles(self.reacher.model):
            if not self.meant.is_excepted(role):
                acting = self.reacher.session(role, "", AtAnyTime(self.decisions.requests.now))
                yield from self._of_ways((session_way(role, acting),), role.account)
        by_name: dict[tuple[str, str], list[Actor]] = {}
        for actor in self.meant.actors(self.reacher.model):
            by_name.setdefault((actor.kind, actor.name), []).append(actor)
        for actors in by_name.values():
            yield from self._of_actors(actors)

    def _of_actors(self, actors: list[Actor]) -> Iterator[Breach | NoWay]:
        """Yield in which accounts somebody may not do it; a CI user is a user in each of its accounts."""
        for mfa in self.meant.states_of(actors[0]):
            circumstances = AtAnyTime(self.decisions.requests.now, mfa)
            ways = [way for actor in actors for way in self.reacher.reach(actor, circumstances).every_way]
            open_ways = [way for way in ways if way.is_certain and not self.meant.is_excepted(way.acting.known)]
            for account in filter(self.meant.is_here, self.reacher.model.accounts):
                yield from self._in_account(actors, tuple(open_ways), account)

    def _in_account(
        self, actors: list[Actor], ways: tuple[Way, ...], account: ModelAccount
    ) -> Iterator[Breach | NoWay]:
        """Yield what somebody may not do in an account, or that they cannot act there."""
        here = tuple(way for way in ways if way.acting.known.account is account)
        if here:
            yield from self._of_policies(here)
        elif self.decisions.requests.actions.names:
            yield NoWay(actors[0].name, account.name)
        if self._assumed is not None:
            yield from self._of_assuming(actors, ways, account, self._assumed)

    def _of_ways(self, ways: tuple[Way, ...], account: ModelAccount) -> Iterator[Breach | NoWay]:
        """Yield what a role may not do itself.

        It must be able to assume the roles of its own account; where none of these is meant, those of all accounts.
        """
        yield from self._of_policies(ways)
        if self._assumed is not None:
            targets = tuple(dict.fromkeys(role.account for role in self._assumed.targets))
            for place in (account,) if account in targets else targets:
                yield from self._of_assuming([ways[0].actor], ways, place, self._assumed)

    def _of_policies(self, ways: tuple[Way, ...]) -> Iterator[Breach]:
        """Yield an action that is not possible by any of the ways."""
        known = self.decisions.requests.actions
        remaining = known.all
        for way in ways:
            remaining &= sum(item.actions for item in self.decisions.first_look(way.acting))
        for action in known.named(remaining):
            evidence = self._against(ways, action)
            if evidence is not None:
                way, against = evidence
                yield breach_of(way, self.decisions.requests.spelled(action), against, is_allowed=False)
                return

    def _against(self, ways: tuple[Way, ...], action: str) -> tuple[Way, Evidence] | None:
        """Return what is against an action by the last of the ways; None where one of them is open."""
        last: tuple[Way, Evidence] | None = None
        for way in ways:
            evidence = self.decisions.exact(way.acting, action)
            if evidence is None:
                return None
            last = (way, evidence)
        return last

    @cached_property
    def _assumed(self) -> AssumedRoles | None:
        assumed = AssumedRoles(self.reacher, self.decisions, self.meant)
        return assumed if self.decisions.requests.means_assuming else None

    def _of_assuming(
        self, actors: list[Actor], ways: tuple[Way, ...], account: ModelAccount, assumed: AssumedRoles
    ) -> Iterator[Breach | NoWay]:
        """Yield the first role of an account that somebody may not assume for certain."""
        for role in assumed.targets:
            if role.account is account and not self._may_assume(ways, role):
                yield NoWay(actors[0].name, account.name, role.entity.name)
                return

    def _may_assume(self, ways: tuple[Way, ...], role: KnownEntity) -> bool:
        """Return whether one of the ways leads on to a role for certain, by an action that is required."""
        requests = self.decisions.requests
        by_itself = [way for way in ways if way.actor.known is None and len(way.hops) == 1]
        if any(way.hops[0].role is role and requests.means_action(way.actor.assume_action) for way in by_itself):
            return True
        hops = (best_hop(way.acting, role) for way in ways if requests.means_action(ASSUME_ROLE))
        return any(hop.verdict.outcome == "allowed" for hop in hops)
