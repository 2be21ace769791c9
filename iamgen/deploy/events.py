"""Follow an operation of a stack by its events to the end, and collect what failed on the way."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.aws_client.polling import Pace
from iamgen.ui import tracing

_STACK = re.compile(r"arn:[\w-]+:cloudformation:(?P<region>[\w-]+):(?P<account>\d+):stack/(?P<stack>[\w-]+)/.+")


@dataclass(frozen=True)
class Event:
    """Something that happened to a resource of a stack, or to the stack itself."""

    logical_id: str
    """The resource's name in the template; the stack's own name for an event of the stack."""
    type: str
    """Its type, such as `AWS::IAM::User`."""
    status: str
    """What became of it, such as `DELETE_FAILED`."""
    reason: str
    """Why, in AWS's words; often empty."""
    of_stack: bool
    """Whether it is about the stack itself."""
    physical_id: str = ""
    """The resource's name in AWS; a policy's ARN. Empty when it was never created."""
    time: str = ""
    """When it happened, by AWS's clock, such as `2026-11-26 21:40:01 UTC`."""

    @property
    def text(self) -> str:
        """The event in one line of a log."""
        reason = f": {self.reason}" if self.reason else ""
        return f"{self.time} {self.status} {self.logical_id} ({self.type}){reason}"

    @property
    def ends(self) -> bool:
        """Whether an operation of the stack has come to its end with it."""
        return self.of_stack and not self.status.endswith("_IN_PROGRESS")


@dataclass(frozen=True)
class OperationOutcome:
    """How an operation of CloudFormation ended."""

    status: str
    """The stack's status."""
    events: tuple[Event, ...]
    """Everything that happened, the oldest first."""


def last_event(cloudformation: Client, stack_id: str) -> str:
    """Return the id of what happened last, nothing where nothing did: from here on an operation is followed."""
    result = cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
    return str(result[0]["EventId"]) if result else ""


def follow(
    cloudformation: Client, stack_id: str, since: str, pace: Pace, on_event: Callable[[Event], None]
) -> OperationOutcome:
    """Tell `on_event` of whatever happens to the stack after the event `since`, until an operation has ended.

    Under --verbose each event is a line on stderr as well.
    """
    events: list[Event] = []
    stack = _named(stack_id)
    for _ in pace.beats():
        fresh, since = _fresh(cloudformation, stack_id, since)
        for event in fresh:
            events.append(event)
            on_event(event)
            tracing.note(f"stack: {stack}: {event.text}")
            if event.ends:
                return OperationOutcome(event.status, tuple(events))
    raise AssertionError


def _named(stack_id: str) -> str:
    """Return how a line of a log names a stack, `infra of 222222222222, eu-west-1`; its id where that is no ARN."""
    arn = _STACK.fullmatch(stack_id)
    return f"{arn['stack']} of {arn['account']}, {arn['region']}" if arn else stack_id


def _fresh(cloudformation: Client, stack_id: str, since: str) -> tuple[list[Event], str]:
    """Return what happened after `since`, the oldest first, and what is the last event now. AWS tells the newest
    first."""
    raw_events: list[Mapping[str, Any]] = []
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
        for raw in page["StackEvents"]:
            if raw["EventId"] == since:
                return _events(raw_events, stack_id), _newest(raw_events, since)
            raw_events.append(raw)
    return _events(raw_events, stack_id), _newest(raw_events, since)


def _newest(raw_events: list[Mapping[str, Any]], otherwise: str) -> str:
    return str(raw_events[0]["EventId"]) if raw_events else otherwise


def _events(raw_events: list[Mapping[str, Any]], stack_id: str) -> list[Event]:
    return [
        Event(
            raw["LogicalResourceId"],
            raw["ResourceType"],
            raw["ResourceStatus"],
            raw.get("ResourceStatusReason", ""),
            raw.get("PhysicalResourceId") == stack_id,
            raw.get("PhysicalResourceId", ""),
            f"{raw['Timestamp'].astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        )
        for raw in reversed(raw_events)
    ]
