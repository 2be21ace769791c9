"""Explain why CloudFormation refuses to make a change set: what its validation finds before anything is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.aws_client.errors import code_of
from iamgen.deploy.failure import cause
from iamgen.errors import Fault

_REASONS = ("ValidationStatusReason", "HookStatusReason", "ResourceStatusReason")


def not_planned(cloudformation: Client, change_set: str, reason: str, where: str) -> tuple[Fault, ...]:
    """Return why there is no change set, resource by resource where AWS says so. It does as long as the change set,
    named by its ARN, is there; `reason` is what that says of itself."""
    from botocore.exceptions import ClientError

    hint = ""
    try:
        pages = cloudformation.get_paginator("describe_events").paginate(
            ChangeSetName=change_set, Filters={"FailedEvents": True}
        )
        result = tuple(dict.fromkeys(fault for page in pages for fault in _faults(page["OperationEvents"], where)))
    except ClientError as exc:  # it is asked only to say more
        result = ()
        if "DescribeEvents" in reason:
            hint = f"with cloudformation:DescribeEvents iamgen would say which resource ({code_of(exc)})"
    return result or (Fault(where, f"CloudFormation cannot plan this: {reason}", hint),)


def _faults(events: list[Mapping[str, Any]], where: str) -> Iterator[Fault]:
    for event in events:
        reason = next((event[name] for name in _REASONS if event.get(name)), "")
        if reason and "WARN" not in {event.get("ValidationFailureMode"), event.get("HookFailureMode")}:
            name = event.get("LogicalResourceId", "")
            yield cause(f"{where} {name}".strip(), reason, ())
