"""Changes as lines that a person reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from iamgen.plan.change import Change, Detail

_INDENT = "    "


@dataclass(frozen=True)
class Counts:
    """How many resources are added, changed and destroyed. One that is replaced is added and destroyed."""

    add: int
    change: int
    destroy: int

    def __str__(self) -> str:
        return f"{self.add} to add, {self.change} to change, {self.destroy} to destroy"

    def plain(self) -> dict[str, int]:
        """Return the counts as JSON values."""
        return {"add": self.add, "change": self.change, "destroy": self.destroy}


def counts(changes: Collection[Change]) -> Counts:
    """Return how many resources come, change and go."""
    resources = [one for one in changes if one.is_of_resource]
    replaced = sum(one.replaced for one in resources)
    signs = [one.sign for one in resources if not one.replaced]
    return Counts(signs.count("+") + replaced, signs.count("~"), signs.count("-") + replaced)


def plan_line(changes: Collection[Change]) -> str:
    """Return the last line of a plan: `Plan: 1 to add, 2 to change, 0 to destroy.`"""
    return f"Plan: {counts(changes)}."


def lines(changes: Collection[Change]) -> Iterator[str]:
    """Yield a line for each resource, and below it, indented, one for each thing that changes in it."""
    for change in changes:
        yield f"{change.sign} {change.logical_id}  {change.type}{'  (is replaced)' if change.replaced else ''}"
        yield from _below(change.details, 1)


def heads(changes: Collection[Change]) -> Iterator[str]:
    """Yield a line for each resource, and none for what is in it."""
    return (line for line in lines(changes) if not line.startswith(_INDENT))


def _below(details: Collection[Detail], depth: int) -> Iterator[str]:
    for detail in details:
        yield f"{_INDENT * depth}{detail.sign} {detail.where}: {detail.text}"
        yield from _below(detail.details, depth + 1)
