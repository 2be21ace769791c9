"""The steps of a deployment as values: a plan is a list of steps, which can be shown, recorded, or carried out.

A new kind of step is a dataclass here, a function in `step_execution` that carries it out, and one in `step_text` that
shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iamgen.deploy.change_set import ChangeSetKind
from iamgen.deploy.target_account import TargetAccount


@dataclass(frozen=True)
class StepPrincipal:
    """A group, role or user that has policies."""

    type: str
    """Its type in CloudFormation, such as `AWS::IAM::Role`."""
    name: str
    """Its name in IAM."""


@dataclass(frozen=True)
class DeleteStack:
    """Delete a stack whose creation failed. Its protection against deletion is taken away before."""

    stack: str
    """The stack's name."""
    stack_id: str
    """The stack's id."""
    moment: str
    """The stack as it was when the plan was made, as text that is compared."""
    is_protected: bool
    """Whether it is protected against deletion, so that the protection is put back when the deletion cannot begin."""
    resources: frozenset[str]
    """The logical ids of the resources that the plan shows to go with it."""


@dataclass(frozen=True)
class CreateChangeSet:
    """Have CloudFormation make a change set, which says what a template changes in a stack."""

    stack: str
    """The stack's name."""
    kind: ChangeSetKind
    """Whether it creates or updates the stack."""
    template: str
    """The template."""
    tags: Mapping[str, str]
    """The tags of the stack."""
    reverts_drift: bool = False
    """Whether it also undoes what was changed by hand."""
    service_role: str = ""
    """The ARN of the role as which CloudFormation acts from then on; empty where it keeps the one that it has."""


@dataclass(frozen=True)
class ExecuteChangeSet:
    """Execute a change set, and follow what CloudFormation does to its end."""

    stack: str
    """The stack's name."""
    change_set: str = ""
    """The change set's id; empty for the one that an earlier step makes."""


@dataclass(frozen=True)
class SetStackPolicy:
    """Set the stack policy that decides whether groups and roles may be replaced or deleted."""

    stack: str
    """The stack's name."""
    allow_replacement: bool
    """Whether it lets groups and roles be replaced or deleted."""


@dataclass(frozen=True)
class ProtectStack:
    """Protect a stack against its deletion as a whole."""

    stack: str
    """The stack's name."""


@dataclass(frozen=True)
class AddToGroup:
    """Put a user into a group."""

    group: str
    """The group's name."""
    user: str
    """The user's name."""


@dataclass(frozen=True)
class RemoveFromGroup:
    """Take a user out of a group."""

    group: str
    """The group's name."""
    user: str
    """The user's name."""


@dataclass(frozen=True)
class DeleteInlinePolicy:
    """Delete an inline policy."""

    principal: StepPrincipal
    """Whose policy it is."""
    policy: str
    """The policy's name."""


@dataclass(frozen=True)
class DetachPolicy:
    """Detach a managed policy."""

    principal: StepPrincipal
    """Who loses it."""
    policy_arn: str
    """The policy's ARN."""


@dataclass(frozen=True)
class DeleteBoundary:
    """Remove a permissions boundary."""

    principal: StepPrincipal
    """The role or user that has it."""


@dataclass(frozen=True)
class RemoveTag:
    """Remove a tag."""

    principal: StepPrincipal
    """The role or user that has it."""
    key: str
    """The tag's key."""


@dataclass(frozen=True)
class UpdateTrust:
    """Write a role's trust policy anew."""

    role: str
    """The role's name."""
    document: Mapping[str, Any]
    """The trust policy."""


Step = (
    DeleteStack
    | CreateChangeSet
    | ExecuteChangeSet
    | SetStackPolicy
    | ProtectStack
    | AddToGroup
    | RemoveFromGroup
    | DeleteInlinePolicy
    | DetachPolicy
    | DeleteBoundary
    | RemoveTag
    | UpdateTrust
)


@dataclass(frozen=True)
class Plan:
    """What is done in an account, in this order."""

    account: TargetAccount
    """The account."""
    steps: tuple[Step, ...]
    """What is done there, one call after the other."""
