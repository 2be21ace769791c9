"""Compares two sets of policies for all actions of AWS, class by class."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice

from iamgen.access.action_matrix import divided_by_statements
from iamgen.access.beyond_policies import NOT_UP_TO_POLICIES
from iamgen.access.known_actions import ActionSet, KnownActions
from iamgen.access.patterns import Pattern
from iamgen.access.statement_index import indexes_of
from iamgen.errors import Fault
from iamgen.regions.difference import NotDecided, PolicySet, Witness, difference

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
    """Actions of which it is not decided whether their access changes."""

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
    """What resources the actions have, each named in lower case."""

    has: Callable[[str, str], bool]
    """Says whether an action may have a resource."""
    examples: Callable[[str], frozenset[Pattern]]
    """Returns patterns of resources of an action that look as people know them; none for one without resources."""


def compare(
    before: PolicySet, after: PolicySet, known: KnownActions, forms: ResourceForms | None = None
) -> AccessComparison:
    """Return what changes for each known action. Raises AccessError for statements that name principals.

    With `forms`, the request that is shown for several actions is for one that may have its resource, if one has.
    """
    classes = action_classes((before, after), known)
    gains, losses = list[ChangedActions](), list[ChangedActions]()
    doubts = list[DoubtfulActions]()
    for actions in classes:
        name = known.first(actions)
        for first, second, changed in ((before, after, gains), (after, before, losses)):
            result = difference(first, second, name)
            if isinstance(result, Witness):
                changed.append(ChangedActions(actions, result))
            elif isinstance(result, NotDecided):
                doubts.append(DoubtfulActions(actions, result.reasons))
    usual = _Usual(known, forms)
    return AccessComparison(
        known,
        len(classes),
        tuple(usual.shown(item, before, after) for item in _alike(gains)),
        tuple(usual.shown(item, after, before) for item in _alike(losses)),
        _same_doubts(doubts),
    )


@dataclass(frozen=True)
class _Usual:
    """Chooses the action for which a request is shown."""

    known: KnownActions
    forms: ResourceForms | None

    def shown(self, changed: ChangedActions, before: PolicySet, after: PolicySet) -> ChangedActions:
        """Return the change with a request that AWS's documentation knows, if one of the actions has such a request."""
        if self.forms is None:
            return changed
        request = changed.witness.request
        for action in islice(self.known.named(changed.actions), _TRIED):
            if self.forms.has(action, request.resource):
                usual = replace(request, action=action)
                witness = Witness(usual, before.verdict(usual), after.verdict(usual))
                if witness.is_difference:
                    return replace(changed, witness=witness)
        for action in islice(self.known.named(changed.actions), _SEARCHED):
            examples = self.forms.examples(action)
            result = difference(before, after, action, forms=examples) if examples else None
            if isinstance(result, Witness):
                return replace(changed, witness=result)
        return replace(changed, is_usual=False)


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
