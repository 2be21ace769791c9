"""Compares two sets of policies for all actions of AWS, class by class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from iamgen.access.action_matrix import divided_by_statements
from iamgen.access.beyond_policies import NOT_UP_TO_POLICIES
from iamgen.access.documents import Statement
from iamgen.access.known_actions import UNLISTED, ActionSet, KnownActions
from iamgen.access.patterns import Pattern
from iamgen.access.statement_index import StatementIndex, indexes_of
from iamgen.errors import Fault
from iamgen.regions.difference import ANYBODY, NotDecided, PolicySet, Witness, difference
from iamgen.regions.statement_formulas import Viewpoint, unnamed

_SEARCHED = 10
"""For how many of the actions that change alike a usual request is searched for."""
_TRIED = 1_000
"""How many of the actions that change alike are tried for a request that is usual."""


@dataclass(frozen=True)
class ChangedActions:
    """Actions that are allowed on one side and denied on the other, for the same reason."""

    actions: ActionSet
    """The actions."""
    witness: Witness
    """A request for one of them; it is decided alike for all others."""
    is_usual: bool = True
    """Whether the action of the request is known to have such a resource."""


@dataclass(frozen=True)
class DoubtfulActions:
    """Actions for which it is not decided whether their access changes."""

    actions: ActionSet
    """The actions."""
    reasons: tuple[Fault, ...]
    """Why."""


@dataclass(frozen=True)
class AccessComparison:
    """What two sets of policies allow, compared."""

    known: KnownActions
    """The actions that were compared."""
    classes: int
    """How many classes of actions there are that the same statements are about."""
    gains: tuple[ChangedActions, ...]
    """What is allowed after, and was denied before."""
    losses: tuple[ChangedActions, ...]
    """What was allowed before, and is denied after; the witnesses are compared in that direction."""
    doubts: tuple[DoubtfulActions, ...]
    """What is not decided."""

    @property
    def is_proven_equal(self) -> bool:
        """Whether it is proven that nobody gains or loses anything."""
        return not (self.gains or self.losses or self.doubts)


@dataclass(frozen=True)
class ResourceForms:
    """Which resources the actions have, each named in lower case."""

    has: Callable[[str, str], bool]
    """Says whether an action may have a resource."""
    examples: Callable[[str], frozenset[Pattern]]
    """Returns patterns of resources of an action that look as people know them; none for one without resources."""


Decide = Callable[[PolicySet, PolicySet, str, Viewpoint, frozenset[Pattern]], Witness | NotDecided | None]
"""Decides what `difference` decides, of the same arguments."""


@dataclass(frozen=True)
class ComparisonScope:
    """Which requests are compared, and how."""

    forms: ResourceForms | None = None
    """With it, the request that is shown for several actions is for one that may have its resource, if one has."""
    viewpoint: Viewpoint = ANYBODY
    """Who asks."""
    decide: Decide = difference
    """Decides about one action; a function that remembers earlier decisions may take the place of `difference`."""
    without: ActionSet = 0
    """Actions that are left out."""


EVERY_REQUEST = ComparisonScope()
"""All requests of anybody."""


def compare(
    before: PolicySet, after: PolicySet, known: KnownActions, scope: ComparisonScope = EVERY_REQUEST
) -> AccessComparison:
    """Return what changes for each known action. Raises AccessError for statements that name principals.

    Actions that only statements are about that both sides have are decided alike, and nothing is searched for.
    """
    classes = action_classes((before, after), known)
    touched = changed_actions(before, after, known) & ~scope.without
    gains, losses = list[ChangedActions](), list[ChangedActions]()
    doubts = list[DoubtfulActions]()
    for actions in (item & touched for item in classes if item & touched):
        name = known.first(actions)
        for first, second, changed in ((before, after, gains), (after, before, losses)):
            result = scope.decide(first, second, name, scope.viewpoint, frozenset())
            if isinstance(result, Witness):
                changed.append(ChangedActions(actions, result))
            elif isinstance(result, NotDecided):
                doubts.append(DoubtfulActions(actions, result.reasons))
    doubts += _beside_stand_ins(known, touched)
    usual = _Usual(known, scope)
    return AccessComparison(
        known,
        len(classes),
        tuple(usual.shown(item, before, after) for item in _alike(gains)),
        tuple(usual.shown(item, after, before) for item in _alike(losses)),
        _same_doubts(doubts),
    )


def _beside_stand_ins(known: KnownActions, touched: ActionSet) -> Iterator[DoubtfulActions]:
    """Yield the services of which not every new action is compared, where statements differ that are about them."""
    for service in sorted(known.too_many):
        if touched & known.of_service(service):
            reason = Fault(service, "too many patterns overlap for every action to be compared that AWS may add to it")
            yield DoubtfulActions(known.only([f"{service}:{UNLISTED}"]), (reason,))


@dataclass(frozen=True)
class _Usual:
    """Chooses the action for which a request is shown."""

    known: KnownActions
    scope: ComparisonScope

    def shown(self, changed: ChangedActions, before: PolicySet, after: PolicySet) -> ChangedActions:
        """Return the change with a request that AWS's documentation knows, if one of the actions has such a request."""
        forms = self.scope.forms
        if forms is None:
            return changed
        request = changed.witness.request
        for action in islice(self.known.named(changed.actions), _TRIED):
            if forms.has(action, request.resource):
                usual = replace(request, action=action)
                witness = Witness(usual, before.verdict(usual), after.verdict(usual))
                if witness.is_difference:
                    return replace(changed, witness=witness)
        for action in islice(self.known.named(changed.actions), _SEARCHED):
            examples = forms.examples(action)
            decide = self.scope.decide
            result = decide(before, after, action, self.scope.viewpoint, examples) if examples else None
            if isinstance(result, Witness):
                return replace(changed, witness=result)
        return replace(changed, is_usual=False)


