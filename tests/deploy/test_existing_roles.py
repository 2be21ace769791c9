"""A stack that is in another region is noticed by its roles before a second one is created."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from iamgen.aws_client.clients import Credentials, connect
from iamgen.deploy.executor import execute
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.planner import prepare
from iamgen.errors import Fault, IamgenError

Aws = Any
Stubbed = Any
NAME = "infra-ReadR-222222222222"


def stack_id(region: str, stack: str) -> str:
    return f"arn:aws:cloudformation:{region}:222222222222:stack/{stack}/0a"


def no_stack(stubbed: Stubbed) -> None:
    stubbed.identity()
    stubbed.refuse("cloudformation", "describe_stacks", "ValidationError", "Stack with id infra does not exist")


def answer_role(stubbed: Stubbed, *tags: dict[str, str]) -> None:
    role = {"Path": "/", "RoleName": NAME, "RoleId": "AROA1234567890123456", "CreateDate": "2026-11-23T00:00:00Z"}
    arn = f"arn:aws:iam::222222222222:role/{NAME}"
    stubbed.answer("iam", "get_role", {"Role": {**role, "Arn": arn, "Tags": list(tags)}}, {"RoleName": NAME})


@pytest.mark.parametrize(
    ("tag", "problem", "hint"),
    [
        (
            stack_id("us-east-1", "infra"),
            f"the role {NAME} is of the stack infra in us-east-1, and CONST.inc names eu-west-1",
            "write GLOBAL_AWS_REGION=us-east-1 into CONST.inc; to move, delete the stack there first",
        ),
        (
            stack_id("eu-west-1", "StackSet-infra-dev-1"),
            f"the role {NAME} is of the stack StackSet-infra-dev-1, and an account has one stack with these roles",
            "delete that stack, or take the account out of its stack set, before infra is created",
        ),
        (
            stack_id("eu-west-1", "infra"),
            f"the role {NAME} exists, and there is no stack infra in eu-west-1 that it could be of",
            "write the region of its stack into CONST.inc as GLOBAL_AWS_REGION; if it is of no stack, delete it",
        ),
        (
            "",
            f"the role {NAME} exists, and there is no stack infra in eu-west-1 that it could be of",
            "write the region of its stack into CONST.inc as GLOBAL_AWS_REGION; if it is of no stack, delete it",
        ),
    ],
)
def test_a_role_that_exists_is_refused(
    stubbed: Stubbed, order: Order, choices: Choices, tag: str, problem: str, hint: str
) -> None:
    no_stack(stubbed)
    answer_role(stubbed, *([{"Key": "aws:cloudformation:stack-id", "Value": tag}] if tag else []))
    with pytest.raises(IamgenError) as raised:
        prepare(order, stubbed.clients, choices)
    assert raised.value.faults == (Fault("dev (222222222222)", problem, hint),)
    stubbed.done()  # and no change set was made


def test_who_may_not_look_hears_it(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    no_stack(stubbed)
    stubbed.refuse("iam", "get_role", "AccessDenied")
    stubbed.answer("cloudformation", "create_change_set", {"Id": "set", "StackId": "stack-id"})
    stubbed.answer("cloudformation", "describe_change_set", {"Status": "CREATE_COMPLETE", "Changes": []})
    warned: list[Fault] = []
    assert prepare(order, stubbed.clients, replace(choices, warn=warned.append)).change_set
    message = "whether roles of the stack infra exist already was not looked at: AWS refuses GetRole (AccessDenied)"
    hint = "with iam:GetRole iamgen would notice a stack in another region"
    assert warned == [Fault("dev (222222222222)", message, hint)]
    stubbed.done()


def test_another_region_creates_no_second_stack(aws: Aws, order: Order, choices: Choices) -> None:
    aws.people("/bob")
    execute(prepare(order, connect(Credentials("of-dev"), "eu-west-1", "dev"), choices), lambda _: None)
    elsewhere = connect(Credentials("of-dev"), "us-east-1", "dev")
    with pytest.raises(IamgenError, match=r"is of the stack infra in eu-west-1, and CONST.inc names us-east-1"):
        prepare(order, elsewhere, choices)
    assert elsewhere.cloudformation.describe_stacks()["Stacks"] == []
    assert aws.status("dev") == "CREATE_COMPLETE"
