"""A pattern that takes one character after the other says the same as the pattern that has the whole text."""

from __future__ import annotations

from itertools import product

import pytest

from iamgen.access.pattern_machine import machine
from iamgen.access.patterns import Pattern, pattern

LETTERS = "ab:"


def plain(text: str) -> Pattern:
    return pattern(text, variables=False)


PATTERNS = [
    *(plain(text) for text in ("", "a", "a*", "*a", "?", "a?b", "*", "a*b*a", "**", ":", "a:*", "*:?")),
    *(plain(f"{text}:b:a:a:a").within_arn(run_on=True) for text in ("*", "a*", "?", "*a")),
    *(plain(f"{text}:*").within_arn(run_on=False) for text in ("*", "a*", "?")),
]


def walked(of: Pattern, text: str) -> int:
    steps = machine(of)
    mask = steps.start
    for character in text:
        mask = steps.step(mask, character)
    return mask


@pytest.mark.parametrize("of", PATTERNS)
def test_it_accepts_what_the_pattern_matches(of: Pattern) -> None:
    for length in range(5):
        for letters in product(LETTERS, repeat=length):
            text = "".join(letters)
            mask = walked(of, text)
            assert machine(of).accepts(mask) is of.matches(text), text
            if machine(of).goes_on(mask):
                assert all(of.matches(text + more) for more in ("", "a", ":", "ab:"))
            if not mask:
                assert not any(of.matches(text + more) for more in ("", "a", ":", "ab:", "b:a:a:a"))


@pytest.mark.parametrize(
    ("text", "beginning", "goes_on"),
    [("a*", "a", True), ("a*", "ab", True), ("a*", "", False), ("a*b", "a", False), ("a", "a", False), ("", "", False)],
)
def test_whether_every_further_text_is_matched(text: str, beginning: str, goes_on: bool) -> None:
    assert machine(plain(text)).goes_on(walked(plain(text), beginning)) is goes_on


def test_an_end_that_stops_at_a_colon_does_not_go_on() -> None:
    of = plain("a:*").within_arn(run_on=False)
    assert machine(of).accepts(walked(of, "a:b"))
    assert not machine(of).goes_on(walked(of, "a:b"))
    assert not machine(of).accepts(walked(of, "a:b:"))


def test_upper_and_lower_case_are_the_same_where_they_are_folded() -> None:
    steps = machine(plain("ab*c"), folded=True)
    assert sorted(steps.awaited(steps.start)) == ["A", "a"]
    behind = steps.step(steps.step(steps.start, "A"), "b")
    assert sorted(steps.awaited(behind)) == ["C", "c"]
    assert steps.accepts(steps.step(behind, "C"))
    exact = machine(plain("ab*c"))
    assert list(exact.awaited(exact.start)) == ["a"]
    assert exact.step(exact.start, "A") == 0


def test_a_letter_may_stand_at_several_places() -> None:
    steps = machine(plain("*aba"))
    mask = steps.step(steps.step(steps.start, "a"), "b")
    assert list(steps.awaited(mask)) == ["a", "a"]
    assert steps.accepts(steps.step(mask, "a"))
