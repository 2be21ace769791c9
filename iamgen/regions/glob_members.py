"""Find the shortest text that some patterns match and others do not, or that there is none.

All patterns are walked together, character by character, breadth first. The state of the walk is the set of places
reached in each pattern, so that there are finitely many states, and a text is found for each that can be reached.
Only characters that stand next in one of the patterns make a difference, besides the colon and one character that
stands for every other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from functools import lru_cache

from iamgen.access.pattern_machine import machine
from iamgen.access.patterns import ARN_COLONS
from iamgen.regions.text_claims import TextClaims, narrowed

STEPS = 1_000_000
"""Steps of single patterns before a walk is given up: about a second."""
_OTHERS = "xyzwvuqkjbghdfpnlmtrscieoa0123456789-_=+,.@/XYZWVUQKJBGHDFPNLMTRSCIEOA~!%&;|<>^`"
_ARN = "arn:"


class TooLongError(Exception):
    """A search took more steps than it may."""


@lru_cache(maxsize=1 << 15)
def shortest_text(claims: TextClaims) -> str | None:
    """Return the shortest text for which all claims are true, or None if there is none.

    Raises TooLongError where that takes too many steps.
    """
    if claims.matched & claims.unmatched:
        return None
    fewer = narrowed(claims)
    return None if fewer is None else _walked(fewer)


@lru_cache(maxsize=1 << 15)
def _walked(claims: TextClaims) -> str | None:
    return _Walk(claims).run()


_Places = tuple[tuple[int, int], ...]
"""The patterns that may still match, by their numbers, each with the places reached in it, as the bits of a number."""
_State = tuple[_Places, int]
"""The places, and how much has been read: of an ARN the characters of `arn:` and then the colons, of another text
whether it is anything."""


class _Walk:
    """One search."""

    def __init__(self, claims: TextClaims) -> None:
        self._claims = claims
        tests = (*claims.matched, *claims.unmatched)
        machines = dict.fromkeys((item, test.folded) for test in tests for item in test.patterns)
        numbers = {key: number for number, key in enumerate(machines)}
        self._machines = tuple(machine(item, folded=folded) for item, folded in machines)
        self._matched = tuple(
            frozenset(numbers[item, test.folded] for item in test.patterns) for test in claims.matched
        )
        self._unmatched = frozenset(numbers[item, test.folded] for test in claims.unmatched for item in test.patterns)
        literals = {character for walked in self._machines for character in walked.literals}
        self._other = next((char for char in _OTHERS if not {char, char.lower(), char.upper()} & literals), "\x7f")
        self._steps = 0

    def run(self) -> str | None:
        start: _State = (tuple((number, walked.start) for number, walked in enumerate(self._machines)), 0)
        reached, queue = {start}, deque([(start, "")])
        if self._is_dead(start):
            return None
        while queue:
            state, text = queue.popleft()
            if self._accepts(state, text):
                return text
            for character in self._characters(state):
                following = self._step(state, character)
                if following is not None and following not in reached:
                    reached.add(following)
                    queue.append((following, text + character))
            if self._steps > STEPS:
                raise TooLongError
        return None

    def _accepts(self, state: _State, text: str) -> bool:
        if self._claims.is_arn and state[1] < len(_ARN) + ARN_COLONS - 1:
            return False
        if not text and not self._claims.is_empty_allowed:
            return False
        ended = {number for number, mask in state[0] if self._machines[number].accepts(mask)}
        return not ended & self._unmatched and all(ended & numbers for numbers in self._matched)

    def _characters(self, state: _State) -> Iterator[str]:
        """Yield the characters that make a difference here."""
        progress = state[1]
        if self._claims.is_arn and progress < len(_ARN):
            yield _ARN[progress]
            return
        awaited = {char for number, mask in state[0] for char in self._machines[number].awaited(mask)}
        for character in dict.fromkeys((self._other, *sorted(awaited | {":"}))):
            if not self._claims.is_arn or _may_be_in_arn(character, progress - len(_ARN) + 1):
                yield character

    def _step(self, state: _State, character: str) -> _State | None:
        """Return the state that a character leads to, None where no text from there on is of use."""
        self._steps += len(state[0])
        places = tuple(
            (number, following)
            for number, mask in state[0]
            if (following := self._machines[number].step(mask, character))
        )
        following_state = (places, self._progress(state[1], character))
        return None if self._is_dead(following_state) else following_state

    def _progress(self, progress: int, character: str) -> int:
        if not self._claims.is_arn:
            return 1
        if progress < len(_ARN):
            return progress + 1
        return min(progress + (character == ":"), len(_ARN) + ARN_COLONS - 1)

    def _is_dead(self, state: _State) -> bool:
        alive = {number for number, _ in state[0]}
        if not all(alive & numbers for numbers in self._matched):
            return True
        return any(number in self._unmatched and self._machines[number].goes_on(mask) for number, mask in state[0])


def _may_be_in_arn(character: str, colons: int) -> bool:
    return character not in "*⟨⟩" and (colons >= ARN_COLONS or character == character.lower())
