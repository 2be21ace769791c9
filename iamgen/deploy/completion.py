"""What follows a change set that was carried out: the stack is guarded, and what is beside it is put right."""

from __future__ import annotations

from iamgen.deploy.consequences import cli_options, with_consequence
from iamgen.deploy.events import Outcome
from iamgen.deploy.failure import failed_for_good
from iamgen.deploy.planner import Prepared
from iamgen.deploy.repair import repair
from iamgen.deploy.stack_protection import guard
from iamgen.deploy.template_change import POWER
from iamgen.errors import Fault, IamgenError


def finished(prepared: Prepared, outcome: Outcome | None) -> list[Fault]:
    """Guard the stack and put right what is beside it, now that the change set was carried out; return everything
    that could not be done, also by AWS itself, and then how far it came."""
    account, clients = prepared.order.account, prepared.clients
    where = str(account)
    failed = failed_for_good(where, outcome, cli_options(clients)) if outcome else ()
    faults, changed = list(failed), "the change set was carried out, but " if outcome else ""
    try:
        what = f"{changed}the protection of the stack {prepared.order.stack} is not as it should be"
        with with_consequence(where, clients, what, f"deploy again: iamgen deploy {account.name}"):
            guard(clients.cloudformation, prepared.order.stack)
    except IamgenError as exc:
        faults += exc.faults
    return [*faults, *_repair(prepared, changed)]


def _repair(prepared: Prepared, changed: str) -> list[Fault]:
    """Put right what differs beside the stack; return what could not be, and how much of it was reached.

    `changed` begins the sentence, and says what was done before.
    """
    found, account, clients = prepared.inspection, prepared.order.account, prepared.clients
    where = str(account)
    if not found or not found.beside:
        return []
    bare = () if found.there.get(POWER) or prepared.choices.lock_me_out else (POWER,)
    hint = f"see what differs now: iamgen drift {account.name}"
    count = len(found.beside)
    try:
        what = f"{changed}the repair was broken off; how many of {count} differences it put right is not known"
        with with_consequence(where, clients, what, hint):
            faults = repair(clients.iam, where, found.beside, found.trusts, bare)
    except IamgenError as exc:
        return list(exc.faults)
    if not faults:
        return []
    done = count - len(faults)
    return [
        *faults,
        Fault(where, f"{changed}the repair put right {done} of {count} differences beside the stack", hint),
    ]
