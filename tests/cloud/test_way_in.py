"""The last way in: what a deployment may not take away unless it is said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from iamgen.cloud.clients import Identity
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


def said(before: Body | None, after: Body, caller: str = SOMEBODY, source: str = "") -> list[str]:
    was = None if before is None else {"Resources": before}
    who = Identity(caller.split(":")[4], caller, source)
    return [fault.what for fault in lost("dev", was, {"Resources": after}, who, NOW)]


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


def by_name(*names: str, account: str = "arn:aws:iam::111111111111:root", key: str = "aws:username") -> Body:
    return allow(account, Condition={"StringEquals": {key: list(names)}})


@pytest.mark.parametrize("account", ["arn:aws:iam::111111111111:root", "111111111111"])
@pytest.mark.parametrize("source", ["", ALICE, "arn:aws:iam::111111111111:user/team/alice"])
def test_trust_by_arn_or_by_name_is_the_same(account: str, source: str) -> None:
    arns = {"OpsR": role("infra-OpsR-2", allow(ALICE, BOB)), "AdminR": role("A", allow(ALICE))}
    named = by_name("alice", "bob", account=account)
    names = {"OpsR": role("infra-OpsR-2", named), "AdminR": role("A", by_name("alice"))}
    assert said(arns, names, OPS, source) == said(names, arns, OPS, source) == []


WHOEVER = "whoever may assume OpsR now may not any more, and it is the role that deploys: alice"


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (by_name(ALICE, key="aws:PrincipalArn"), []),
        (allow("arn:aws:iam::111111111111:user/team/alice"), []),
        # the same name, and somebody else
        (allow("arn:aws:iam::111111111111:role/alice"), [WHOEVER]),
        (allow(ALICE.replace("1", "9")), [WHOEVER]),
        (by_name("alice", account="arn:aws:iam::999999999999:root"), [WHOEVER]),
    ],
)
def test_a_name_alone_is_nobody(after: Body, found: list[str]) -> None:
    assert said({"OpsR": role("infra-OpsR-2", allow(ALICE))}, {"OpsR": role("infra-OpsR-2", after)}, OPS) == found


def test_a_user_whom_the_template_makes() -> None:
    made = {"Alice": user("alice")}
    referred = {"AdminR": role("A", allow({"Fn::GetAtt": ["Alice", "Arn"]})), **made}  # type: ignore[arg-type]
    assert said(
        {"OpsR": role("infra-OpsR-2", allow(ALICE)), **referred}, {"OpsR": role("infra-OpsR-2", DENY), **referred}, OPS
    ) == [WHOEVER]
    own = {"OpsR": role("infra-OpsR-2", allow({"Fn::GetAtt": ["Alice", "Arn"]})), **made}  # type: ignore[arg-type]
    named = {"OpsR": role("infra-OpsR-2", by_name("alice", account="222222222222")), **made}
    assert said(own, named, OPS) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (ALICE, []),
        (BOB, ["bob, who deploys, may not assume OpsR any more"]),
        ("arn:aws:sts::111111111111:assumed-role/CI/run-1", ["CI, who deploys, may not assume OpsR any more"]),
        # not known: the name of the session says nothing
        ("", []),
    ],
)
def test_who_assumed_the_role_that_deploys(source: str, found: list[str]) -> None:
    before = {"OpsR": role("infra-OpsR-2", allow(ALICE, BOB, "arn:aws:iam::111111111111:role/x/CI"))}
    after = {"OpsR": role("infra-OpsR-2", allow(ALICE))}
    assert said(before, after, OPS.replace("alice", "iamgen"), source) == found


BOUNDARY = {"PermissionsBoundary": "arn:b"}


def changed(resource: Body, **properties: Any) -> Body:
    return {**resource, "Properties": {**resource["Properties"], **properties}}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({}, {"ManagedPolicyArns": ["arn:p", "arn:q"]}, []),
        ({}, {"ManagedPolicyArns": ["arn:q"]}, "has none of its policies any more, but arn:q"),
        ({}, BOUNDARY, "gets the permissions boundary arn:b"),
        (BOUNDARY, BOUNDARY, []),
        (BOUNDARY, {}, []),
        ({"PermissionsBoundary": "arn:c"}, BOUNDARY, "gets the permissions boundary arn:b"),
    ],
)
def test_the_power_of_who_deploys(before: Body, after: Body, found: str) -> None:
    ops, alice = role("infra-OpsR-2", allow(ALICE)), changed(user("alice"), ManagedPolicyArns=["arn:p"])
    told = [f"OpsR {found}, and it is the role that deploys"] if found else []
    assert said({"OpsR": changed(ops, **before)}, {"OpsR": changed(ops, **after)}, OPS) == told
    told = [f"A {found}, and it is the user who deploys"] if found else []
    assert said({"A": changed(alice, **before)}, {"A": changed(alice, **after)}, ALICE) == told


def test_the_power_of_the_last_ways_in() -> None:
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Groups": [{"Ref": "PowerG"}]}}
    inline = changed(GROUP, Policies=[{"PolicyName": "p", "PolicyDocument": {}}])
    admin = role("A", allow(ALICE))
    before = {"AdminR": admin, "PowerG": GROUP, "PowerP": policy}
    assert said(before, before) == []
    assert said(before, {"AdminR": role("A", allow(ALICE), policies=()), "PowerG": GROUP}) == [
        "AdminR loses all its policies",
        "PowerG loses all its policies",
    ]
    assert said(before, {"AdminR": admin, "PowerG": inline}) == [
        "PowerG has none of its policies any more, but inline p"
    ]
    assert said({"PowerG": inline}, {"PowerG": GROUP}) == ["PowerG loses all its policies"]


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
