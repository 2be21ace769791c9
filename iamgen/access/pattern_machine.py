"""A pattern as a machine that takes one character after the other, for walks through several patterns at once."""

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
        self._many = self._single = self._many_at_colon = self._single_at_colon = 0
        for place, token in enumerate(tokens):
            self._add(1 << place, token)
        self._any_literal = sum(self.literals.values())
        last = tokens[-1] if tokens else None
        endless = isinstance(last, Wildcard) and last.many and last.colons
        self._endless = self._end >> 1 if endless else 0
        self.start = self._closed(1)

    def _add(self, bit: int, token: object) -> None:
        if isinstance(token, str):
            self.literals[token] = self.literals.get(token, 0) | bit
        elif isinstance(token, Wildcard) and token.many:
            self._many |= bit
            self._many_at_colon |= bit if token.colons else 0
        elif isinstance(token, Wildcard):
            self._single |= bit
            self._single_at_colon |= bit if token.colons else 0

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
        is_colon = character == ":"
        many = self._many_at_colon if is_colon else self._many
        single = self._single_at_colon if is_colon else self._single
        literal = self.literals.get(character.lower() if self._folded else character, 0)
        return self._closed(((mask & (literal | single)) << 1) | (mask & many))

    def _closed(self, mask: int) -> int:
        """Add the places behind each `*`, which may stand for nothing."""
        while (behind := mask | ((mask & self._many) << 1)) != mask:
            mask = behind
        return mask
