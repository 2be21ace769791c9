"""Finish a change set that was executed: follow it, protect the stack, and repair drift outside of the stack."""

from __future__ import annotations

from functools import partial

from iamgen.deploy.consequences import cli_options, with_consequence
from iamgen.deploy.deployment_steps import groups_without_members, protection_steps
from iamgen.deploy.execution import Execution
from iamgen.deploy.failure import failed_for_good
from iamgen.deploy.planner import Prepared
from iamgen.deploy.repair import repair
from iamgen.deploy.step_execution import carry_out
from iamgen.errors import Fault, IamgenError


def finished(prepared: Prepared, execution: Execution) -> list[Fault]:
    """Guard the stack and put right what is beside it, now that the change set was carried out; return everything
    that could not be done, also by AWS itself, and then how far it came."""
    account, clients, outcome = execution.account, execution.clients, execution.outcome
    where = execution.where
    failed = failed_for_good(where, outcome, cli_options(clients)) if outcome else ()
    faults, changed = list(failed), "the change set was carried out, but " if outcome else ""
    try:
        message = f"{changed}the protection of the stack {prepared.order.stack} is not as it should be"
        with with_consequence(where, clients, message, f"deploy again: iamgen deploy {account.name}"):
            for step in protection_steps(prepared):
                carry_out(step, execution)
    except IamgenError as exc:
        faults += exc.faults
    return [*faults, *_repair(prepared, execution, changed)]


def _repair(prepared: Prepared, execution: Execution, changed: str) -> list[Fault]:
    """Put right what differs beside the stack; return what could not be, and how much of it was reached.

    `changed` begins the sentence, and says what was done before.
    """
    inspection, where = prepared.inspection, execution.where
    if not inspection or not inspection.iam_differences:
        return []
    hint = f"see what differs now: iamgen drift {execution.account.name}"
    count, bare = len(inspection.iam_differences), groups_without_members(prepared, inspection)
    try:
        message = f"{changed}the repair was broken off; how many of {count} differences it put right is not known"
        with with_consequence(where, execution.clients, message, hint):
            undo = partial(carry_out, execution=execution)
            faults = repair(undo, where, inspection.iam_differences, inspection.trusts, bare)
    except IamgenError as exc:
        return list(exc.faults)
    if not faults:
        return []
    done = count - len(faults)
    return [
        *faults,
        Fault(where, f"{changed}the repair put right {done} of {count} differences beside the stack", hint),
    ]
