"""Combine what a change set does with the differences that explain it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from iamgen.deploy.change_set import ResourceEffect
from iamgen.diff.change import Change, Detail, Sign

_SIGNS: dict[str, Sign] = {"Add": "+", "Import": "+", "Remove": "-"}


def planned(effects: Iterable[ResourceEffect], *differences: Iterable[Change]) -> tuple[Change, ...]:
    """Return the changes that the effects of a change set are, each with what of it changes.

    `differences` say that: those of the templates, and those by hand that are put right. Which resources change, and
    which are replaced, CloudFormation knows. What changes in nothing but the stack's tags is left out.
    """
    known = {
        element.logical_id: element
        for difference in reversed(differences)
        for element in difference
        if element.is_of_resource
    }
    sections = [item for difference in differences for item in difference if not item.is_of_resource]
    changes = [_change(effect, known.get(effect.logical_id)) for effect in effects if _counts(effect, known)]
    return (*sections, *sorted(changes, key=lambda change: change.logical_id))


def retagged(effects: Iterable[ResourceEffect], changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the resources that get the stack's tags and are else left alone."""
    reported = {change.logical_id for change in changes}
    return tuple(sorted(effect.logical_id for effect in effects if effect.logical_id not in reported))


def _counts(effect: ResourceEffect, known: dict[str, Change]) -> bool:
    return effect.action != "Modify" or effect.scope != ("Tags",) or effect.logical_id in known


def _change(effect: ResourceEffect, known: Change | None) -> Change:
    replaced = effect.replaced and effect.action == "Modify"
    sign = _SIGNS.get(effect.action, "~")
    if known and known.sign == sign:
        return replace(known, replaced=known.replaced or replaced)
    return Change(sign, effect.logical_id, effect.type, replaced, tuple(_details(effect)))


def _details(effect: ResourceEffect) -> Iterator[Detail]:
    """Say what can be said when both templates have the same: it follows from something else that changes."""
    if effect.action == "Modify":
        yield Detail("~", ", ".join(effect.scope) or "Properties", "follows from what else changes")


def undone(change: Change) -> Change:
    """Return a drift the other way round: what putting it right does."""
    return replace(change, sign=_TURNED[change.sign], details=tuple(_turned(detail) for detail in change.details))


def merged(*several: Iterable[Change]) -> tuple[Change, ...]:
    """Return one change for each resource, with all that changes in it, nothing twice."""
    changes: dict[str, Change] = {}
    for change in (item for items in several for item in items):
        known = changes.setdefault(change.logical_id, change)
        more = tuple(detail for detail in change.details if detail not in known.details)
        changes[change.logical_id] = replace(known, details=(*known.details, *more))
    return tuple(sorted(changes.values(), key=lambda element: (element.is_of_resource, element.logical_id)))


_TURNED: dict[Sign, Sign] = {"+": "-", "-": "+", "~": "~"}


def _turned(detail: Detail) -> Detail:
    return replace(detail, sign=_TURNED[detail.sign], details=tuple(_turned(item) for item in detail.details))
