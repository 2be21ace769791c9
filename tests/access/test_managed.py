"""Every policy that AWS publishes is read and decided on: the largest real documents there are."""

from __future__ import annotations

import pytest

from iamgen.access.documents import Statement, parse
from iamgen.access.evaluate import Request, decide
from iamgen.aws.managed_policies import FILE
from iamgen.aws.managed_policy_archive import PolicyArchive

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
    archive = PolicyArchive.of(FILE.read_bytes())
    return {name: parse(archive.document(name), name) for name in archive.policies}


def test_every_managed_policy_is_understood(managed: dict[str, tuple[Statement, ...]]) -> None:
    assert len(managed) > 1_000
    for statements in managed.values():
        for request in REQUESTS:
            decide(statements, request)


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
