"""Every policy that AWS publishes is read and decided on: the largest real documents there are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from iamgen.access.documents import Statement, parse
from iamgen.access.evaluate import Request, decide
from iamgen.aws.managed_policies import FILE, managed_documents

CONTEXT = {
    "aws:username": "alice",
    "aws:userid": "AIDAEXAMPLE",
    "aws:PrincipalArn": "arn:aws:iam::123456789012:user/alice",
    "aws:PrincipalAccount": "123456789012",
    "aws:ResourceAccount": "123456789012",
}
REQUESTS = [
    Request("iam:PassRole", "arn:aws:iam::123456789012:role/service-role/x", CONTEXT),
    Request("s3:GetObject", "arn:aws:s3:::bucket/key", CONTEXT),
    Request("s3:PutObject", "arn:aws:s3:::bucket/key", CONTEXT),
    Request("ec2:RunInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/*".replace("*", "i-1"), CONTEXT),
    Request("kms:CreateGrant", "arn:aws:kms:eu-west-1:123456789012:key/x", CONTEXT),
    Request("iam:ListUsers", "*", CONTEXT),
]


@pytest.fixture(scope="module")
def managed() -> dict[str, tuple[Statement, ...]]:
    policies: dict[str, Any] = json.loads(aws_managed_policies_data)
    return {name: parse(policy["Document"], name) for name, policy in policies.items()}


def test_every_managed_policy_is_understood(managed: dict[str, tuple[Statement, ...]]) -> None:
    assert len(managed) > 1_000
    for statements in managed.values():
        for request in REQUESTS:
            decide(statements, request)


def test_the_documents_that_iamgen_brings_are_those_of_aws(managed: dict[str, tuple[Statement, ...]]) -> None:
    """Written by `python -m iamgen.check.generate_data`; the name has the path, as in an ARN."""
    assert json.loads(FILE.read_text())["source"].startswith("From moto ")
    own = managed_documents()
    assert {"AdministratorAccess", "IAMFullAccess", "job-function/ViewOnlyAccess"} <= own.keys()
    policies = json.loads(aws_managed_policies_data)
    for name, body in own.items():
        bare = name.rpartition("/")[2]
        assert policies[bare]["Path"].lstrip("/") + bare == name
        assert parse(body, bare) == managed[bare]


def test_every_statement_can_be_met_or_missed(managed: dict[str, tuple[Statement, ...]]) -> None:
    """Ask for every first action: no condition of AWS's is beyond us, whatever the request lacks."""
    for statements in managed.values():
        for statement in statements:
            for action in statement.actions[:1]:
                name = action.replace("*", "x").replace("?", "x")
                request = Request(name if ":" in name else "s3:GetObject", "arn:aws:s3:::bucket/key", CONTEXT)
                decide([statement], request)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("AdministratorAccess", [True, True, True, True, True, True]),
        ("ReadOnlyAccess", [False, True, False, False, False, True]),
        ("PowerUserAccess", [False, True, True, True, True, False]),
        ("IAMFullAccess", [True, False, False, False, False, True]),
    ],
)
def test_what_the_best_known_allow(
    managed: dict[str, tuple[Statement, ...]], policy: str, expected: list[bool]
) -> None:
    assert [decide(managed[policy], request).allowed for request in REQUESTS] == expected
