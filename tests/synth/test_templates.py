"""Whole templates out of a declaration: what is refused, what is told, and what is in them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.declaration.load import load
from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import IamgenError
from iamgen.synth.account_templates import texts
from iamgen.synth.build import build
from iamgen.synth.custom import own_policies
from iamgen.synth.template_text import text
from iamgen.synth.trust import trust_policy

MakeRepo = Callable[..., Path]
HEAD = 'from iamgen import *\nOPS_SERVICES = ("s3",)\n'


def declared(root: Path) -> Declaration:
    return load(root, datetime(2026, 11, 23, tzinfo=UTC)).declaration


def no_document(template: str, variables: Mapping[str, object], account: Account) -> dict[str, Any]:
    raise AssertionError("no policy is declared here")


def resources(declaration: Declaration, account: str) -> dict[str, Any]:
    loads: dict[str, Any] = json.loads(text(build(declaration, declaration.accounts[account], no_document)))
    return {name: resource["Properties"] for name, resource in loads["Resources"].items()}


def crowd(count: int, settings: str = "", longer: int = 0) -> str:
    """Return a declaration in which so many people may assume ReadR in dev; the last has a name that is longer."""
    people = f'(*(f"user{{n:04}}" for n in range({count - 1})), "user9999{"x" * longer}")'
    return (
        f'{HEAD}USERS = tuple(User(name, {{"dev": "ReadR"}}) for name in {people})\nSETTINGS = Settings({settings})\n'
    )


def refusal(declaration: Declaration) -> str | None:
    try:
        trust_policy(declaration, declaration.accounts["dev"], "ReadR")
    except IamgenError as exc:
        (fault,) = exc.faults
        assert fault.where == "dev ReadR"
        return f"{fault.problem} | {fault.hint}"
    return None


NAMES, RAISED = 'trust="names"', "once AWS has raised the quota, with Settings(trust_policy_quota=8192) it "


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        # by ARN: 166 characters, and 42 for each of them; by name: 233, and 11 for each
        (crowd(44, longer=34), None),
        (
            crowd(44, longer=35),
            "its trust policy for 44 principals has 2,049 characters, 1 over the quota of 2,048"
            f' | with Settings(trust="names") it has 752; {RAISED}fits; or grant the role to fewer',
        ),
        (
            crowd(165),
            "its trust policy for 165 principals has 7,096 characters, 5,048 over the quota of 2,048"
            f' | with Settings(trust="names") it has 2,048; {RAISED}fits; or grant the role to fewer',
        ),
        (
            crowd(166),
            "its trust policy for 166 principals has 7,138 characters, 5,090 over the quota of 2,048"
            f' | with Settings(trust="names") it has 2,059, still too many; {RAISED}fits; or grant the role to fewer',
        ),
        (
            crowd(191, longer=4),
            "its trust policy for 191 principals has 8,192 characters, 6,144 over the quota of 2,048"
            f' | with Settings(trust="names") it has 2,338, still too many; {RAISED}fits; or grant the role to fewer',
        ),
        (
            crowd(191, longer=5),
            "its trust policy for 191 principals has 8,193 characters, 6,145 over the quota of 2,048"
            f' | with Settings(trust="names") it has 2,339, still too many; {RAISED}is still 1 over; '
            "or grant the role to fewer",
        ),
        (
            crowd(300, "trust_policy_quota=8192"),
            "its trust policy for 300 principals has 12,766 characters, 4,574 over the quota of 8,192"
            ' | with Settings(trust="names") it has 3,533; or grant the role to fewer',
        ),
        (crowd(165, NAMES), None),
        (
            crowd(166, NAMES),
            "its trust policy for 166 principals has 2,059 characters, 11 over the quota of 2,048"
            f" | {RAISED}fits; or grant the role to fewer",
        ),
    ],
)
def test_how_many_may_assume_a_role(users: str, expected: str | None, make_repo: MakeRepo) -> None:
    assert refusal(declared(make_repo(users))) == expected


@pytest.mark.parametrize(("over", "expected"), [(0, None), (1, "1"), (1000, "1,000")])
def test_how_long_a_declared_policy_may_be(over: int, expected: str | None, make_repo: MakeRepo) -> None:
    declaration = declared(make_repo(f'{HEAD}USERS = ()\nPOLICIES = (Policy("AP", "a.json.j2", accounts="dev"),)\n'))
    bare = {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": ""}]}
    room = 6144 - len(json.dumps(bare).replace(" ", ""))

    def document(template: str, variables: Mapping[str, object], account: Account) -> dict[str, Any]:
        return {"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "é" * (room + over)}]}

    try:
        (policy,) = own_policies(declaration, declaration.accounts["dev"], document)
        assert (policy.title, expected) == ("AP", None)
    except IamgenError as exc:
        assert [" | ".join(fault) for fault in exc.faults] == [
            f"dev AP | its document is {expected} characters over the quota of 6,144"
            " | divide it into two policies, or say it in fewer words"
        ]


def test_what_a_person_of_the_stack_is_put_into(make_repo: MakeRepo) -> None:
    users = (
        f'{HEAD}USERS = (User("alice", {{}}, power=True), User("bob", {{}}))\n'
        'GROUPS = (Group("AuditG", members=("bob",)), Group("OtherG", members=("alice",)))\n'
        'SETTINGS = Settings(users="stack")\n'
    )
    by_logical_id = resources(declared(make_repo(users)), "user-only")
    assert {
        name: [group["Ref"] for group in entry["Groups"]]
        for name, entry in by_logical_id.items()
        if "UserName" in entry
    } == {
        "UserAlice": ["AssumeRoleG", "ManageOwnUserG", "PowerG", "OtherG"],
        "UserBob": ["AssumeRoleG", "ManageOwnUserG", "AuditG"],
    }
    assert not any("Users" in entry for entry in by_logical_id.values())


@pytest.mark.parametrize(
    ("boundary", "expected"),
    [
        ("PowerUserAccess", "arn:aws:iam::aws:policy/PowerUserAccess"),
        ("arn:aws:iam::222222222222:policy/own", "arn:aws:iam::222222222222:policy/own"),
    ],
)
def test_a_boundary_that_is_not_declared(boundary: str, expected: str, make_repo: MakeRepo) -> None:
    users = f'{HEAD}USERS = ()\nROLES = (Role("DataR", boundary={boundary!r}),)\n'
    assert resources(declared(make_repo(users)), "dev")["DataR"]["PermissionsBoundary"] == expected


def test_only_the_account_with_people_has_the_warning_about_patterns(make_repo: MakeRepo) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nUSER_ONLY_AWS_ACCOUNT_ID=999999999999\n"
    const += "".join(f"P{n:04}_DEV_AWS_ACCOUNT_ID={n:012}\n" for n in range(1, 1001))
    declaration = declared(make_repo(f"{HEAD}USERS = ()\n", const))
    people, other, another = (declaration.accounts[name] for name in ("user-only", "p0001-dev", "p0002-dev"))
    assert texts(declaration, [other], no_document).notices == ()
    rendered = texts(declaration, [people, other, another], no_document)
    assert [" | ".join(fault) for fault in rendered.notices] == [
        "AssumeRoleP | names the roles of each account by a pattern: one by one they do not fit"
        " | the roles' own trust policies still decide who may assume which"
    ]
    assert list(rendered.by_account) == ["user-only", "p0001-dev", "p0002-dev"]
    assert rendered.by_account["p0001-dev"] == text(build(declaration, other, no_document))
    assert texts(declaration, [other], no_document, "yaml").by_account["p0001-dev"].startswith("AWSTemplateFormat")
