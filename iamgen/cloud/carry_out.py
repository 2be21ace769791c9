"""A planned deployment, carried out: executed, followed, guarded; or cancelled."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace

from iamgen.cloud import change_set as change_sets
from iamgen.cloud import stack as stacks
from iamgen.cloud.clients import Clients, require_account
from iamgen.cloud.deployment import Order, Prepared, deployed, new_change_set
from iamgen.cloud.errors import telling
from iamgen.cloud.events import Event, Outcome, follow, last_event
from iamgen.cloud.failure import explained, invalid_principal
from iamgen.cloud.guards import guard
from iamgen.cloud.pace import Pace
from iamgen.cloud.repair import repair
from iamgen.cloud.states import Step, step, succeeded
from iamgen.cloud.template_change import POWER
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.plan.difference import differences

Told = Callable[[Event], None]
# A user is known to every part of IAM some seconds after it was created: pauses before another try, in seconds.
_PATIENCE = (5, 10, 20, 30)


def discard(prepared: Prepared) -> None:
    """Remove the change set of a deployment that is not wanted."""
    if prepared.change_set:
        with telling(prepared.order.where, prepared.clients.credentials):
            change_sets.delete(prepared.clients.cloudformation, prepared.change_set)


def execute(prepared: Prepared, tell: Told, *, patient: bool = False) -> None:
    """Do what was planned, and follow it to its end; `patient` when users may be so new that AWS does not know them
    everywhere yet. Raises IamgenError with the first cause when it fails."""
    order, clients = prepared.order, prepared.clients
    with telling(order.where, clients.credentials):
        for pause in (*(_PATIENCE if patient else ()), None):
            outcome = _once(prepared, tell)
            if outcome is None or succeeded(outcome.status):
                break
            if pause is None or invalid_principal(outcome) not in order.people:
                raise IamgenError([explained(order.where, outcome, order.people)])
            missing = invalid_principal(outcome)
            prepared.choices.on_wait(f"{order.where}: AWS does not know {missing} yet; again in {pause} s")
            prepared.choices.pace.sleep(pause)
            prepared = _again(prepared)
        guard(clients.cloudformation, order.stack)
        faults = _repair(prepared)
    if faults:
        raise IamgenError(faults)


def _once(prepared: Prepared, tell: Told) -> Outcome | None:
    """Execute the change set; None when there is none."""
    cloudformation = prepared.clients.cloudformation
    if prepared.afresh and prepared.stack:
        _clear(prepared, prepared.stack.id, tell)
        prepared = replace(prepared, change_set=new_change_set(prepared, is_same=False))
    if prepared.change_set is None:
        return None
    made = prepared.change_set
    with _open_for_replacement(prepared) if prepared.lasting else nullcontext():
        since = last_event(cloudformation, made.stack_id)
        token = f"iamgen-{secrets.token_hex(8)}"
        cloudformation.execute_change_set(ChangeSetName=made.id, StackName=made.stack_id, ClientRequestToken=token)
        return follow(cloudformation, made.stack_id, since, prepared.choices.pace, tell)


@contextmanager
def _open_for_replacement(prepared: Prepared) -> Iterator[None]:
    """Guard the stack; where replacement is allowed, leave it open for that as long as the block lasts.

    However the block ends, the stack is guarded then, but after ^C while AWS goes on: `going_on` tells of that. Where
    it cannot be, the IamgenError says so.
    """
    order, clients, is_open = prepared.order, prepared.clients, prepared.choices.allow_replacement
    try:
        with telling(order.where, clients.credentials):
            guard(clients.cloudformation, order.stack, open_for_replacement=is_open)
            yield
            guard(clients.cloudformation, order.stack)
    except IamgenError as exc:
        if is_open and not _shut(prepared):
            hint = "see to it that a deployment works, which shuts it: iamgen deploy"
            left = Fault(order.where, f"the stack policy of {order.stack} stays open for replacement", hint)
            raise IamgenError([*exc.faults, left]) from exc
        raise
    except BaseException:
        if is_open and not _goes_on(prepared):
            _shut(prepared)
        raise


def _shut(prepared: Prepared) -> bool:
    """Guard the stack again, and return whether that worked."""
    try:
        with telling(prepared.order.where, prepared.clients.credentials):
            guard(prepared.clients.cloudformation, prepared.order.stack)
    except IamgenError:
        return False
    return True


def _goes_on(prepared: Prepared) -> bool:
    """Whether something goes on in the stack; what cannot be seen might."""
    try:
        with telling(prepared.order.where, prepared.clients.credentials):
            found = stacks.read(prepared.clients.cloudformation, prepared.order.stack)
    except IamgenError:
        return True
    return found is not None and step(found.status) is Step.WAIT


def _clear(prepared: Prepared, stack_id: str, tell: Told) -> None:
    """Delete a stack whose creation failed. Raises IamgenError when something of it stays."""
    cloudformation, where = prepared.clients.cloudformation, prepared.order.where
    now = stacks.read(cloudformation, stack_id)
    if now is None:
        return
    if step(now.status) is not Step.AFRESH:
        raise _moved(where)
    since = last_event(cloudformation, stack_id)
    cloudformation.update_termination_protection(StackName=stack_id, EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName=stack_id)
    outcome = follow(cloudformation, stack_id, since, prepared.choices.pace, tell)
    if not succeeded(outcome.status):
        raise IamgenError([explained(where, outcome, prepared.order.people)])


def _moved(where: str) -> IamgenError:
    return refuse(where, "somebody has deployed since the plan was made", "deploy again, and look at the plan")


def _again(prepared: Prepared) -> Prepared:
    """Return the same deployment for another try: a creation that failed has to begin afresh.

    Raises IamgenError when the stack is not what it was when the plan was shown.
    """
    stack = stacks.read(prepared.clients.cloudformation, prepared.order.stack)
    prepared = replace(prepared, stack=stack, afresh=bool(stack and step(stack.status) is Step.AFRESH))
    if differences(prepared.before, deployed(prepared)):
        raise _moved(prepared.order.where)
    return prepared if prepared.afresh else replace(prepared, change_set=new_change_set(prepared, is_same=False))


def _repair(prepared: Prepared) -> list[Fault]:
    found = prepared.inspection
    if not found or not found.beside:
        return []
    bare = () if found.there.get(POWER) or prepared.choices.lock_me_out else (POWER,)
    return repair(prepared.clients.iam, prepared.order.where, found.beside, found.trusts, bare)


def under_way(order: Order, clients: Clients) -> str:
    """Return the stack's status where something is going on in it, nothing where nothing is."""
    require_account(clients, order.account_id, order.where)
    with telling(order.where, clients.credentials):
        found = stacks.read(clients.cloudformation, order.stack)
    return found.status if found and step(found.status) is Step.WAIT else ""


