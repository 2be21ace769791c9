"""Collect what patterns claim about a text, and drop the claims that follow from others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from iamgen.access.patterns import Pattern


@dataclass(frozen=True)
class TextTest:
    """Whether one of several patterns matches a text."""

    patterns: frozenset[Pattern]
    """The patterns, without variables; in lower case where `folded`."""
    folded: bool = False
    """Whether upper and lower case are the same."""


@dataclass(frozen=True)
class TextClaims:
    """What is claimed about a text."""

    matched: frozenset[TextTest]
    """The tests that hold."""
    unmatched: frozenset[TextTest]
    """The tests that fail."""
    is_arn: bool = False
    """Whether the text is an ARN as AWS writes them: its first five fields have no capital letters, and nowhere it has
    a `*`."""
    is_empty_allowed: bool = False
    """Whether it may be the empty text."""


def narrowed(claims: TextClaims) -> TextClaims | None:
    """Return claims that are true of the same texts, with fewer patterns; None where two of them contradict each other.

    A text begins as a pattern does that matches it. So, once a test holds, a pattern that begins otherwise than all of
    its patterns matches no text that is left. Policies have many such patterns: of other buckets, tables and queues.
    """
    for test in claims.matched:
        if not test.folded:
            matched = frozenset(_beside(test, claims.matched))
            if any(not item.patterns for item in matched):
                return None
            unmatched = frozenset(item for item in _beside(test, claims.unmatched) if item.patterns)
            claims = replace(claims, matched=matched, unmatched=unmatched)
    return claims


def _beside(test: TextTest, others: frozenset[TextTest]) -> Iterator[TextTest]:
    """Yield tests with those of their patterns alone that may match a text for which a test holds."""
    for other in others:
        if other.folded or other == test:
            yield other
        else:
            yield replace(other, patterns=frozenset(item for item in other.patterns if _may_match_with(item, test)))


def _may_match_with(item: Pattern, test: TextTest) -> bool:
    """Return whether a pattern may match a text that one of a test's patterns matches."""
    return any(_may_meet(item.literal_beginning(), other.literal_beginning()) for other in test.patterns)


def _may_meet(first: tuple[str, bool], second: tuple[str, bool]) -> bool:
    """Return whether a text may begin in both ways; each is a beginning, and whether it is all of the text."""
    (earlier, is_first_all), (later, is_second_all) = first, second
    if is_first_all and is_second_all:
        return earlier == later
    begins = earlier.startswith(later) and not is_second_all
    return begins or (later.startswith(earlier) and not is_first_all)
