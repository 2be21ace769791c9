"""A kept plan, taken up: the rules of a deployment hold for it as well."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from iamgen.deploy import stack as stacks
from iamgen.deploy.approval import ForgedPlanError, kept, take_up
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.plan_file import Kept
from iamgen.deploy.planner import Prepared
from iamgen.deploy.stack_protection import STRICT
from iamgen.errors import Fault, IamgenError

Stubbed = Any
MOMENT = "stack-id 2026-11-23T12:00:00+00:00"


def written(text: str) -> str:
    """Return a template as it is compared: boto3 hands over a parsed one."""
    return stacks.text(json.loads(text))


def answers(stubbed: Stubbed, order: Order, text: str, replacement: str) -> Kept:
    """Return a plan for an update of the stack that has the order's template to this one, AWS's answers said."""
    change = {"Action": "Modify", "LogicalResourceId": "ReadR", "ResourceType": "AWS::IAM::Role"}
    effect = {"Type": "Resource", "ResourceChange": {**change, "Scope": ["Properties"], "Replacement": replacement}}
    waiting = {"ExecutionStatus": "AVAILABLE", "Changes": [effect]}
    stubbed.identity()
    stubbed.answer("cloudformation", "describe_change_set", waiting)
    stubbed.stack("CREATE_COMPLETE")
    stubbed.answer("cloudformation", "get_template", {"TemplateBody": text})
    stubbed.answer("cloudformation", "describe_change_set", waiting)
    stubbed.answer("cloudformation", "get_template", {"TemplateBody": order.text})
    digest = hashlib.sha256(written(text).encode()).hexdigest()
    return Kept("dev", order.account_id, "eu-west-1", "infra", "stack-id", "set", "UPDATE", MOMENT, digest)


@pytest.mark.parametrize("replacement", ["True", "Conditional"])
def test_a_replacement_that_only_aws_knows_of_is_refused(
    stubbed: Stubbed, order: Order, choices: Choices, replacement: str
) -> None:
    text = order.text.replace("user/bob", "user/eve")
    plan = answers(stubbed, order, text, replacement)
    with pytest.raises(IamgenError) as raised:
        take_up(plan, order, stubbed.clients, choices)
    assert raised.value.faults == (
        Fault("dev (222222222222) ReadR", "the role ReadR would be replaced", "--allow-replacement, if it is meant"),
    )
    stubbed.done()
    plan = answers(stubbed, order, text, replacement)
    prepared = take_up(plan, order, stubbed.clients, replace(choices, allow_replacement=True))
    assert prepared
    assert [(change.logical_id, change.replaced) for change in prepared.changes] == [("ReadR", True)]


def test_what_was_approved_is_taken_up(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    text = order.text.replace("user/bob", "user/eve")
    prepared = take_up(answers(stubbed, order, text, "False"), order, stubbed.clients, choices)
    assert prepared
    assert (prepared.order.text, prepared.before is None, prepared.is_pending) == (written(text), False, True)
    stubbed.done()


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("EXECUTE_FAILED", "the plan was carried out, and failed"),
        ("OBSOLETE", "the plan's change set cannot be executed any more: OBSOLETE"),
    ],
)
def test_a_plan_that_does_not_wait_any_more(
    stubbed: Stubbed, order: Order, choices: Choices, status: str, message: str
) -> None:
    stubbed.identity()
    stubbed.answer("cloudformation", "describe_change_set", {"ExecutionStatus": status})
    stubbed.stack("CREATE_COMPLETE")
    plan = Kept("dev", order.account_id, "eu-west-1", "infra", "stack-id", "set", "UPDATE", MOMENT, "digest")
    with pytest.raises(IamgenError, match=message) as raised:
        take_up(plan, order, stubbed.clients, choices)
    assert not isinstance(raised.value, ForgedPlanError)
    stubbed.done()


@pytest.mark.parametrize(
    ("kind", "stop"), [("UPDATE", "; stop an update: iamgen cancel dev"), ("CREATE", "")]
)  # AWS does not stop the creation of a stack
def test_a_plan_that_is_being_carried_out(
    stubbed: Stubbed, order: Order, choices: Choices, kind: str, stop: str
) -> None:
    stubbed.identity()
    stubbed.answer("cloudformation", "describe_change_set", {"ExecutionStatus": "EXECUTE_IN_PROGRESS"})
    stubbed.stack(f"{kind}_IN_PROGRESS")
    plan = Kept("dev", order.account_id, "eu-west-1", "infra", "stack-id", "set", kind, MOMENT, "digest")
    with pytest.raises(IamgenError) as raised:
        take_up(plan, order, stubbed.clients, choices)
    fault = Fault(order.where, "the plan is being carried out", f"follow it: iamgen deploy dev --wait{stop}")
    assert raised.value.faults == (fault,)


@pytest.mark.parametrize("guarded", [True, False])
def test_what_is_left_of_a_plan_that_was_carried_out(
    stubbed: Stubbed, order: Order, choices: Choices, guarded: bool
) -> None:
    """Nobody followed the deployment to its end, after which the stack is protected."""
    stubbed.identity()
    stubbed.answer("cloudformation", "describe_change_set", {"ExecutionStatus": "EXECUTE_COMPLETE"})
    stubbed.stack("UPDATE_COMPLETE", EnableTerminationProtection=True)
    stubbed.answer("cloudformation", "get_stack_policy", {"StackPolicyBody": STRICT} if guarded else {})
    plan = Kept("dev", order.account_id, "eu-west-1", "infra", "stack-id", "set", "UPDATE", "before", "digest")
    prepared = take_up(plan, order, stubbed.clients, choices)
    assert (prepared is None) is guarded
    if prepared:
        assert (prepared.change_set, prepared.is_pending) == (None, True)
    stubbed.done()


def test_a_plan_that_begins_with_a_deletion_is_not_kept(stubbed: Stubbed, order: Order, choices: Choices) -> None:
    prepared = Prepared(order, stubbed.clients, choices, None, afresh=True)
    with pytest.raises(IamgenError) as raised:
        kept(prepared, "dev")
    assert raised.value.faults == (
        Fault(
            "dev (222222222222)",
            "a failed stack is deleted first, and no change set can be kept for what comes after that",
            "deploy it in one step: iamgen deploy dev",
        ),
    )
