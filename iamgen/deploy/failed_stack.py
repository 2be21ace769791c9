"""Delete a stack whose creation failed, and find out which of its resources exist in AWS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from iamgen.aws_client.clients import Client, Clients
from iamgen.aws_client.polling import Pace
from iamgen.deploy import stack as stacks
from iamgen.deploy.consequences import following, with_consequence
from iamgen.deploy.events import Event, OperationOutcome, follow, last_event
from iamgen.deploy.stack import Stack
from iamgen.deploy.stack_status import NextStep, step
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


@dataclass(frozen=True)
class Deletion:
    """The deletion of a stack whose creation failed."""

    account: TargetAccount
    """The account."""
    clients: Clients
    """The account's clients."""
    stack: Stack
    """The stack, as it was when the plan was made."""
    planned: frozenset[str]
    """The logical ids of the resources whose deletion the plan shows."""

    def carry_out(
        self, pace: Pace, tell: Callable[[Event], None], begin: Callable[[], None]
    ) -> OperationOutcome | None:
        """Delete the stack, and return how that ended; None when it is gone already. `begin` is called as soon as it
        has begun.

        Raises IamgenError when the stack is not what it was when the plan was made, and KeyboardInterrupt when the
        deployment is to stop.
        """
        cloudformation = self.clients.cloudformation
        if not self._is_there():
            return None
        since = last_event(cloudformation, self.stack.id)
        self._delete(pace)
        begin()
        message = "the deletion of the stack whose creation failed had begun, and AWS goes on with it"
        with with_consequence(str(self.account), self.clients, message, following(self.account)):
            return follow(cloudformation, self.stack.id, since, pace, tell)

    def _is_there(self) -> bool:
        cloudformation = self.clients.cloudformation
        now = stacks.read(cloudformation, self.stack.id)
        if now is None:
            return False
        is_same = step(now.status) is NextStep.AFRESH and now.moment == self.stack.moment
        if not is_same or _live(cloudformation, now) - self.planned:
            raise moved(str(self.account))
        return True

    def _delete(self, pace: Pace) -> None:
        """Take the protection against deletion away, and delete; the protection is put back when that fails."""
        name, protect = self.stack.id, self.clients.cloudformation.update_termination_protection
        protect(StackName=name, EnableTerminationProtection=False)
        try:
            pace.heed()
            self.clients.cloudformation.delete_stack(StackName=name)
        except BaseException:
            if self.stack.guarded:
                protect(StackName=name, EnableTerminationProtection=True)
            raise


def moved(where: str) -> IamgenError:
    """Return what to say when the stack is not as it was when the plan was made."""
    return refuse(where, "somebody has deployed since the plan was made", "deploy again, and look at the plan")


def undeleted(account: TargetAccount, stack: str) -> Fault:
    """Return what to say after a creation that failed and left resources, whose deletion nobody has agreed to."""
    message = f"the creation of the stack {stack} failed, and not all that it had created could be deleted again"
    return Fault(str(account), message, f"look at what stays, and allow its deletion: iamgen deploy {account.name}")
