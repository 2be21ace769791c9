"""What protects a stack."""

from __future__ import annotations

import json

import pytest

from iamgen.deploy.stack_protection import OPEN, STRICT, impossible, is_strict, refusals
from iamgen.diff.change import Change, Detail


@pytest.mark.parametrize(
    ("policy", "strict"),
    [
        (STRICT, True),
        (json.dumps(json.loads(STRICT), indent=2), True),
        (OPEN, False),
        ("", False),
        (None, False),
        ("no JSON", False),
    ],
)
def test_which_policy_protects(policy: str | None, strict: bool) -> None:
    assert is_strict(policy) is strict


def change(sign: str, kind: str, *details: str, replaced: bool = False) -> Change:
    reported = tuple(Detail("~", detail, "a -> b") for detail in details)
    return Change(sign, "R", f"AWS::IAM::{kind}", replaced, reported)  # type: ignore[arg-type]  # a sign


@pytest.mark.parametrize(
    ("element", "message"),
    [
        (change("-", "Role"), ["the role R would be deleted"]),
        (change("-", "Group"), ["the group R would be deleted"]),
        (change("~", "Role", "RoleName", replaced=True), ["the role R would be replaced"]),
        (change("~", "Role", "MaxSessionDuration"), []),
        (change("+", "Role"), []),
        (change("-", "ManagedPolicy"), []),
        (change("-", "User"), []),
    ],
)
def test_what_is_refused(element: Change, message: list[str]) -> None:
    assert [fault.problem for fault in refusals("dev", [element], allow_replacement=False)] == message
    assert list(refusals("dev", [element], allow_replacement=True)) == []


@pytest.mark.parametrize(
    ("element", "refused"),
    [
        (change("~", "ManagedPolicy", "Description", replaced=True), True),
        (change("~", "Role", "Path", replaced=True), True),
        (change("~", "Role", "Path", "RoleName", replaced=True), False),
        (change("~", "OIDCProvider", "Url", replaced=True), False),
        (change("~", "ManagedPolicy", "PolicyDocument"), False),
    ],
)
def test_what_aws_cannot_do(element: Change, refused: bool) -> None:
    assert bool(list(impossible("dev", [element]))) is refused
