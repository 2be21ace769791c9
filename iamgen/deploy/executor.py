"""Carry out the planned deployment of one account, and follow it to its end."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace

from iamgen.aws_client.errors import code_of, telling
from iamgen.deploy import change_set as change_sets
from iamgen.deploy import stack as stacks
from iamgen.deploy.completion import finished
from iamgen.deploy.consequences import cli_options, following, is_refusal, with_consequence
from iamgen.deploy.events import Event, OperationOutcome, follow, last_event
from iamgen.deploy.failed_stack import Deletion, live_template, moved, undeleted
from iamgen.deploy.failure import explained, invalid_principal, not_rolled_back
from iamgen.deploy.planner import Prepared, deployed, new_change_set
from iamgen.deploy.stack import Stack
from iamgen.deploy.stack_policy import open_for_replacement
from iamgen.deploy.stack_status import NextStep, step, succeeded
from iamgen.diff.difference import differences
from iamgen.errors import Fault, IamgenError

Told = Callable[[Event], None]
Begin = Callable[[], None]
# A user is known to every part of IAM some seconds after it was created: pauses before another try, in seconds.
_PATIENCE = (5, 10, 20, 30)
_GONE = {"ChangeSetNotFound", "ChangeSetNotFoundException"}


def discard(prepared: Prepared) -> None:
    """Remove the change set of a deployment that is not wanted. Raises IamgenError, which names it, when it stays."""
    change_set, clients = prepared.change_set, prepared.clients
    if change_set is None:
        return
    message = f"the change set of the plan stays in AWS: {change_set.id}"
    hint = f"delete it: aws cloudformation delete-change-set --change-set-name {change_set.id}{cli_options(clients)}"
    if change_set.kind == "CREATE":
        message += f"; so does the stack that it was made on, which is empty: {prepared.order.stack}"
        hint += "; then the stack, if it is still REVIEW_IN_PROGRESS"
    with with_consequence(prepared.order.where, clients, message, hint):
        try:
            change_sets.delete(clients.cloudformation, change_set)
        except Exception as exc:
            if code_of(exc) not in _GONE:
                raise


def execute(prepared: Prepared, tell: Told, *, patient: bool = False, begin: Begin = lambda: None) -> None:
    """Do what was planned, and follow it to its end; `patient` when users may be so new that AWS does not know them
    everywhere yet. `begin` is called as soon as something has begun in AWS, or may have.

    Raises IamgenError with the first cause when it fails, and with whatever could not be done when the rest was.
    """
    order, clients, planned = prepared.order, prepared.clients, prepared.change_set
    with telling(order.where, clients.credentials):
        for pause in (*(_PATIENCE if patient else ()), None):
            outcome = _once(prepared, tell, begin, is_ours=prepared.change_set is not planned)
            if outcome is None or succeeded(outcome.status):
                break
            if pause is None or invalid_principal(outcome) not in order.people:
                raise IamgenError(_failures(prepared, outcome))
            missing = invalid_principal(outcome)
            prepared.choices.on_wait(f"{order.where}: AWS does not know {missing} yet; again in {pause} s")
            prepared.choices.pace.sleep(pause)
            prepared = _again(prepared, outcome)
        faults = finished(prepared, outcome)
    if faults:
        raise IamgenError(faults)


def _failures(prepared: Prepared, outcome: OperationOutcome) -> list[Fault]:
    where = prepared.order.where
    first = explained(where, outcome, prepared.order.people)
    return [first, *not_rolled_back(where, outcome, cli_options(prepared.clients))]


def _once(prepared: Prepared, tell: Told, begin: Begin, *, is_ours: bool) -> OperationOutcome | None:
    """Execute the change set; None when there is none. When it cannot be begun and `is_ours`, made for this attempt
    alone, it is removed."""
    if prepared.afresh and prepared.stack:
        return _afresh(prepared, prepared.stack, tell, begin)
    if prepared.change_set is None:
        return None
    removing = _removed_unless_begun(prepared, begin) if is_ours else nullcontext(begin)
    opening = open_for_replacement(prepared) if prepared.lasting else nullcontext()
    with removing as noted, opening:
        return _followed(prepared, _begin(prepared, noted), tell)


def _afresh(prepared: Prepared, stack: Stack, tell: Told, begin: Begin) -> OperationOutcome:
    """Delete the stack whose creation failed, and create it anew."""
    account, clients = prepared.order.account, prepared.clients
    where = str(account)
    planned = frozenset(deletion.logical_id for deletion in prepared.deletions)
    deleted = Deletion(account, clients, stack, planned).carry_out(prepared.choices.pace, tell, begin)
    if deleted and not succeeded(deleted.status):
        raise IamgenError(_failures(prepared, deleted))
    message = "the stack whose creation failed was deleted, and nothing has been created in its place"
    hint = f"deploy again: iamgen deploy {account.name}"
    try:
        with with_consequence(where, clients, message, hint):
            prepared = replace(prepared, change_set=new_change_set(prepared, is_same=False))
            with _removed_unless_begun(prepared, begin) as noted:
                since = _begin(prepared, noted)
    except KeyboardInterrupt:
        prepared.choices.warn(Fault(where, message, hint))
        raise
    return _followed(prepared, since, tell)


@contextmanager
def _removed_unless_begun(prepared: Prepared, begin: Begin) -> Iterator[Begin]:
    """Yield what to call instead of `begin`; remove the change set when the block fails before that was called."""
    has_begun = False

    def noted() -> None:
        nonlocal has_begun
        has_begun = True
        begin()

    try:
        yield noted
    except BaseException:
        if not has_begun:
            _warn_of_what_stays(prepared)
        raise


def _warn_of_what_stays(prepared: Prepared) -> None:
    """Remove the change set, and warn when it cannot be."""
    try:
        discard(prepared)
    except IamgenError as exc:
        for fault in exc.faults:
            prepared.choices.warn(fault)


def _begin(prepared: Prepared, begin: Begin) -> str:
    """Execute the change set, unless the deployment is to stop; return what happened last before it."""
    change_set, cloudformation, where = prepared.change_set, prepared.clients.cloudformation, prepared.order.where
    if change_set is None:
        raise moved(where)
    since = last_event(cloudformation, change_set.stack_id)
    token = f"iamgen-{secrets.token_hex(8)}"
    prepared.choices.pace.heed()
    try:
        cloudformation.execute_change_set(
            ChangeSetName=change_set.id, StackName=change_set.stack_id, ClientRequestToken=token
        )
    except Exception as exc:
        if is_refusal(exc):
            raise
        begin()
        with with_consequence(
            where, prepared.clients, "it is not known whether the deployment began", following(prepared.order.account)
        ):
            raise
    begin()
    return since


def _followed(prepared: Prepared, since: str, tell: Told) -> OperationOutcome:
    where, change_set = prepared.order.where, prepared.change_set
    if change_set is None:
        raise moved(where)
    message = "the deployment had begun, and AWS goes on with it"
    with with_consequence(where, prepared.clients, message, following(prepared.order.account)):
        return follow(prepared.clients.cloudformation, change_set.stack_id, since, prepared.choices.pace, tell)


def _again(prepared: Prepared, outcome: OperationOutcome) -> Prepared:
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
    if stack and is_afresh:
        if live_template(cloudformation, stack, where):
            raise IamgenError([*_failures(prepared, outcome), undeleted(prepared.order.account, stack.name)])
        return prepared
    return replace(prepared, change_set=new_change_set(prepared, is_same=False))


def going_on(prepared: Iterable[Prepared]) -> Iterator[Fault]:
    """Yield what goes on in AWS, of deployments that nobody follows any more, and what cannot be looked at."""
    for item in prepared:
        try:
            with telling(item.order.where, item.clients.credentials):
                stack = stacks.read(item.clients.cloudformation, item.order.stack)
        except IamgenError as exc:
            yield from exc.faults
            continue
        if stack and step(stack.status) is NextStep.WAIT:
            left_open = (
                "; its stack policy stays open until the next deployment" if item.choices.allow_replacement else ""
            )
            message = f"AWS goes on: the stack {item.order.stack} is {stack.status}{left_open}"
            yield Fault(item.order.where, message, following(item.order.account))
