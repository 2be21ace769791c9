"""Keep a plan for approval, and load it again later: iamgen executes exactly what was approved."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from iamgen.aws_client.clients import Clients, Identity, require_account
from iamgen.aws_client.errors import code_of, telling
from iamgen.deploy import change_set as change_sets
from iamgen.deploy import stack as stacks
from iamgen.deploy.change_set import ChangeSet
from iamgen.deploy.consequences import following
from iamgen.deploy.deployment_steps import steps_to_keep
from iamgen.deploy.effects import planned, retagged
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.plan_file import Kept
from iamgen.deploy.planner import (
    Prepared,
    body,
    deployed,
    inspected,
    is_created,
    is_guarded,
    refuse_losses,
    template_change,
    with_people,
)
from iamgen.deploy.repair import repair_step
from iamgen.deploy.stack import Stack
from iamgen.deploy.stack_protection import refusals
from iamgen.deploy.step_text import step_text
from iamgen.diff.change import Change
from iamgen.diff.difference import differences
from iamgen.errors import Fault, IamgenError, refuse

_CARRIED_OUT = "EXECUTE_COMPLETE"
_HINT = "make a new plan: iamgen plan {account} -o FILE"


def kept(prepared: Prepared, account: str) -> Kept | None:
    """Return what a file has to keep of a plan; None if there is no change set to execute and nothing to repair.

    Raises IamgenError for a plan that begins with the deletion of a failed stack: its change set can be made only then.
    """
    order, change_set, inspection = prepared.order, prepared.change_set, prepared.inspection
    if prepared.afresh:
        message = "a stack whose creation failed is deleted first, so no change set can be kept for its new creation"
        raise refuse(order.where, message, f"deploy it in one step: iamgen deploy {account}")
    if change_set is None and not (inspection and inspection.iam_differences):
        return None
    steps = steps_to_keep(prepared)
    cloudformation, region = prepared.clients.cloudformation, prepared.clients.region
    if change_set is None:
        stack_id, moment = (prepared.stack.id, prepared.stack.moment) if prepared.stack else ("", "")
        return Kept(account, order.account_id, region, order.stack, stack_id, "", "UPDATE", moment, "", steps)
    with telling(order.where, prepared.clients.credentials):
        stack = prepared.stack if change_set.kind == "UPDATE" else stacks.read(cloudformation, change_set.stack_id)
        digest = _digest(stacks.template(cloudformation, change_set.stack_id, change_set.id))
    moment = stack.moment if stack else ""
    ids, role = (change_set.stack_id, change_set.id), order.service_role
    return Kept(account, order.account_id, region, order.stack, *ids, change_set.kind, moment, digest, steps, role)


class ForgedPlanError(IamgenError):
    """A plan in a file is not one that `iamgen plan` made for this account: nothing in that file can be relied on."""


def take_up(plan: Kept, order: Order, clients: Clients, choices: Choices) -> Prepared | None:
    """Return the deployment for a kept plan; None if the plan was already carried out completely.

    Its order's text, which is the template that users.py gives or empty, becomes the one that the change set brings; a
    warning says when they differ.

    Raises ForgedPlanError when it is not of the account's own stack, or has another template than the file says;
    IamgenError when the stack moved meanwhile, and as `planner.prepare` does for what would be lost.
    """
    identity = require_account(clients, plan.account_id, order.where)
    cloudformation = clients.cloudformation
    with telling(order.where, clients.credentials):
        status = _execution_status(plan, clients) if plan.change_set else "AVAILABLE"
        stack = stacks.read(cloudformation, plan.stack_id)
        _require_same(plan, order, clients, stack)
        prepared = Prepared(replace(order, service_role=plan.service_role), clients, choices, stack)
        if status == _CARRIED_OUT:
            return _remaining(plan, prepared, identity)
        _require_waiting(plan, order, stack, status)
        if not plan.change_set:
            return _with_repair(plan, replace(prepared, before=deployed(prepared)), identity)
        prepared = _with_change_set(plan, prepared)
        before, after = deployed(prepared), body(order, prepared.order.text)
        prepared = replace(prepared, before=before)
        _warn_of_other_template(prepared, order.text, after)
        refuse_losses(prepared, before, after, identity)
        prepared = with_people(_with_repair(plan, prepared, identity), after)
    return _with_changes(prepared, differences(before, after))


def _with_change_set(plan: Kept, prepared: Prepared) -> Prepared:
    """Return it with the change set that waits, and the template that this brings."""
    text = _template(plan, prepared.order, prepared.clients)
    effects = change_sets.effects(prepared.clients.cloudformation, plan.change_set, plan.stack_id)
    change_set = ChangeSet(plan.change_set, plan.stack_id, "CREATE" if plan.kind == "CREATE" else "UPDATE", effects)
    return replace(prepared, order=replace(prepared.order, text=text), change_set=change_set)


def _warn_of_other_template(prepared: Prepared, text: str, after: Mapping[str, Any]) -> None:
    """Warn when the change set brings another template than users.py gives now: the file does not say who made the
    change set, and whoever can make one can also write its digest. `text` is the template that users.py gives."""
    if not text:
        return
    rendered = template_change(prepared, body(prepared.order, text)).sent
    changes = ", ".join(f"{change.sign} {change.logical_id}" for change in differences(rendered, after))
    if changes:
        message = f"the plan's template differs from the template that users.py gives now, in: {changes}"
        hint = f"apply it only if you know why; else make a new plan: iamgen plan {prepared.order.account.name} -o FILE"
        prepared.choices.warn(Fault(prepared.order.where, message, hint))


def _with_changes(prepared: Prepared, template_changes: Iterable[Change]) -> Prepared:
    """Return it with what changes. Raises IamgenError for what the stack's policy would refuse."""
    effects = prepared.change_set.effects if prepared.change_set else ()
    drifted = prepared.inspection.drift.repairs if prepared.inspection else ()
    changes, stack = planned(effects, template_changes, drifted), prepared.stack
    allowed = prepared.choices.allow_replacement or not (stack and is_created(stack))
    faults = tuple(refusals(prepared.order.where, changes, allow_replacement=allowed))
    if faults:
        raise IamgenError(faults)
    return replace(prepared, changes=changes, retagged=retagged(effects, changes))


