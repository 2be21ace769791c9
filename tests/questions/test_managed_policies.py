"""AWS managed policies in answers: all that AWS publishes are known, of which day they are is said, and of none that is
not known is it guessed what it allows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iamgen.aws.managed_policies import managed_documents
from iamgen.questions.can import AccessAnswer, Asker
from iamgen.questions.can_json import plain_answer
from iamgen.questions.can_text import can_text
from iamgen.questions.details_source import from_details, read_details
from iamgen.questions.template_source import AccountFile, from_templates
from tests.questions.conftest import DEV, document, golden, role, statement

Ask = Callable[..., AccessAnswer]
TRUST = {"AWS": f"arn:aws:iam::{DEV}:root"}
ARN = "arn:aws:iam::aws:policy/"


def holder(partition: str, *names: str) -> dict[str, Any]:
    arns = [f"arn:{partition}:iam::aws:policy/{name}" for name in names]
    return {"R": role("R", {"AWS": DEV}, ManagedPolicyArns=arns)}


def asker_of(tmp_path: Path, resources: dict[str, Any], partition: str = "aws") -> Asker:
    file = tmp_path / "dev.json"
    file.write_text(json.dumps({"Resources": resources}))
    return Asker(from_templates([AccountFile(DEV, file, "dev")], partition))


def details_of(tmp_path: Path, *policies: dict[str, Any]) -> Asker:
    """Return the model of an account whose role R has the policies with a path that AWS publishes."""
    attached = [{"PolicyName": item["PolicyName"], "PolicyArn": item["Arn"]} for item in policies]
    body = {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [
            {
                "RoleName": "R",
                "Arn": f"arn:aws:iam::{DEV}:role/R",
                "AssumeRolePolicyDocument": document({"Effect": "Allow", "Principal": TRUST, "Action": "sts:AssumeRole"}),
                "AttachedManagedPolicies": attached,
            }
        ],
        "Policies": [item for item in policies if "PolicyVersionList" in item],
    }  # fmt: skip
    file = tmp_path / "details.json"
    file.write_text(json.dumps(body))
    return Asker(from_details([read_details(AccountFile(DEV, file, "dev"))]))


def published(name: str, written: dict[str, Any] | None = None) -> dict[str, Any]:
    policy: dict[str, Any] = {"PolicyName": name.rpartition("/")[2], "Arn": f"{ARN}{name}"}
    if written:
        policy["PolicyVersionList"] = [{"VersionId": "v9", "IsDefaultVersion": True, "Document": written}]
    return policy


@pytest.mark.parametrize(
    ("name", "action", "expected"),
    [
        ("AmazonSQSReadOnlyAccess", "sqs:ListQueues", "yes"),
        ("AmazonSQSReadOnlyAccess", "sqs:DeleteQueue", "no"),
        ("job-function/Billing", "aws-portal:ViewBilling", "yes"),
        ("service-role/AWSLambdaBasicExecutionRole", "logs:CreateLogStream", "yes"),
    ],
)
def test_a_policy_that_aws_publishes_is_known(tmp_path: Path, ask: Ask, name: str, action: str, expected: str) -> None:
    assert ask(asker_of(tmp_path, holder("aws", name)), "role/R", action).level == expected
    assert ask(details_of(tmp_path, published(name)), "role/R", action).level == expected


def test_the_day_and_the_partition_of_the_list_are_said(tmp_path: Path, ask: Ask) -> None:
    asker = asker_of(tmp_path, holder("aws", "AmazonSQSReadOnlyAccess"))
    answer = ask(asker, "role/R", "sqs:ListQueues")
    date = managed_documents().date
    assert plain_answer(asker, answer)["managed_policies"] == {"date": date, "partition": "aws"}
    text = " ".join(can_text(asker, answer, coloured=False).split())
    assert (
        f"- changes of AWS managed policies since {date}: their documents are of that day, from the partition aws"
        in text
    )


def test_an_answer_that_stands_on_no_managed_policy_says_nothing_of_them(tmp_path: Path, ask: Ask) -> None:
    asker = asker_of(tmp_path, {"R": role("R", {"AWS": DEV}, statement("Allow", "sqs:*"))})
    answer = ask(asker, "role/R", "sqs:ListQueues")
    assert plain_answer(asker, answer)["managed_policies"] is None
    assert "AWS managed policies" not in can_text(asker, answer, coloured=False)


def test_an_accounts_own_document_comes_before_the_list(tmp_path: Path, ask: Ask) -> None:
    asker = details_of(tmp_path, published("AmazonSQSReadOnlyAccess", document(statement("Allow", "sqs:DeleteQueue"))))
    assert ask(asker, "role/R", "sqs:ListQueues").level == "no"
    answer = ask(asker, "role/R", "sqs:DeleteQueue")
    assert answer.level == "yes"
    assert plain_answer(asker, answer)["managed_policies"] is None


def test_a_policy_that_is_not_in_the_list_may_allow_anything(tmp_path: Path, ask: Ask) -> None:
    for asker in (asker_of(tmp_path, holder("aws", "NoSuchAccess")), details_of(tmp_path, published("NoSuchAccess"))):
        answer = ask(asker, "role/R", "sqs:ListQueues")
        assert answer.level == "depends"
        text = " ".join(can_text(asker, answer, coloured=False).split())
        assert f"is none of the AWS managed policies of {managed_documents().date}" in text


def test_documents_of_another_partition_are_not_taken_for_those_of_this(tmp_path: Path, ask: Ask) -> None:
    names = ("service-role/AWSLambdaSQSQueueExecutionRole", "AmazonS3FullAccess", "AWSCloudTrail_FullAccess")
    asker = asker_of(tmp_path, holder("aws-cn", *names), "aws-cn")
    assert ask(asker, "role/R", "sqs:ReceiveMessage").level == "yes"  # on every resource, without a condition
    answer = ask(asker, "role/R", "sns:CreateTopic", "arn:aws-cn:sns:cn-north-1:*:aws-cloudtrail-logs")
    assert answer.level == "depends"
    text = " ".join(can_text(asker, answer, coloured=False).split())
    assert "is known as it is in the partition aws only, and this statement differs in aws-cn" in text
    assert "from the partition aws, not aws-cn: iamgen refresh-managed-policies --partition aws-cn" in text
    assert ask(asker, "role/R", "ec2:RunInstances").level == "no"


def test_a_policy_is_parsed_once_for_all_accounts_and_sources(tmp_path: Path) -> None:
    name = "AmazonSQSReadOnlyAccess"
    of_details = details_of(tmp_path, published(name, dict(managed_documents()[name])))
    again = details_of(tmp_path, published(name, json.loads(json.dumps(managed_documents()[name]))))
    policies = {id(asker.model.roles[0].entity.policies[0]) for asker in (of_details, again)}
    assert len(policies) == 1
    administrators = {
        id(policy)
        for known in golden("example").roles
        for policy in known.entity.policies
        if policy.name == "AdministratorAccess"
    }
    assert len(administrators) == 1
