"""What the status of a stack means for a deployment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault


class NextStep(Enum):
    """What can be done next with a stack."""

    CREATE = "create"
    UPDATE = "update"
    WAIT = "wait"
    AFRESH = "delete and create"
    STUCK = "stuck"


_STEPS = {
    "REVIEW_IN_PROGRESS": NextStep.CREATE,  # an empty shell: a change set was made and never executed
    "CREATE_COMPLETE": NextStep.UPDATE,
    "UPDATE_COMPLETE": NextStep.UPDATE,
    "UPDATE_ROLLBACK_COMPLETE": NextStep.UPDATE,
    "IMPORT_COMPLETE": NextStep.UPDATE,
    "IMPORT_ROLLBACK_COMPLETE": NextStep.UPDATE,
    "CREATE_FAILED": NextStep.AFRESH,
    "ROLLBACK_COMPLETE": NextStep.AFRESH,
    "ROLLBACK_FAILED": NextStep.AFRESH,
}
UPDATING = "UPDATE_IN_PROGRESS"
"""The only status of a stack in which CloudFormation's CancelUpdateStack stops anything."""
_HINTS = {
    "UPDATE_ROLLBACK_FAILED": "put right what is named, then: aws cloudformation continue-update-rollback"
    " --stack-name {stack}{options}",
    "UPDATE_FAILED": "aws cloudformation rollback-stack --stack-name {stack}{options}, then deploy again",
    "DELETE_FAILED": "somebody began to delete it: put right what is named, then: aws cloudformation delete-stack"
    " --stack-name {stack}{options}, and deploy again",
}


@dataclass(frozen=True)
class Stuck:
    """A resource that keeps a stack from going on."""

    logical_id: str
    """Its logical id."""
    status: str
    """Its status."""
    reason: str
    """Why it has that status; may be empty."""


def step(status: str | None) -> NextStep:
    """Return what can be done next with a stack in that status. None means that there is no stack; an unknown status is
    stuck."""
    if status is None:
        return NextStep.CREATE
    if status in _STEPS:
        return _STEPS[status]
    return NextStep.WAIT if status.endswith("_IN_PROGRESS") else NextStep.STUCK


def is_settled(status: str) -> bool:
    """Whether no operation is in progress in a stack."""
    return status == "REVIEW_IN_PROGRESS" or not status.endswith("_IN_PROGRESS")


def holds_template(status: str) -> bool:
    """Whether the stack was created, and is not being deleted: its template's resources exist, or soon will."""
    return step(status) is NextStep.UPDATE or status.startswith(("UPDATE_", "IMPORT_"))


def is_comparable(status: str) -> bool:
    """Whether CloudFormation looks for drift in a stack in that status."""
    return step(status) is NextStep.UPDATE or status == "UPDATE_ROLLBACK_FAILED"


def succeeded(status: str) -> bool:
    """Whether that is the status of an operation that has succeeded."""
    return status in {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}


def busy(account: TargetAccount, stack: str, status: str) -> Fault:
    """Return what to say of a stack at which somebody is at work."""
    stopping = f"; stop an update with: iamgen cancel {account.name}" if status == UPDATING else ""
    ways = f"wait for it with --wait{stopping}"
    return Fault(str(account), f"something else is going on in the stack {stack}: {status}", ways)


def stuck(where: str, stack: str, status: str, parts: tuple[Stuck, ...], options: str) -> Fault:
    """Return what to say of a stack that only a person can get going again. `options` are those that the AWS CLI needs
    for the account."""
    named = "; ".join(f"{part.logical_id} is {part.status}{': ' if part.reason else ''}{part.reason}" for part in parts)
    message = f"the stack {stack} is stuck in {status}{': ' if named else ''}{named}"
    hint = _HINTS.get(status, "look at its events in the console").format(stack=stack, options=options)
    return Fault(where, message, hint)