def changed_actions(before: PolicySet, after: PolicySet, known: KnownActions) -> ActionSet:
    """Return the actions that a statement is, or may be, about that only one of the sides has.

    All other actions are decided by the same statements on both sides, and so alike.
    """
    if (before.boundary is None) != (after.boundary is None):
        return known.all
    changed = 0
    for first, second in zip(before.sides, after.sides, strict=True):
        in_first, in_second = _by_meaning(first), _by_meaning(second)
        differing = in_first.keys() ^ in_second.keys()
        index = StatementIndex.of((in_first | in_second)[key] for key in differing)
        for item in known.of_policy(index):
            changed |= item.certain | item.doubtful
    return changed


def _by_meaning(statements: Iterable[Statement]) -> dict[Statement, Statement]:
    """Return statements by what they mean: without their names. How often one is there makes no difference."""
    return {unnamed(statement): statement for statement in statements}


def action_classes(policy_sets: Iterable[PolicySet], known: KnownActions) -> tuple[ActionSet, ...]:
    """Return the known actions in classes: the same statements are about all actions of a class.

    An action of which AWS decides in part whatever the policies say is a class of its own.
    """
    indexes = [index for policies in policy_sets for side in policies.sides for index in indexes_of(side)]
    alone = known.only(NOT_UP_TO_POLICIES)
    singles = [known.only([name]) for name in known.named(alone)]
    return (*divided_by_statements(known, indexes, known.all & ~alone), *singles)


def _alike(changed: Iterable[ChangedActions]) -> tuple[ChangedActions, ...]:
    """Return the changes with those put together that the same statements decide, by the same request."""
    together: dict[object, ChangedActions] = {}
    for item in changed:
        witness = item.witness
        keys = tuple(sorted(witness.request.context.items(), key=repr))
        reason = (witness.request.resource, keys, witness.before.by, witness.after.by)
        known = together.get(reason)
        together[reason] = ChangedActions(known.actions | item.actions, known.witness) if known else item
    return tuple(together.values())


def _same_doubts(doubts: Iterable[DoubtfulActions]) -> tuple[DoubtfulActions, ...]:
    together: dict[tuple[Fault, ...], ActionSet] = {}
    for item in doubts:
        together[item.reasons] = together.get(item.reasons, 0) | item.actions
    return tuple(DoubtfulActions(actions, reasons) for reasons, actions in together.items())
