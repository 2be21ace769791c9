"""A principal by one template: its policies, and what is known of it when it asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamgen.access.context import UNSAID, ContextValue
from iamgen.aws.iam_types import ROLE, USER
from iamgen.deploy.assuming import WITH_MFA, WITHOUT_MFA
from iamgen.deploy.comparison import Rules
from iamgen.deploy.holders import Holders, PolicyText, policy_text
from iamgen.deploy.power import PowerChange, Standing, member_of, role_session, user_of
from iamgen.iam.place import Place

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLACE = Place("222222222222", "aws", "eu-west-1", "infra")
HERE = "arn:aws:iam::222222222222"
MFA = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}


def document(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}]}


def inline(name: str, *actions: str) -> list[dict[str, Any]]:
    return [{"PolicyName": name, "PolicyDocument": document(*actions)}]


HOLDERS = Holders.of(
    {
        "Resources": {
            "G": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "g", "Policies": inline("g", "s3:*")}},
            "H": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "h", "Policies": inline("h", "ec2:*")}},
            "U": {
                "Type": "AWS::IAM::User",
                "Properties": {
                    "UserName": "bob",
                    "Groups": ["g"],
                    "Policies": inline("u", "iam:*"),
                    "PermissionsBoundary": "b",
                },
            },
            "R": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "RoleName": "r",
                    "Policies": inline("r", "iam:*"),
                    "AssumeRolePolicyDocument": {},
                    "PermissionsBoundary": "b",
                },
            },
            "P": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "ManagedPolicyName": "p",
                    "PolicyDocument": document("s3:*"),
                    "Users": ["eve"],
                    "Roles": ["eve"],
                },
            },
        }
    },
    PLACE,
)


def names(standing: Standing) -> list[str]:
    return [policy.name for policy in standing.rules.policies]


def test_a_session_of_a_role_has_no_mfa() -> None:
    role = HOLDERS.of_logical_id("R")
    assert role
    known = {
        "aws:PrincipalArn": f"{HERE}:role/r",
        "aws:PrincipalAccount": PLACE.account,
        "aws:PrincipalType": "AssumedRole",
    }
    assert role_session(role) == Standing(Rules(role.policies, role.boundary), {"": known})
    assert role.boundary


def test_somebody_in_a_group_has_mfa_and_any_name() -> None:
    group = HOLDERS.of_logical_id("G")
    assert group
    ways: dict[str, dict[str, ContextValue]] = {WITH_MFA: {**MFA, "aws:PrincipalType": "User", "aws:username": UNSAID}}
    assert member_of(group) == Standing(Rules(group.policies), ways)


@pytest.mark.parametrize("with_mfa_only", [True, False])
def test_a_user_has_the_policies_of_its_groups(with_mfa_only: bool) -> None:
    bob, user = user_of(HOLDERS, "bob", ["H", "nothing", "G"], with_mfa_only=with_mfa_only), HOLDERS.named(USER, "bob")
    known = {
        "aws:PrincipalArn": f"{HERE}:user/bob",
        "aws:PrincipalAccount": PLACE.account,
        "aws:PrincipalType": "User",
        "aws:username": "bob",
    }
    without = {} if with_mfa_only else {WITHOUT_MFA: known}
    assert bob.ways == {WITH_MFA: {**known, **MFA}, **without}
    assert names(bob) == ["the inline policy u", "the inline policy g", "the inline policy h"]
    assert user
    assert user.boundary
    assert bob.rules.boundary == user.boundary


def test_what_a_user_of_elsewhere_has_is_not_known() -> None:
    eve = user_of(HOLDERS, "eve", ["H"])
    assert names(eve) == ["p", "the inline policy h", "what eve has elsewhere"]
    assert eve.rules.policies[-1] == PolicyText("what eve has elsewhere", None)
    assert eve.rules.boundary is None
    assert eve.ways[WITHOUT_MFA]["aws:PrincipalArn"] == f"{HERE}:user/eve"


def test_what_a_role_of_elsewhere_has_is_not_known() -> None:
    eve = Standing.foreign(HOLDERS, ROLE, "eve")
    assert names(eve) == ["p", "what eve has elsewhere"]
    assert eve.rules.policies[-1] == PolicyText("what eve has elsewhere", None)
    assert eve.ways == {"": {"aws:PrincipalArn": UNSAID}}


NEEDS = (
    *((f"s3:{name}", "*") for name in ("A", "B", "C", "D", "E")),
    ("cloudformation:X", "*"),
    ("iam:X", "*"),
    ("iam:Y", "*"),
    ("iam:Z", "*"),
    ("iam:Zz", "*"),
)


def change(
    before: dict[str, Any], after: dict[str, Any], *, by_cloudformation: bool = True, ways: Any = None
) -> list[str]:
    was, will = (
        Standing(Rules((policy_text("p", body),)), ways or {"": {"aws:PrincipalType": "User"}})
        for body in (before, after)
    )
    times = (NOW, NOW + timedelta(days=1))
    return list(PowerChange((was, will), times, NEEDS, by_cloudformation).lost("bob"))


def test_what_is_lost_is_named_service_by_service() -> None:
    assert change(document("*"), document("s3:*")) == [
        "bob can do this now and could not any more: cloudformation:X; iam:X, iam:Y, iam:Z, iam:Zz"
    ]
    assert change(document("*"), document("iam:*", "cloudformation:*")) == [
        "bob can do this now and could not any more: s3:A, s3:B, s3:C and 2 more of s3"
    ]
    assert change(document("*"), document("*")) == []


def condition(key: str, value: str) -> dict[str, Any]:
    return document("*", Condition={"StringEquals": {key: value}})


DECIDED = "bob can do this now and could not any more: "
UNDECIDED = "whether bob could still do this cannot be decided: "


@pytest.mark.parametrize(
    ("key", "by_cloudformation", "by_itself"),
    [
        ("aws:CalledViaFirst", UNDECIDED, UNDECIDED),
        ("aws:CalledViaLast", UNDECIDED, UNDECIDED),
        ("aws:ViaAWSService", DECIDED, DECIDED),
    ],
)
def test_cloudformation_calls_iam_and_is_called_itself(key: str, by_cloudformation: str, by_itself: str) -> None:
    service = "true" if key == "aws:ViaAWSService" else "cloudformation.amazonaws.com"
    (lost,) = change(document("*"), condition(key, service))
    assert lost.partition(";")[0] == f"{by_cloudformation}cloudformation:X"
    (lost,) = change(document("*"), condition(key, service), by_cloudformation=False)
    assert lost.startswith(f"{by_itself}cloudformation:X; iam:X")


@pytest.mark.parametrize(("key", "value"), [("aws:PrincipalIsAWSService", "false"), ("aws:SecureTransport", "true")])
def test_what_is_known_of_each_request(key: str, value: str) -> None:
    assert change(document("*"), condition(key, value)) == []
    assert change(document("*"), condition(key, f"not {value}"))[0].startswith(DECIDED)


def test_what_is_lost_without_mfa_alone_is_said() -> None:
    ways = {WITH_MFA: MFA, WITHOUT_MFA: {"aws:PrincipalType": "User"}}
    (lost,) = change(document("ec2:*", "s3:A"), condition("aws:MultiFactorAuthPresent", "true"), ways=ways)
    assert lost == f"{DECIDED}s3:A, {WITHOUT_MFA}"
    (lost,) = change(document("s3:A"), document("ec2:*"), ways=ways)
    assert lost == f"{DECIDED}s3:A"
