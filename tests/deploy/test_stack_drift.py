"""Drift detection, answered as AWS does where a local AWS has less to say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamgen.aws_client.polling import Pace
from iamgen.deploy.stack_drift import Unchecked, comparable, detect
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault, IamgenError

Stubbed = Any
ACCOUNT = TargetAccount("dev", "222222222222")
WHERE = str(ACCOUNT)
SINCE = "2026-11-23T00:00:00Z"


def drift(logical_id: str, status: str, after: int = 3600) -> dict[str, Any]:
    return {
        "StackId": "stack-id",
        "LogicalResourceId": logical_id,
        "ResourceType": "AWS::IAM::Role",
        "StackResourceDriftStatus": status,
        "Timestamp": SINCE,
        "ExpectedProperties": json.dumps({"MaxSessionDuration": 3600}),
        "ActualProperties": json.dumps({"MaxSessionDuration": after}),
    }


def resource(logical_id: str, status: str = "CREATE_COMPLETE", reason: str = "") -> dict[str, Any]:
    return {
        "LogicalResourceId": logical_id,
        "ResourceType": "AWS::IAM::Role",
        "LastUpdatedTimestamp": SINCE,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def test_all_pages_are_read_and_what_is_gone_is_not_missed(stubbed: Stubbed) -> None:
    stubbed.answer("cloudformation", "detect_stack_drift", {"StackDriftDetectionId": "id"}, {"StackName": "infra"})
    for status in ("DETECTION_IN_PROGRESS", "DETECTION_COMPLETE"):
        state = {"StackId": "s", "StackDriftDetectionId": "id", "DetectionStatus": status, "Timestamp": SINCE}
        stubbed.answer("cloudformation", "describe_stack_drift_detection_status", state)
    first = {"StackResourceDrifts": [drift("ReadR", "MODIFIED", 7200)], "NextToken": "more"}
    second = {"StackResourceDrifts": [drift("AdminR", "DELETED"), drift("OpsR", "IN_SYNC"), drift("P", "NOT_CHECKED")]}
    stubbed.answer("cloudformation", "describe_stack_resource_drifts", first, {"StackName": "infra"})
    stubbed.answer(
        "cloudformation", "describe_stack_resource_drifts", second, {"StackName": "infra", "NextToken": "more"}
    )
    created = [*map(resource, ("ReadR", "AdminR", "OpsR", "P")), resource("Old", "DELETE_COMPLETE")]
    stubbed.answer("cloudformation", "list_stack_resources", {"StackResourceSummaries": created})
    result = detect(stubbed.clients.cloudformation, "infra", WHERE, Pace(lambda _: None), lambda _: None)
    assert [f"{change.sign} {change.logical_id}" for change in result.changes] == ["- AdminR", "~ ReadR"]
    assert [f"{repair.sign} {repair.logical_id}" for repair in result.repairs] == ["+ AdminR", "~ ReadR"]
    assert result.unchecked == (Unchecked("P", "AWS::IAM::Role", "NOT_CHECKED"),)
    stubbed.done()


def test_only_three_statuses_say_that_aws_looked(stubbed: Stubbed) -> None:
    """Whatever else there is, and may come, is no answer."""
    stubbed.answer("cloudformation", "detect_stack_drift", {"StackDriftDetectionId": "id"})
    state = {"StackId": "s", "StackDriftDetectionId": "id", "DetectionStatus": "DETECTION_COMPLETE", "Timestamp": SINCE}
    stubbed.answer("cloudformation", "describe_stack_drift_detection_status", state)
    statuses = ["IN_SYNC", "MODIFIED", "DELETED", "NOT_CHECKED", "UNKNOWN", "UNSUPPORTED", "SOMETHING_NEW"]
    every = [{**drift(f"Of{status}", status, 7200), "DriftStatusReason": f"why\n{status}\x1b"} for status in statuses]
    stubbed.answer("cloudformation", "describe_stack_resource_drifts", {"StackResourceDrifts": every})
    result = [resource(f"Of{status}") for status in (*statuses, "Silence")]
    stubbed.answer("cloudformation", "list_stack_resources", {"StackResourceSummaries": result})
    shown = detect(stubbed.clients.cloudformation, "infra", WHERE, Pace(lambda _: None), lambda _: None)
    assert [change.logical_id for change in shown.changes] == ["OfDELETED", "OfMODIFIED"]
    assert {item.logical_id: item.status for item in shown.unchecked} == {
        **{f"Of{status}": status for status in statuses[3:]},
        "OfSilence": "NOT_CHECKED",
    }
    text = next(item.text for item in shown.unchecked if item.status == "UNKNOWN")
    assert text.startswith("OfUNKNOWN  AWS::IAM::Role: UNKNOWN, why")
    assert "\x1b" not in text
    assert "\n" not in text


REASON = "Failed to detect drift on resource [OpsR]"


def failed_detection(stubbed: Stubbed, *results: dict[str, Any]) -> None:
    """Answer that drift detection failed, with these results."""
    stubbed.answer("cloudformation", "detect_stack_drift", {"StackDriftDetectionId": "id"})
    state = {"StackId": "s", "StackDriftDetectionId": "id", "DetectionStatus": "DETECTION_FAILED", "Timestamp": SINCE}
    reason = {"DetectionStatusReason": REASON}
    stubbed.answer("cloudformation", "describe_stack_drift_detection_status", state | reason)
    stubbed.answer("cloudformation", "describe_stack_resource_drifts", {"StackResourceDrifts": list(results)})


def test_a_detection_that_failed_for_one_resource_says_what_it_saw_of_the_others(stubbed: Stubbed) -> None:
    """Of the resource that failed AWS shows what an earlier detection saw, which is not to be taken for an answer."""
    earlier = {**drift("OpsR", "IN_SYNC"), "Timestamp": "2026-11-22T00:00:00Z"}
    failed_detection(stubbed, drift("ReadR", "MODIFIED", 7200), drift("AdminR", "IN_SYNC"), earlier)
    parts = [resource("ReadR"), resource("AdminR"), resource("OpsR")]
    stubbed.answer("cloudformation", "list_stack_resources", {"StackResourceSummaries": parts})
    shown = detect(stubbed.clients.cloudformation, "infra", WHERE, Pace(lambda _: None), lambda _: None)
    assert [f"{change.sign} {change.logical_id}" for change in shown.changes] == ["~ ReadR"]
    assert [resource.text for resource in shown.unchecked] == [
        f"OpsR  AWS::IAM::Role: NOT_CHECKED, the drift detection failed: {REASON}"
    ]
    stubbed.done()


def test_a_detection_that_saw_nothing_is_refused(stubbed: Stubbed) -> None:
    failed_detection(stubbed, {**drift("OpsR", "IN_SYNC"), "Timestamp": "2026-11-22T00:00:00Z"})
    with pytest.raises(IamgenError) as raised:
        detect(stubbed.clients.cloudformation, "infra", WHERE, Pace(lambda _: None), lambda _: None)
    assert raised.value.faults == (Fault(WHERE, f"CloudFormation cannot compare: {REASON}"),)


@pytest.mark.parametrize("status", ["UPDATE_COMPLETE", "UPDATE_ROLLBACK_FAILED"])
def test_a_stack_that_can_be_compared(stubbed: Stubbed, status: str) -> None:
    stubbed.stack(status)
    assert comparable(stubbed.clients, "infra", ACCOUNT).status == status


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (
            "UPDATE_IN_PROGRESS",
            Fault(
                WHERE,
                "something else is going on in the stack infra: UPDATE_IN_PROGRESS",
                "look again when that has ended",
            ),
        ),
        (
            "ROLLBACK_COMPLETE",
            Fault(WHERE, "there is no stack infra to look at (it is ROLLBACK_COMPLETE)", "iamgen deploy dev"),
        ),
        (
            "UPDATE_FAILED",
            Fault(
                WHERE,
                "the stack infra is stuck in UPDATE_FAILED: OpsR is UPDATE_FAILED: no right",
                "aws cloudformation rollback-stack --stack-name infra --region eu-west-1 --profile of-dev, then deploy again",
            ),
        ),
    ],
)
def test_a_stack_that_cannot_be_compared(stubbed: Stubbed, status: str, fault: Fault) -> None:
    stubbed.stack(status)
    parts = [resource("OpsR", "UPDATE_FAILED", "no right")]
    stubbed.answer("cloudformation", "list_stack_resources", {"StackResourceSummaries": parts})
    with pytest.raises(IamgenError) as raised:
        comparable(stubbed.clients, "infra", ACCOUNT)
    assert raised.value.faults == (fault,)
