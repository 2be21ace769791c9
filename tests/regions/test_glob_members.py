"""The shortest text that patterns claim is found by trying all texts as well."""

from __future__ import annotations

from itertools import product

from hypothesis import example, given, settings
from hypothesis import strategies as st

from iamgen.access.patterns import pattern
from iamgen.regions.glob_members import shortest_text
from iamgen.regions.text_claims import TextClaims, TextTest

LETTERS = "abAB:z"
TEXTS = ["".join(letters) for length in range(5) for letters in product(LETTERS, repeat=length)]
globs = st.text(alphabet="abAB:*?", max_size=4)
tests = st.builds(
    lambda listed, folded: (frozenset(listed), folded), st.lists(globs, min_size=1, max_size=2), st.booleans()
)


def holds(test: tuple[frozenset[str], bool], text: str) -> bool:
    listed, folded = test
    return any(
        pattern(item.lower() if folded else item, variables=False).matches(text.lower() if folded else text)
        for item in listed
    )


def compiled(test: tuple[frozenset[str], bool]) -> TextTest:
    listed, folded = test
    return TextTest(frozenset(pattern(item.lower() if folded else item, variables=False) for item in listed), folded)


@given(st.lists(tests, max_size=2), st.lists(tests, max_size=3), st.booleans())
@example([(frozenset({"b", "::"}), True)], [(frozenset({"b"}), False)], False)
@settings(max_examples=300, deadline=None)
def test_the_walk_finds_what_trying_finds(
    matched: list[tuple[frozenset[str], bool]], unmatched: list[tuple[frozenset[str], bool]], empty: bool
) -> None:
    claims = TextClaims(frozenset(map(compiled, matched)), frozenset(map(compiled, unmatched)), is_empty_allowed=empty)
    walked = shortest_text(claims)

    def is_member(text: str) -> bool:
        return (
            bool(text or empty)
            and all(holds(test, text) for test in matched)
            and not any(holds(test, text) for test in unmatched)
        )

    tried = next(filter(is_member, TEXTS), None)
    if tried is not None:
        assert walked is not None
        assert len(walked) == len(tried)
    if walked is not None:
        assert is_member(walked)


def test_an_arn_is_one_that_aws_writes() -> None:
    def shortest(*globs: str) -> str | None:
        patterns = (pattern(item, variables=False).within_arn(run_on=True) for item in globs)
        return shortest_text(
            TextClaims(frozenset(TextTest(frozenset({item})) for item in patterns), frozenset(), is_arn=True)
        )

    assert shortest("arn:*:s3:::b*") == "arn::s3:::b"
    assert shortest("arn:*:*:*:*:*Key*") == "arn:::::Key"
    assert shortest("arn:aws:S3:::b") is None
    assert shortest("arn:aws:s3:::a*", "arn:aws:s3:::*b") == "arn:aws:s3:::ab"
    assert shortest("arn:aws:s3:::a", "arn:aws:s3:::b") is None
