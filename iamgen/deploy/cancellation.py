"""Stop an update of a stack that is in progress; CloudFormation restores the stack as it was."""

from __future__ import annotations

from collections.abc import Callable

from iamgen.aws_client.clients import Clients, require_account
from iamgen.aws_client.errors import code_of, telling
from iamgen.aws_client.polling import Pace
from iamgen.deploy import stack as stacks
from iamgen.deploy.consequences import cli_options, watching, with_consequence
from iamgen.deploy.events import Event, follow, last_event
from iamgen.deploy.failure import not_deleted
from iamgen.deploy.order import Order
from iamgen.deploy.stack_status import UPDATING, NextStep, step
from iamgen.errors import Fault, IamgenError, refuse

TellEvent = Callable[[Event], None]


def under_way(order: Order, clients: Clients) -> str:
    """Return the stack's status if an operation is in progress, else nothing."""
    require_account(clients, order.account_id, order.where)
    with telling(order.where, clients.credentials):
        stack = stacks.read(clients.cloudformation, order.stack)
    return stack.status if stack and step(stack.status) is NextStep.WAIT else ""


def cancel(order: Order, clients: Clients, pace: Pace, tell: TellEvent) -> str:
    """Stop an update that is under way, wait until all is as before, and return the stack's status then.

    Returns nothing when nothing is under way, or not any more. Raises IamgenError for what cannot be stopped, and for
    what AWS could not delete again.
    """
    require_account(clients, order.account_id, order.where)
    with telling(order.where, clients.credentials):
        stack = stacks.read(clients.cloudformation, order.stack)
        if stack is None or step(stack.status) is not NextStep.WAIT:
            return ""
        if stack.status != UPDATING:
            hint = f"wait for its end: iamgen deploy {order.account.name} --wait"
            raise refuse(order.where, f"AWS stops only updates, and this is {stack.status}", hint)
        since = last_event(clients.cloudformation, stack.id)
        pace.heed()
        if not _is_cancelled(clients, stack.id):
            return ""
        message = "the update is being stopped, and AWS goes on with that"
        with with_consequence(order.where, clients, message, watching(order.account)):
            outcome = follow(clients.cloudformation, stack.id, since, pace, tell)
    faults = list(not_deleted(order.where, outcome, cli_options(clients)))
    if faults:
        raise IamgenError([*faults, Fault(order.where, f"the update was stopped, and ended in {outcome.status}")])
    return outcome.status


def _is_cancelled(clients: Clients, stack_id: str) -> bool:
    """Stop the update; return False when it had ended by then, which CloudFormation calls a fault of the request."""
    try:
        clients.cloudformation.cancel_update_stack(StackName=stack_id)
    except Exception as exc:
        if code_of(exc) != "ValidationError":
            raise
        now = stacks.read(clients.cloudformation, stack_id)
        if now and now.status == UPDATING:
            raise
        return False
    return True
