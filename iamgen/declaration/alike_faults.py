"""Combine faults that are alike into one, with their number and the places of the first few.

A wrong account in the access of 500 people is one mistake to its author. Nothing here is imported before there is a
fault to be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from iamgen.errors import Fault
from iamgen.source_place import column_of

_FIRST = 3  # places that are named besides the fault's own
_LABEL = re.compile(
    r"""(?:(?P<type>[A-Z]\w*) (?P<name>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<constant>\w+)(?=: ))(?P<rest>.*)""",
    re.DOTALL,
)
"""How a problem begins that is about a declared value, `User 'alice': there is no …`, or about a constant."""


def told_once(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Yield the faults in order, those that differ in nothing but whom they are about once, at the first of them."""
    alike: dict[tuple[str, str], list[Fault]] = {}
    for fault in faults:
        alike.setdefault(_kind(fault), []).append(fault)
    for group in alike.values():
        yield group[0] if len(group) == 1 else _together(group)


def _kind(fault: Fault) -> tuple[str, str]:
    """Return what a fault shares with those that are alike: what it says without the name, and the hint."""
    match = _LABEL.fullmatch(fault.problem)
    return (f"{match['type'] or ''} {match['rest']}" if match else fault.problem), fault.hint


def _together(group: list[Fault]) -> Fault:
    """Return the first of several faults that are alike, with the number of all, and who or where the next ones are."""
    first, *repeated = group
    following = list(dict.fromkeys(filter(None, (_whom(first, fault) for fault in repeated))))
    parts = [] if len(repeated) == 1 and following else [f"{len(group):,} times"]
    if following:
        rest = len(repeated) - _FIRST
        parts.append(f"also {', '.join(following[:_FIRST])}{f' and {rest:,} more' if rest > 0 else ''}")
    return first._replace(problem=f"{first.problem} ({': '.join(parts)})")


def _whom(first: Fault, fault: Fault) -> str:
    """Return how to find another fault that is like the first: by a name where they differ, by its place elsewhere."""
    match = _LABEL.fullmatch(fault.problem)
    name = (match["name"] or match["constant"]) if match and fault.problem != first.problem else ""
    if (fault.where, column_of(fault.where)) == (first.where, column_of(first.where)):
        return name
    return f"{name} at {fault.where}".strip()
