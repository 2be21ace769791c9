"""CloudFormation's own role for a stack: which it is, what is shown of it, and that it is not taken away by accident."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import ANY

from iamgen.deploy.lockout import Losses, losses
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.plan_output import plain, plan_lines
from iamgen.deploy.planner import prepare
from iamgen.deploy.references import Place
from iamgen.deploy.service_role import effective_service_role, service_role_arn
from iamgen.deploy.stack import Stack
from iamgen.deploy.template_change import TemplateChange
from iamgen.errors import Fault, UsageError

Stubbed = Any
Body = dict[str, Any]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLACE = Place("222222222222", "aws", "eu-west-1", "infra")
ARN = "arn:aws:iam::222222222222:role/cfn/Deployer"
OLD = "arn:aws:iam::222222222222:role/Old"
SERVICE = {"Service": "cloudformation.amazonaws.com"}


def document(*statements: Body) -> Body:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def deployer(trusted: Body = SERVICE, actions: str = "iam:*", **more: Any) -> Body:
    """Return the role as which CloudFormation acts, made by the stack itself."""
    trust = document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": trusted, **more})
    policy = document({"Effect": "Allow", "Action": actions, "Resource": "*"})
    properties = {
        "RoleName": "Deployer",
        "Path": "/cfn/",
        "AssumeRolePolicyDocument": trust,
        "Policies": [{"PolicyName": "p", "PolicyDocument": policy}],
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def looked_at(before: Body, after: Body, service_role: str = ARN) -> Losses:
    change = TemplateChange("dev", PLACE, {"Resources": before}, {"Resources": after}, service_role=service_role)
    return losses(change, None, NOW)


HINT = "--lock-me-out, if it is meant and there is another way in"


def test_the_role_of_the_stack_may_not_go() -> None:
    problem = "Deployer goes, and it is the role as which CloudFormation acts"
    assert looked_at({"R": deployer()}, {}).refusals == (Fault("dev R", problem, HINT),)


def test_the_role_of_the_stack_stays_one_that_cloudformation_may_assume() -> None:
    problem = "cloudformation.amazonaws.com may not assume Deployer any more, as which CloudFormation acts"
    other = deployer({"Service": "lambda.amazonaws.com"})
    assert looked_at({"R": deployer()}, {"R": other}).refusals == (Fault("dev R", problem, HINT),)
    (undecided,) = looked_at(
        {"R": deployer()}, {"R": deployer(Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})}
    ).refusals
    assert undecided.problem.startswith(problem)


def test_the_role_of_the_stack_keeps_what_the_stack_needs() -> None:
    (fault,) = looked_at({"R": deployer()}, {"R": deployer(actions="iam:Get*")}).refusals
    assert fault.where == "dev R"
    assert fault.problem.startswith(
        "Deployer, as which CloudFormation acts, can do this now and could not any more: iam:AttachRolePolicy,"
    )


def test_what_it_could_not_do_before_is_no_loss() -> None:
    assert looked_at({"R": deployer(actions="s3:*")}, {"R": deployer(actions="sqs:*")}).refusals == ()
    assert looked_at({"R": deployer()}, {"R": deployer(), "Q": {"Type": "AWS::SQS::Queue"}}).refusals == ()


def test_an_end_that_comes_soon_is_a_warning() -> None:
    ends = deployer(Condition={"DateLessThan": {"aws:CurrentTime": "2026-12-01T00:00:00Z"}})
    result = looked_at({"R": deployer()}, {"R": ends})
    assert result.refusals == ()
    assert [fault.problem for fault in result.warnings] == [
        "this ends before 2026-12-23: "
        "cloudformation.amazonaws.com may not assume Deployer any more, as which CloudFormation acts"
    ]


def test_a_policy_that_the_stack_attaches_to_a_role_of_elsewhere() -> None:
    policy = document({"Effect": "Allow", "Action": "iam:*", "Resource": "*"})
    attached = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy, "Roles": ["Deployer"]}}
    role = {"OtherR": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "x", "AssumeRolePolicyDocument": {}}}}
    (fault,) = looked_at({"P": attached, **role}, role).refusals
    assert fault.problem.startswith("whether Deployer, as which CloudFormation acts, could still do this")


def test_a_role_of_elsewhere_is_said_to_be_not_looked_at() -> None:
    result = looked_at({}, {"Q": {"Type": "AWS::SQS::Queue"}}, OLD)
    assert result.refusals == ()
    assert f"dev: {OLD}, as which CloudFormation acts, is not of this stack: what it may do was not looked at" in (
        result.notes
    )


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (ARN, ARN),
        ("arn:{partition}:iam::{account_id}:role/cfn/Deployer", ARN),
    ],
)
def test_the_role_in_each_account(order: Order, template: str, expected: str) -> None:
    assert service_role_arn(template, order) == expected


@pytest.mark.parametrize(
    "template",
    [ARN.replace("2222", "3333"), "Deployer", ARN.replace(":role", ":user"), ARN.replace("aws:", "aws-cn:", 1)],
)
def test_what_is_no_role_of_the_account(order: Order, template: str) -> None:
    with pytest.raises(UsageError) as raised:
        service_role_arn(template, order)
    assert raised.value.faults == (
        Fault(
            "--service-role",
            f"{template} is no role of dev (222222222222)",
            "such as 'arn:aws:iam::{account_id}:role/cloudformation'",
        ),
    )


def test_a_stack_keeps_its_role_unless_it_is_made_anew(order: Order) -> None:
    stack = Stack("infra", "stack-id", "UPDATE_COMPLETE", NOW, {}, guarded=True, service_role=OLD)
    assert effective_service_role(order, None) == ""
    assert effective_service_role(order, stack) == OLD
    assert effective_service_role(order, stack, afresh=True) == ""
    assert effective_service_role(replace(order, service_role=ARN), stack) == ARN


def changed(order: Order) -> Order:
    return replace(order, text=order.text.replace("user/bob", "user/eve"))


def answered(stubbed: Stubbed, order: Order, has: Body, sent: Body) -> None:
    """Answer for an update of a stack that has a role or none, the change set being asked for with `sent`."""
    stubbed.identity()
    stubbed.stack("CREATE_COMPLETE", **has)
    stubbed.answer("cloudformation", "get_template", {"TemplateBody": order.text})
    stubbed.answer("cloudformation", "get_stack_policy", {})
    free = ("StackName", "ChangeSetName", "ChangeSetType", "Capabilities", "ClientToken", "TemplateBody", "Tags")
    result = {"Id": "set", "StackId": "stack-id"}
    stubbed.answer("cloudformation", "create_change_set", result, {**dict.fromkeys(free, ANY), **sent})
    change = {
        "Action": "Modify",
        "LogicalResourceId": "ReadR",
        "ResourceType": "AWS::IAM::Role",
        "Scope": ["Properties"],
    }
    changes = [{"Type": "Resource", "ResourceChange": {**change, "Replacement": "False"}}]
    page = {"Status": "CREATE_COMPLETE", "ChangeSetId": "set", "StackId": "stack-id", "Changes": changes}
    stubbed.answer("cloudformation", "describe_change_set", page)


@pytest.mark.parametrize(
    ("has", "named", "sent", "line"),
    [
        ({}, ARN, {"RoleARN": ARN}, f"! from now on CloudFormation acts as {ARN} in this stack\n"),
        (
            {"RoleARN": OLD},
            ARN,
            {"RoleARN": ARN},
            f"! from now on CloudFormation acts as {ARN} in this stack, instead of {OLD}\n",
        ),
        ({"RoleARN": OLD}, "", {}, f"! CloudFormation acts as {OLD}, which the stack keeps\n"),
        ({}, "", {}, ""),
    ],
)
def test_the_plan_says_as_which_role(
    stubbed: Stubbed, order: Order, choices: Choices, has: Body, named: str, sent: Body, line: str
) -> None:
    answered(stubbed, order, has, sent)
    prepared = prepare(replace(changed(order), service_role=named), stubbed.clients, choices)
    stubbed.done()
    text = "\n".join(map(str, plan_lines([prepared])))
    assert line in text
    assert ("CloudFormation acts" in text) == bool(line)
    assert plain(prepared).get("service_role", "") == (named or has.get("RoleARN", ""))


Warned = Callable[[Fault], None]


def test_a_role_alone_is_no_change(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    warnings: list[Fault] = []
    stubbed.identity()
    stubbed.stack("CREATE_COMPLETE", RoleARN=OLD)
    stubbed.answer("cloudformation", "get_template", {"TemplateBody": order.text})
    stubbed.answer("cloudformation", "get_stack_policy", {})
    asked = replace(order, service_role=ARN)
    prepared = prepare(asked, stubbed.clients, replace(choices, warn=warnings.append))
    assert prepared.change_set is None
    problem = "nothing changes in the stack, and CloudFormation takes another role with a change alone"
    assert warnings == [Fault("dev (222222222222)", problem, "say --service-role again with the next change")]
    stubbed.done()
