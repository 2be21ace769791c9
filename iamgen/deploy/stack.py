"""Read a stack from AWS: its status, its template, its resources, and which of them failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.aws_client.errors import code_of
from iamgen.aws_client.polling import Pace
from iamgen.deploy.stack_status import Stuck, is_settled

_NONE = "does not exist"


@dataclass(frozen=True)
class Stack:
    """A stack of CloudFormation."""

    name: str
    """Its name."""
    id: str
    """Its ARN."""
    status: str
    """Its status, `UPDATE_COMPLETE`."""
    changed: datetime
    """When it was last touched (UTC)."""
    tags: Mapping[str, str]
    """Its tags."""
    guarded: bool
    """Whether it is protected against deletion."""
    service_role: str = ""
    """The ARN of the role as which CloudFormation acts in it; empty where it acts as whoever deploys."""

    @property
    def moment(self) -> str:
        """Return a text that changes as soon as somebody deploys."""
        return f"{self.id} {self.changed.isoformat()}"


@dataclass(frozen=True)
class StackResource:
    """A resource that a stack made."""

    logical_id: str
    """Its name in the template."""
    physical_id: str
    """Its name in AWS, or its ARN."""
    type: str
    """Its type, `AWS::IAM::Role`."""
    status: str
    """Its status, `CREATE_COMPLETE`."""
    reason: str
    """Why it has that status; may be empty."""


def read(cloudformation: Client, name: str) -> Stack | None:
    """Return the stack with that name or id, or None if it does not exist."""
    from botocore.exceptions import ClientError

    try:
        (result,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as exc:
        if code_of(exc) == "ValidationError" and _NONE in str(exc):
            return None
        raise
    if result["StackStatus"] == "DELETE_COMPLETE":
        return None
    tags = {tag["Key"]: tag["Value"] for tag in result.get("Tags", ())}
    changed = result.get("LastUpdatedTime") or result["CreationTime"]
    guarded = bool(result.get("EnableTerminationProtection"))
    role = result.get("RoleARN", "")
    return Stack(result["StackName"], result["StackId"], result["StackStatus"], changed, tags, guarded, role)


def template(cloudformation: Client, name: str, change_set: str = "") -> str:
    """Return the template that the stack was deployed with, or that a change set brings, as it was sent; a JSON
    one in the order of its keys."""
    of = {"ChangeSetName": change_set} if change_set else {}
    body = cloudformation.get_template(StackName=name, TemplateStage="Original", **of).get("TemplateBody") or {}
    return body if isinstance(body, str) else text(body)


def text(body: Mapping[str, Any]) -> str:
    """Return a template as `iamgen render` writes it."""
    return json.dumps(body, indent=2, sort_keys=True) + "\n"


def resources(cloudformation: Client, name: str) -> tuple[StackResource, ...]:
    """Return what the stack made, by logical id."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    result = [
        StackResource(
            item["LogicalResourceId"],
            item.get("PhysicalResourceId", ""),
            item["ResourceType"],
            item["ResourceStatus"],
            item.get("ResourceStatusReason", ""),
        )
        for page in pages
        for item in page["StackResourceSummaries"]
        if item["ResourceStatus"] != "DELETE_COMPLETE"
    ]
    return tuple(sorted(result, key=lambda element: element.logical_id))


def failed_resources(cloudformation: Client, name: str) -> tuple[Stuck, ...]:
    """Return the resources that keep the stack from going on."""
    return tuple(
        Stuck(resource.logical_id, resource.status, resource.reason)
        for resource in resources(cloudformation, name)
        if resource.status.endswith("_FAILED")
    )


def settle(cloudformation: Client, name: str, pace: Pace) -> Stack | None:
    """Wait until no operation is in progress; return the stack as it is then, or None if it was deleted."""
    for _ in pace.beats():
        stack = read(cloudformation, name)
        if stack is None or is_settled(stack.status):
            return stack
    raise AssertionError
