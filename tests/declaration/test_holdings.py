"""Who gets access back when an older declaration takes the place of a newer: every kind of principal, and no other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.declaration.holdings import regained
from iamgen.declaration.load import load

MakeRepo = Callable[..., Path]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEAD = 'from iamgen import *\nOPS_SERVICES = ("ec2", "s3")\n'
ALICE = 'User("alice", {"dev": "AdminR", "prod": "OpsR"})'
NEWER = f"{HEAD}USERS = ({ALICE},)\n"


def lines(make_repo: MakeRepo, older: str, newer: str = NEWER, const: str | None = None) -> list[str]:
    """Return who gets what back when `older` takes the place of `newer`."""
    options = {"const": const} if const else {}
    was = load(make_repo(newer, name="newer"), NOW).declaration
    will = load(make_repo(older, **options, name="older"), NOW).declaration
    return [item.line for item in regained(was, will, NOW)]


def users(*more: str, rest: str = "") -> str:
    return f"{HEAD}USERS = ({', '.join([ALICE, *more])},)\n{rest}\n"


@pytest.mark.parametrize(
    ("older", "expected"),
    [
        (NEWER, []),
        (
            users('User("mallory", {"prod": "OpsR", "dev": "ReadR"})'),
            ["mallory (a user on user-only, OpsR on prod, ReadR on dev)"],
        ),
        (users('User("mallory", {})'), ["mallory (a user on user-only)"]),
        (
            users('User("mallory", {}, power=True)'),
            ["mallory (a user on user-only, group PowerG on user-only)"],
        ),
        (users('User("mallory", {"user-only": "ReadR"})'), ["mallory (a user on user-only, ReadR on user-only)"]),
        (
            users('User("mallory", {"prod": Grant("OpsR", until="2026-12-31", reason="OPS-1")})'),
            ["mallory (a user on user-only, OpsR on prod until the end of 2026-12-31 (UTC))"],
        ),
        (
            users('User("mallory", {"prod": Grant("OpsR", until="2026-11-01", reason="OPS-1")})'),
            ["mallory (a user on user-only)"],
        ),
        (NEWER.replace('"prod": "OpsR"', '"prod": ("OpsR", "ReadR")'), ["alice (ReadR on prod)"]),
        (NEWER.replace('"prod": "OpsR"', '"prod": "ReadR"'), ["alice (ReadR on prod)"]),
        (NEWER.replace(', "prod": "OpsR"', ""), []),
        (users(rest='CI_USERS = (CIUser("robot", {"dev": "OpsR"}),)'), ["CI user robot (OpsR on dev)"]),
        (
            users(
                rest='PIPELINES = (Pipeline("github", repository="org/repo", branch="main", access={"dev": "OpsR"}),)'
            ),
            [
                "pipeline repo:org/repo:ref:refs/heads/main of token.actions.githubusercontent.com "
                "for sts.amazonaws.com (OpsR on dev)"
            ],
        ),
        (
            users(rest='ROLES = (Role("ToolR", accounts="dev", assumed_by=("ec2.amazonaws.com", "OpsR")),)'),
            ["OpsR (ToolR on dev)", "ec2.amazonaws.com (ToolR on dev)"],
        ),
        (
            users(rest='GROUPS = (Group("AuditorsG", members=("alice",), managed_policies=("SecurityAudit",)),)'),
            ["alice (group AuditorsG on user-only)"],
        ),
    ],
)
def test_who_gets_what_back(older: str, expected: list[str], make_repo: MakeRepo) -> None:
    assert lines(make_repo, older) == expected


@pytest.mark.parametrize("setting", ['users="stack"', 'trust="names"', 'stack="other"'])
def test_however_it_is_written(setting: str, make_repo: MakeRepo) -> None:
    older = users('User("mallory", {"prod": "OpsR"})', rest=f"SETTINGS = Settings({setting})")
    assert lines(make_repo, older) == ["mallory (a user on user-only, OpsR on prod)"]


@pytest.mark.parametrize(
    ("newer_end", "older_end", "expected"),
    [
        ("2026-12-01", "2026-12-31", ["bob (OpsR on prod until the end of 2026-12-31 (UTC))"]),
        ("2026-12-31", "2026-12-01", []),
        ("2026-12-31", "2026-12-31", []),
        ("2026-12-31", None, ["bob (OpsR on prod)"]),
        (None, "2026-12-31", []),
        ("2026-11-01", "2026-12-31", ["bob (OpsR on prod until the end of 2026-12-31 (UTC))"]),
    ],
)
def test_a_grant_that_lasts_longer(
    newer_end: str | None, older_end: str | None, expected: list[str], make_repo: MakeRepo
) -> None:
    def bob(end: str | None) -> str:
        grant = f'Grant("OpsR", until="{end}", reason="OPS-1")' if end else '"OpsR"'
        return users(f'User("bob", {{"prod": {grant}}})')

    assert lines(make_repo, bob(older_end), bob(newer_end)) == expected


def test_an_account_is_its_id_and_not_its_name(make_repo: MakeRepo) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\nDEV_AWS_ACCOUNT_ID=222222222222\n"
    renamed = f"{const}LIVE_AWS_ACCOUNT_ID=333333333333\n"
    assert lines(make_repo, NEWER.replace('"prod"', '"live"'), const=renamed) == []
    other = f"{const}PROD_AWS_ACCOUNT_ID=444444444444\n"
    (make_repo(name="unused") / "users.py").unlink()
    again = load(make_repo(NEWER, other, "elsewhere"), NOW).declaration
    was = load(make_repo(NEWER, name="before"), NOW).declaration
    assert [item.line for item in regained(was, again, NOW)] == ["alice (OpsR on prod)"]


def test_what_people_have_is_in_the_account_that_holds_them(make_repo: MakeRepo) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\nPROD_AWS_ACCOUNT_ID=333333333333\n"
    group = 'GROUPS = (Group("AuditorsG", members=("alice",), managed_policies=("SecurityAudit",)),)'
    declared = users('User("root", {}, power=True)', rest=group)
    assert lines(make_repo, declared, declared, const) == [
        "alice (a user on dev, group AuditorsG on dev)",
        "root (a user on dev, group PowerG on dev)",
    ]
