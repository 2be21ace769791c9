"""Carry out the steps that change a stack: delete it when its creation failed, make a change set, and execute it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from iamgen.aws_client.clients import Clients
from iamgen.deploy import change_set as change_sets
from iamgen.deploy.change_set import ChangeSet, ChangeSetRequest
from iamgen.deploy.change_set_removal import remove_change_set
from iamgen.deploy.consequences import following, is_refusal, watching, with_consequence
from iamgen.deploy.events import follow, last_event
from iamgen.deploy.execution import Execution
from iamgen.deploy.failed_stack import delete_failed, is_same, moved
from iamgen.deploy.order import Choices
from iamgen.deploy.stack_status import succeeded
from iamgen.deploy.steps import CreateChangeSet, DeleteStack, ExecuteChangeSet
from iamgen.deploy.template_bucket import sent
from iamgen.errors import Fault, IamgenError


def delete_stack(step: DeleteStack, execution: Execution) -> None:
    """Delete a stack whose creation failed, and follow that to its end; do nothing when it is gone already.

    Raises IamgenError when the stack is not what it was when the plan was made, and KeyboardInterrupt when the
    deployment is to stop.
    """
    cloudformation, clients = execution.clients.cloudformation, execution.clients
    if is_same(step, cloudformation, execution.where):
        since = last_event(cloudformation, step.stack_id)
        delete_failed(step, cloudformation, execution.choices.pace)
        execution.begin()
        message = "the deletion of the stack whose creation failed had begun, and AWS goes on with it"
        with with_consequence(execution.where, clients, message, watching(execution.account)):
            execution.outcome = follow(cloudformation, step.stack_id, since, execution.choices.pace, execution.tell)
    if execution.outcome is None or succeeded(execution.outcome.status):
        execution.counter_steps.enter_context(_nothing_in_its_place(execution))


@contextmanager
def _nothing_in_its_place(execution: Execution) -> Iterator[None]:
    """Say that the stack was deleted, and that nothing came in its place, when the block ends before that began."""
    message = "the stack whose creation failed was deleted, and nothing has been created in its place"
    fault = Fault(execution.where, message, f"deploy again: iamgen deploy {execution.account.name}")
    try:
        yield
    except IamgenError as exc:
        if execution.has_begun:
            raise
        raise IamgenError([*exc.faults, fault]) from exc
    except KeyboardInterrupt:
        if not execution.has_begun:
            execution.choices.warn(fault)
        raise


def new_change_set(step: CreateChangeSet, clients: Clients, choices: Choices, where: str) -> ChangeSet | None:
    """Make the change set that a step describes; return None when there is nothing to change."""
    with sent(step.template, clients, choices.bucket, where, choices.warn) as source:
        expected = ChangeSetRequest(
            step.stack, step.kind, source, step.tags, where, repair=step.reverts_drift, service_role=step.service_role
        )
        return change_sets.create(clients.cloudformation, expected, choices.pace)


def create_change_set(step: CreateChangeSet, execution: Execution) -> None:
    """Make a change set for a later step to execute. A counter-step removes it, unless its execution has begun."""
    execution.change_set = new_change_set(step, execution.clients, execution.choices, execution.where)
    if execution.change_set:
        execution.counter_steps.enter_context(_removed_unless_begun(execution, step.stack, execution.change_set))


@contextmanager
def _removed_unless_begun(execution: Execution, stack: str, change_set: ChangeSet) -> Iterator[None]:
    """Remove the change set when the block fails before AWS began with it; warn when it cannot be removed."""
    try:
        yield
    except BaseException:
        if not execution.has_begun:
            try:
                remove_change_set(change_set, stack, execution.clients, execution.where)
            except IamgenError as exc:
                for fault in exc.faults:
                    execution.choices.warn(fault)
        raise


def execute_change_set(_step: ExecuteChangeSet, execution: Execution) -> None:
    """Execute the change set that waits, unless the deployment is to stop, and follow that to its end."""
    change_set = execution.change_set
    if change_set is None:
        raise moved(execution.where)
    since = last_event(execution.clients.cloudformation, change_set.stack_id)
    execution.choices.pace.heed()
    _begin(change_set, execution)
    message = "the deployment had begun, and AWS goes on with it"
    with with_consequence(execution.where, execution.clients, message, _watching(change_set, execution)):
        execution.outcome = follow(
            execution.clients.cloudformation, change_set.stack_id, since, execution.choices.pace, execution.tell
        )


def _watching(change_set: ChangeSet, execution: Execution) -> str:
    """Return how to watch the change set's execution; AWS stops updates of stacks, and not their creation."""
    return following(execution.account, f"{change_set.kind}_IN_PROGRESS")


def _begin(change_set: ChangeSet, execution: Execution) -> None:
    """Have AWS execute the change set, and note that it has begun, also when the answer was lost on the way."""
    try:
        execution.clients.cloudformation.execute_change_set(
            ChangeSetName=change_set.id,
            StackName=change_set.stack_id,
            ClientRequestToken=f"iamgen-{secrets.token_hex(8)}",
        )
    except Exception as exc:
        if is_refusal(exc):
            raise
        execution.note_begin()
        message = "it is not known whether the deployment began"
        with with_consequence(execution.where, execution.clients, message, _watching(change_set, execution)):
            raise
    execution.note_begin()
