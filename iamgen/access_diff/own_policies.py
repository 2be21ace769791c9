"""Compare what a user or role may do by its own policies, within its boundary, before and after a change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from iamgen.access.documents import Statement
from iamgen.access.known_actions import ActionSet, KnownActions
from iamgen.access.principals import ASSUME
from iamgen.access.statement_index import IndexedStatements, StatementIndex, indexes_of
from iamgen.access_diff.callers import CommonCaller, keys_of
from iamgen.access_diff.compared_actions import compared_actions
from iamgen.access_diff.matched_principals import MatchedModels, MatchedPrincipal
from iamgen.access_diff.resource_forms import EXAMPLE_ACCOUNT, RESOURCE_FORMS
from iamgen.access_diff.shared_decisions import SharedDecisions
from iamgen.questions.model import KnownEntity
from iamgen.regions.comparison import (
    AccessComparison,
    ChangedActions,
    ComparisonScope,
    DoubtfulActions,
    changed_actions,
    compare,
)
from iamgen.regions.difference import NotDecided, PolicySet, Witness
from iamgen.regions.statement_formulas import Viewpoint

_ASSUME = ASSUME.lower()


@dataclass(frozen=True, eq=False)
class OwnChange:
    """What a user or role may do more or less than before, or that its policies were rewritten without any change."""

    principal: MatchedPrincipal
    """The user or role."""
    comparison: AccessComparison
    """What its policies allow differently."""

    @property
    def is_rewritten_only(self) -> bool:
        """Whether the policies are written in another way, and allow the same."""
        return self.comparison.is_proven_equal


@dataclass(frozen=True, eq=False)
class OwnPolicies:
    """Compares the policies of users and roles."""

    models: MatchedModels
    """Both sides."""
    decisions: SharedDecisions
    """Decides about each class of actions."""
    _compared: dict[object, AccessComparison | None] = field(default_factory=dict, repr=False)
    _deciding: dict[object, tuple[Statement, ...]] = field(default_factory=dict, repr=False)

    @cached_property
    def known(self) -> KnownActions:
        """The actions of AWS, and actions that represent future ones."""
        return compared_actions(self.models)

    def change(self, principal: MatchedPrincipal) -> OwnChange | None:
        """Return what is different; None where the policies are the same on both sides, statement by statement."""
        before, after = policies_of(principal.before), policies_of(principal.after)
        common = self._common(principal, before, after)
        fixed = frozenset(common.caller.fixed.items())
        key = (policy_identities(principal), fixed, common.doubts, principal.known.account.id)
        if key not in self._compared:
            compared = self._comparison(before, after, common)
            known = compared and _in_account(compared, principal.known.account.id, before, after)
            self._compared[key] = known
        comparison = self._compared[key]
        return OwnChange(principal, comparison) if comparison else None

    def _common(self, principal: MatchedPrincipal, before: PolicySet, after: PolicySet) -> CommonCaller:
        """Return the keys that a decision may depend on.

        Where the keys have the same values on both sides, those of statements that decide alike anyway count for
        nothing: so members of a group share a decision.
        """
        first, second = keys_of(principal.before), keys_of(principal.after)
        if first is not None and second is not None and first != second:
            return CommonCaller.of(first, second, (*_all(before), *_all(after)))
        key = policy_identities(principal)
        if key not in self._deciding:
            self._deciding[key] = tuple(self._about_changes(before, after))
        return CommonCaller.of(first, second, self._deciding[key])

    def _about_changes(self, before: PolicySet, after: PolicySet) -> Iterator[Statement]:
        """Yield the statements about actions that may be decided otherwise on each side."""
        touched = 0 if before == after else changed_actions(before, after, self.known)
        for side in (*before.sides, *after.sides) if touched else ():
            for index in indexes_of(side):
                for item in self.known.of_policy(index):
                    if (item.certain | item.doubtful) & touched:
                        yield item.statement.statement

    def _comparison(self, before: PolicySet, after: PolicySet, common: CommonCaller) -> AccessComparison | None:
        """Return what two sets of policies allow differently; None where their statements are the same."""
        if before == after and not common.doubts:
            return None
        touched = changed_actions(before, after, self.known)
        if not touched and not common.doubts:
            return None
        scope = ComparisonScope(RESOURCE_FORMS, Viewpoint(common.caller), self.decisions, self._assume)
        compared = compare(before, after, self.known, scope)
        statements = [*_all(before), *_all(after)]
        compared = replace(compared, doubts=(*compared.doubts, *self._doubts(common, statements)))
        if touched & self._assume:
            return self._with_assuming(compared, before, after, scope.viewpoint)
        return compared

    @cached_property
    def _assume(self) -> ActionSet:
        return self.known.only([_ASSUME])

    @cached_property
    def _role_arns(self) -> frozenset[str]:
        return frozenset((*self.models.before.role_by_arn, *self.models.after.role_by_arn))

    @cached_property
    def _without_roles(self) -> StatementIndex:
        """A Deny of every role of the models: whether those may be assumed depends on their trust policies as well."""
        arns = tuple(sorted(self._role_arns))
        denied = Statement("Deny", "the roles of these accounts", (ASSUME,), resources=arns)
        return StatementIndex.of([denied] if arns else [])

    def _with_assuming(
        self, compared: AccessComparison, before: PolicySet, after: PolicySet, viewpoint: Viewpoint
    ) -> AccessComparison:
        """Add what changes for roles that are not in the models: `assumption` compares those that are."""
        elsewhere = [self._elsewhere(side) for side in (before, after)]
        if elsewhere[0] == elsewhere[1]:
            return compared
        first, second = (
            replace(side, identity=IndexedStatements.of((*indexes_of(side.identity), self._without_roles)))
            for side in elsewhere
        )
        gain = self.decisions(first, second, _ASSUME, viewpoint, frozenset())
        loss = self.decisions(second, first, _ASSUME, viewpoint, frozenset())
        doubts = tuple(
            DoubtfulActions(self._assume, item.reasons) for item in (gain, loss) if isinstance(item, NotDecided)
        )
        return replace(
            compared,
            gains=(*compared.gains, *self._changed(gain)),
            losses=(*compared.losses, *self._changed(loss)),
            doubts=(*compared.doubts, *doubts),
        )

    def _changed(self, result: Witness | NotDecided | None) -> Iterator[ChangedActions]:
        if isinstance(result, Witness):
            yield ChangedActions(self._assume, result)

    def _elsewhere(self, side: PolicySet) -> PolicySet:
        """Return what is about roles that are not in the models: entries that name one of the models are left out."""
        boundary = None if side.boundary is None else tuple(self._of_others(side.boundary))
        return PolicySet(tuple(self._of_others(side.identity)), boundary)

    def _of_others(self, statements: tuple[Statement, ...]) -> Iterator[Statement]:
        for index in indexes_of(statements):
            for candidates in index.candidates(_ASSUME, principals=False).values():
                for prepared, _ in candidates:
                    resources = prepared.statement.resources
                    resources_of_others = tuple(entry for entry in resources if entry not in self._role_arns)
                    if resources_of_others or not resources:
                        yield replace(prepared.statement, resources=resources_of_others)

    def _doubts(self, common: CommonCaller, statements: Iterable[Statement]) -> Iterator[DoubtfulActions]:
        """Yield the actions of statements that depend on a key with another value on each side."""
        for doubt in common.doubts:
            index = StatementIndex.of(item for item in statements if doubt.where in item.context_keys)
            actions = 0
            for item in self.known.of_policy(index):
                actions |= item.certain | item.doubtful
            yield DoubtfulActions(actions, (doubt,))


def policy_identities(principal: MatchedPrincipal) -> object:
    """Return what is equal for users and roles that have the very same policies, as members of one group have."""
    return tuple(tuple(map(id, _held(known))) for known in (principal.before, principal.after))


def _held(known: KnownEntity | None) -> Iterator[object]:
    """Yield the policies of a user or role, with its boundary."""
    if known is not None:
        yield from (policy for _, policy in known.held_policies)
        yield known.entity.boundary


def policies_of(known: KnownEntity | None) -> PolicySet:
    """Return the policies of a user or role, within its boundary. If it does not exist, the policies allow nothing."""
    if known is None:
        return PolicySet(())
    boundary = known.entity.boundary
    return PolicySet(known.entity.statements, boundary.indexed_statements if boundary else None)


def _all(policies: PolicySet) -> Iterator[Statement]:
    for side in policies.sides:
        yield from side


def _in_account(compared: AccessComparison, account_id: str, before: PolicySet, after: PolicySet) -> AccessComparison:
    """Return the comparison with requests for resources of the principal's own account, where they differ as well."""
    return replace(
        compared,
        gains=tuple(_moved(item, account_id, before, after) for item in compared.gains),
        losses=tuple(_moved(item, account_id, after, before) for item in compared.losses),
    )


def _moved(changed: ChangedActions, account_id: str, before: PolicySet, after: PolicySet) -> ChangedActions:
    request = changed.witness.request
    if EXAMPLE_ACCOUNT not in request.resource:
        return changed
    own = replace(request, resource=request.resource.replace(EXAMPLE_ACCOUNT, account_id))
    witness = Witness(own, before.verdict(own), after.verdict(own))
    return replace(changed, witness=witness) if witness.is_difference else changed
