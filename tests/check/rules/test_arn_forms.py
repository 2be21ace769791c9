"""Whether a pattern can match an ARN of the forms that AWS's reference has."""

from __future__ import annotations

import pytest

from iamgen.check.rules._arn_forms import meets

BUCKET = "arn:${Partition}:s3:::${BucketName}"
OBJECT = f"{BUCKET}/${{ObjectName}}"
ROLE = "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}"


@pytest.mark.parametrize(
    ("pattern", "form", "expected"),
    [
        ("arn:aws:s3:::data", BUCKET, True),
        ("arn:aws:s3:::data", OBJECT, False),
        ("arn:aws:s3:::data*", OBJECT, True),
        ("arn:aws:s3:::data/*", OBJECT, True),
        ("arn:aws:s3:::data/*", BUCKET, False),
        ("arn:aws:s3:::*", BUCKET, True),
        ("arn:aws:s3:::⟨⟩", OBJECT, True),
        ("arn:aws:s3:::home-${aws:username}", OBJECT, True),
        ("arn:aws:s3:::dat?", BUCKET, True),
        ("arn:aws:s3", OBJECT, True),
        ("arn:⟨⟩:iam::⟨⟩:role/app/x", ROLE, True),
        ("arn:aws:iam::111111111111:role/x", ROLE, True),
        ("arn:aws:iam:eu-west-1:111111111111:role/x", ROLE, False),
        ("arn:aws:iam:*:*:role/x", ROLE, True),
        ("arn:aws:iam::111111111111:user/x", ROLE, False),
        ("arn:aws:iam::*", ROLE, True),
        ("arn:aws:iam::111111111111:*/x", ROLE, True),
        ("ARN:AWS:IAM::111111111111:Role/x", ROLE, True),
    ],
)
def test_meets(pattern: str, form: str, expected: bool) -> None:
    assert meets(pattern, form) is expected


def test_time_grows_with_the_length_and_not_with_its_power() -> None:
    assert not meets("arn:aws:s3:::" + "*a" * 500 + "b", BUCKET.replace("${BucketName}", "a" * 500))
