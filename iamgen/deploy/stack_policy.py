"""Close the stack policy again after a deployment has opened it to replace groups and roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from iamgen.aws_client.errors import telling
from iamgen.deploy import stack as stacks
from iamgen.deploy.consequences import is_refusal
from iamgen.deploy.execution import Execution
from iamgen.deploy.stack_protection import guard, set_policy
from iamgen.deploy.stack_status import NextStep, step
from iamgen.errors import Fault, IamgenError


def set_stack_policy(execution: Execution, stack: str, *, allow_replacement: bool) -> None:
    """Set the stack policy. If it is opened, a counter-step closes it, unless a later step has closed it already."""
    if allow_replacement:
        execution.counter_steps.enter_context(_shut_again(execution, stack))
        execution.is_open = True
    try:
        set_policy(execution.clients.cloudformation, stack, open_for_replacement=allow_replacement)
    except Exception as exc:
        if allow_replacement and is_refusal(exc):
            execution.is_open = False
        raise
    execution.is_open = allow_replacement


@contextmanager
def _shut_again(execution: Execution, stack: str) -> Iterator[None]:
    """Close the stack policy after the block if it is still open then, however the block ends.

    After ^C it stays open while AWS goes on, which needs it; `going_on` tells of that. Raises IamgenError, which says
    so, when it cannot be shut.
    """
    try:
        yield
    except IamgenError as exc:
        if execution.is_open and _shut(execution, stack):
            raise IamgenError([*exc.faults, _stays_open(execution, stack)]) from exc
        raise
    except BaseException:
        if execution.is_open and not _goes_on(execution, stack):
            _shut(execution, stack)
        raise
    faults = _shut(execution, stack) if execution.is_open else ()
    if faults:
        raise IamgenError([*faults, _stays_open(execution, stack)])


def _stays_open(execution: Execution, stack: str) -> Fault:
    hint = "deploy again until it works, which closes the stack policy: iamgen deploy"
    return Fault(execution.where, f"the stack policy of {stack} stays open for replacement", hint)


def _shut(execution: Execution, stack: str) -> tuple[Fault, ...]:
    """Protect the stack again, and return why that did not work, if it did not."""
    try:
        with telling(execution.where, execution.clients.credentials):
            guard(execution.clients.cloudformation, stack)
    except IamgenError as exc:
        return exc.faults
    execution.is_open = False
    return ()


def _goes_on(execution: Execution, stack: str) -> bool:
    """Whether an operation is in progress in the stack; if that cannot be seen, there may be one."""
    try:
        with telling(execution.where, execution.clients.credentials):
            state = stacks.read(execution.clients.cloudformation, stack)
    except IamgenError:
        return True
    return state is not None and step(state.status) is NextStep.WAIT
