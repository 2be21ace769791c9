"""All that a deployment does in AWS, as steps in their order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from iamgen.deploy.change_set import ChangeSet
from iamgen.deploy.deployment_steps import plan_of, steps_of_another_try
from iamgen.deploy.execution import Execution
from iamgen.deploy.failed_stack import EMPTY
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.planner import Prepared
from iamgen.deploy.stack import Stack
from iamgen.deploy.stack_protection import OPEN, STRICT
from iamgen.deploy.step_execution import carry_out
from iamgen.deploy.step_text import step_text
from iamgen.deploy.steps import (
    CreateChangeSet,
    DeleteStack,
    ExecuteChangeSet,
    ProtectStack,
    SetStackPolicy,
)
from iamgen.errors import IamgenError, refuse

Stubbed = Any
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHANGE_SET = "arn:aws:cloudformation:eu-west-1:222222222222:changeSet/iamgen-12/0b"
STACK = Stack("infra", "stack-id", "UPDATE_COMPLETE", NOW, {"team": "a", "aws:x": "y"}, guarded=True)
SHUT = (SetStackPolicy("infra", allow_replacement=False), ProtectStack("infra"))


@pytest.fixture
def update(stubbed: Stubbed, order: Order, choices: Choices) -> Prepared:
    return Prepared(order, stubbed.clients, choices, STACK, ChangeSet(CHANGE_SET, "stack-id", "UPDATE", ()))


def test_an_update(update: Prepared) -> None:
    execution = ExecuteChangeSet("infra", CHANGE_SET)
    assert plan_of(update).steps == (*SHUT, execution, *SHUT)
    allowed = replace(update, choices=replace(update.choices, allow_replacement=True))
    opening = (SetStackPolicy("infra", allow_replacement=True), ProtectStack("infra"))
    assert plan_of(allowed).steps == (*opening, execution, *SHUT)
    assert step_text(execution) == "execute the change set on the stack infra"


def test_a_creation(update: Prepared) -> None:
    created = replace(update, stack=None)
    assert plan_of(created).steps == (ExecuteChangeSet("infra", CHANGE_SET), *SHUT)


def test_a_stack_whose_creation_failed(update: Prepared) -> None:
    failed = replace(STACK, status="ROLLBACK_COMPLETE")
    steps = plan_of(replace(update, stack=failed, change_set=None, afresh=True)).steps
    deletion = DeleteStack("infra", "stack-id", failed.moment, is_protected=True, resources=frozenset())
    creation = CreateChangeSet("infra", "CREATE", update.order.text, {"team": "a"})
    assert steps == (deletion, creation, ExecuteChangeSet("infra"), *SHUT)
    assert [step_text(step) for step in steps[:3]] == [
        "delete the stack infra, whose creation failed",
        "make a change set that creates the stack infra",
        "execute that change set on the stack infra",
    ]


def test_another_try_of_an_update_makes_a_change_set_of_its_own(update: Prepared) -> None:
    steps = steps_of_another_try(update)
    again = CreateChangeSet("infra", "UPDATE", update.order.text, {"team": "a"})
    assert steps == (*SHUT, again, ExecuteChangeSet("infra"))
    assert step_text(again) == "make a change set that updates the stack infra"


def test_where_nothing_is_to_be_done_there_is_no_step(update: Prepared) -> None:
    assert plan_of(replace(update, change_set=None, before=EMPTY)).steps == ()
    assert plan_of(replace(update, change_set=None, unguarded=True)).steps == SHUT


@pytest.fixture
def execution(stubbed: Stubbed, order: Order, choices: Choices) -> Execution:
    return Execution(order.account, stubbed.clients, choices)


def opened(stubbed: Stubbed, execution: Execution) -> None:
    stubbed.answer("cloudformation", "set_stack_policy", {}, {"StackName": "infra", "StackPolicyBody": OPEN})
    carry_out(SetStackPolicy("infra", allow_replacement=True), execution)


def answer_shut(stubbed: Stubbed) -> None:
    stubbed.answer("cloudformation", "set_stack_policy", {}, {"StackName": "infra", "StackPolicyBody": STRICT})
    stubbed.answer("cloudformation", "update_termination_protection", {})


def test_a_stack_policy_that_was_opened_is_shut_when_the_steps_fail(stubbed: Stubbed, execution: Execution) -> None:
    def fail() -> None:
        with execution.counter_steps:
            opened(stubbed, execution)
            answer_shut(stubbed)
            raise refuse("dev", "the cause")

    with pytest.raises(IamgenError, match="the cause"):
        fail()
    stubbed.done()


def test_a_stack_policy_that_a_later_step_shut_is_not_shut_twice(stubbed: Stubbed, execution: Execution) -> None:
    with execution.counter_steps:
        opened(stubbed, execution)
        stubbed.answer("cloudformation", "set_stack_policy", {}, {"StackName": "infra", "StackPolicyBody": STRICT})
        carry_out(SHUT[0], execution)
    stubbed.done()


def test_a_stack_policy_that_stays_open_is_said_before_another_try(stubbed: Stubbed, execution: Execution) -> None:
    opened(stubbed, execution)
    stubbed.refuse("cloudformation", "set_stack_policy", "AccessDenied")
    with pytest.raises(IamgenError) as raised:
        execution.try_again()
    assert [fault.problem for fault in raised.value.faults] == [
        "profile of-dev may not do SetStackPolicy: no",
        "the stack policy of infra stays open for replacement",
    ]


def test_a_stack_policy_that_aws_refused_to_open_needs_no_shutting(stubbed: Stubbed, execution: Execution) -> None:
    def fail() -> None:
        with execution.counter_steps:
            stubbed.refuse("cloudformation", "set_stack_policy", "AccessDenied")
            carry_out(SetStackPolicy("infra", allow_replacement=True), execution)

    with pytest.raises(Exception, match="AccessDenied"):
        fail()
    stubbed.done()
