"""Find resources that stand for all others: one ARN for each way in which a set of patterns can match.

Whether every resource of a pattern is allowed cannot be tried out one by one. But statements see a resource only
through the patterns that they have: resources that are matched by the same of them are decided alike. So the patterns
are walked together, character by character, over those characters that stand in one of them and one that stands for
every other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from iamgen.access.pattern_machine import PatternMachine, machine
from iamgen.access.patterns import Pattern, Wildcard

_STEPS = 400_000
"""Steps of single patterns before the search is given up: about half a second."""
_SAMPLES = 512
_OTHERS = "xyzwvuqkjbghdfpnlmtrscieoa0123456789XYZWVUQKJBGHDFPNLMTRSCIEOA~!$%&"


@dataclass(frozen=True)
class Samples:
    """Texts that represent all others."""

    texts: tuple[str, ...]
    """One text for each way to match, the shortest first."""
    is_complete: bool = True
    """Whether every way to match has one: else there were too many."""


@lru_cache(maxsize=1 << 13)
def samples(required: tuple[Pattern, ...], marks: tuple[Pattern, ...]) -> Samples:
    """Return texts that all of `required` match: one for each subset of `marks` that such a text can match.

    The patterns have no variables. Without any text that all of them match, there are no samples.
    """
    if not marks and len(required) == 1:
        return Samples((_shortest(required[0]),))
    walkers = tuple(map(machine, (*required, *marks)))
    other = _other(walkers)
    start = tuple(walker.start for walker in walkers)
    by_signature: dict[tuple[bool, ...], str] = {}
    reached_states, queue, steps = {start}, deque([(start, "")]), 0
    while queue:
        state, text = queue.popleft()
        accepted = [walker.accepts(mask) for walker, mask in zip(walkers, state, strict=True)]
        if all(accepted[: len(required)]):
            by_signature.setdefault(tuple(accepted[len(required) :]), text)
            if not marks:
                break
        if steps > _STEPS or len(by_signature) >= _SAMPLES:
            return Samples(tuple(by_signature.values()), is_complete=False)
        for character, following in _steps(walkers, state, other):
            steps += len(walkers)
            if following not in reached_states and all(following[: len(required)]):
                reached_states.add(following)
                queue.append((following, text + character))
    return Samples(tuple(by_signature.values()))


def _shortest(required: Pattern) -> str:
    """Return the shortest text that a pattern matches."""
    return "".join(part if isinstance(part, str) else _one_character(part) for part in required.parts)


def _one_character(part: object) -> str:
    return "" if isinstance(part, Wildcard) and part.many else _OTHERS[0]


def _steps(
    walkers: tuple[PatternMachine, ...], state: tuple[int, ...], other: str
) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield each character that makes a difference, with the places that it leads to: those that a pattern has next,
    the colon, and one that stands for every other."""
    awaited = {character for walker, mask in zip(walkers, state, strict=True) for character in walker.awaited(mask)}
    for character in (other, *sorted(awaited | {":"})):
        yield character, tuple(walker.step(mask, character) for walker, mask in zip(walkers, state, strict=True))


def _other(walkers: Iterable[PatternMachine]) -> str:
    """Return a character that no pattern has."""
    literal = {character for walker in walkers for character in walker.literals} | {":"}
    return next((character for character in _OTHERS if character not in literal), "\x7f")
