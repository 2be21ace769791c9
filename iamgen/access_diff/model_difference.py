"""Find everything that differs between two states of all accounts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from iamgen.access.known_actions import KnownActions
from iamgen.access_diff.assumption import Assumption, AssumptionChange
from iamgen.access_diff.compared_actions import compared_actions
from iamgen.access_diff.held_roles_change import HeldRoleChange, HeldRoles
from iamgen.access_diff.matched_principals import MatchedModels, MatchedPrincipal
from iamgen.access_diff.own_policies import OwnChange, OwnPolicies
from iamgen.access_diff.party_label import party_label
from iamgen.access_diff.shared_decisions import SharedDecisions
from iamgen.access_diff.trusted_parties import TrustedParty
from iamgen.questions.access_answer import ActorKey
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.held_roles import role_label
from iamgen.questions.holders import POWER_OVER_IAM, HolderAnswer, HolderSearch, admin_demand
from iamgen.questions.model import AccessModel
from iamgen.regions.comparison import ChangedActions


@dataclass(frozen=True, order=True)
class Administrator:
    """An administrator in effect: one action is enough for them to give themselves everything."""

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
    moment: datetime
    """The time as of which roles are held."""

    @cached_property
    def known(self) -> KnownActions:
        """The actions that were compared."""
        return compared_actions(self.models)

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
        """Everybody whose policies differ between the two sides, statement by statement, even if they allow the
        same."""
        policies = OwnPolicies(self.models, self.decisions)
        return tuple(change for item in self.principals if (change := policies.change(item)))

    @cached_property
    def own(self) -> tuple[OwnChange, ...]:
        """Everybody who may do more or less by their own policies, or for whom this is not decided."""
        return tuple(change for change in self.compared if not change.is_rewritten_only)

    @cached_property
    def assumption(self) -> tuple[AssumptionChange, ...]:
        """Everybody who may assume a role in more or fewer ways, or for whom this is not decided."""
        return tuple(change for change in self._assumed if not change.side)

    @cached_property
    def one_sided(self) -> tuple[AssumptionChange, ...]:
        """Everybody who gains or loses nothing, because only one of the two sides that decide says something else."""
        return tuple(change for change in self._assumed if change.side)

    @cached_property
    def _assumed(self) -> tuple[AssumptionChange, ...]:
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
        """Everybody whose policies, or trust policy, are written in another way and mean the same."""
        in_trust = {id(change.role) for change in self._assumed}
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
        """Everybody who is an administrator in effect, in a way in which they were not before."""
        arns = frozenset(self._with_more_power)
        if not arns:
            return ()
        before, after = (_search(asker, self._circumstances, arns) for asker in self._askers)
        names = {account.name: self._later_name(account.id) for account in self.models.before.accounts}
        earlier = {replace(item, account=names[item.account]) for item in _administrators(before)}
        certain = {replace(item, is_certain=False) for item in earlier if item.is_certain}
        later = {*_administrators(after), *self._unknown_administrators(after)}
        return tuple(sorted(later - earlier - certain))

    def _unknown_administrators(self, answer: HolderAnswer) -> Iterator[Administrator]:
        """Yield everybody who is newly let in to an administrator's role, and is not a user or role of the models."""
        reached = {holder.attempt.way.acting.known.entity.arn for holder in answer.holders}
        roles = reached | {role.entity.arn for role in answer.unreached}
        known = {holder.attempt.way.actor.name for holder in answer.holders}
        for change in self.assumption:
            party = change.party
            is_unknown = isinstance(party, TrustedParty) and party.name not in known
            if change.gain and is_unknown and change.role.after and change.role.after.entity.arn in roles:
                yield Administrator(party_label(party), change.role.name, change.role.known.account.name, False)

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
    def _with_more_power(self) -> Iterator[str]:
        """Yield the ARNs of users and roles that may more than before what makes an administrator, and of roles that
        somebody gains."""
        more = [item.principal for item in self.own if any(map(self._is_power, item.comparison.gains))]
        gained = [change.role for change in self.held if change.is_gain]
        gained += [change.role for change in self.assumption if change.gain]
        for item in (*more, *gained):
            yield from (side.entity.arn for side in (item.before, item.after) if side)

    def _is_power(self, gain: ChangedActions) -> bool:
        """Return whether one of the actions is enough to become administrator."""
        return bool(gain.actions & self.known.only(action.lower() for action in POWER_OVER_IAM))

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
    return ModelDifference(MatchedModels(before, after), moment)


def _search(asker: Asker, circumstances: Circumstances, arns: frozenset[str]) -> HolderAnswer:
    """Return who is administrator in effect as one of these users and roles."""
    return HolderSearch(asker, admin_demand(""), circumstances, is_admin=True, only=arns).run()


def _administrators(answer: HolderAnswer) -> Iterator[Administrator]:
    for holder in answer.holders:
        way = holder.attempt.way
        acting = way.acting.known
        role = role_label(acting) if way.hops else ""
        yield Administrator(way.actor.name, role, acting.account.name, holder.level == "yes")
