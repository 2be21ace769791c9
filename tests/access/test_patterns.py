from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.access.context import Context
from iamgen.access.errors import AccessError
from iamgen.access.patterns import pattern

ALICE = Context.of({"aws:username": "alice", "aws:PrincipalTag/team": "a*", "aws:TagKeys": ("one", "two")})


def matches(pattern_text: str, text: str, *, variables: bool = True, context: Context = ALICE) -> bool:
    resolved = pattern(pattern_text, variables=variables).resolved(context)
    return resolved is not None and resolved.matches(text)


def reference(pattern_text: str) -> re.Pattern[str]:
    """The same language, translated another way."""
    translated = {"*": ".*", "?": "."}
    return re.compile("".join(translated.get(c, re.escape(c)) for c in pattern_text), re.DOTALL)


@given(st.text(alphabet="ab:/*?", max_size=8), st.text(alphabet="ab:/*?\n", max_size=10))
def test_wildcards_agree_with_a_regular_expression(pattern_text: str, text: str) -> None:
    assert matches(pattern_text, text) is bool(reference(pattern_text).fullmatch(text))


@given(st.text(max_size=10))
def test_text_without_wildcards_matches_itself_only(text: str) -> None:
    literal = pattern(text, variables=False, wildcards=False)
    assert literal.matches(text)
    assert not literal.matches(text + "x")
    assert not literal.matches("x" + text)


def test_many_wildcards_do_not_take_forever() -> None:
    assert not matches("*a" * 40 + "b", "a" * 3_000)


@pytest.mark.parametrize(
    ("pattern_text", "text", "expected"),
    [
        ("user/${aws:username}", "user/alice", True),
        ("user/${aws:username}", "user/bob", False),
        ("user/${AWS:UserName}", "user/alice", True),
        ("user/${aws:userid}", "user/", False),
        ("user/${aws:userid}", "user/${aws:userid}", False),
        ("user/${aws:userid, 'nobody'}", "user/nobody", True),
        ("user/${aws:username, 'nobody'}", "user/alice", True),
        ("user/${aws:username, 'nobody'}", "user/nobody", False),
        ("team/${aws:PrincipalTag/team}", "team/a*", True),
        ("team/${aws:PrincipalTag/team}", "team/abc", False),
        ("${*}", "*", True),
        ("${*}", "x", False),
        ("${?}", "?", True),
        ("${?}", "x", False),
        ("${$}{aws:username}", "${aws:username}", True),
        ("$5", "$5", True),
        ("{x}", "{x}", True),
    ],
)
def test_variables(pattern_text: str, text: str, *, expected: bool) -> None:
    assert matches(pattern_text, text) is expected


@pytest.mark.parametrize(
    ("pattern_text", "text", "expected"),
    [
        ("${aws:username}", "${aws:username}", True),
        ("${aws:username}", "alice", False),
        ("${aws:user*}", "${aws:username}", True),
        ("${*}", "${anything}", True),
        ("${unclosed", "${unclosed", True),
        ("${nonsense}", "${nonsense}", True),
    ],
)
def test_the_older_version_has_no_variables(pattern_text: str, text: str, *, expected: bool) -> None:
    assert matches(pattern_text, text, variables=False) is expected


@pytest.mark.parametrize(
    "pattern_text", ["${aws:username", "${}", "${username}", "${aws:username, alice}", "x${ }", "${aws:x,'y'z}"]
)
def test_a_malformed_variable_is_refused(pattern_text: str) -> None:
    with pytest.raises(AccessError, match="policy variable"):
        pattern(pattern_text, variables=True)


def test_a_multivalued_key_is_no_variable() -> None:
    with pytest.raises(AccessError, match="multivalued"):
        matches("${aws:TagKeys}", "one")


@pytest.mark.parametrize(
    ("pattern_text", "text", "other"),
    [
        ("${ aws:username }", "alice", "al"),
        ("user/${aws:username }", "user/alice", "role/alice"),
        ("user/${\taws:username}", "user/alice", "role/alice"),
        ("user/${aws:userid,'nobody'}", "user/nobody", "role/nobody"),
        ("user/${aws:userid,  'nobody'}", "user/nobody", "role/nobody"),
        ("user/${aws:userid, 'nobody' }", "user/nobody", "role/nobody"),
        ("user/${aws:userid, ''}", "user/", "role/"),
        ("user/${aws:PrincipalTag/empty}", "user/", "role/"),
    ],
)
def test_what_is_not_documented_of_variables_is_unknown_where_it_decides(
    pattern_text: str, text: str, other: str
) -> None:
    """IAM User Guide, "Variables and tags": `${key}`, and a default behind "a comma and space"."""
    context = Context.of({"aws:username": "alice", "aws:PrincipalTag/empty": ""})
    written = pattern(pattern_text, variables=True)
    assert written.agrees(text, context).unknown
    assert pattern_text[0] == "$" or written.agrees(other, context).no


