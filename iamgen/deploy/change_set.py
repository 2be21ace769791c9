"""Make change sets, which show what CloudFormation would do before it does it."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from iamgen.aws.cloudformation import CAPABILITIES
from iamgen.aws_client.clients import Client
from iamgen.aws_client.polling import Pace
from iamgen.deploy.change_set_validation import not_planned
from iamgen.errors import Fault, IamgenError

ChangeSetKind = Literal["CREATE", "UPDATE"]
_NOTHING = re.compile(r"didn't contain changes|No updates are to be performed")


@dataclass(frozen=True)
class ChangeSetRequest:
    """What a change set should do."""

    stack: str
    """The stack's name."""
    kind: ChangeSetKind
    """Whether the stack is made or updated."""
    source: Mapping[str, str]
    """What names the template, as parameters of the request: its body, or where it is."""
    tags: Mapping[str, str]
    """The tags of the stack."""
    where: str
    """The account, as messages name it."""
    repair: bool = False
    """Whether it brings back what was changed by hand, too."""
    service_role: str = ""
    """The ARN of the role as which CloudFormation acts; empty where none is named."""


@dataclass(frozen=True)
class ResourceEffect:
    """What a change set does to a resource."""

    action: str
    """`Add`, `Modify` or `Remove`."""
    logical_id: str
    """The resource's logical id."""
    type: str
    """Its type, `AWS::IAM::Role`."""
    replaced: bool
    """Whether AWS makes a new one in its place, or may."""
    scope: tuple[str, ...]
    """What of it changes: `Properties`, `Tags`, `Metadata`."""


@dataclass(frozen=True)
class ChangeSet:
    """A change set that can be executed."""

    id: str
    """Its ARN."""
    stack_id: str
    """The ARN of its stack."""
    kind: ChangeSetKind
    """Whether the stack is made or updated."""
    effects: tuple[ResourceEffect, ...]
    """What it does, by resource."""


def create(cloudformation: Client, expected: ChangeSetRequest, pace: Pace) -> ChangeSet | None:
    """Return a new change set; None, and nothing is left behind, when there is nothing to change.

    Raises IamgenError when CloudFormation cannot make one; what it left behind is removed.
    """
    repair = {"DeploymentMode": "REVERT_DRIFT"} if expected.repair else {}
    role = {"RoleARN": expected.service_role} if expected.service_role else {}
    name = f"iamgen-{secrets.token_hex(8)}"
    create_change_set = cloudformation.create_change_set(
        StackName=expected.stack,
        ChangeSetName=name,
        ClientToken=name,  # a request that is sent again, its answer lost, is the same request
        ChangeSetType=expected.kind,
        Capabilities=CAPABILITIES,
        Tags=[{"Key": key, "Value": value} for key, value in expected.tags.items()],
        **expected.source,
        **repair,
        **role,
    )
    id_, stack_id = create_change_set["Id"], create_change_set["StackId"]
    try:
        created = _created(cloudformation, id_, stack_id, pace)
        faults = _faults(cloudformation, created, id_, expected.where)
    except BaseException:
        delete(cloudformation, ChangeSet(id_, stack_id, expected.kind, ()))
        raise
    if created["Status"] != "FAILED":
        return ChangeSet(id_, stack_id, expected.kind, _effects(cloudformation, created))
    delete(cloudformation, ChangeSet(id_, stack_id, expected.kind, ()))
    if faults:
        raise IamgenError(faults)
    return None


def _faults(cloudformation: Client, description: Mapping[str, Any], id_: str, where: str) -> tuple[Fault, ...]:
    """Return why the change set failed; nothing when it did not, or because there is nothing to change."""
    reason = description.get("StatusReason", "")
    if description["Status"] != "FAILED" or _NOTHING.search(reason):
        return ()
    return not_planned(cloudformation, id_, reason, where)


def describe(cloudformation: Client, id_: str, stack: str) -> Mapping[str, Any]:
    """Return what AWS says about a change set; the list of its effects may be incomplete."""
    return cloudformation.describe_change_set(ChangeSetName=id_, StackName=stack)  # type: ignore[no-any-return]


def effects(cloudformation: Client, id_: str, stack: str) -> tuple[ResourceEffect, ...]:
    """Return what a change set does."""
    return _effects(cloudformation, describe(cloudformation, id_, stack))


def delete(cloudformation: Client, change_set: ChangeSet) -> None:
    """Remove a change set and, if the stack is empty, also the stack on which it was made."""
    cloudformation.delete_change_set(ChangeSetName=change_set.id, StackName=change_set.stack_id)
    if change_set.kind == "CREATE" and _is_empty(cloudformation, change_set):
        cloudformation.delete_stack(StackName=change_set.stack_id)


def _is_empty(cloudformation: Client, change_set: ChangeSet) -> bool:
    """Whether its stack was never created, with no other change set of somebody's on it.

    The status is read last, right before the deletion. A change set that somebody executes is not listed any more, and
    a stack that is being created would be deleted with all that it has by then.
    """
    summaries = cloudformation.list_change_sets(StackName=change_set.stack_id)["Summaries"]
    if any(summary["ChangeSetId"] != change_set.id for summary in summaries):  # AWS may not have deleted ours yet
        return False
    stacks = cloudformation.describe_stacks(StackName=change_set.stack_id)["Stacks"]
    return all(stack["StackStatus"] == "REVIEW_IN_PROGRESS" for stack in stacks)


def _created(cloudformation: Client, id_: str, stack_id: str, pace: Pace) -> Mapping[str, Any]:
    for _ in pace.beats():
        result = describe(cloudformation, id_, stack_id)
        if result["Status"] not in {"CREATE_PENDING", "CREATE_IN_PROGRESS"}:
            return result
    raise AssertionError


def _effects(cloudformation: Client, page: Mapping[str, Any]) -> tuple[ResourceEffect, ...]:
    changes = list(page.get("Changes", ()))
    while page.get("NextToken"):
        page = cloudformation.describe_change_set(
            ChangeSetName=page["ChangeSetId"], StackName=page["StackId"], NextToken=page["NextToken"]
        )
        changes += page.get("Changes", ())
    return tuple(
        _effect(change["ResourceChange"]) for change in changes if change.get("Type", "Resource") == "Resource"
    )


def _effect(change: Mapping[str, Any]) -> ResourceEffect:
    return ResourceEffect(
        change["Action"],
        change["LogicalResourceId"],
        change["ResourceType"],
        change.get("Replacement") in {"True", "Conditional"},
        tuple(change.get("Scope", ())),
    )
