"""Changes of templates as lines that a person reads, with their signs `+`, `~` and `-`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from iamgen.diff.change import Change, Detail, Sign
from iamgen.ui.printable import printable

_INDENT = "    "


class Line(NamedTuple):
    """A line about what comes, changes or goes, `depth` steps below the resource."""

    depth: int
    """How many levels it is indented."""
    sign: Sign
    """`+`, `~` or `-`."""
    text: str
    """What comes, changes or goes."""

    def __str__(self) -> str:
        return f"{_INDENT * self.depth}{self.sign} {printable(self.text)}"

    @property
    def as_diff(self) -> str:
        """The line as a `diff` has it, which a web page colours: the sign first."""
        return f"{'!' if self.sign == '~' else self.sign} {_INDENT * self.depth}{printable(self.text)}"


@dataclass(frozen=True)
class Counts:
    """How many resources are added, changed and destroyed. One that is replaced is added and destroyed."""

    add: int
    """How many come."""
    change: int
    """How many change."""
    destroy: int
    """How many go."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.add + other.add, self.change + other.change, self.destroy + other.destroy)

    def __str__(self) -> str:
        return f"{self.add} to add, {self.change} to change, {self.destroy} to destroy"

    def plain(self) -> dict[str, int]:
        """Return the counts as JSON values."""
        return {"add": self.add, "change": self.change, "destroy": self.destroy}


def counts(changes: Collection[Change]) -> Counts:
    """Return how many resources come, change and go."""
    resources = [change for change in changes if change.is_of_resource]
    replaced = sum(change.replaced for change in resources)
    signs = [change.sign for change in resources if not change.replaced]
    return Counts(signs.count("+") + replaced, signs.count("~"), signs.count("-") + replaced)


def plan_line(changes: Collection[Change]) -> str:
    """Return the last line of a plan: `Plan: 1 to add, 2 to change, 0 to destroy.`"""
    return f"Plan: {counts(changes)}."


def lines(changes: Collection[Change]) -> Iterator[str]:
    """Yield a line for each resource, and below it, indented, one for each thing that changes in it."""
    return map(str, signed(changes))


def signed(changes: Collection[Change]) -> Iterator[Line]:
    """Yield the same lines, the sign of each apart."""
    for change in changes:
        replaced = "  (is replaced)" if change.replaced else ""
        yield Line(0, change.sign, f"{change.logical_id}  {change.type}{replaced}")
        yield from _below(change.details, 1)


def _below(details: Collection[Detail], depth: int) -> Iterator[Line]:
    for detail in details:
        yield Line(depth, detail.sign, f"{detail.where}: {detail.text}")
        yield from _below(detail.details, depth + 1)