def test_a_space_inside_a_tag_key_is_part_of_it() -> None:
    context = Context.of({"aws:PrincipalTag/cost center": "it"})
    assert pattern("${aws:PrincipalTag/cost center}", variables=True).agrees("it", context).yes


@given(st.text(min_size=1, max_size=8), st.text(max_size=8))
def test_what_a_variable_puts_in_is_literal(value: str, text: str) -> None:
    context = Context.of({"aws:PrincipalTag/x": value})
    assert matches("<${aws:PrincipalTag/x}>", f"<{text}>", context=context) is (value == text)


@pytest.mark.parametrize(
    ("pattern_text", "text", "expected"),
    [
        ("*", "arn:aws:s3:::bucket/key", True),
        ("arn:aws:s3:*", "arn:aws:s3:::bucket/a:b", True),
        ("arn:aws:s3:::bucket/*/test/*", "arn:aws:s3:::bucket/1/2/test/3/object.jpg", True),
        ("arn:aws:s3:::bucket/*.jpg", "arn:aws:s3:::bucket/a:b.jpg", True),
        ("arn:aws:s3:::bucket/?x", "arn:aws:s3:::bucket/:x", True),
        ("arn:aws:sns:*:123456789012:t", "arn:aws:sns:eu-west-1:999999999999:x:123456789012:t", True),
        ("arn:aws:sns:*1:123456789012:t", "arn:aws:sns:eu:x-1:123456789012:t", False),
        ("arn:aws:sns:*-1:123456789012:t", "arn:aws:sns:eu-west-1:123456789012:t", True),
        ("arn:aws:sns:eu?:123456789012:t", "arn:aws:sns:eu::123456789012:t", False),
        ("arn:aws:sns:eu?west:123456789012:t", "arn:aws:sns:eu:west:123456789012:t", False),
    ],
)
def test_in_a_resource_a_wildcard_passes_colons_at_the_end_of_a_segment(
    pattern_text: str, text: str, *, expected: bool
) -> None:
    assert pattern(pattern_text, variables=True).within_arn(run_on=True).matches(text) is expected


@pytest.mark.parametrize(
    ("pattern_text", "text", "expected"),
    [
        ("arn:aws:iam::*:role/x", "arn:aws:iam::123456789012:role/x", True),
        ("arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:role/a/b:c", True),
        ("arn:aws:s:*:1:f/*", "arn:aws:s:us:9:store/abc:1:f/document.txt", False),
    ],
)
def test_compared_as_arns_no_wildcard_leaves_its_segment(pattern_text: str, text: str, *, expected: bool) -> None:
    assert pattern(pattern_text, variables=True).within_arn(run_on=False).matches(text) is expected


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("ab*ba", "aba", False),
        ("ab*ba", "abba", True),
        ("a*a", "a", False),
        ("a*b*b", "ab", False),
        ("a*b*b", "abb", True),
        ("*a*a*", "a", False),
        ("a**", "a", True),
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_the_pieces_of_a_pattern_do_not_overlap(written: str, text: str, *, expected: bool) -> None:
    assert pattern(written, variables=False).matches(text) is expected


def test_a_variable_has_to_be_resolved_before_it_is_matched() -> None:
    with pytest.raises(AccessError) as refused:
        pattern("a${aws:username}", variables=True).matches("abc")
    assert [tuple(fault) for fault in refused.value.faults] == [
        ("aws:username", "a policy variable was not resolved before matching", "")
    ]


@pytest.mark.parametrize(
    ("text", "run_on", "by_segment"),
    [
        ("a:b", True, False),
        ("a", True, True),
        (":b", True, False),
        ("", True, True),
    ],
)
def test_a_wildcard_at_the_end_of_a_segment_may_run_on(text: str, run_on: bool, by_segment: bool) -> None:
    beginning = pattern("arn:aws:s3:*:*:x", variables=False)
    pattern_text = f"arn:aws:s3:{text}:1:x"
    assert beginning.within_arn(run_on=True).matches(pattern_text) is run_on
    assert beginning.within_arn(run_on=False).matches(pattern_text) is by_segment


def test_a_wildcard_within_a_segment_stays_there() -> None:
    for run_on in (True, False):
        assert not pattern("arn:a*b:s3:::x", variables=False).within_arn(run_on=run_on).matches("arn:a:b:s3:::x")
        assert not pattern("arn:a?b:s3:::x", variables=False).within_arn(run_on=run_on).matches("arn:a:b:s3:::x")
        assert pattern("arn:aws:s3:::a*b", variables=False).within_arn(run_on=run_on).matches("arn:aws:s3:::a:b")