def cancel(order: Order, clients: Clients, pace: Pace, tell: Told) -> str:
    """Stop an update that is under way, wait until all is as before, and return the stack's status then.

    Returns nothing when nothing is under way. Raises IamgenError for what cannot be stopped.
    """
    require_account(clients, order.account_id, order.where)
    with telling(order.where, clients.credentials):
        found = stacks.read(clients.cloudformation, order.stack)
        if found is None or step(found.status) is not Step.WAIT:
            return ""
        if found.status != "UPDATE_IN_PROGRESS":
            hint = f"wait for its end: iamgen deploy {order.where.partition(' ')[0]} --wait"
            raise refuse(order.where, f"AWS stops only updates, and this is {found.status}", hint)
        since = last_event(clients.cloudformation, found.id)
        clients.cloudformation.cancel_update_stack(StackName=found.id)
        return follow(clients.cloudformation, found.id, since, pace, tell).status


def going_on(prepared: Iterable[Prepared]) -> Iterator[Fault]:
    """Yield what goes on in AWS, of deployments that nobody follows any more, and what cannot be looked at."""
    for one in prepared:
        try:
            with telling(one.order.where, one.clients.credentials):
                found = stacks.read(one.clients.cloudformation, one.order.stack)
        except IamgenError as exc:
            yield from exc.faults
            continue
        if found and step(found.status) is Step.WAIT:
            name = one.order.where.partition(" ")[0]
            left_open = (
                "; its stack policy stays open until the next deployment" if one.choices.allow_replacement else ""
            )
            what = f"AWS goes on: the stack {one.order.stack} is {found.status}{left_open}"
            hint = f"follow it: iamgen deploy {name} --wait; stop an update: iamgen deploy {name} --cancel"
            yield Fault(one.order.where, what, hint)
