"""Texts that stand for all others: every way to match has one, and each is matched as it says."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from iamgen.access.patterns import Pattern, pattern
from iamgen.questions.glob_walk import samples

globs = st.text("ab*?", min_size=1, max_size=5).map(lambda text: pattern(text, variables=False))


def signature(text: str, marks: tuple[Pattern, ...]) -> tuple[bool, ...]:
    return tuple(mark.matches(text) for mark in marks)


@given(globs, st.lists(globs, max_size=3).map(tuple))
def test_every_way_to_match_has_a_sample(required: Pattern, marks: tuple[Pattern, ...]) -> None:
    result = samples((required,), marks)
    assert result.is_complete
    assert all(required.matches(text) for text in result.texts)
    signatures = {signature(text, marks) for text in result.texts}
    if marks:
        assert len(signatures) == len(result.texts)
    texts = ("".join(letters) for length in range(7) for letters in product("abz", repeat=length))
    for text in texts:
        if required.matches(text) and marks:
            assert signature(text, marks) in signatures, text


def test_what_nothing_matches_has_no_sample() -> None:
    first, second = (pattern(text, variables=False) for text in ("a*", "b*"))
    assert samples((first, second), ()).texts == ()


def test_too_many_ways_are_said_to_be_too_many() -> None:
    marks = tuple(pattern(f"*{letter}*", variables=False) for letter in "abcdefghijklmnop")
    assert not samples((pattern("*", variables=False),), marks).is_complete