def _with_repair(plan: Kept, prepared: Prepared, identity: Identity) -> Prepared:
    """Return it with the part of the approved repair that is still needed: nothing is undone that nobody approved, and
    nothing is done that no drift asks for, whatever a file says."""
    if not plan.repairs or prepared.before is None:
        return prepared
    prepared = inspected(prepared, prepared.before, identity)
    inspection = prepared.inspection
    if inspection is None:
        return prepared
    needed = [repair_step(difference, inspection.trusts) for difference in inspection.iam_differences]
    for step in plan.repairs:
        if step not in needed:
            prepared.choices.note(f"{prepared.order.where}: not needed any more: {step_text(step)}")
    pairs = zip(inspection.iam_differences, needed, strict=True)
    approved = tuple(difference for difference, step in pairs if step in plan.repairs)
    return replace(prepared, inspection=replace(inspection, iam_differences=approved))


def _remaining(plan: Kept, prepared: Prepared, identity: Identity) -> Prepared | None:
    """Return what is left of a plan whose change set was carried out: the protection and the repair that follow it,
    where nobody followed the deployment to its end. None when nothing is left."""
    stack = prepared.stack
    if stack is None or not is_created(stack):
        return None
    prepared = replace(prepared, unguarded=not is_guarded(prepared.clients, stack))
    if plan.repairs:
        prepared = _with_repair(plan, replace(prepared, before=deployed(prepared)), identity)
    return prepared if prepared.is_pending else None


def _require_same(plan: Kept, order: Order, clients: Clients, stack: Stack | None) -> None:
    """Raise IamgenError for a plan of another stack than the account's own: a file can be written by anybody."""
    hint = _HINT.format(account=plan.account)
    ours = f"the stack {order.stack} of {clients.region}"
    if (plan.stack, plan.region) != (order.stack, clients.region):
        message = f"the plan is for the stack {plan.stack} of {plan.region}, not for {ours}"
        raise ForgedPlanError([Fault(order.where, message, hint)])
    if stack and stack.name != order.stack:
        message = f"the plan's change set is on the stack {stack.name}, not on {ours}"
        raise ForgedPlanError([Fault(order.where, message, hint)])


def _require_waiting(plan: Kept, order: Order, stack: Stack | None, status: str) -> None:
    hint, moment = _HINT.format(account=plan.account), stack.moment if stack else ""
    if status == "EXECUTE_IN_PROGRESS":
        raise refuse(
            order.where, "the plan is being carried out", following(order.account, stack.status if stack else "")
        )
    if status == "EXECUTE_FAILED":
        raise refuse(order.where, "the plan was carried out, and failed", hint)
    if moment != plan.moment:
        message = f"the stack {plan.stack} is not as it was when the plan was made: somebody deployed meanwhile"
        raise refuse(order.where, message, hint)
    if status != "AVAILABLE":
        raise refuse(order.where, f"the plan's change set cannot be executed any more: {status}", hint)


def _execution_status(plan: Kept, clients: Clients) -> str:
    """Return whether the change set can be executed, in AWS's words; `it is gone` if it does not exist."""
    from botocore.exceptions import ClientError

    try:
        describe = change_sets.describe(clients.cloudformation, plan.change_set, plan.stack_id)
    except ClientError as exc:
        if code_of(exc) in {"ChangeSetNotFound", "ChangeSetNotFoundException", "ValidationError"}:
            return "it is gone"
        raise
    return str(describe["ExecutionStatus"])


def _template(plan: Kept, order: Order, clients: Clients) -> str:
    """Return the template that the change set brings, if it is what was approved."""
    text = stacks.template(clients.cloudformation, plan.stack_id, plan.change_set)
    if _digest(text) != plan.digest:
        message = "the plan's change set has another template than the plan says"
        raise ForgedPlanError([Fault(order.where, message, _HINT.format(account=plan.account))])
    return text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
