"""Carry out the planned deployment of one account step by step, and follow it to its end."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from iamgen.aws_client.errors import telling
from iamgen.deploy import stack as stacks
from iamgen.deploy.change_set_removal import remove_change_set
from iamgen.deploy.completion import finished
from iamgen.deploy.consequences import cli_options, following
from iamgen.deploy.deployment_steps import stack_steps, steps_of_another_try
from iamgen.deploy.events import OperationOutcome
from iamgen.deploy.execution import Begin, Execution, TellEvent
from iamgen.deploy.failed_stack import live_template, moved, undeleted
from iamgen.deploy.failure import explained, invalid_principal, not_rolled_back
from iamgen.deploy.planner import Prepared, deployed
from iamgen.deploy.stack_status import NextStep, step, succeeded
from iamgen.deploy.step_execution import carry_out
from iamgen.deploy.steps import Step
from iamgen.diff.difference import differences
from iamgen.errors import Fault, IamgenError

# A user is known to every part of IAM some seconds after it was created: pauses before another try, in seconds.
_PATIENCE = (5, 10, 20, 30)


def discard(prepared: Prepared) -> None:
    """Remove the change set of a deployment that is not wanted. Raises IamgenError, which names it, when it stays."""
    if prepared.change_set:
        remove_change_set(prepared.change_set, prepared.order.stack, prepared.clients, prepared.order.where)


def execute(prepared: Prepared, tell: TellEvent, *, patient: bool = False, begin: Begin = lambda: None) -> None:
    """Do what was planned, and follow it to its end; `patient` when users may be so new that AWS does not know them
    everywhere yet. `begin` is called as soon as something has begun in AWS, or may have.

    Raises IamgenError with the first cause when it fails, and with whatever could not be done when the rest was.
    """
    order, clients = prepared.order, prepared.clients
    execution = Execution(order.account, clients, prepared.choices, tell, begin, prepared.change_set)
    with execution.counter_steps, telling(order.where, clients.credentials):
        _change_stack(prepared, execution, _PATIENCE if patient else ())
        faults = finished(prepared, execution)
        if faults:
            raise IamgenError(faults)


def _change_stack(prepared: Prepared, execution: Execution, pauses: Iterable[int]) -> None:
    """Carry out the steps that change the stack, again after each of the pauses while AWS does not know a declared
    user. Raises IamgenError when they fail."""
    steps = stack_steps(prepared)
    for pause in (*pauses, None):
        outcome = _outcome(steps, execution)
        if outcome is None or succeeded(outcome.status):
            return
        missing = invalid_principal(outcome)
        if pause is None or missing not in prepared.order.people:
            raise IamgenError(_failures(prepared, outcome))
        execution.try_again()
        prepared.choices.on_wait(f"{execution.where}: AWS does not know {missing} yet; again in {pause} s")
        prepared.choices.pace.sleep(pause)
        prepared = _as_it_is_now(prepared, outcome)
        steps = steps_of_another_try(prepared)


def _outcome(steps: Iterable[Step], execution: Execution) -> OperationOutcome | None:
    """Carry out steps up to the first that ends in a failure of CloudFormation; return how the last operation ended,
    None when there was none."""
    for item in steps:
        carry_out(item, execution)
        if execution.outcome and not succeeded(execution.outcome.status):
            break
    return execution.outcome


def _failures(prepared: Prepared, outcome: OperationOutcome) -> list[Fault]:
    where = prepared.order.where
    first = explained(where, outcome, prepared.order.people)
    return [first, *not_rolled_back(where, outcome, cli_options(prepared.clients))]


def _as_it_is_now(prepared: Prepared, outcome: OperationOutcome) -> Prepared:
    """Return the same deployment for another try: a creation that failed has to begin afresh.

    Raises IamgenError when the stack is not what it was when the plan was shown, and when the failed creation left
    something whose deletion nobody has agreed to.
    """
    cloudformation, where = prepared.clients.cloudformation, prepared.order.where
    stack = stacks.read(cloudformation, prepared.order.stack)
    is_afresh = bool(stack and step(stack.status) is NextStep.AFRESH)
    prepared = replace(prepared, stack=stack, afresh=is_afresh, deletions=())
    if differences(prepared.before, deployed(prepared)):
        raise moved(where)
    if stack and is_afresh and live_template(cloudformation, stack, where):
        raise IamgenError([*_failures(prepared, outcome), undeleted(prepared.order.account, stack.name)])
    return prepared


def going_on(prepared: Iterable[Prepared], begun: Collection[str] = ()) -> Iterator[Fault]:
    """Yield what goes on in AWS, of deployments that nobody follows any more, and what cannot be looked at.

    Those of the accounts in `begun` are told of also when AWS is through with them.
    """
    for item in prepared:
        try:
            with telling(item.order.where, item.clients.credentials):
                stack = stacks.read(item.clients.cloudformation, item.order.stack)
        except IamgenError as exc:
            yield from exc.faults
            continue
        if stack and step(stack.status) is NextStep.WAIT:
            is_open = item.lasting and item.choices.allow_replacement  # that of a new stack is never opened
            left_open = "; its stack policy stays open until the next deployment" if is_open else ""
            message = f"AWS goes on: the stack {item.order.stack} is {stack.status}{left_open}"
            yield Fault(item.order.where, message, following(item.order.account, stack.status))
        elif stack and item.order.account.name in begun:
            message = f"the deployment had begun, and may not be complete: the stack {stack.name} is {stack.status}"
            hint = f"see what is missing: iamgen deploy {item.order.account.name} --dry-run"
            yield Fault(item.order.where, message, hint)
