"""What IAM counts of a policy document."""

from __future__ import annotations

from iamgen.iam.measure import ENTRY_MARKS, characters, compact


def test_white_space_outside_of_strings_is_not_counted() -> None:
    assert compact({"Sid": "a b", "Action": ["s3:*", "é"]}) == '{"Sid":"a b","Action":["s3:*","é"]}'
    assert characters({"Sid": "é"}) == len('{"Sid":"é"}')


def test_an_entry_of_a_list() -> None:
    assert characters(["ab", "cde"]) - characters(["ab"]) == len("cde") + ENTRY_MARKS


def test_what_is_no_json_is_made_plain() -> None:
    assert compact([{1}], plain=repr) == '["{1}"]'
    assert compact([1j]) == '["1j"]'
