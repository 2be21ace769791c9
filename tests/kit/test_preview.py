"""A preview says all that will change, and no secret."""

from __future__ import annotations

import pytest

from iamgen.kit.merge import File, steps
from iamgen.kit.preview import masked, preview

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
OLD = f"[a]\naws_access_key_id = AKIAOLD\naws_secret_access_key = {SECRET}\n\n[b]\nx = 1\n"
NEW = "[a]\naws_access_key_id = AKIANEW\naws_secret_access_key = s\n\n[b]\nx = 1\n\n[c]\ncredential_process = tool s3cret\n"


def test_what_is_shown() -> None:
    file = File(OLD, "~/.aws/credentials", "credentials")
    assert list(preview(steps(file, NEW), "s3cret")) == [
        "  ~ [a]   # not as iamgen left it",
        "      - aws_access_key_id = AKIAOLD",
        "      - aws_secret_access_key = ****************",
        "      + aws_access_key_id = AKIANEW",
        "      + aws_secret_access_key = ****************",
        "  + [c]",
        "      + credential_process = tool ****************",
        "  = 1 section as it should be",
    ]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("aws_secret_access_key = x", "aws_secret_access_key = ****************"),
        ("AWS_SECRET_ACCESS_KEY=x y", "AWS_SECRET_ACCESS_KEY=****************"),
        ("  aws_session_token : x", "  aws_session_token : ****************"),
        ("my-password = x", "my-password = ****************"),
        ("aws_secret_access_key =", "aws_secret_access_key ="),
        ("region = eu-west-1", "region = eu-west-1"),
        ("role_arn = arn:aws:iam::1:role/secret", "role_arn = arn:aws:iam::1:role/secret"),
    ],
)
def test_options_that_are_secret_by_their_name(line: str, shown: str) -> None:
    assert masked(line) == shown
