"""Follow an operation of a stack set to its end."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.aws_client.polling import Pace
from iamgen.errors import Fault
from iamgen.ui.board import FINISHED

ShowProgress = Callable[[str, str], None]
_UNDER_WAY = {"PENDING", "RUNNING"}
AGAIN = "mend the cause, and deploy the stack set again"


def followed(cloudformation: Client, which: Mapping[str, str], pace: Pace, show: ShowProgress) -> tuple[Fault, ...]:
    """Show each account's state until the operation has ended; return what failed. `which` names the operation, as
    requests do."""
    for _ in pace.beats():
        matches = cloudformation.describe_stack_set_operation(**which)["StackSetOperation"]
        results = _results(cloudformation, which)
        for result in results:
            show(result["Account"], result["Status"] if result["Status"] in _UNDER_WAY else FINISHED)
        if matches["Status"] not in {"QUEUED", "RUNNING", "STOPPING"}:
            return tuple(_failures(which["StackSetName"], matches, results))
    raise AssertionError


def _results(cloudformation: Client, which: Mapping[str, str]) -> list[Mapping[str, Any]]:
    pages = cloudformation.get_paginator("list_stack_set_operation_results").paginate(**which)
    return [item for page in pages for item in page["Summaries"]]


def _failures(name: str, matches: Mapping[str, Any], results: Collection[Mapping[str, Any]]) -> list[Fault]:
    failed = [result for result in results if result["Status"] in {"FAILED", "CANCELLED"}]
    faults = [
        Fault(item["Account"], f"{item['Status']}: {item.get('StatusReason', 'no reason')}", AGAIN) for item in failed
    ]
    if matches["Status"] != "SUCCEEDED":
        reason = matches.get("StatusReason", "")
        faults.append(Fault(name, f"the operation ended in {matches['Status']}{': ' if reason else ''}{reason}", AGAIN))
    return faults
