"""Turn a pattern into a machine that reads one character at a time, to walk through several patterns at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from iamgen.access.patterns import Pattern, Wildcard


@lru_cache(maxsize=1 << 14)
def machine(pattern: Pattern, *, folded: bool = False) -> PatternMachine:
    """Return the machine of a pattern without variables.

    Where upper and lower case are the same (`folded`), the pattern has to be in lower case.
    """
    return PatternMachine(pattern, folded=folded)


class PatternMachine:
    """One pattern, whose state is the set of places reached in it, as the bits of a number."""

    def __init__(self, pattern: Pattern, *, folded: bool) -> None:
        tokens: list[object] = []
        for part in pattern.parts:
            tokens += part if isinstance(part, str) else [part]
        self._tokens, self._end, self._folded = tokens, 1 << len(tokens), folded
        self.literals: dict[str, int] = {}
        self._many = self._single = 0
        self._not_at = {":": 0, "/": 0}
        for place, token in enumerate(tokens):
            self._add(1 << place, token)
        self._any_literal = sum(self.literals.values())
        last = tokens[-1] if tokens else None
        endless = isinstance(last, Wildcard) and last.many and last.is_open
        self._endless = self._end >> 1 if endless else 0
        self.start = self._closed(1)

    def _add(self, bit: int, token: object) -> None:
        if isinstance(token, str):
            self.literals[token] = self.literals.get(token, 0) | bit
        elif isinstance(token, Wildcard) and token.many:
            self._many |= bit
        elif isinstance(token, Wildcard):
            self._single |= bit
        if isinstance(token, Wildcard):
            for character in self._not_at:
                self._not_at[character] |= 0 if token.takes(character) else bit

    def accepts(self, mask: int) -> bool:
        """Return whether a text that led to these places is matched."""
        return bool(mask & self._end)

    def goes_on(self, mask: int) -> bool:
        """Return whether every further text is matched."""
        return bool(mask & self._endless)

    def awaited(self, mask: int) -> Iterator[str]:
        """Yield the characters that the pattern has at these places, where case does not count in either case."""
        rest = mask & self._any_literal
        while rest:
            lowest = rest & -rest
            character = str(self._tokens[lowest.bit_length() - 1])
            yield character
            if self._folded:
                yield character.upper()
            rest ^= lowest

    def step(self, mask: int, character: str) -> int:
        """Return the places that a further character leads to, 0 where the pattern cannot match any more."""
        passing = ~self._not_at.get(character, 0)
        many, single = self._many & passing, self._single & passing
        literal = self.literals.get(character.lower() if self._folded else character, 0)
        return self._closed(((mask & (literal | single)) << 1) | (mask & many))

    def _closed(self, mask: int) -> int:
        """Add the places behind each `*`, which may stand for nothing."""
        while (behind := mask | ((mask & self._many) << 1)) != mask:
            mask = behind
        return mask
