"""What a deployment refuses is told from two templates, beforehand and without AWS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.declaration.load import load
from iamgen.declaration.resolved import Declaration
from iamgen.deploy.expected_refusals import objections
from iamgen.diff.accounts import AccountTemplate

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALICE = "arn:aws:iam::111111111111:user/alice"
Body = dict[str, Any]
USERS = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("alice", {"dev": "AdminR"}),)\n'


def account(resources: Body, name: str = "dev", stack: str = "infra") -> AccountTemplate:
    return AccountTemplate(name, "222222222222", "eu-west-1", stack, {"Resources": resources})


def role(name: str, *, path: str = "/", trusts: str = ALICE) -> Body:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": trusts}}
    properties = {
        "RoleName": name,
        "Path": path,
        "AssumeRolePolicyDocument": {"Statement": [statement]},
        "ManagedPolicyArns": ["arn:p"],
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


@pytest.fixture
def declaration(make_repo: Callable[..., Path]) -> Declaration:
    ids = (
        "USER_ONLY_AWS_ACCOUNT_ID=111111111111\nDEV_AWS_ACCOUNT_ID=222222222222\nNEW_NAME_AWS_ACCOUNT_ID=333333333333\n"
    )
    return load(make_repo(const=f"GLOBAL_AWS_REGION=eu-west-1\n{ids}", users=USERS), NOW).declaration


Texts = Callable[[Body, Body], list[str]]


@pytest.fixture
def texts(declaration: Declaration) -> Texts:
    def of(before: Body, after: Body) -> list[str]:
        faults = objections([account(before)], [account(after)], declaration, NOW)
        return [f"{fault.where}: {fault.problem}" for fault in faults]

    return of


def test_nothing_is_refused_where_nothing_is_lost(texts: Texts) -> None:
    same = {"AdminR": role("a"), "OpsR": role("o")}
    assert texts(same, same) == []
    assert texts(same, {**same, "ReadR": role("r")}) == []


def test_a_role_that_goes(texts: Texts) -> None:
    assert texts({"AdminR": role("a"), "ToolR": role("t")}, {"AdminR": role("a")}) == [
        "dev ToolR: the role ToolR would be deleted"
    ]


def test_a_role_that_is_replaced(texts: Texts) -> None:
    assert texts({"ToolR": role("t")}, {"ToolR": role("u")}) == ["dev ToolR: the role ToolR would be replaced"]
    assert texts({"ToolR": role("t")}, {"ToolR": role("t", path="/x/")}) == [
        "dev ToolR: ToolR would have to be replaced under its own name, which AWS cannot do",
        "dev ToolR: the role ToolR would be replaced",
    ]


def test_the_last_way_in(texts: Texts) -> None:
    nobody = role("a")
    nobody["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Effect"] = "Deny"
    assert texts({"AdminR": role("a")}, {"AdminR": nobody}) == [
        "dev AdminR: nobody may assume AdminR any more; now alice may"
    ]


def test_what_is_no_update_of_a_stack(declaration: Declaration) -> None:
    """A new account has nothing to lose, one that goes is not deployed, and another stack is a new one."""
    before = [account({"ToolR": role("t")}, stack="old"), account({"ToolR": role("t")}, "gone", "gone")]
    assert objections(before, [account({}, stack="new")], declaration, NOW) == ()
    assert objections([], [account({})], declaration, NOW) == ()


def test_an_account_of_another_name_is_the_same_stack(declaration: Declaration) -> None:
    before = [account({"ToolR": role("t")}, "old-name")]
    assert [objection.where for objection in objections(before, [account({}, "new-name")], declaration, NOW)] == [
        "new-name ToolR"
    ]
