"""List the steps of a planned deployment in their order: everything that it does in AWS."""

from __future__ import annotations

from collections.abc import Iterable

from iamgen.deploy.drift import Inspection
from iamgen.deploy.planner import Prepared, change_set_step
from iamgen.deploy.repair import repair_step, repair_steps
from iamgen.deploy.stack import Stack
from iamgen.deploy.steps import DeleteStack, ExecuteChangeSet, Plan, ProtectStack, SetStackPolicy, Step
from iamgen.deploy.template_change import POWER
from iamgen.diff.change import Change


def plan_of(prepared: Prepared) -> Plan:
    """Return everything that the deployment does; no steps if there is nothing to do."""
    steps = (*stack_steps(prepared), *plan_after(prepared).steps) if prepared.is_pending else ()
    return Plan(prepared.order.account, steps)


def stack_steps(prepared: Prepared) -> tuple[Step, ...]:
    """Return what is done to the stack itself; nothing if only its protection, or drift in IAM, is repaired."""
    stack = prepared.order.stack
    if prepared.afresh and prepared.stack:
        return (
            _deletion(prepared.stack, prepared.deletions),
            change_set_step(prepared, is_same=False),
            ExecuteChangeSet(stack),
        )
    if prepared.change_set is None:
        return ()
    return (*_opening(prepared), ExecuteChangeSet(stack, prepared.change_set.id))


def steps_of_another_try(prepared: Prepared) -> tuple[Step, ...]:
    """Return the steps after a failed try: its change set cannot be used again, so a new one is made."""
    if prepared.afresh:
        return stack_steps(prepared)
    stack = prepared.order.stack
    return (*_opening(prepared), change_set_step(prepared, is_same=False), ExecuteChangeSet(stack))


def plan_after(prepared: Prepared) -> Plan:
    """Return what is done after the change set, in its order: the protection, then the repair."""
    inspection = prepared.inspection
    repairs = (
        ()
        if inspection is None
        else repair_steps(inspection.iam_differences, inspection.trusts, groups_without_members(prepared, inspection))
    )
    return Plan(prepared.order.account, (*protection_steps(prepared), *repairs))


def steps_to_keep(prepared: Prepared) -> tuple[Step, ...]:
    """Return the steps for a plan file. Whether somebody may be taken out of a group turns out when they are carried
    out, so the repair of each difference is among them."""
    inspection = prepared.inspection
    differences = sorted(inspection.iam_differences, key=lambda item: item.sign == "+") if inspection else ()
    repairs = (repair_step(item, inspection.trusts) for item in differences) if inspection else ()
    return (*stack_steps(prepared), *protection_steps(prepared), *repairs)


def protection_steps(prepared: Prepared) -> tuple[Step, ...]:
    """Return what protects the stack."""
    stack = prepared.order.stack
    return (SetStackPolicy(stack, allow_replacement=False), ProtectStack(stack))


def groups_without_members(prepared: Prepared, inspection: Inspection) -> tuple[str, ...]:
    """Return the groups from which nobody is taken before somebody was put in."""
    return () if inspection.declared_members.get(POWER) or prepared.choices.lock_me_out else (POWER,)


def _opening(prepared: Prepared) -> tuple[Step, ...]:
    """Return what is done before an update: the protection, open for replacement where that is allowed."""
    stack = prepared.order.stack
    if not prepared.lasting:
        return ()
    return (SetStackPolicy(stack, prepared.choices.allow_replacement), ProtectStack(stack))


def _deletion(stack: Stack, deletions: Iterable[Change]) -> DeleteStack:
    planned = frozenset(deletion.logical_id for deletion in deletions)
    return DeleteStack(stack.name, stack.id, stack.moment, stack.guarded, planned)
