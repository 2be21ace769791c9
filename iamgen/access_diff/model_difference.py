"""Everything that is different from one state of all accounts to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from iamgen.access.known_actions import KnownActions
from iamgen.access_diff.assumption import Assumption, AssumptionChange
from iamgen.access_diff.held_roles_change import HeldRoleChange, HeldRoles
from iamgen.access_diff.matched_principals import MatchedModels, MatchedPrincipal
from iamgen.access_diff.own_policies import OwnChange, OwnPolicies
from iamgen.access_diff.shared_decisions import SharedDecisions
from iamgen.aws.data.services import every_action
from iamgen.questions.access_answer import ActorKey
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.held_roles import role_label
from iamgen.questions.holders import POWER_OVER_IAM, HolderSearch, admin_demand
from iamgen.questions.model import AccessModel


@dataclass(frozen=True, order=True)
class Administrator:
    """Somebody who is administrator in effect: one action is enough to give themselves everything."""

    name: str
    """Who it is."""
    role: str
    """The role as which they are; empty for their own user."""
    account: str
    """The name of the account."""
    is_certain: bool = True
    """Whether it is certain; else it depends on the request."""


@dataclass(frozen=True, eq=False)
class ModelDifference:
    """What is different from one state of all accounts to another."""

    models: MatchedModels
    """Both states."""
    known: KnownActions
    """The actions that were compared."""
    moment: datetime
    """The time as of which roles are held."""

    @cached_property
    def decisions(self) -> SharedDecisions:
        """What was decided about statements, each pair once."""
        return SharedDecisions()

    @cached_property
    def principals(self) -> tuple[MatchedPrincipal, ...]:
        """The users and roles of both sides."""
        return (*self.models.users, *self.models.roles)

    @cached_property
    def compared(self) -> tuple[OwnChange, ...]:
        """Whoever has not the same policies on both sides, statement by statement, also where they allow the same."""
        policies = OwnPolicies(self.models, self.known, self.decisions)
        return tuple(change for item in self.principals if (change := policies.change(item)))

    @cached_property
    def own(self) -> tuple[OwnChange, ...]:
        """Whoever may do more or less by their own policies, or of whom that is not decided."""
        return tuple(change for change in self.compared if not change.is_rewritten_only)

    @cached_property
    def assumption(self) -> tuple[AssumptionChange, ...]:
        """Whoever may assume a role in more or fewer ways, or of whom that is not decided."""
        return self._assumption.changes()

    @cached_property
    def joined(self) -> tuple[ActorKey, ...]:
        """Who is new."""
        return self._held.joined

    @cached_property
    def left(self) -> tuple[ActorKey, ...]:
        """Who is gone."""
        return self._held.left

    @cached_property
    def held(self) -> tuple[HeldRoleChange, ...]:
        """The roles that are gained, lost, or held until another time."""
        return self._held.changes(self.assumption) if self.assumption or self.joined or self.left else ()

    @cached_property
    def rewritten(self) -> tuple[MatchedPrincipal, ...]:
        """Whoever has policies, or a trust policy, that are written in another way and mean the same."""
        in_trust = {id(change.role) for change in self.assumption}
        written = [change.principal for change in self.compared if change.is_rewritten_only]
        trusts = [role for role in self._assumption.rewritten if id(role) not in in_trust]
        return tuple(dict.fromkeys((*written, *trusts)))

    @cached_property
    def renamed(self) -> tuple[MatchedPrincipal, ...]:
        """Users and roles that have another ARN on each side: policies elsewhere may still name the earlier one."""
        return tuple(
            item
            for item in self.principals
            if item.before and item.after and item.before.entity.arn != item.after.entity.arn
        )

    @cached_property
    def new_administrators(self) -> tuple[Administrator, ...]:
        """Whoever is administrator in effect, in a way in which they were not before."""
        if not self._may_have_new_administrators:
            return ()
        before, after = (set(_administrators(asker, self._circumstances)) for asker in self._askers)
        names = {account.name: self._later_name(account.id) for account in self.models.before.accounts}
        earlier = {(item.name, item.role, names.get(item.account, item.account), item.is_certain) for item in before}
        new = (item for item in after if (item.name, item.role, item.account, item.is_certain) not in earlier)
        certain = {(name, role, account) for name, role, account, is_certain in earlier if is_certain}
        return tuple(sorted(item for item in new if (item.name, item.role, item.account) not in certain))

    @property
    def has_gains(self) -> bool:
        """Whether somebody may do something that they could not do before."""
        return (
            any(change.comparison.gains for change in self.own)
            or any(change.gain for change in self.assumption)
            or any(change.is_gain for change in self.held)
        )

    @property
    def has_losses(self) -> bool:
        """Whether somebody may no longer do something."""
        return (
            any(change.comparison.losses for change in self.own)
            or any(change.loss for change in self.assumption)
            or any(not change.is_gain for change in self.held)
        )

    @property
    def has_doubts(self) -> bool:
        """Whether something is not decided."""
        return any(change.comparison.doubts for change in self.own) or any(item.doubts for item in self.assumption)

    @property
    def is_proven_equal(self) -> bool:
        """Whether it is proven that nobody gains or loses anything."""
        return not (self.own or self.assumption or self.held)

    @property
    def classes(self) -> int:
        """How many classes of requests were compared."""
        return sum(change.comparison.classes for change in self.compared)

    def _later_name(self, account_id: str) -> str:
        account = self.models.after.account_by_id.get(account_id) or self.models.before.account_by_id[account_id]
        return account.name

    @property
    def _may_have_new_administrators(self) -> bool:
        power = self.known.only(action.lower() for action in POWER_OVER_IAM)
        more = (gain for change in self.own for gain in change.comparison.gains)
        return any(change.is_gain for change in self.held) or any(gain.actions & power for gain in more)

    @cached_property
    def _assumption(self) -> Assumption:
        return Assumption(self.models, self.decisions)

    @cached_property
    def _askers(self) -> tuple[Asker, Asker]:
        return Asker(self.models.before), Asker(self.models.after)

    @cached_property
    def _held(self) -> HeldRoles:
        return HeldRoles(self.models, self._askers, self._circumstances)

    @property
    def _circumstances(self) -> Circumstances:
        return Circumstances(self.moment)


def model_difference(before: AccessModel, after: AccessModel, moment: datetime) -> ModelDifference:
    """Return what is different; each part is worked out when it is first asked for."""
    known = KnownActions.with_unlisted(every_action())
    return ModelDifference(MatchedModels(before, after), known, moment)


def _administrators(asker: Asker, circumstances: Circumstances) -> Iterator[Administrator]:
    for holder in HolderSearch(asker, admin_demand(""), circumstances, is_admin=True).run().holders:
        way = holder.attempt.way
        acting = way.acting.known
        role = role_label(acting) if way.hops else ""
        yield Administrator(way.actor.name, role, acting.account.name, holder.level == "yes")
