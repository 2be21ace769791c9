"""Actions, condition keys and managed policies that AWS has, or does not have."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from iamgen.aws import data
from iamgen.aws.data import global_condition_keys, managed_policies, service_principals
from iamgen.aws.data.services import actions, services
from iamgen.aws.escalation import ESCALATING, RECEIVERS, passed_to
from iamgen.aws.services import list_date
from iamgen.check.finding import Finding
from iamgen.check.rules._examples import allow, policy, role, trust

UNLISTED = f"is not in the list of actions of {list_date()}"
NEWER = "right if it is newer: see the Service Authorization Reference"

Found = Callable[..., list[Finding]]


def messages(findings_of: Found, resource: object) -> list[str]:
    return [
        finding.message for finding in findings_of({"Resources": {"X": resource}}) if finding.name.startswith("unknown")
    ]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("s3:GetObject", ""),
        ("S3:GETOBJECT", ""),
        ("s3:*", ""),
        ("s3:Get*Tagging", ""),
        ("iam:?etUser", ""),
        ({"Fn::Sub": "s3:${What}"}, ""),
        ("account-access:CreateEntitlement", ""),
        ("signin:*", ""),
        ("s3:GetObjekt", f"s3:GetObjekt {UNLISTED}: did you mean s3:GetObject?"),
        ("s3:Xyzzy", f"s3:Xyzzy {UNLISTED}: {NEWER}"),
        ("iam:AcquireRole", f"iam:AcquireRole {UNLISTED}: {NEWER}"),
        ("sts:GetScopedCredentials", f"sts:GetScopedCredentials {UNLISTED}: {NEWER}"),
        ("signin:ListSessions", f"signin:ListSessions {UNLISTED}: {NEWER}"),
        ("s3:Fetch*", f"s3:Fetch* matches no action in the list of {list_date()}: {NEWER}"),
        (
            "dynamo:GetItem",
            f"dynamo:GetItem: no service dynamo is in the list of {list_date()}: did you mean dynamodb?",
        ),
        ("newthing:Get", f"newthing:Get: no service newthing is in the list of {list_date()}: {NEWER}"),
        ("s*:GetObject", "s*:GetObject has a wildcard in its service: name each service"),
        ("GetObject", "GetObject is no action: write it as service:Action"),
        ("s3:", f"s3: {UNLISTED}: {NEWER}"),
    ],
)
def test_actions(findings_of: Found, action: object, message: str) -> None:
    assert messages(findings_of, policy(allow(action, "arn:aws:s3:::x"))) == ([message] if message else [])


def test_actions_that_are_left_out_are_looked_at(findings_of: Found) -> None:
    denied = {"Effect": "Deny", "NotAction": ["iam:GetUsr"], "Resource": "*"}
    assert messages(findings_of, policy(denied)) == [f"iam:GetUsr {UNLISTED}: did you mean iam:GetUser?"]


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
        ("ec2:osuser", ""),  # listed with EC2 Instance Connect
        ("catalog:ChangeType", ""),
        ("cognito-identity-unauth:AccountId", ""),
        ("saml:aud", ""),
        ("token.actions.githubusercontent.com:sub", ""),
        ("ci.example.com:8443/path:whatever", ""),
        ("aws:MultiFactorPresent", "did you mean aws:MultiFactorAuthPresent?"),
        ("aws:PrincipalTag/", "did you mean aws:PrincipalTag/?"),
        ("token.actions.githubusercontent.com:subject", "did you mean token.actions.githubusercontent.com:sub?"),
        ("sts:RoleSession", "did you mean sts:RoleSessionName?"),
        ("username", "username is no condition key: write it as aws:Key or service:Key"),
        (
            "xyzzy:Key",
            f"xyzzy:Key is not in the list of condition keys of {list_date()}, which has none of xyzzy: {NEWER}",
        ),
        ("iam:NewKey", f"iam:NewKey is not in the list of condition keys of {list_date()}: {NEWER}"),
        ("aws:NewKey", f"aws:NewKey is not in the list of condition keys of 2026: {NEWER}"),
    ],
)
def test_condition_keys(findings_of: Found, key: str, message: str) -> None:
    expected_message = messages(findings_of, policy(allow("s3:GetObject", Condition={"StringEquals": {key: "x"}})))
    assert len(expected_message) == bool(message)
    assert message in "".join(expected_message)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("ReadOnlyAccess", ""),
        ("job-function/ViewOnlyAccess", ""),
        ("service-role/AWSLambdaBasicExecutionRole", ""),
        ("AWSLambdaBasicExecutionRole", "its path is part of the name, service-role/AWSLambdaBasicExecutionRole"),
        ("ReadOnlyAcces", "did you mean ReadOnlyAccess?"),
        ("Nothing", "see AWS's list of managed policies; if it is newer, ignore this rule, with a reason"),
    ],
)
def test_managed_policies(findings_of: Found, name: str, message: str) -> None:
    arn = {"Fn::Sub": f"arn:${{AWS::Partition}}:iam::aws:policy/{name}"}
    date = data.list_date(data.MANAGED_POLICIES)
    expected = [f"{name} is not in the list of AWS's managed policies of {date}: {message}"] if message else []
    assert messages(findings_of, role(ManagedPolicyArns=[arn])) == expected
    assert messages(findings_of, role(ManagedPolicyArns=[{"Fn::Sub": "arn:aws:iam::aws:policy/${Name}"}])) == []


@pytest.mark.parametrize(
    ("service", "message"),
    [
        ("lambda.amazonaws.com", ""),
        ("account-access.amazonaws.com", ""),
        ("lamda.amazonaws.com", "did you mean lambda.amazonaws.com?"),
    ],
)
def test_service_principals(findings_of: Found, service: str, message: str) -> None:
    date = data.list_date(data.SERVICE_PRINCIPALS)
    expected = [f"{service} is not in the list of service principals of {date}: {message}"] if message else []
    assert messages(findings_of, role(trust({"Service": service}))) == expected


def test_every_list_says_of_which_day_it_is() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", list_date())
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data.list_date(data.MANAGED_POLICIES))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data.list_date(data.SERVICE_PRINCIPALS))
    assert data.list_date(data.GLOBAL_CONDITION_KEYS) == "2026"


def test_the_data_are_there() -> None:
    assert {"AdministratorAccess", "ReadOnlyAccess", "job-function/ViewOnlyAccess"} <= managed_policies().keys()
    assert managed_policies()["AdministratorAccess"] == {*ESCALATING, *map(passed_to, RECEIVERS)}
    assert managed_policies()["ReadOnlyAccess"] == set()
    assert {"ec2", "lambda", "ecs-tasks"} <= service_principals()
    assert {"aws:username", "aws:MultiFactorAuthPresent", "aws:PrincipalTag/"} <= set(global_condition_keys())


def test_dangerous_actions_exist() -> None:
    for action in ESCALATING:
        service, _, name = action.partition(":")
        assert service in services()
        assert actions(service)[name.lower()] == name


@pytest.mark.parametrize(
    ("resource", "is_wrong"),
    [
        ("arn:aws:s3:::home/${aws:username}/*", False),
        ("arn:aws:s3:::home/${AWS:UserName}/*", False),
        ("arn:aws:s3:::home/${aws:PrincipalTag/team, 'none'}", False),
        ("arn:aws:s3:::home/${*}", False),
        ({"Fn::Sub": "arn:aws:s3:::${Bucket}/${!aws:username}"}, False),
        ("arn:aws:s3:::home/${aws:user}/*", True),
        ("arn:aws:s3:::home/${aws:username}/${aws:usrid}", True),
        ("arn:aws:s3:::home/{aws:username}/*", True),
    ],
)
def test_variables(findings_of: Found, resource: object, is_wrong: bool) -> None:
    names = {finding.name for finding in findings_of({"Resources": {"X": policy(allow("s3:GetObject", resource))}})}
    assert ("unknown-variable" in names) is is_wrong
