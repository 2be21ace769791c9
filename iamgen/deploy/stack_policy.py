"""The stack policy while a deployment runs: open for replacement where that is allowed, and shut afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from iamgen.aws_client.errors import telling
from iamgen.deploy import stack as stacks
from iamgen.deploy.consequences import is_refusal
from iamgen.deploy.planner import Prepared
from iamgen.deploy.stack_protection import guard, protect, set_policy
from iamgen.deploy.stack_status import NextStep, step
from iamgen.errors import Fault, IamgenError


@contextmanager
def open_for_replacement(prepared: Prepared) -> Iterator[None]:
    """Guard the stack; where replacement is allowed, leave it open for that as long as the block lasts.

    However the block ends, the stack is guarded then, but after ^C while AWS goes on: `going_on` tells of that. Where
    it cannot be, the IamgenError says so.
    """
    order, clients = prepared.order, prepared.clients
    may_be_open = prepared.choices.allow_replacement
    try:
        with telling(order.where, clients.credentials):
            try:
                set_policy(clients.cloudformation, order.stack, open_for_replacement=may_be_open)
            except Exception as exc:
                may_be_open = may_be_open and not is_refusal(exc)
                raise
            protect(clients.cloudformation, order.stack)
            yield
            guard(clients.cloudformation, order.stack)
    except IamgenError as exc:
        if may_be_open and not _shut(prepared):
            raise IamgenError([*exc.faults, _stays_open(prepared)]) from exc
        raise
    except BaseException:
        if may_be_open and not _goes_on(prepared):
            _shut(prepared)
        raise


def _stays_open(prepared: Prepared) -> Fault:
    hint = "see to it that a deployment works, which shuts it: iamgen deploy"
    return Fault(prepared.order.where, f"the stack policy of {prepared.order.stack} stays open for replacement", hint)


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
            stack = stacks.read(prepared.clients.cloudformation, prepared.order.stack)
    except IamgenError:
        return True
    return stack is not None and step(stack.status) is NextStep.WAIT
