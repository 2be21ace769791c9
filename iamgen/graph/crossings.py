"""Choose the order of boxes in three columns so that few lines cross.

It is the barycenter heuristic of layered drawings (Sugiyama, Tagawa and Toda, 1981): each box moves to the middle of
those that it is linked with, column by column, a few times; the order with the fewest crossings is taken.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

_ROUNDS = 8
Blocks = tuple[tuple[str, ...], ...]
"""Boxes of a column in blocks that stay together: the people of a team, the roles of an account."""


@dataclass(frozen=True)
class ColumnOrder:
    """The boxes of the three columns, from the top to the bottom."""

    people: Blocks
    """Subjects on the side of people, by heading."""
    targets: Blocks
    """Roles and groups, by account; their order within an account stays."""
    machines: Blocks
    """Subjects on the side of machines, by heading."""


def ordered(start: ColumnOrder, links: Sequence[tuple[str, str]]) -> ColumnOrder:
    """Return an order with few crossings. `links` are pairs of a subject and a target; equal input, equal order."""
    neighbours: dict[str, list[str]] = defaultdict(list)
    for subject, target in links:
        neighbours[subject].append(target)
        neighbours[target].append(subject)
    best = order = start
    fewest = crossings(start, links)
    for _ in range(_ROUNDS):
        targets = _moved(order.targets, _positions((order.people, order.machines)), neighbours, within=False)
        order = replace(order, targets=targets)
        places = _positions((targets,))
        people = _moved(order.people, places, neighbours, within=True)
        order = replace(order, people=people, machines=_moved(order.machines, places, neighbours, within=True))
        number = crossings(order, links)
        if number < fewest:
            best, fewest = order, number
    return best


def crossings(order: ColumnOrder, links: Iterable[tuple[str, str]]) -> int:
    """Return how many pairs of lines cross, on both sides of the targets."""
    places = _positions((order.targets,))
    listed = tuple(links)
    return sum(_crossings_beside(side, places, listed) for side in (order.people, order.machines))


def _crossings_beside(side: Blocks, places: Mapping[str, float], links: Iterable[tuple[str, str]]) -> int:
    own = _positions((side,))
    ends = sorted((own[subject], places[target]) for subject, target in links if subject in own)
    number, passed = 0, list[float]()
    for _, place in ends:
        number += len(passed) - bisect_right(passed, place)
        insort(passed, place)
    return number


def _positions(columns: Iterable[Blocks]) -> dict[str, float]:
    """Return where each box of a column is, from 0 at the top to 1 at the bottom, so that columns are comparable."""
    positions: dict[str, float] = {}
    for blocks in columns:
        keys = [key for block in blocks for key in block]
        positions |= {key: (number + 0.5) / len(keys) for number, key in enumerate(keys)}
    return positions


def _moved(
    blocks: Blocks, places: Mapping[str, float], neighbours: Mapping[str, Sequence[str]], *, within: bool
) -> Blocks:
    """Return the blocks ordered by the middle of what they are linked with; with `within`, also the boxes in each."""
    own = _positions((blocks,))

    def middle(keys: Iterable[str]) -> float:
        linked = [places[other] for key in keys for other in neighbours.get(key, ()) if other in places]
        alone = [own[key] for key in keys]
        listed = linked or alone
        return sum(listed) / len(listed) if listed else 0.0

    inner = tuple(tuple(sorted(block, key=lambda key: middle((key,)))) for block in blocks) if within else blocks
    return tuple(sorted(inner, key=middle))
