"""Combine what a change set does with the differences that explain it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from iamgen.deploy.change_set import Effect
from iamgen.diff.change import Change, Detail, Sign

_SIGNS: dict[str, Sign] = {"Add": "+", "Import": "+", "Remove": "-"}


def planned(effects: Iterable[Effect], *differences: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes that the effects of a change set are, each with what of it changes.

    `differences` say that: those of the templates, and those by hand that are put right. Which resources change, and
    which are replaced, CloudFormation knows. What changes in nothing but the stack's tags is left out.
    """
    known = {one.logical_id: one for some in reversed(differences) for one in some if one.is_of_resource}
    sections = [one for some in differences for one in some if not one.is_of_resource]
    changes = [_change(effect, known.get(effect.logical_id)) for effect in effects if _counts(effect, known)]
    return (*sections, *sorted(changes, key=lambda one: one.logical_id))


def retagged(effects: Iterable[Effect], changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the resources that get the stack's tags and are else left alone."""
    told = {one.logical_id for one in changes}
    return tuple(sorted(one.logical_id for one in effects if one.logical_id not in told))


def _counts(effect: Effect, known: dict[str, Change]) -> bool:
    return effect.action != "Modify" or effect.scope != ("Tags",) or effect.logical_id in known


def _change(effect: Effect, known: Change | None) -> Change:
    replaced = effect.replaced and effect.action == "Modify"
    sign = _SIGNS.get(effect.action, "~")
    if known and known.sign == sign:
        return replace(known, replaced=known.replaced or replaced)
    return Change(sign, effect.logical_id, effect.type, replaced, tuple(_details(effect)))


def _details(effect: Effect) -> Iterator[Detail]:
    """Say what can be said when both templates have the same: it follows from something else that changes."""
    if effect.action == "Modify":
        yield Detail("~", ", ".join(effect.scope) or "Properties", "follows from what else changes")


def undone(change: Change) -> Change:
    """Return a drift the other way round: what putting it right does."""
    return replace(change, sign=_TURNED[change.sign], details=tuple(_turned(one) for one in change.details))


def merged(*several: Iterable[Change]) -> tuple[Change, ...]:
    """Return one change for each resource, with all that changes in it, nothing twice."""
    found: dict[str, Change] = {}
    for change in (one for some in several for one in some):
        known = found.setdefault(change.logical_id, change)
        more = tuple(one for one in change.details if one not in known.details)
        found[change.logical_id] = replace(known, details=(*known.details, *more))
    return tuple(sorted(found.values(), key=lambda one: (one.is_of_resource, one.logical_id)))


_TURNED: dict[Sign, Sign] = {"+": "-", "-": "+", "~": "~"}


def _turned(detail: Detail) -> Detail:
    return replace(detail, sign=_TURNED[detail.sign], details=tuple(_turned(one) for one in detail.details))
