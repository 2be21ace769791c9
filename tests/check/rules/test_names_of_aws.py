"""Actions, condition keys and managed policies that AWS has, or does not have."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from iamgen.check.data import global_condition_keys, managed_policies, service_principals
from iamgen.check.data.services import actions, services
from iamgen.check.finding import Finding
from iamgen.check.rules._escalation import DANGEROUS
from iamgen.check.rules._examples import allow, policy, role

Found = Callable[..., list[Finding]]


def messages(found: Found, resource: object) -> list[str]:
    return [finding.message for finding in found({"Resources": {"X": resource}}) if finding.name.startswith("unknown")]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("s3:GetObject", ""),
        ("S3:GETOBJECT", ""),
        ("s3:*", ""),
        ("s3:Get*Tagging", ""),
        ("iam:?etUser", ""),
        ({"Fn::Sub": "s3:${What}"}, ""),
        ("s3:GetObjekt", "s3 has no action GetObjekt: did you mean s3:GetObject?"),
        ("s3:Xyzzy", "s3 has no action Xyzzy: see the Service Authorization Reference"),
        ("s3:Fetch*", "s3 has no action that Fetch* matches: see the Service Authorization Reference"),
        ("dynamo:GetItem", "AWS has no service dynamo (dynamo:GetItem): did you mean dynamodb?"),
        ("s*:GetObject", "s*:GetObject has a wildcard in its service: name each service"),
        ("GetObject", "GetObject is no action: write it as service:Action"),
        ("s3:", "s3 has no action : see the Service Authorization Reference"),
    ],
)
def test_actions(found: Found, action: object, message: str) -> None:
    assert messages(found, policy(allow(action, "arn:aws:s3:::x"))) == ([message] if message else [])


def test_actions_that_are_left_out_are_looked_at(found: Found) -> None:
    denied = {"Effect": "Deny", "NotAction": ["iam:GetUsr"], "Resource": "*"}
    assert messages(found, policy(denied)) == ["iam has no action GetUsr: did you mean iam:GetUser?"]


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("aws:MultiFactorAuthPresent", ""),
        ("AWS:CURRENTTIME", ""),
        ("aws:PrincipalTag/any.thing:at-all", ""),
        ("aws:RequestTag/${TagKey}", ""),
        ("s3:ExistingObjectTag/team", ""),
        ("iam:PassedToService", ""),
        ("lambda:SourceFunctionArn", ""),
        ("saml:aud", ""),
        ("token.actions.githubusercontent.com:sub", ""),
        ("ci.example.com:8443/path:whatever", ""),
        ("aws:MultiFactorPresent", "did you mean aws:MultiFactorAuthPresent?"),
        ("aws:PrincipalTag/", "did you mean aws:PrincipalTag/?"),
        ("token.actions.githubusercontent.com:subject", "did you mean token.actions.githubusercontent.com:sub?"),
        ("sts:RoleSession", "did you mean sts:RoleSessionName?"),
        ("username", "username is no condition key: write it as aws:Key or service:Key"),
        ("xyzzy:Key", "as no service xyzzy has any"),
    ],
)
def test_condition_keys(found: Found, key: str, message: str) -> None:
    said = messages(found, policy(allow("s3:GetObject", Condition={"StringEquals": {key: "x"}})))
    assert len(said) == bool(message)
    assert message in "".join(said)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ReadOnlyAccess", ""),
        ("job-function/ViewOnlyAccess", ""),
        ("service-role/AWSLambdaBasicExecutionRole", ""),
        ("AWSLambdaBasicExecutionRole", "its path is part of the name, service-role/AWSLambdaBasicExecutionRole"),
        ("ReadOnlyAcces", "did you mean ReadOnlyAccess?"),
        ("Nothing", "see AWS's list of managed policies"),
    ],
)
def test_managed_policies(found: Found, name: str, message: str) -> None:
    arn = {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::aws:policy/{name}"}
    expected = [f"AWS has no managed policy {name}: {message}"] if message else []
    assert messages(found, role(ManagedPolicyArns=[arn])) == expected
    assert messages(found, role(ManagedPolicyArns=[{"Fn::Sub": "arn:aws:iam::aws:policy/${Name}"}])) == []


def test_the_data_are_there() -> None:
    assert {"AdministratorAccess", "ReadOnlyAccess", "job-function/ViewOnlyAccess"} <= managed_policies().keys()
    assert managed_policies()["AdministratorAccess"] == set(DANGEROUS)
    assert managed_policies()["ReadOnlyAccess"] == set()
    assert {"ec2", "lambda", "ecs-tasks"} <= service_principals()
    assert {"aws:username", "aws:MultiFactorAuthPresent", "aws:PrincipalTag/"} <= set(global_condition_keys())


def test_dangerous_actions_exist() -> None:
    for action in DANGEROUS:
        service, _, name = action.partition(":")
        assert service in services()
        assert actions(service)[name.lower()] == name
