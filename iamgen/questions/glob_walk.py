"""Resources that stand for all others: one ARN for each way in which a set of patterns can match.

Whether every resource of a pattern is allowed cannot be tried out one by one. But statements see a resource only
through the patterns that they have: resources that are matched by the same of them are decided alike. So the patterns
are walked together, character by character, over those characters that stand in one of them and one that stands for
every other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from iamgen.access.patterns import Pattern, Wildcard

_STEPS = 400_000
"""Characters tried before the search is given up: about half a second."""
_SAMPLES = 512
_OTHERS = "xyzwvuqkjbghdfpnlmtrscieoa0123456789XYZWVUQKJBGHDFPNLMTRSCIEOA~!$%&"


@dataclass(frozen=True)
class Samples:
    """Texts that stand for all others."""

    texts: tuple[str, ...]
    """One text for each way to match, the shortest first."""
    is_complete: bool = True
    """Whether every way to match has one: else there were too many."""


@lru_cache(maxsize=1 << 12)
def samples(required: tuple[Pattern, ...], marks: tuple[Pattern, ...]) -> Samples:
    """Return texts that all of `required` match: one for each subset of `marks` that such a text can match.

    The patterns have no variables. Without any text that all of them match, there are no samples.
    """
    walkers = [_Walker(item) for item in (*required, *marks)]
    start = tuple(walker.start for walker in walkers)
    alphabet = _alphabet(walkers)
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
        for character, following in _steps(walkers, state, alphabet):
            steps += len(walkers)
            if following not in reached_states and all(following[: len(required)]):
                reached_states.add(following)
                queue.append((following, text + character))
    return Samples(tuple(by_signature.values()))


def _steps(walkers: Sequence[_Walker], state: tuple[int, ...], alphabet: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    for character in alphabet:
        yield character, tuple(walker.step(mask, character) for walker, mask in zip(walkers, state, strict=True))


def _alphabet(walkers: Iterable[_Walker]) -> str:
    """Return every character that a pattern has, and before them one that none has."""
    literal = {character for walker in walkers for character in walker.characters} | {":"}
    other = next((character for character in _OTHERS if character not in literal), "\x7f")
    return other + "".join(sorted(literal))


class _Walker:
    """One pattern as a machine whose state is the set of places reached in it, as the bits of a number."""

    def __init__(self, pattern: Pattern) -> None:
        self._tokens: list[str | Wildcard] = []
        for part in pattern.parts:
            self._tokens += list(part) if isinstance(part, str) else [part]  # type: ignore[list-item]  # no variables
        self.characters = frozenset(token for token in self._tokens if isinstance(token, str))
        self._known: dict[tuple[int, str], int] = {}
        self.start = self._closed(1)

    def accepts(self, mask: int) -> bool:
        """Return whether a text that led to these places is matched."""
        return bool(mask >> len(self._tokens) & 1)

    def step(self, mask: int, character: str) -> int:
        """Return the places that a further character leads to."""
        key = (mask, character)
        if key not in self._known:
            self._known[key] = self._stepped(mask, character)
        return self._known[key]

    def _stepped(self, mask: int, character: str) -> int:
        reached = 0
        for place, token in enumerate(self._tokens):
            if not mask >> place & 1:
                continue
            if isinstance(token, Wildcard):
                if token.colons or character != ":":
                    reached |= 1 << (place if token.many else place + 1)
            elif token == character:
                reached |= 1 << (place + 1)
        return self._closed(reached)

    def _closed(self, mask: int) -> int:
        """Add the places behind each `*`, which may stand for nothing."""
        for place, token in enumerate(self._tokens):
            if isinstance(token, Wildcard) and token.many and mask >> place & 1:
                mask |= 1 << (place + 1)
        return mask
