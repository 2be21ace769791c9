"""Write changes of templates as lines for a person, with the signs `+`, `~` and `-`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from iamgen.diff.change import Change, Detail
from iamgen.ui.plan_line import PlanLine

Reading = Literal["plan", "drift"]
_WORDS: dict[Reading, str] = {"plan": "is destroyed", "drift": "is missing in AWS"}  # what `-` means of a resource


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


def plan_line(total: Counts, where: str = "") -> PlanLine:
    """Return the last line of a plan: `Plan: 1 to add, 2 to change, 0 to destroy.`"""
    return PlanLine(f"Plan: {total}{where}.", tone="danger" if total.destroy else "heading")


def signed(changes: Collection[Change], reading: Reading = "plan", depth: int = 0) -> Iterator[PlanLine]:
    """Yield a line for each resource, and below it, indented, one for each part of it that changes.

    A resource that goes, or is replaced, is told by a word as well as by its sign; in a report about drift, `-` means
    that it is missing.
    """
    for change in changes:
        is_lost = change.sign == "-" or change.replaced
        word = f"  ({_WORDS[reading] if change.sign == '-' else 'is replaced'})" if is_lost else ""
        text = f"{change.logical_id}  {change.type}{word}"
        yield PlanLine(text, change.sign, depth, "danger" if is_lost else "")
        yield from _below(change.details, depth + 1)


def brief(lines: Iterable[PlanLine], depth: int = 0) -> Iterator[PlanLine]:
    """Yield the lines without those further to the right than `depth`: the resources, and not what changes in them."""
    return (line for line in lines if line.depth <= depth)


def _below(details: Collection[Detail], depth: int) -> Iterator[PlanLine]:
    for detail in details:
        yield PlanLine(f"{detail.where}: {detail.text}", detail.sign, depth)
        yield from _below(detail.details, depth + 1)
