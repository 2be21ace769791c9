"""A preview says all that will change, and no secret."""

from __future__ import annotations

import pytest

from iamgen.workstation.merge import File, WantedSection, steps
from iamgen.workstation.preview import preview

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
OLD = f"[a]\naws_access_key_id = AKIAOLD\naws_secret_access_key = {SECRET}\n\n[b]\nx = 1\n"
NEW = "[a]\naws_access_key_id = AKIANEW\naws_secret_access_key = s\n\n[b]\nx = 1\n\n[c]\ntool = --key s3cret\n"


def shown(old: str, new: str, secret: str | None = None) -> list[str]:
    file = File(old, "~/.aws/credentials", "credentials")
    return list(preview(steps(file, WantedSection(new, "bob@1/infra")), secret))


def test_what_is_shown() -> None:
    assert shown(OLD, NEW, "s3cret") == [
        "  ~ [a]   # written by hand",
        "      - aws_access_key_id = AKIAOLD",
        "      - aws_secret_access_key = ****************",
        "      + aws_access_key_id = AKIANEW",
        "      + aws_secret_access_key = ****************",
        "  + [c]",
        "      + tool = --key ****************",
        "  = 1 section as it should be",
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("aws_secret_access_key = x", "aws_secret_access_key = ****************"),
        ("AWS_SECRET_ACCESS_KEY=x y", "AWS_SECRET_ACCESS_KEY=****************"),
        ("  aws_session_token : x", "  aws_session_token : ****************"),
        ("my-password = x", "my-password = ****************"),
        ("credential_process = tool --key x", "credential_process = ****************"),
        ("Credential_Process=tool", "Credential_Process=****************"),
        ("sso_token = x", "sso_token = ****************"),
        ("passphrase = x", "passphrase = ****************"),
        ("private_key = x", "private_key = ****************"),
        ("mfa_seed = x", "mfa_seed = ****************"),
        ("aws_secret_access_key =", "aws_secret_access_key ="),
        ("region = eu-west-1", "region = eu-west-1"),
        ("role_arn = arn:aws:iam::1:role/secret", "role_arn = arn:aws:iam::1:role/secret"),
        ("# a remark", "# a remark"),
    ],
)
def test_what_a_template_makes(line: str, message: str) -> None:
    assert shown("", f"[a]\n{line}\nx = 1\n") == ["  + [a]", f"      + {message}", "      + x = 1"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("aws_secret_access_key =\n    oldLeakedSecret", ["****************", "    ****************"]),
        ("credential_process = tool --password hunter2", ["credential_process = ****************"]),
        ("mfa_seed = JBSWY3DP", ["mfa_seed = ****************"]),
        ("http_proxy = http://user:password@host", ["http_proxy = ****************"]),
        ("# aws_secret_access_key = old", ["****************"]),
        ("region = us-east-1", ["region = us-east-1"]),
        ("Region: us-east-1", ["Region: us-east-1"]),
        ("s3 =\n  max_queue_size = 1\n  other = 1", ["s3 =", "  max_queue_size = 1", "  other = ****************"]),
    ],
)
def test_what_a_person_wrote_is_shown_where_it_is_harmless(line: str, message: list[str]) -> None:
    name = line.replace(":", "=").partition("=")[0].strip("# ")
    before = f"[a]\n{line}\nx = 1\n"
    replaced = shown(before, f"[a]\n{name} = new\nx = 2\n")
    assert replaced[0] == "  ~ [a]   # written by hand"
    assert [item for item in replaced if item.startswith("      -")] == [
        *(f"      - {item}" for item in message if not line.startswith("#")), "      - x = ****************",
    ]  # fmt: skip
    added = shown(before, "[a]\ny = 1\n")
    assert added == [
        "  ~ [a]", "      + y = 1", *(f"        {text}" for text in message), "        x = ****************",
    ]  # fmt: skip
