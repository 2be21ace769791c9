"""Claims about a text are narrowed to patterns that matter beside the others, and mean the same."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from iamgen.access.patterns import pattern
from iamgen.regions.text_claims import TextClaims, TextTest, narrowed

PATTERNS = ("*", "a", "ab", "a*", "ab*", "b*", "a?", "?b", "*b", "b", "", "ba*")
TEXTS = ["".join(letters) for length in range(4) for letters in product("ab", repeat=length)]


def matching(*written: str) -> TextTest:
    return TextTest(frozenset(pattern(text, variables=False) for text in written))


def texts(claims: TextClaims) -> list[str]:
    """Return the texts of which the claims are true."""

    def holds(test: TextTest, text: str) -> bool:
        return any(item.matches(text) for item in test.patterns)

    return [
        text
        for text in TEXTS
        if all(holds(test, text) for test in claims.matched) and not any(holds(test, text) for test in claims.unmatched)
    ]


tests = st.lists(
    st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=3).map(lambda listed: matching(*listed)), max_size=3
)


@given(tests, tests)
@settings(deadline=None)
def test_the_same_texts_are_meant(matched: list[TextTest], unmatched: list[TextTest]) -> None:
    claims = TextClaims(frozenset(matched), frozenset(unmatched))
    fewer = narrowed(claims)
    assert texts(claims) == ([] if fewer is None else texts(fewer))


def test_patterns_of_other_resources_go() -> None:
    own, other = "arn:aws:s3:::own/*", "arn:aws:s3:::other/*"
    claims = TextClaims(frozenset({matching(own)}), frozenset({matching(other), matching(other, f"{own}x")}))
    assert narrowed(claims) == TextClaims(frozenset({matching(own)}), frozenset({matching(f"{own}x")}))
    assert narrowed(TextClaims(frozenset({matching(own), matching(other)}), frozenset())) is None


def test_patterns_without_case_stay() -> None:
    folded = TextTest(frozenset({pattern("a", variables=False)}), folded=True)
    claims = TextClaims(frozenset({folded}), frozenset({matching("B")}))
    assert narrowed(claims) == claims
