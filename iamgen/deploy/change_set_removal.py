"""Remove a change set that is no longer needed, and say so if it stays in AWS."""

from __future__ import annotations

from iamgen.aws_client.clients import Clients
from iamgen.aws_client.errors import code_of
from iamgen.deploy import change_set as change_sets
from iamgen.deploy.change_set import ChangeSet
from iamgen.deploy.consequences import cli_options, with_consequence
from iamgen.errors import Fault

_GONE = {"ChangeSetNotFound", "ChangeSetNotFoundException"}


def remove_change_set(change_set: ChangeSet, stack: str, clients: Clients, where: str) -> None:
    """Remove a change set of the stack, and the empty stack that it was made on. Raises IamgenError, which names what
    stays, when it cannot be removed."""
    fault = staying_change_set(change_set, stack, clients, where)
    with with_consequence(where, clients, fault.problem, fault.hint):
        try:
            change_sets.delete(clients.cloudformation, change_set)
        except Exception as exc:
            if code_of(exc) not in _GONE:
                raise


def staying_change_set(
    change_set: ChangeSet, stack: str, clients: Clients, where: str, *, is_certain: bool = True
) -> Fault:
    """Return the fault that names the change set that stays in AWS, with the empty stack on which it was made."""
    message = f"the change set of the plan {'stays' if is_certain else 'may stay'} in AWS: {change_set.id}"
    hint = f"delete it: aws cloudformation delete-change-set --change-set-name {change_set.id}{cli_options(clients)}"
    if change_set.kind == "CREATE":
        message += f"; so {'does' if is_certain else 'may'} the stack that it was made on, which is empty: {stack}"
        delete_stack = f"aws cloudformation delete-stack --stack-name {stack}{cli_options(clients)}"
        hint += f"; then the stack, if its status is still REVIEW_IN_PROGRESS: {delete_stack}"
    return Fault(where, message, hint)
