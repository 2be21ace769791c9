"""Two steps: a plan is kept, somebody approves it, and exactly that is executed."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from iamgen.aws_client.clients import Clients, require_account
from iamgen.aws_client.errors import code_of, telling
from iamgen.deploy import change_set as change_sets
from iamgen.deploy import stack as stacks
from iamgen.deploy.change_set import ChangeSet
from iamgen.deploy.consequences import following
from iamgen.deploy.effects import planned, retagged
from iamgen.deploy.plan_file import Kept
from iamgen.deploy.planner import Choices, Order, Prepared, body, deployed, is_created, is_guarded, refuse_losses
from iamgen.deploy.stack import Stack
from iamgen.deploy.stack_protection import refusals
from iamgen.diff.difference import differences
from iamgen.errors import Fault, IamgenError, refuse

_CARRIED_OUT = "EXECUTE_COMPLETE"
_HINT = "make a new plan: iamgen plan {account} -o FILE"


def kept(prepared: Prepared, account: str) -> Kept | None:
    """Return what a file has to say of a plan, None when there is nothing to execute.

    Raises IamgenError for a plan that is more than a change set.
    """
    order, made = prepared.order, prepared.change_set
    if prepared.afresh or (prepared.inspection and prepared.inspection.beside):
        what = "there is more to do than a change set can hold: a failed stack to delete, or a repair"
        raise refuse(order.where, what, f"deploy it in one step: iamgen deploy {account}")
    if made is None:
        return None
    cloudformation = prepared.clients.cloudformation
    with telling(order.where, prepared.clients.credentials):
        stack = prepared.stack if made.kind == "UPDATE" else stacks.read(cloudformation, made.stack_id)
        digest = _digest(stacks.template(cloudformation, made.stack_id, made.id))
    moment = stack.moment if stack else ""
    region = prepared.clients.region
    return Kept(account, order.account_id, region, order.stack, made.stack_id, made.id, made.kind, moment, digest)


class ForgedPlanError(IamgenError):
    """A plan in a file is not one that `iamgen plan` made for this account: nothing in that file can be relied on."""


def take_up(plan: Kept, order: Order, clients: Clients, choices: Choices) -> Prepared | None:
    """Return the deployment that a kept plan is, None when it was carried out already, to the end.

    Its order's text becomes the template that the change set brings.

    Raises ForgedPlanError when it is not of the account's own stack, or has another template than the file says;
    IamgenError when the stack moved meanwhile, and as `planner.prepare` does for what would be lost.
    """
    identity = require_account(clients, plan.account_id, order.where)
    cloudformation = clients.cloudformation
    with telling(order.where, clients.credentials):
        status = _execution_status(plan, clients)
        stack = stacks.read(cloudformation, plan.stack_id)
        _require_same(plan, order, clients, stack)
        if status == _CARRIED_OUT:
            return _remaining(Prepared(order, clients, choices, stack))
        _require_waiting(plan, order, stack, status)
        text = _template(plan, order, clients)
        effects = change_sets.effects(cloudformation, plan.change_set, plan.stack_id)
        order = replace(order, text=text)
        made = ChangeSet(plan.change_set, plan.stack_id, "CREATE" if plan.kind == "CREATE" else "UPDATE", effects)
        found = Prepared(order, clients, choices, stack, made)
        before, after = deployed(found), body(order, text)
        found = replace(found, before=before)
        refuse_losses(found, before, after, identity)
        changes = planned(effects, differences(before, after))
        allowed = choices.allow_replacement or not (stack and is_created(stack))
        faults = tuple(refusals(order.where, changes, allow_replacement=allowed))
    if faults:
        raise IamgenError(faults)
    return replace(found, changes=changes, retagged=retagged(effects, changes))


def _remaining(prepared: Prepared) -> Prepared | None:
    """Return what is left of a plan whose change set was carried out: the protection that follows it, which is missing
    when nobody followed the deployment to its end. None when nothing is left."""
    stack = prepared.stack
    if stack is None or not is_created(stack) or is_guarded(prepared.clients, stack):
        return None
    return replace(prepared, unguarded=True)


def _require_same(plan: Kept, order: Order, clients: Clients, stack: Stack | None) -> None:
    """Raise IamgenError for a plan of another stack than the account's own: a file can be written by anybody."""
    hint = _HINT.format(account=plan.account)
    ours = f"the stack {order.stack} of {clients.region}"
    if (plan.stack, plan.region) != (order.stack, clients.region):
        what = f"the plan is for the stack {plan.stack} of {plan.region}, not for {ours}"
        raise ForgedPlanError([Fault(order.where, what, hint)])
    if stack and stack.name != order.stack:
        what = f"the plan's change set is on the stack {stack.name}, not on {ours}"
        raise ForgedPlanError([Fault(order.where, what, hint)])


def _require_waiting(plan: Kept, order: Order, stack: Stack | None, status: str) -> None:
    hint, moment = _HINT.format(account=plan.account), stack.moment if stack else ""
    if status == "EXECUTE_IN_PROGRESS":
        raise refuse(order.where, "the plan is being carried out", following(order.account))
    if status == "EXECUTE_FAILED":
        raise refuse(order.where, "the plan was carried out, and failed", hint)
    if moment != plan.moment:
        what = f"the stack {plan.stack} is not as it was when the plan was made: somebody deployed meanwhile"
        raise refuse(order.where, what, hint)
    if status != "AVAILABLE":
        raise refuse(order.where, f"the plan's change set cannot be executed any more: {status}", hint)


def _execution_status(plan: Kept, clients: Clients) -> str:
    """Return whether the change set can be executed, in AWS's words; `it is gone` when there is none."""
    from botocore.exceptions import ClientError

    try:
        found = change_sets.describe(clients.cloudformation, plan.change_set, plan.stack_id)
    except ClientError as exc:
        if code_of(exc) in {"ChangeSetNotFound", "ChangeSetNotFoundException", "ValidationError"}:
            return "it is gone"
        raise
    return str(found["ExecutionStatus"])


def _template(plan: Kept, order: Order, clients: Clients) -> str:
    """Return the template that the change set brings, if it is what was approved."""
    text = stacks.template(clients.cloudformation, plan.stack_id, plan.change_set)
    if _digest(text) != plan.digest:
        what = "the plan's change set has another template than the plan says"
        raise ForgedPlanError([Fault(order.where, what, _HINT.format(account=plan.account))])
    return text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
