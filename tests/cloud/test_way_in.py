"""The last way in: what a deployment may not take away unless it is said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from iamgen.cloud.way_in import lost, lost_by_repair

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ALICE, BOB = (f"arn:aws:iam::111111111111:user/{name}" for name in ("alice", "bob"))
SOMEBODY = "arn:aws:iam::222222222222:user/somebody"
OPS = "arn:aws:sts::222222222222:assumed-role/infra-OpsR-2/alice"
Body = dict[str, Any]


def allow(*principals: str, **more: Any) -> Body:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(principals)}, **more}


DENY = {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}


def role(name: str, *statements: Body, policies: tuple[str, ...] = ("arn:p",)) -> Body:
    properties = {
        "RoleName": name,
        "AssumeRolePolicyDocument": {"Statement": list(statements)},
        "ManagedPolicyArns": list(policies),
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def user(name: str, *groups: str) -> Body:
    return {"Type": "AWS::IAM::User", "Properties": {"UserName": name, "Groups": [{"Ref": one} for one in groups]}}


GROUP = {"Type": "AWS::IAM::Group", "Properties": {}}


def said(before: Body | None, after: Body, caller: str = SOMEBODY) -> list[str]:
    was = None if before is None else {"Resources": before}
    return [fault.what for fault in lost("dev", was, {"Resources": after}, caller, NOW)]


def test_a_first_deployment_takes_nothing_away() -> None:
    assert said(None, {}) == []


ADMIN_GOES = "nobody may assume AdminR any more; now alice may"


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ([allow(ALICE)], [DENY], [ADMIN_GOES]),
        ([allow(ALICE)], [allow(BOB)], []),
        ([allow(ALICE, BOB)], [allow(BOB)], []),
        ([DENY], [DENY], []),
        ([allow(ALICE)], [allow(ALICE, Condition={"DateLessThan": {"aws:CurrentTime": "2026-11-01T00:00:00Z"}})], [ADMIN_GOES]),
        # what has ended was no way in
        ([allow(ALICE, Condition={"DateLessThan": {"aws:CurrentTime": "2026-11-01T00:00:00Z"}})], [DENY], []),
        # neither a time of another way of writing, nor what is no time
        ([allow(ALICE, Condition={"DateLessThan": {"aws:CurrentTime": ["2026-11-01"]}})], [DENY], []),
        ([allow(ALICE, Condition={"DateLessThan": {"aws:CurrentTime": "${Until}"}})], [DENY], [ADMIN_GOES]),
        # trust by name
        (
            [allow("arn:aws:iam::1:root", Condition={"StringEquals": {"aws:username": ["alice"]}})],
            [DENY],
            [ADMIN_GOES],
        ),
    ],
)  # fmt: skip
def test_every_grant_of_admin(before: list[Body], after: list[Body], found: list[str]) -> None:
    assert said({"AdminR": role("A", *before)}, {"AdminR": role("A", *after)}) == found


def test_admin_itself() -> None:
    assert said({"AdminR": role("A", allow(ALICE))}, {}) == [ADMIN_GOES]


@pytest.mark.parametrize(
    ("after", "found"),
    [
        ({"OpsR": role("infra-OpsR-2", allow(ALICE, BOB))}, []),
        ({"OpsR": role("infra-OpsR-2", allow(ALICE))}, []),
        (
            {"OpsR": role("infra-OpsR-2", allow(BOB))},
            ["alice, who deploys, may not assume OpsR any more"],
        ),
        ({}, ["OpsR goes, and it is the role that deploys"]),
        ({"OpsR": role("other", allow(ALICE, BOB))}, ["OpsR goes, and it is the role that deploys"]),
        (
            {"OpsR": role("infra-OpsR-2", allow(ALICE, BOB), policies=())},
            ["OpsR loses all its policies, and it is the role that deploys"],
        ),
        (
            {"OpsR": role("infra-OpsR-2", DENY)},
            ["whoever may assume OpsR now may not any more, and it is the role that deploys: alice, bob"],
        ),
    ],
)
def test_the_role_that_deploys(after: Body, found: list[str]) -> None:
    before = {"OpsR": role("infra-OpsR-2", allow(ALICE, BOB))}
    assert said(before, after, OPS) == found
    assert said(before, after, OPS.replace("OpsR", "Other")) == []


def test_a_pipeline_that_deploys() -> None:
    subject = {"StringEquals": {"token.example.com:sub": "repo:a/b"}}
    federated = {"Effect": "Allow", "Principal": {"Federated": {"Ref": "P"}}, "Condition": subject}
    caller = OPS.replace("alice", "run-17")
    assert said({"OpsR": role("infra-OpsR-2", federated)}, {"OpsR": role("infra-OpsR-2", allow(BOB))}, caller) == [
        "whoever may assume OpsR now may not any more, and it is the role that deploys: b"
    ]


def test_power() -> None:
    before = {"PowerG": GROUP, "A": user("alice", "PowerG"), "B": user("bob", "PowerG")}
    assert said(before, {"PowerG": GROUP, "B": user("bob", "PowerG")}) == []
    assert said(before, {"PowerG": GROUP, "B": user("bob")}) == ["nobody is in PowerG any more; now it has alice, bob"]
    assert said(before, {}) == ["the group PowerG goes, and with it the power of whoever is in it"]
    added = {"Type": "AWS::IAM::UserToGroupAddition", "Properties": {"GroupName": {"Ref": "PowerG"}, "Users": ["eve"]}}
    assert said(before, {"PowerG": GROUP, "M": added}) == []


def test_the_user_who_deploys() -> None:
    caller = "arn:aws:iam::111111111111:user/team/alice"
    before = {"PowerG": GROUP, "A": user("alice", "PowerG"), "B": user("bob", "PowerG")}
    assert said(before, {"PowerG": GROUP, "B": user("bob", "PowerG")}, caller) == [
        "alice goes, and it is the user who deploys"
    ]
    assert said(before, {"PowerG": GROUP, "A": user("alice"), "B": user("bob", "PowerG")}, caller) == [
        "alice, who deploys, is not in PowerG any more"
    ]


@pytest.mark.parametrize(
    ("belong", "removed", "caller", "found"),
    [
        (["alice"], [], ALICE, []),
        (["alice"], ["bob"], ALICE, []),
        (["alice"], ["bob"], BOB, ["bob, who deploys, is in PowerG by hand and would be taken out of it"]),
        ([], ["bob"], ALICE, ["nobody would be in PowerG any more; now it has bob, by hand"]),
        ([], [], ALICE, []),
    ],
)
def test_power_that_a_repair_takes(belong: list[str], removed: list[str], caller: str, found: list[str]) -> None:
    assert [fault.what for fault in lost_by_repair("user-only", belong, removed, caller)] == found
