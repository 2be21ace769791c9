"""Follow a change set that was carried out: protect the stack, and undo the drift beside it."""

from __future__ import annotations

from functools import partial

from iamgen.deploy.consequences import cli_options, with_consequence
from iamgen.deploy.drift import Inspection
from iamgen.deploy.events import OperationOutcome
from iamgen.deploy.failure import failed_for_good
from iamgen.deploy.planner import Prepared
from iamgen.deploy.repair import repair, repair_steps
from iamgen.deploy.step_execution import carry_out
from iamgen.deploy.steps import Plan, ProtectStack, SetStackPolicy, Step
from iamgen.deploy.template_change import POWER
from iamgen.errors import Fault, IamgenError


def plan_after(prepared: Prepared) -> Plan:
    """Return what is done after the change set, in its order: the protection, then the repair."""
    inspection = prepared.inspection
    repairs = (
        ()
        if inspection is None
        else repair_steps(inspection.iam_differences, inspection.trusts, _bare(prepared, inspection))
    )
    return Plan(prepared.order.account, (*_protection(prepared), *repairs))


def _protection(prepared: Prepared) -> tuple[Step, ...]:
    stack = prepared.order.stack
    return (SetStackPolicy(stack, allow_replacement=False), ProtectStack(stack))


def _bare(prepared: Prepared, inspection: Inspection) -> tuple[str, ...]:
    """Return the groups that nobody is taken out of before somebody was put in."""
    return () if inspection.declared_members.get(POWER) or prepared.choices.lock_me_out else (POWER,)


def finished(prepared: Prepared, outcome: OperationOutcome | None) -> list[Fault]:
    """Guard the stack and put right what is beside it, now that the change set was carried out; return everything
    that could not be done, also by AWS itself, and then how far it came."""
    account, clients = prepared.order.account, prepared.clients
    where = str(account)
    failed = failed_for_good(where, outcome, cli_options(clients)) if outcome else ()
    faults, changed = list(failed), "the change set was carried out, but " if outcome else ""
    try:
        message = f"{changed}the protection of the stack {prepared.order.stack} is not as it should be"
        with with_consequence(where, clients, message, f"deploy again: iamgen deploy {account.name}"):
            for step in _protection(prepared):
                carry_out(step, clients)
    except IamgenError as exc:
        faults += exc.faults
    return [*faults, *_repair(prepared, changed)]


def _repair(prepared: Prepared, changed: str) -> list[Fault]:
    """Put right what differs beside the stack; return what could not be, and how much of it was reached.

    `changed` begins the sentence, and says what was done before.
    """
    inspection, account, clients = prepared.inspection, prepared.order.account, prepared.clients
    where = str(account)
    if not inspection or not inspection.iam_differences:
        return []
    hint = f"see what differs now: iamgen drift {account.name}"
    count, execute = len(inspection.iam_differences), partial(carry_out, clients=clients)
    try:
        message = f"{changed}the repair was broken off; how many of {count} differences it put right is not known"
        with with_consequence(where, clients, message, hint):
            faults = repair(execute, where, inspection.iam_differences, inspection.trusts, _bare(prepared, inspection))
    except IamgenError as exc:
        return list(exc.faults)
    if not faults:
        return []
    done = count - len(faults)
    return [
        *faults,
        Fault(where, f"{changed}the repair put right {done} of {count} differences beside the stack", hint),
    ]
