"""Tags and other single properties, with and without conditions, as they are read and as access asks about them."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.access.accounts import Account, AccountSource
from iamgen.access.errors import AccessError
from iamgen.access.principals import request_of, role_session, verdict_on, with_keys
from iamgen.iam.holes import shown
from iamgen.iam.named_resources import NamedResources
from iamgen.iam.tags import tags
from iamgen.iam.template import Template

ACCOUNT = "222222222222"
NO_VALUE = {"Ref": "AWS::NoValue"}
OPS = {"Key": "team", "Value": "ops"}
DEV = {"Key": "team", "Value": "dev"}
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}
BUCKET = "arn:aws:s3:::bucket/key"


def choose(first: object, second: object) -> dict[str, object]:
    return {"Fn::If": ["Prod", first, second]}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (None, []),
        ([OPS, {"Key": "a", "Value": 1}], [("team", "ops"), ("a", "1")]),
        (OPS, [("team", "ops")]),
        ([choose(OPS, NO_VALUE)], [("team", "${tag team}")]),
        ([choose(OPS, DEV)], [("team", "${tag team}")]),
        (choose([OPS], [DEV, {"Key": "a", "Value": "b"}]), [("team", "${tag team}"), ("a", "${tag a}")]),
        ([{"Key": "team", "Value": choose("ops", "dev")}], [("team", "${Value}")]),
        ([{"Key": choose("a", "b"), "Value": "x"}], [("${Key}", "x")]),
        ([{"Key": "team", "Value": {"Ref": "Team"}}], [("team", "${Team}")]),
        ([OPS, DEV], [("team", "${tag team}")]),
        ({"Ref": "AllTags"}, [("${Tags}", "${Tags}")]),
        (["x"], [("${Tags}", "${Tags}")]),
    ],
)
def test_tags(written: object, expected: list[tuple[str, str]]) -> None:
    assert [(shown(tag.key), shown(tag.value)) for tag in tags(written)] == expected


def read(**properties: object) -> Account:
    role = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": TRUST, **properties}}
    user = {"Type": "AWS::IAM::User", "Properties": {"UserName": "u", **properties}}
    team = {"StringEquals": {"aws:PrincipalTag/team": "ops"}}
    allow = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": team}
    absent = {
        "Effect": "Allow",
        "Action": "sqs:*",
        "Resource": "*",
        "Condition": {"Null": {"aws:PrincipalTag/team": "true"}},
    }
    policy = {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {
            "ManagedPolicyName": "p",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": [allow, absent]},
            "Roles": ["r"],
            "Users": ["u"],
        },
    }
    body: dict[str, Any] = {"Resources": {"R": role, "U": user, "P": policy}}
    return Account.read(AccountSource(body, ACCOUNT, tolerant=True, region="eu-west-1", stack="infra"))


@pytest.mark.parametrize(
    ("written", "outcomes"),
    [
        ([OPS], ("allowed", "denied", "denied")),
        ([DEV], ("denied", "denied", "denied")),
        ([], ("denied", "allowed", "denied")),
        ([choose(OPS, NO_VALUE)], ("unknown", "unknown", "denied")),
        ([choose(OPS, DEV)], ("unknown", "unknown", "denied")),
        (choose([OPS], NO_VALUE), ("unknown", "unknown", "denied")),
        ([choose({"Key": "cost", "Value": "1"}, NO_VALUE)], ("denied", "allowed", "denied")),
        ({"Ref": "AllTags"}, ("unknown", "unknown", "unknown")),
    ],
)
def test_a_tag_that_a_condition_decides_is_unknown_where_it_decides(
    written: object, outcomes: tuple[str, str, str]
) -> None:
    account = read(Tags=written)
    for caller in (role_session(account.role("r")), with_keys(account.user("u"))):
        assert (
            tuple(
                verdict_on(caller, request_of(caller, action, resource)).outcome
                for action, resource in (
                    ("s3:GetObject", BUCKET),
                    ("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:q"),
                    ("ec2:RunInstances", "*"),
                )
            )
            == outcomes
        )


@pytest.mark.parametrize(
    ("written", "seconds"), [(7200, 7200), ("7200", 7200), (NO_VALUE, 3600), (None, 3600), (choose(7200, 7200), 7200)]
)
def test_how_long_a_session_lasts(written: object, seconds: int) -> None:
    assert read(MaxSessionDuration=written).role("r").max_session == seconds


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (choose(3600, 7200), "${MaxSessionDuration} is not known before the deployment"),
        (choose(7200, NO_VALUE), "${MaxSessionDuration} is not known before the deployment"),
        ({"Ref": "Hours"}, "${Hours} is not known before the deployment"),
        ([7200], "${MaxSessionDuration} is not known before the deployment"),
        ("an hour", "an hour is not a number of seconds"),
    ],
)
def test_a_session_length_that_is_not_known_is_no_hour(written: object, problem: str) -> None:
    role = read(MaxSessionDuration=written).role("r")
    with pytest.raises(AccessError) as caught:
        _ = role.max_session
    assert [(fault.where, fault.problem) for fault in caught.value.faults] == [("MaxSessionDuration", problem)]
    assert verdict_on(role_session(role), request_of(role_session(role), "ec2:RunInstances")).outcome == "denied"


def test_a_path_that_a_condition_decides_is_a_hole() -> None:
    group = {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "g", "Path": choose("/a/", "/b/")}}
    (resource,) = NamedResources.of(Template.of({"Resources": {"G": group}}, 0)).resources
    assert shown(resource.path) == "${Path}"
