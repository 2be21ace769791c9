"""Stack set operations that fail, answered as AWS does: moto's all succeed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamgen.aws_client.polling import Pace
from iamgen.deploy.stack_sets import PlannedSet, StackSet, StackSetSettings, carry_out, plan
from iamgen.errors import Fault

Stubbed = Any
BODY = {"Resources": {"R": {"Type": "AWS::IAM::Role"}}}
A, B, C = "1" * 12, "2" * 12, "3" * 12
AGAIN = "mend the cause, and deploy the stack set again"


def listed(stubbed: Stubbed, *instances: tuple[str, str, str]) -> None:
    names = ("Account", "Status", "StatusReason")
    result = [dict(zip(names, instance, strict=True)) for instance in instances]
    stubbed.answer("cloudformation", "list_stack_instances", {"Summaries": result})


def ended(stubbed: Stubbed, operation: str, expected: dict[str, Any], status: str, *results: tuple[str, str]) -> None:
    stubbed.answer("cloudformation", operation, {"OperationId": "op"}, expected)
    stubbed.answer("cloudformation", "describe_stack_set_operation", {"StackSetOperation": {"Status": status}})
    result = [{"Account": account, "Status": state} for account, state in results]
    stubbed.answer("cloudformation", "list_stack_set_operation_results", {"Summaries": result})


def done(stubbed: Stubbed, planned: PlannedSet) -> tuple[Fault, ...]:
    return carry_out(stubbed.clients, planned, Pace(lambda _: None), lambda *_: None)


def request(accounts: list[str]) -> dict[str, Any]:
    return {
        "StackSetName": "infra-dev",
        "Regions": ["eu-west-1"],
        "Accounts": accounts,
        **StackSetSettings().pace,
    }


@pytest.mark.parametrize(
    ("settings", "target"),
    [
        (StackSetSettings(failures=2, at_once=3), {"Accounts": ["1" * 12, "2" * 12]}),
        (
            StackSetSettings(units=("ou-abcd-12345678",), delegated=True, failures=2, at_once=3),
            {
                "DeploymentTargets": {
                    "OrganizationalUnitIds": ["ou-abcd-12345678"],
                    "Accounts": ["1" * 12, "2" * 12],
                    "AccountFilterType": "INTERSECTION",
                },
                "CallAs": "DELEGATED_ADMIN",
            },
        ),
    ],
)
def test_each_account_is_followed(stubbed: Stubbed, settings: StackSetSettings, target: dict[str, Any]) -> None:
    accounts = ("1" * 12, "2" * 12)
    stack_set = StackSet("infra-dev", BODY, {}, accounts, settings)
    stubbed.answer(
        "cloudformation",
        "create_stack_instances",
        {"OperationId": "op"},
        {
            "StackSetName": "infra-dev",
            "Regions": ["eu-west-1"],
            "OperationPreferences": {
                "FailureToleranceCount": 2,
                "MaxConcurrentCount": 3,
                "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE",
            },
            **target,
        },
    )
    running = [{"Account": accounts[0], "Status": "RUNNING"}, {"Account": accounts[1], "Status": "PENDING"}]
    ended = [
        {"Account": accounts[0], "Status": "SUCCEEDED"},
        {"Account": accounts[1], "Status": "FAILED", "StatusReason": "Account 2 should have the execution role"},
    ]
    for status, results in (("QUEUED", []), ("RUNNING", running), ("FAILED", ended)):
        operation = {"StackSetOperation": {"Status": status}}
        stubbed.answer("cloudformation", "describe_stack_set_operation", operation)
        stubbed.answer("cloudformation", "list_stack_set_operation_results", {"Summaries": results})
    listed(stubbed, (accounts[0], "CURRENT", ""), (accounts[1], "OUTDATED", "as above"))
    shown: list[str] = []
    planned = PlannedSet(stack_set, (), accounts, (), BODY)
    faults = carry_out(stubbed.clients, planned, Pace(lambda _: None), lambda *element: shown.append(" ".join(element)))
    hint = "mend the cause, and deploy the stack set again"
    assert faults == (
        Fault(accounts[1], "FAILED: Account 2 should have the execution role", hint),
        Fault("infra-dev", "the operation ended in FAILED", hint),
    )
    assert shown == [
        f"{accounts[0]} RUNNING",
        f"{accounts[1]} PENDING",
        f"{accounts[0]} ",  # no state: it is finished
        f"{accounts[1]} ",
    ]
    stubbed.done()


def test_where_it_failed_it_is_done_again(stubbed: Stubbed) -> None:
    stack_set = StackSet("infra-dev", BODY, {}, (A, B, C))
    stubbed.answer(
        "cloudformation",
        "describe_stack_set",
        {"StackSet": {"Status": "ACTIVE", "PermissionModel": "SELF_MANAGED", "TemplateBody": json.dumps(BODY)}},
    )
    listed(stubbed, (A, "CURRENT", ""), (B, "OUTDATED", "it failed"), (C, "INOPERABLE", ""), ("9" * 12, "OUTDATED", ""))
    planned = plan(stubbed.clients, stack_set)
    assert (planned.changes, planned.missing, planned.strange) == ((), (), ("9" * 12,))
    assert planned.unsettled == {B: "OUTDATED", C: "INOPERABLE"}
    assert planned.is_pending
    ended(stubbed, "update_stack_instances", request([B, C]), "SUCCEEDED", (B, "SUCCEEDED"))
    listed(stubbed, (A, "CURRENT", ""), (B, "CURRENT", ""), (C, "INOPERABLE", "it was not deleted"))
    take_out = "take it out of the set: aws cloudformation delete-stack-instances --retain-stacks"
    assert done(stubbed, planned) == (
        Fault(
            C,
            "its stack does not have the template, it is INOPERABLE: it was not deleted",
            f"{take_out}; delete its stack, deploy again",
        ),
    )
    stubbed.done()


def test_an_account_of_two_regions_is_settled_in_both(stubbed: Stubbed) -> None:
    stack_set = StackSet("infra-dev", BODY, {}, (A, B))
    given = {"Status": "ACTIVE", "TemplateBody": json.dumps(BODY)}
    stubbed.answer("cloudformation", "describe_stack_set", {"StackSet": given})
    listed(stubbed, (A, "OUTDATED", ""), (A, "CURRENT", ""), (B, "CURRENT", ""))
    assert plan(stubbed.clients, stack_set).unsettled == {A: "OUTDATED"}


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        (StackSetSettings(units=("ou-1", "ou-2")), "look whether it is in ou-1, ou-2, and not suspended"),
        (StackSetSettings(), AGAIN),
    ],
)
def test_an_account_that_aws_passes_over(stubbed: Stubbed, settings: StackSetSettings, hint: str) -> None:
    planned = PlannedSet(StackSet("infra-dev", BODY, {}, (A, B), settings), (), (A, B), (), BODY)
    stubbed.answer("cloudformation", "create_stack_instances", {"OperationId": "op"})
    stubbed.answer("cloudformation", "describe_stack_set_operation", {"StackSetOperation": {"Status": "SUCCEEDED"}})
    results = [{"Account": A, "Status": "SUCCEEDED"}]
    stubbed.answer("cloudformation", "list_stack_set_operation_results", {"Summaries": results})
    listed(stubbed, (A, "CURRENT", ""))
    assert done(stubbed, planned) == (Fault(B, "it has no stack of this set: AWS has passed over it", hint),)
    stubbed.done()


def test_after_a_failure_the_next_operation_is_not_begun(stubbed: Stubbed) -> None:
    planned = PlannedSet(StackSet("infra-dev", BODY, {}, (A, B)), (), (B,), (), BODY, {A: "OUTDATED"})
    ended(stubbed, "update_stack_instances", request([A]), "SUCCEEDED", (A, "FAILED"))  # as many as are tolerated
    listed(stubbed, (A, "OUTDATED", "no"))
    assert done(stubbed, planned) == (
        Fault(A, "FAILED: no reason", AGAIN),
        Fault(B, "it has no stack of this set: not begun, because another failed", AGAIN),
    )
    stubbed.done()
