"""What no rule has looked at is said."""

from __future__ import annotations

from collections import Counter

import pytest

from iamgen.check.not_looked_at import in_words, not_looked_at
from iamgen.check.rules._examples import role
from iamgen.iam.template import Template


def test_types_that_no_rule_reads_are_counted() -> None:
    function = {"Type": "AWS::Serverless::Function", "Properties": {}}
    plain = {kind: {"Type": kind} for kind in ("AWS::EC2::VPC", "AWS::S3::Bucket", "AWS::S3::BucketPolicy")}
    body = {"Resources": {"R": role(), "F": function, **plain, "Other": {"Type": "AWS::EC2::VPC"}}}
    assert not_looked_at([Template.of(body, 0)]) == {"AWS::EC2::VPC": 2, "AWS::S3::Bucket": 1}


@pytest.mark.parametrize(
    ("types", "words"),
    [
        ({}, ""),
        ({"A": 1}, "1 resource of types that are not looked at: A"),
        ({"A": 1, "B": 2}, "3 resources of types that are not looked at: B (2), A"),
        (dict.fromkeys("ABCDEFG", 1), "7 resources of types that are not looked at: A, B, C, D, E and 2 more"),
    ],
)
def test_words(types: dict[str, int], words: str) -> None:
    assert in_words(Counter(types)) == words
