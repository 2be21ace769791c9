"""Compare a review with the access of today: what is confirmed, what is new or changed, and what is gone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from iamgen.review.access_lines import AccessLine, access_digest
from iamgen.review.review_head import WrittenLine, WrittenReview


@dataclass(frozen=True)
class ChangedLine:
    """An access that differs from the one in the review."""

    written: WrittenLine
    """The line of the review."""
    current: AccessLine
    """The access as it is now."""

    @property
    def changes(self) -> tuple[str, ...]:
        """What changed, in words."""
        words = "what the line says" if self.written.sentence != self.current.words.sentence() else ""
        power = self.written.token.power != self.current.token.power
        return tuple(filter(None, (words, "what can be done with it, or the conditions on it" if power else "")))


@dataclass(frozen=True)
class ReviewState:
    """How much of a review is done."""

    review: WrittenReview
    """The review."""
    confirmed: tuple[WrittenLine, ...]
    """The lines that are confirmed, whose access is still the same."""
    unconfirmed: tuple[WrittenLine, ...]
    """The lines that nobody has confirmed, whose access is still the same."""
    changed: tuple[ChangedLine, ...]
    """The lines whose access has changed since, confirmed or not."""
    new: tuple[AccessLine, ...]
    """The access that the review has no line about."""
    gone: tuple[WrittenLine, ...]
    """The lines whose access is no more."""
    is_unchanged: bool
    """Whether all access is what it was when the review was started."""

    @property
    def is_complete(self) -> bool:
        """Whether everything that somebody can do now was confirmed."""
        return not (self.unconfirmed or self.changed or self.new)

    @property
    def next_number(self) -> int:
        """The number of the next line that is added."""
        return max((self.review.head.number, *(line.number for line in self.review.lines))) + 1


def review_state(review: WrittenReview, current: Sequence[AccessLine]) -> ReviewState:
    """Return how far a review is, by the access of now."""
    now = {line.token.identity: line for line in current}
    known = {line.token.identity for line in review.lines}
    same = [line for line in review.lines if (other := now.get(line.token.identity)) and other.token == line.token]
    changed = [
        ChangedLine(line, other)
        for line in review.lines
        if (other := now.get(line.token.identity)) and other.token != line.token
    ]
    return ReviewState(
        review,
        tuple(line for line in same if line.is_confirmed),
        tuple(line for line in same if not line.is_confirmed),
        tuple(changed),
        tuple(line for line in current if line.token.identity not in known),
        tuple(line for line in review.lines if line.token.identity not in now),
        access_digest(tuple(current)) == review.head.access,
    )
