"""Compare two templates, resource by resource. This is the module that other rooms call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from iamgen.aws.cloudformation import is_replaced
from iamgen.diff.change import TEMPLATE, Change, Detail, Sign
from iamgen.diff.documents import DiffDocument, document_details
from iamgen.diff.properties import property_details
from iamgen.diff.values import shown

__all__ = ("Change", "Detail", "DiffTemplate", "differences", "statement_differences")
DiffTemplate = Mapping[str, Any]
"""A template as JSON gives it."""
_RESOURCES = "Resources"


def differences(before: DiffTemplate | None, after: DiffTemplate | None) -> tuple[Change, ...]:
    """Return what comes, changes and goes from one template to another, by logical id; None is no stack.

    Two templates that mean the same have no differences, however they are written: statements by what they allow, not
    by their order. A section beside the resources, such as `Outputs`, is a change of its own, of type `Template`.
    """
    return (*_sections(before, after), *_resources(_block(before, _RESOURCES), _block(after, _RESOURCES)))


def statement_differences(before: DiffDocument | None, after: DiffDocument | None) -> tuple[Detail, ...]:
    """Return what changes from one policy document to another; None is no document."""
    return document_details("Statement", before, after)


def _sections(before: DiffTemplate | None, after: DiffTemplate | None) -> Iterator[Change]:
    if before is None or after is None:
        return
    for name in sorted({*before, *after} - {_RESOURCES}):
        details = tuple(property_details(name, before.get(name), after.get(name)))
        if details:
            yield Change(
                _sign(before.get(name), after.get(name)), shown(name), TEMPLATE, replaced=False, details=details
            )


def _resources(before: DiffTemplate, after: DiffTemplate) -> Iterator[Change]:
    for logical_id in sorted({*before, *after}):
        was, now = before.get(logical_id), after.get(logical_id)
        change = _change(logical_id, was, now)
        if (was is None) != (now is None) or change.details:
            yield change


def _change(logical_id: str, before: object, after: object) -> Change:
    was, now = _mapping(before), _mapping(after)
    kind = str((now or was).get("Type", logical_id.rpartition("::")[0]))
    changed = _block(was, "Properties"), _block(now, "Properties")
    names = sorted({*changed[0], *changed[1]})
    by_name = {
        name: tuple(property_details(name, *(details_of_name.get(name) for details_of_name in changed)))
        for name in names
    }
    details = [
        *_no_resource(logical_id, before, after),
        *_attributes(was, now),
        *(detail for details_of_name in by_name.values() for detail in details_of_name),
    ]
    differing = {name for name, details_of_name in by_name.items() if details_of_name}
    both = before is not None and after is not None
    replaced = both and (was.get("Type") != now.get("Type") or is_replaced(kind, differing))
    return Change(_sign(before, after), shown(logical_id), shown(kind), replaced, tuple(details))


def _no_resource(logical_id: str, before: object, after: object) -> Iterator[Detail]:
    """Yield what changes in an entry that is no resource itself: a loop, `Fn::ForEach::Roles`, has a list."""
    if not all(value is None or isinstance(value, Mapping) for value in (before, after)):
        yield from property_details(logical_id, before, after)


def _attributes(before: DiffTemplate, after: DiffTemplate) -> Iterator[Detail]:
    """Yield what changes beside the properties: the type, a deletion policy."""
    without = {"Properties"} if before and after else {"Properties", "Type"}
    for name in sorted({*before, *after} - without):
        yield from property_details(name, before.get(name), after.get(name))


def _sign(before: object, after: object) -> Sign:
    if before is None:
        return "+"
    return "-" if after is None else "~"


def _block(value: DiffTemplate | None, name: str) -> DiffTemplate:
    return _mapping((value or {}).get(name))


def _mapping(value: object) -> DiffTemplate:
    return value if isinstance(value, Mapping) else {}
