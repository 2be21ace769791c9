"""Each quota that a declaration can exceed: at its limit it is rendered, and one over it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from iamgen.declaration.load import load
from iamgen.errors import IamgenError
from iamgen.jinja.policy import documents
from iamgen.synth.account_templates import texts

CONST = (
    "GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=111111111111\n"
    "DEV_AWS_ACCOUNT_ID=222222222222\nPROD_AWS_ACCOUNT_ID=333333333333\n"
)
HEAD = 'from iamgen import *\nOPS_SERVICES = ("s3",)\n'
TRUST = '"lambda.amazonaws.com"'


def refusals(root: Path, source: str, document: str = "{}") -> list[str]:
    """Return what is wrong with a declaration, or nothing where every account is rendered."""
    (root / "templates" / "policies").mkdir(parents=True, exist_ok=True)
    (root / "templates" / "policies" / "x.json.j2").write_text(document)
    (root / "CONST.inc").write_text(CONST)
    (root / "users.py").write_text(HEAD + source)
    try:
        declaration = load(root, datetime(2026, 11, 23, 12, tzinfo=UTC)).declaration
        texts(declaration, tuple(declaration.accounts.values()), documents(root, declaration))
    except IamgenError as exc:
        return [fault.problem for fault in exc.faults]
    return []


def role(more: str, name: str = "WorkR") -> str:
    return f'USERS = ()\nROLES = (Role("{name}", accounts="dev", assumed_by=({TRUST},), {more}),)\n'


def named(ending: str, length: int) -> str:
    """Return a name that is so long once it is `infra-NAME-ACCOUNT`."""
    return "X" + "x" * (length - len("infra--123456789012") - 2) + ending


def user(more: str, name: str = "alice") -> str:
    return f'SETTINGS = Settings(users="stack")\nUSERS = (User("{name}", {{"dev": "ReadR"}}, {more}),)\n'


def padded(used: int) -> str:
    """Return a policy document of so many characters."""

    def users_file(resource: str) -> str:
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))

    return users_file("x" * (used - len(users_file(""))))


GENERATED = 6  # groups and their policies that every account with people has
POWER = len(
    '{"Version":"2012-10-17","Statement":[{"Sid":"FullPowerOverChosenServices","Effect":"Allow","Action":[":*"],'
    '"Resource":["*"]}]}'
)
CASES: dict[str, tuple[int, Callable[[int], str], str]] = {
    "a user's name": (64, lambda n: user("", "x" * n), "has 65 characters"),
    "a user's path": (512, lambda n: user(f'path="/{"x" * (n - 2)}/"'), "is no path"),
    "a user's tags": (50, lambda n: user(f"tags={ {f'k{k}': 'v' for k in range(n)} }"), "has 51 tags"),
    "a tag's key": (128, lambda n: user(f"tags={ {'k' * n: 'v'} }"), "tag"),
    "a tag's value": (256, lambda n: user(f"tags={ {'k': 'v' * n} }"), "tag"),
    "a role's name": (64, lambda n: role("", named("R", n)), "is too long once it is"),
    "a role's description": (1_000, lambda n: role(f'description="{"x" * n}"'), "has 1001 characters"),
    "a role's session": (12, lambda n: role(f"session_hours={n}"), "session_hours is 13"),
    "a role's policies": (
        20,
        lambda n: role(f"managed_policies={tuple(f'p{k}' for k in range(n))}"),
        "has 21 managed policies, and 20 is the quota",
    ),
    "a group's name": (
        128,
        lambda n: f'USERS = ()\nGROUPS = (Group("{named("G", n)}"),)\n',
        "is too long once it is",
    ),
    "a group's policies": (
        10,
        lambda n: f"USERS = ()\nGROUPS = (Group('WorkG', managed_policies={tuple(f'p{k}' for k in range(n))}),)\n",
        "has 11 managed policies, and 10 is the quota",
    ),
    "the power of a role": (
        6_144,
        lambda n: role(f"services=('{'x' * (n - POWER)}',)"),
        "its policy for 1 services is 1 characters over the quota of 6,144",
    ),
    "the resources of a template": (
        500,
        lambda n: f'USERS = ()\nGROUPS = tuple(Group(f"T{{k}}G") for k in range({n - GENERATED}))\n',
        "its template has 501 resources",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_declared_at_a_quota_and_over_it(case: str, tmp_path: Path) -> None:
    limit, source, message = CASES[case]
    assert refusals(tmp_path, source(limit)) == []
    over = refusals(tmp_path, source(limit + 1))
    assert len(over) == 1
    assert message in over[0]


def test_a_policy_of_ones_own(tmp_path: Path) -> None:
    source = 'USERS = ()\nPOLICIES = (Policy("ToolP", "x.json.j2", accounts="dev"),)\n'
    assert refusals(tmp_path, source, padded(6_144)) == []
    assert refusals(tmp_path, source, padded(6_145)) == ["its document is 1 characters over the quota of 6,144"]


def test_a_trust_policy(tmp_path: Path) -> None:
    people = """USERS = tuple(User(f"person-{k:02}", {"dev": "ReadR"}) for k in range(50))\n"""

    def source(quota: int) -> str:
        return f"{people}SETTINGS = Settings(trust_policy_quota={quota})"

    (over,) = refusals(tmp_path, source(2_048))
    assert over.startswith("its trust policy for 50 principals has ")
    length = int(over.partition(" has ")[2].partition(" ")[0].replace(",", ""))
    assert refusals(tmp_path, source(length)) == []
    (over,) = refusals(tmp_path, source(length - 1))
    assert f"1 over the quota of {length - 1:,}" in over
