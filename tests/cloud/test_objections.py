"""What a deployment refuses is told from two templates, beforehand and without AWS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from iamgen.cloud.objections import objections
from iamgen.plan.accounts import AccountTemplate

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALICE = "arn:aws:iam::111111111111:user/alice"
Body = dict[str, Any]


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


def texts(before: Body, after: Body) -> list[str]:
    return [f"{one.where}: {one.what}" for one in objections([account(before)], [account(after)], NOW)]


def test_nothing_is_refused_where_nothing_is_lost() -> None:
    same = {"AdminR": role("a"), "OpsR": role("o")}
    assert texts(same, same) == []
    assert texts(same, {**same, "ReadR": role("r")}) == []


def test_a_role_that_goes() -> None:
    assert texts({"AdminR": role("a"), "ToolR": role("t")}, {"AdminR": role("a")}) == [
        "dev ToolR: the role ToolR would be deleted"
    ]


def test_a_role_that_is_replaced() -> None:
    assert texts({"ToolR": role("t")}, {"ToolR": role("u")}) == ["dev ToolR: the role ToolR would be replaced"]
    assert texts({"ToolR": role("t")}, {"ToolR": role("t", path="/x/")}) == [
        "dev ToolR: ToolR would have to be replaced under its own name, which AWS cannot do",
        "dev ToolR: the role ToolR would be replaced",
    ]


def test_the_last_way_in() -> None:
    nobody = role("a")
    nobody["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Effect"] = "Deny"
    assert texts({"AdminR": role("a")}, {"AdminR": nobody}) == [
        "dev AdminR: nobody may assume AdminR any more; now alice may"
    ]


def test_what_is_no_update_of_a_stack() -> None:
    """A new account has nothing to lose, one that goes is not deployed, and another stack is a new one."""
    before = [account({"ToolR": role("t")}, stack="old"), account({"ToolR": role("t")}, "gone", "gone")]
    assert objections(before, [account({}, stack="new")], NOW) == ()
    assert objections([], [account({})], NOW) == ()


def test_an_account_of_another_name_is_the_same_stack() -> None:
    before = [account({"ToolR": role("t")}, "old-name")]
    assert [one.where for one in objections(before, [account({}, "new-name")], NOW)] == ["new-name ToolR"]
