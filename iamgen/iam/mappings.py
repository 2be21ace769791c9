"""Find what `Fn::FindInMap` may return: one value of a mapping, or several if a key is not known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from iamgen.iam.holes import HOLE, hole
from iamgen.iam.values import Block, block_of

_MAX_ALTERNATIVES = 64
"""How many values of a mapping are told apart when its key is not known; more are one hole."""
_KEYS = 3
"""A mapping, and the keys of its two levels."""


def found_in_map(mappings: Block, names: Sequence[str], default: object) -> object:
    """Return the value behind a mapping's name and two keys; a choice where a key has a hole, for it may be any.

    `default` is what the function gives for a key that the mapping does not have; None where it names nothing.
    """
    if len(names) < _KEYS:
        return hole("Fn::FindInMap")
    alternatives = list(_looked_up(mappings, names))
    if default is not None and (not alternatives or any(map(HOLE.search, names))):
        alternatives.append(("default", default))
    return _as_branches(" ".join(names), alternatives)


def _looked_up(mappings: Block, names: Sequence[str]) -> Iterator[tuple[str, object]]:
    """Yield what a mapping may give, each with the keys that lead to it; a key that is not known means any."""
    level: list[tuple[str, object]] = [("", mappings)]
    for name in names:
        any_key = HOLE.search(name) is not None
        level = [
            (f"{keys} {key}".strip() if any_key else keys, value)
            for keys, block in level
            for key, value in block_of(block).items()
            if any_key or str(key) == name
        ]
    yield from level


def _as_branches(name: str, alternatives: Sequence[tuple[str, object]]) -> object:
    distinct: dict[str, tuple[str, object]] = {}
    for keys, value in alternatives:
        distinct.setdefault(json.dumps(value, sort_keys=True, default=str), (keys, value))
    if not distinct or len(distinct) > _MAX_ALTERNATIVES:
        return hole(f"Fn::FindInMap {name}")
    *rest, (_, last) = distinct.values()
    for keys, value in reversed(rest):
        last = {"Fn::If": [f"{name} = {keys}", value, last]}
    return last
