"""Ask CloudFormation for drift: what differs in AWS from what a stack made."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from iamgen.aws_client.clients import Client, Clients
from iamgen.aws_client.polling import Pace
from iamgen.deploy import stack as stacks
from iamgen.deploy.consequences import cli_options
from iamgen.deploy.stack import Stack
from iamgen.deploy.stack_status import NextStep, busy, is_comparable, step, stuck
from iamgen.deploy.target_account import TargetAccount
from iamgen.diff.change import Change
from iamgen.diff.difference import differences
from iamgen.errors import IamgenError, refuse
from iamgen.ui.printable import printable

_DRIFTED = ["MODIFIED", "DELETED"]
# Only these say that AWS looked. UNKNOWN, UNSUPPORTED, NOT_CHECKED, and whatever comes, say that it did not.
_LOOKED_AT = [*_DRIFTED, "IN_SYNC"]
_FAILED = "DETECTION_FAILED"  # for one resource at least; there are results of the others
_SILENT = "NOT_CHECKED"  # of a resource that the answer leaves out: its type has no drift detection


@dataclass(frozen=True)
class Unchecked:
    """A resource that CloudFormation did not compare, so that nobody knows whether it differs."""

    logical_id: str
    """Its logical id."""
    type: str
    """Its type."""
    status: str
    """What CloudFormation says of it, such as `UNKNOWN`."""
    reason: str = ""
    """Why; may be empty."""

    @property
    def text(self) -> str:
        """Return it in one line."""
        return f"{self.logical_id}  {self.type}: {self.status}{f', {self.reason}' if self.reason else ''}"

    def plain(self) -> dict[str, object]:
        """Return it as JSON values, by the names of its fields."""
        return {"logical_id": self.logical_id, "type": self.type, "status": self.status, "reason": self.reason}


@dataclass(frozen=True)
class Drift:
    """What CloudFormation says of a stack's resources."""

    changes: tuple[Change, ...]
    """What differs: `+` is in AWS and not in the template, `-` the other way round."""
    repairs: tuple[Change, ...]
    """The same from AWS to the template."""
    unchecked: tuple[Unchecked, ...]
    """The resources that were not compared."""


def comparable(clients: Clients, name: str, account: TargetAccount) -> Stack:
    """Return the stack of that name, if CloudFormation can compare it. Raises IamgenError when there is none, and
    when it is being worked on, or is stuck."""
    cloudformation, where = clients.cloudformation, str(account)
    stack = stacks.read(cloudformation, name)
    if stack and is_comparable(stack.status):
        return stack
    if stack and step(stack.status) is NextStep.WAIT:
        raise IamgenError([busy(account, name, stack.status)._replace(hint="look again when that has ended")])
    if stack and step(stack.status) is NextStep.STUCK:
        parts = stacks.failed_resources(cloudformation, stack.id)
        raise IamgenError([stuck(where, name, stack.status, parts, cli_options(clients))])
    state = f" (it is {stack.status})" if stack else ""
    raise refuse(where, f"there is no stack {name} to look at{state}", f"iamgen deploy {account.name}")


def detect(cloudformation: Client, stack: str, where: str, pace: Pace, on_progress: Callable[[str], None]) -> Drift:
    """Have CloudFormation look, and return what it found. When its detection failed, that is of the resources that it
    had compared by then. Raises IamgenError when it could compare none."""
    detection = _detection(cloudformation, stack, pace, on_progress)
    every, failure = _results(cloudformation, stack), ""
    if detection["DetectionStatus"] == _FAILED:
        failure = printable(str(detection.get("DetectionStatusReason") or "no reason"))
        # of a resource that it could not compare, AWS shows the result of an earlier detection
        every = [result for result in every if result["Timestamp"] >= detection["Timestamp"]]
        if not any(result["StackResourceDriftStatus"] in _LOOKED_AT for result in every):
            raise refuse(where, f"CloudFormation cannot compare: {failure}")
    drifted = sorted((element for element in every if element["StackResourceDriftStatus"] in _DRIFTED), key=_logical_id)
    changes, repairs = (tuple(change(item, reverse=reverse) for item in drifted) for reverse in (False, True))
    return Drift(changes, repairs, tuple(_unchecked(every, stacks.resources(cloudformation, stack), failure)))


def _detection(cloudformation: Client, stack: str, pace: Pace, on_progress: Callable[[str], None]) -> Mapping[str, Any]:
    """Have CloudFormation look, and return how its detection ended."""
    id_ = cloudformation.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    for _ in pace.beats():
        detection = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=id_)
        on_progress("comparing with AWS")
        if detection["DetectionStatus"] in {"DETECTION_COMPLETE", _FAILED}:
            return detection  # type: ignore[no-any-return]  # boto3 has no types
    raise AssertionError


def _unchecked(
    drifts: Iterable[Mapping[str, Any]], resources: Iterable[stacks.StackResource], failure: str
) -> Iterator[Unchecked]:
    """Yield the resources of which no status says that they were compared; `failure` is why the detection failed,
    empty when it did not."""
    by_id = {_logical_id(drift): drift for drift in drifts}
    for resource in resources:
        drift = by_id.get(resource.logical_id, {})
        status = str(drift.get("StackResourceDriftStatus", _SILENT))
        if status not in _LOOKED_AT:
            reason = str(
                drift.get("DriftStatusReason") or (f"the drift detection failed: {failure}" if failure else "")
            )
            yield Unchecked(resource.logical_id, resource.type, status, " ".join(printable(reason).split()))


def _logical_id(drift: Mapping[str, Any]) -> str:
    return str(drift["LogicalResourceId"])


def _results(cloudformation: Client, stack: str) -> list[Mapping[str, Any]]:
    drifts: list[Mapping[str, Any]] = []
    more: dict[str, str] = {}
    while True:
        page = cloudformation.describe_stack_resource_drifts(StackName=stack, **more)
        drifts += page["StackResourceDrifts"]
        if not page.get("NextToken"):
            return drifts
        more = {"NextToken": page["NextToken"]}


def change(drift: Mapping[str, Any], *, reverse: bool) -> Change:
    """Return a resource's drift as a change from the template to what is in AWS, or in reverse."""
    logical_id, kind = _logical_id(drift), drift["ResourceType"]
    if drift["StackResourceDriftStatus"] == "DELETED":
        return Change("+" if reverse else "-", logical_id, kind, replaced=False, details=())
    sides = [json.loads(drift.get(name) or "{}") for name in ("ExpectedProperties", "ActualProperties")]
    before, after = (
        {"Resources": {logical_id: {"Type": kind, "Properties": side}}} for side in (sides[::-1] if reverse else sides)
    )
    changes = differences(before, after)
    details = changes[0].details if changes else ()
    return Change("~", logical_id, kind, replaced=False, details=details)
