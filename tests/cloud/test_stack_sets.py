"""Stack set operations that fail, answered as AWS does: moto's all succeed."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.cloud.pace import Pace
from iamgen.cloud.stack_sets import PlannedSet, Settings, StackSet, carry_out
from iamgen.errors import Fault

Stubbed = Any
BODY = {"Resources": {"R": {"Type": "AWS::IAM::Role"}}}


@pytest.mark.parametrize(
    ("settings", "target"),
    [
        (Settings(failures=2, at_once=3), {"Accounts": ["1" * 12, "2" * 12]}),
        (
            Settings(units=("ou-abcd-12345678",), delegated=True, failures=2, at_once=3),
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
def test_each_account_is_followed(stubbed: Stubbed, settings: Settings, target: dict[str, Any]) -> None:
    accounts = ("1" * 12, "2" * 12)
    wanted = StackSet("infra-dev", BODY, {}, accounts, settings)
    stubbed.answer(
        "cloudformation",
        "create_stack_instances",
        {"OperationId": "op"},
        {
            "StackSetName": "infra-dev",
            "Regions": ["eu-west-1"],
            "OperationPreferences": {"FailureToleranceCount": 2, "MaxConcurrentCount": 3},
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
    shown: list[str] = []
    planned = PlannedSet(wanted, (), accounts, (), BODY)
    faults = carry_out(stubbed.clients, planned, Pace(lambda _: None), lambda *one: shown.append(" ".join(one)))
    hint = "mend the cause, and deploy the stack set again"
    assert faults == (
        Fault(accounts[1], "FAILED: Account 2 should have the execution role", hint),
        Fault("infra-dev", "the operation ended in FAILED", hint),
    )
    assert shown == [
        f"{accounts[0]} RUNNING",
        f"{accounts[1]} PENDING",
        f"{accounts[0]} SUCCEEDED",
        f"{accounts[1]} FAILED",
    ]
    stubbed.done()
