"""Delete a stack whose creation failed, and find out which of its resources exist in AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.aws_client.polling import Pace
from iamgen.deploy import stack as stacks
from iamgen.deploy.stack import Stack
from iamgen.deploy.stack_status import NextStep, step
from iamgen.deploy.steps import DeleteStack
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.iam.source import parse

EMPTY: Mapping[str, Any] = {"Resources": {}}
_NOTHING_STAYS = "ROLLBACK_COMPLETE"  # CloudFormation has deleted whatever it had created


def live_template(cloudformation: Client, stack: Stack, where: str) -> Mapping[str, Any] | None:
    """Return the part of the stack's template that is in AWS, None when nothing of it is.

    CREATE_FAILED keeps what was created before the failure, and ROLLBACK_FAILED what could not be deleted after it.
    """
    names = _live(cloudformation, stack)
    if not names:
        return None
    whole = parse(f"{where} {stack.name}", stacks.template(cloudformation, stack.id)).body
    every = whole.get("Resources")
    resources = every if isinstance(every, Mapping) else {}
    return {"Resources": {name: item for name, item in sorted(resources.items()) if name in names}}


def _live(cloudformation: Client, stack: Stack) -> frozenset[str]:
    """Return the logical ids of the resources that a deletion of the stack would delete."""
    if stack.status == _NOTHING_STAYS:
        return frozenset()
    every = stacks.resources(cloudformation, stack.id)
    return frozenset(
        resource.logical_id for resource in every if resource.physical_id and resource.status != "DELETE_SKIPPED"
    )


def is_same(deletion: DeleteStack, cloudformation: Client, where: str) -> bool:
    """Whether the stack is as it was when the plan was made; False when it is gone. Raises IamgenError when it is not
    what it was, or has more resources than the plan shows."""
    now = stacks.read(cloudformation, deletion.stack_id)
    if now is None:
        return False
    is_unchanged = step(now.status) is NextStep.AFRESH and now.moment == deletion.moment
    if not is_unchanged or _live(cloudformation, now) - deletion.resources:
        raise moved(where)
    return True


def delete_failed(deletion: DeleteStack, cloudformation: Client, pace: Pace) -> None:
    """Take the protection against deletion away, and begin the deletion; the protection is put back when that fails."""
    protect = cloudformation.update_termination_protection
    protect(StackName=deletion.stack_id, EnableTerminationProtection=False)
    try:
        pace.heed()
        cloudformation.delete_stack(StackName=deletion.stack_id)
    except BaseException:
        if deletion.is_protected:
            protect(StackName=deletion.stack_id, EnableTerminationProtection=True)
        raise


def moved(where: str) -> IamgenError:
    """Return what to say when the stack is not as it was when the plan was made."""
    return refuse(where, "somebody has deployed since the plan was made", "deploy again, and look at the plan")


def undeleted(account: TargetAccount, stack: str) -> Fault:
    """Return what to say after a creation that failed and left resources, whose deletion nobody has agreed to."""
    message = f"the creation of the stack {stack} failed, and not all that it had created could be deleted again"
    return Fault(str(account), message, f"look at what stays, and allow its deletion: iamgen deploy {account.name}")
