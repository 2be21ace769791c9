"""What AWS refuses, in words that say what to do."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from iamgen.aws_client.clients import role_arn
from iamgen.aws_client.errors import telling
from iamgen.errors import Fault, IamgenError, UsageError


@pytest.mark.parametrize(
    ("code", "operation", "fault"),
    [
        (
            "AccessDenied",
            "DescribeStacks",
            Fault("dev", "the profile of-dev may not do DescribeStacks: said", "deploy as somebody who may"),
        ),
        (
            "InvalidChangeSetStatus",
            "ExecuteChangeSet",
            Fault(
                "dev",
                "the plan cannot be carried out any more, somebody has deployed meanwhile: said",
                "deploy again, and look at the plan",
            ),
        ),
        (
            "OperationInProgressException",
            "UpdateStackSet",
            Fault(
                "dev",
                "another operation of the stack set is going on",
                "wait for it: aws cloudformation list-stack-set-operations --stack-set-name NAME",
            ),
        ),
        ("Other", "UpdateStackSet", Fault("dev", "AWS refuses UpdateStackSet: Other: said")),
    ],
)
def test_what_aws_refuses(code: str, operation: str, fault: Fault) -> None:
    with pytest.raises(IamgenError) as raised, telling("dev", "the profile of-dev"):
        raise ClientError({"Error": {"Code": code, "Message": "said"}}, operation)
    assert raised.value.faults == (fault,)


@pytest.mark.parametrize("template", ["arn:aws:iam::1:role/x", "arn:{x}:iam::{account_id}:role/x"])
def test_a_template_for_roles_names_the_account(template: str) -> None:
    with pytest.raises(UsageError) as raised:
        role_arn(template, "222222222222", "aws")
    assert raised.value.faults == (
        Fault(
            "--role-arn-template",
            "it has {account_id} in it, and at most {partition}",
            "such as 'arn:aws:iam::{account_id}:role/deployer'",
        ),
    )
