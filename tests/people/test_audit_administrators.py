"""Who is an administrator in effect by what an account has, and is in no file; and that thousands are asked about once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.people.alike_users import alike_users
from iamgen.people.audit_administrators import AdministratorQuestion, administrator_findings
from iamgen.project import Project
from tests.people.conftest import CONST, GROUPS, PEOPLE, USERS

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
DEV = "222222222222"
Details = dict[str, list[Any]]
ADMINISTRATION = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def document(*statements: Any) -> Any:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def attached(*names: str) -> list[Any]:
    return [{"PolicyName": name, "PolicyArn": f"arn:aws:iam::aws:policy/{name}"} for name in names]


def details(**lists: list[Any]) -> Details:
    return {name: lists.get(name, []) for name in ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")}


def role(name: str, *statements: Any, path: str = "/", principal: Any = None, managed: tuple[str, ...] = ()) -> Any:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal or {"Service": "ec2.amazonaws.com"}}
    inline = [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else []
    return {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{DEV}:role{path}{name}",
        "Path": path,
        "AssumeRolePolicyDocument": document(trust),
        "RolePolicyList": inline,
        "AttachedManagedPolicies": attached(*managed),
    }


def user(name: str, *statements: Any, groups: tuple[str, ...] = (), account: str = PEOPLE) -> Any:
    inline = [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else []
    arn = f"arn:aws:iam::{account}:user/{name}"
    return {"UserName": name, "Arn": arn, "Path": "/", "GroupList": list(groups), "UserPolicyList": inline}


def group(name: str, *statements: Any, managed: tuple[str, ...] = ()) -> Any:
    inline = [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else []
    return {
        "GroupName": name,
        "Arn": f"arn:aws:iam::{PEOPLE}:group/{name}",
        "Path": "/",
        "GroupPolicyList": inline,
        "AttachedManagedPolicies": attached(*managed),
    }


class Paged:
    """IAM that tells its details in pages of a hundred users."""

    def __init__(self, body: Details) -> None:
        self.body = body

    def get_account_authorization_details(self, *, Marker: str = "0") -> Any:  # noqa: N803
        start, users = int(Marker), self.body["UserDetailList"]
        rest = {name: items if start == 0 else [] for name, items in self.body.items()}
        page = {**rest, "UserDetailList": users[start : start + 100], "IsTruncated": start + 100 < len(users)}
        return page | ({"Marker": str(start + 100)} if page["IsTruncated"] else {})


Find = Callable[..., list[tuple[str, str, str]]]


@pytest.fixture
def find(make_repo: Callable[..., Path]) -> Find:
    """Return what looks for administrators in an account with these details."""

    def find(account: str, body: Details, users: str = USERS) -> list[tuple[str, str, str]]:
        root = make_repo(users, CONST)
        rendered = Project.load(root, NOW).render()
        declaration = rendered.declaration
        question = AdministratorQuestion(root, declaration, declaration.accounts[account], rendered.texts[account], NOW)
        findings = administrator_findings(Paged(body), account, question)
        return [(item.subject, item.problem, item.hint) for item in findings]

    return find


def test_a_role_that_no_file_makes_an_administrator_is_found(find: Find) -> None:
    body = details(
        RoleDetailList=[
            role("infra-AdminR-222222222222", managed=("AdministratorAccess",)),  # as declared
            role("infra-ReadR-222222222222", {**ADMINISTRATION, "Action": "iam:PutRolePolicy"}, managed=("ReadOnlyAccess",)),
            role("by-hand", {**ADMINISTRATION, "Action": "iam:Create*"}),
            role("infra-OldR-222222222222", ADMINISTRATION),
            role("looks", managed=("ReadOnlyAccess", "IAMReadOnlyAccess")),
            role("AWSServiceRoleForX", ADMINISTRATION, path="/aws-service-role/x.amazonaws.com/"),
            role("AWSReservedSSO_Admin_1", ADMINISTRATION, path="/aws-reserved/sso.amazonaws.com/"),
        ],
        UserDetailList=[user("mallory", ADMINISTRATION, account=DEV), user("ci", account=DEV)],
    )  # fmt: skip
    result = {name: (problem, hint) for name, problem, hint in find("dev", body)}
    assert set(result) == {
        "infra-ReadR-222222222222",
        "infra-OldR-222222222222",
        "by-hand",
        "AWSReservedSSO_Admin_1",
        "mallory",
    }
    assert result["infra-ReadR-222222222222"] == (
        "the role infra-ReadR-222222222222 is an administrator in effect (iam:PutRolePolicy), and no file makes it one; "
        "it trusts ec2.amazonaws.com",
        "iamgen deploy dev --repair",
    )
    assert result["infra-OldR-222222222222"][1] == result["by-hand"][1]  # no deployment knows it
    assert result["by-hand"][1] == "look at who trusts it with what, and take away what it need not have"
    hint = "who may have this role is decided in IAM Identity Center: look at its permission set there"
    assert result["AWSReservedSSO_Admin_1"][1] == hint
    assert result["mallory"][0].startswith("the IAM user mallory is an administrator in effect (iam:")
    assert " more actions), and no file makes it one" in result["mallory"][0]
    assert result["mallory"][1] == "take its policies and groups away, or delete it"


def test_what_depends_is_said_as_that(find: Find) -> None:
    depends = {**ADMINISTRATION, "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    body = details(RoleDetailList=[role("office", depends), role("unknown", managed=("NoSuchPolicyOfAWS",))])
    result = {name: problem for name, problem, _ in find("dev", body)}
    trusts = "; it trusts ec2.amazonaws.com"
    words = "may be, depending on conditions or on policies that are not known, an administrator in effect"
    assert result == {
        name: f"the role {name} {words}, and no file makes it one{trusts}" for name in ("office", "unknown")
    }


@pytest.mark.parametrize(
    ("element", "words"),
    [
        ({}, "everybody but arn:aws:iam::222222222222:user/x"),
        (
            {"Condition": {"NoSuchOperator": {"aws:username": "x"}}},
            "somebody whom a statement names that cannot be read",
        ),
    ],
)
def test_whom_a_role_excepts_is_said(element: Any, words: str, find: Find) -> None:
    """An acceptance that was for a role that trusts nobody would else be one for a role that trusts nearly everybody."""
    open_role = role("open", ADMINISTRATION)
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": "arn:aws:iam::222222222222:user/x"}}
    open_role["AssumeRolePolicyDocument"] = document({**trust, **element})
    ((_, problem, _),) = find("dev", details(RoleDetailList=[open_role]))
    assert f"; it trusts {words}" in problem


def test_people_with_power_are_those_of_the_files(find: Find) -> None:
    body = details(
        UserDetailList=[
            user("alice", groups=GROUPS[:3]),  # power=True
            user("bob", groups=GROUPS[:3]),
            user("mallory", groups=GROUPS[2:3]),
            user("zoe", groups=GROUPS[:2]),
        ],
        GroupDetailList=[group(name) for name in GROUPS[:2]] + [group(GROUPS[2], managed=("IAMFullAccess",))],
    )
    result = {name: hint for name, _, hint in find("user-only", body)}
    assert result == {
        "bob": "iamgen deploy user-only --repair",
        "mallory": "iamgen user offboard mallory, or declare them",
    }


def test_members_of_a_declared_group_with_power_are_declared(find: Find) -> None:
    users = USERS.replace('managed_policies=("SecurityAudit",)', 'managed_policies=("IAMFullAccess",)')
    body = details(
        UserDetailList=[user(name, groups=GROUPS[3:]) for name in ("bob", "erin")],
        GroupDetailList=[group(GROUPS[3], managed=("IAMFullAccess",))],
    )
    body["UserDetailList"][0] |= {"Path": "/auditors/", "Arn": f"arn:aws:iam::{PEOPLE}:user/auditors/bob"}
    assert [name for name, _, _ in find("user-only", body, users)] == []  # erin has power of another kind


OWN = {
    "Effect": "Allow",
    "Action": "iam:CreateAccessKey",
    "Resource": "arn:aws:iam::111111111111:user/*/${aws:username}",
}


def test_of_five_thousand_alike_one_is_asked_about(find: Find) -> None:
    users = [user(f"user{number}", groups=("Everybody",)) for number in range(5000)]
    users[7]["GroupList"] = ["Everybody", "Power"]
    users[8] = user("user8", ADMINISTRATION, groups=("Everybody",))
    body = details(UserDetailList=users, GroupDetailList=[group("Everybody", OWN), group("Power", ADMINISTRATION)])
    users[9]["GroupList"] = ["Power", "Everybody"]
    alike = alike_users(body)
    assert [item["UserName"] for item in alike.body["UserDetailList"]] == ["user0", "user7", "user8"]
    assert len(alike.names[users[0]["Arn"]]) == 4997
    assert sorted(name for name, _, _ in find("user-only", body)) == ["user7", "user8", "user9"]


@pytest.mark.parametrize(
    ("statement", "alike"),
    [
        ({}, True),
        ({"Resource": "arn:aws:iam::111111111111:user/user1"}, False),
        ({"Resource": "arn:aws:iam::*:*/user1"}, False),
        ({"Resource": ["arn:aws:s3:::user1", "arn:aws:iam::1:role/user1", "arn:aws:iam::1:mfa/${aws:username}"]}, True),
        ({"NotResource": "arn:aws:iam::1:user/u*"}, False),
        ({"Resource": "arn:aws:iam::1:user/${aws:PrincipalTag/of}"}, False),
        ({"Condition": {"StringEquals": {"aws:username": "user1"}}}, False),
        ({"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, True),
        ({"Condition": {"StringEquals": {"s3:prefix": "${aws:username}"}}}, False),
    ],
)
def test_who_is_named_by_a_policy_is_like_nobody_else(statement: Any, alike: bool) -> None:
    users = [user(f"user{number}", groups=("Everybody",)) for number in range(2)]
    body = details(UserDetailList=users, GroupDetailList=[group("Everybody", {**ADMINISTRATION, **statement})])
    assert len(alike_users(body).body["UserDetailList"]) == (1 if alike else 2)


def test_a_policy_that_names_somebody_is_that_of_the_group_alone() -> None:
    named = document({"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::111111111111:user/user1"})
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": named}
    arn = f"arn:aws:iam::{PEOPLE}:policy/Named"
    policy = {"PolicyName": "Named", "Arn": arn, "PolicyVersionList": [version]}
    users = [user(f"user{number}", groups=("Everybody",)) for number in range(2)]
    body = details(UserDetailList=users, GroupDetailList=[group("Everybody")], Policies=[policy])
    assert len(alike_users(body).body["UserDetailList"]) == 1
    body["GroupDetailList"][0]["AttachedManagedPolicies"] = [{"PolicyName": "Named", "PolicyArn": arn}]
    assert len(alike_users(json.loads(json.dumps(body))).body["UserDetailList"]) == 2
