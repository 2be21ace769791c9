"""Plan the deployment of one account: what it would change, and whether that is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NoReturn

from iamgen.aws_client.clients import Clients, Identity, require_account
from iamgen.aws_client.errors import telling
from iamgen.deploy import change_set as change_sets
from iamgen.deploy import stack as stacks
from iamgen.deploy.access_removal import only_removes_access
from iamgen.deploy.change_set import ChangeSet, ChangeSetKind
from iamgen.deploy.consequences import cli_options
from iamgen.deploy.declared_people import DeclaredPeople, declared_people
from iamgen.deploy.drift import Inspection, inspect
from iamgen.deploy.effects import planned, retagged
from iamgen.deploy.existing_roles import refuse_second_stack
from iamgen.deploy.failed_stack import EMPTY, live_template
from iamgen.deploy.lockout import lost_by_repair
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.references import Place
from iamgen.deploy.refusals import Allowed, refused
from iamgen.deploy.repair import own_losses
from iamgen.deploy.service_role import effective_service_role
from iamgen.deploy.stack import Stack
from iamgen.deploy.stack_operations import new_change_set
from iamgen.deploy.stack_protection import is_strict, refusals
from iamgen.deploy.stack_status import NextStep, busy, step, stuck
from iamgen.deploy.steps import CreateChangeSet
from iamgen.deploy.template_change import POWER, TemplateChange
from iamgen.deploy.undeclared_members import undeclared_members
from iamgen.diff.change import Change
from iamgen.diff.difference import differences
from iamgen.diff.lines import signed
from iamgen.diff.short_names import with_short_names
from iamgen.errors import Fault, IamgenError
from iamgen.iam.source import parse
from iamgen.ui.plan_line import PlanLine


@dataclass(frozen=True)
class Prepared:
    """A deployment that is planned."""

    order: Order
    """What the account should have."""
    clients: Clients
    """The account's clients."""
    choices: Choices
    """What is allowed, and how it is done."""
    stack: Stack | None
    """The stack as it is now."""
    change_set: ChangeSet | None = None
    """What CloudFormation would do; None where there is nothing for it to do, or where a failed stack goes first."""
    changes: tuple[Change, ...] = ()
    """What changes in the stack, as the plan shows it."""
    retagged: tuple[str, ...] = ()
    """The resources that get the stack's tags and are else left alone."""
    afresh: bool = False
    """Whether the stack's creation failed, so that it is deleted and created anew."""
    unguarded: bool = False
    """Whether the stack's protection is not what it should be."""
    inspection: Inspection | None = None
    """What is to be repaired."""
    before: Mapping[str, Any] | None = None
    """The template that is deployed."""
    deletions: tuple[Change, ...] = ()
    """What goes with a stack whose creation failed."""
    people: DeclaredPeople = field(default_factory=DeclaredPeople)
    """Who of the declared people does not exist, or is in no group, in the account that holds people."""

    @property
    def is_pending(self) -> bool:
        """Whether there is something to do."""
        beside = bool(self.inspection and self.inspection.iam_differences)
        return bool(self.change_set or self.afresh or self.unguarded or beside)

    @cached_property
    def only_removes_access(self) -> bool:
        """Whether nobody gets new access by it: then it need not wait for another account."""
        is_plain = self.change_set is not None and not self.afresh and self.inspection is None
        return is_plain and only_removes_access(self.before, body(self.order, self.order.text))

    @property
    def lasting(self) -> bool:
        """Whether a stack is there that stays."""
        return self.stack is not None and is_created(self.stack)


def prepare(order: Order, clients: Clients, choices: Choices) -> Prepared:
    """Return what a deployment would do and, if something changes, a change set that waits for it.

    Raises IamgenError, and leaves no change set behind, for the wrong account, for a stack that cannot be deployed to,
    and for what would be lost.
    """
    identity = require_account(clients, order.account_id, order.where)
    with telling(order.where, clients.credentials):
        stack = _ready(order, clients, choices)
        prepared = Prepared(order, clients, choices, stack)
        before = deployed(prepared)
        prepared = _with_kept_roles(replace(prepared, before=before))
        after = body(order, prepared.order.text)
        if stack is None or step(stack.status) is NextStep.CREATE:
            for fault in refuse_second_stack(order, clients, after):
                choices.warn(fault)
        refuse_losses(prepared, before, after, identity)
        _warn_of_undeclared(prepared)
        prepared = with_people(prepared, after)
        changes = differences(before, after)
        if stack and step(stack.status) is NextStep.AFRESH:
            return _afresh(replace(prepared, changes=changes, afresh=True), stack, identity)
        if prepared.stack and is_created(prepared.stack):
            prepared = replace(prepared, unguarded=not is_guarded(clients, prepared.stack))
            if choices.repair:
                prepared = inspected(prepared, before or {}, identity)
        return _planned(prepared, changes)


def _warn_of_undeclared(prepared: Prepared) -> None:
    order, choices = prepared.order, prepared.choices
    if order.declared and prepared.before is not None:
        iam, repairing = prepared.clients.iam, choices.repair
        for fault in undeclared_members(iam, order.account, order.declared, prepared.before, repairing=repairing):
            choices.warn(fault)


def with_people(prepared: Prepared, after: Mapping[str, Any]) -> Prepared:
    """Return the deployment with the remarks about the declared people; warn if AWS does not let iamgen look at
    them."""
    people = declared_people(prepared.order, prepared.clients, after)
    if people.not_looked_at:
        prepared.choices.warn(people.not_looked_at)
    return replace(prepared, people=people)


def template_change(prepared: Prepared, after: Mapping[str, Any]) -> TemplateChange:
    """Return the deployed template and another one, for the rules about what may not be lost."""
    order = prepared.order
    place = Place(order.account_id, order.partition, prepared.clients.region, order.stack)
    role = effective_service_role(order, prepared.stack, afresh=prepared.afresh)
    return TemplateChange(order.where, place, prepared.before, after, order.members, order.kept_roles, role)


def _with_kept_roles(prepared: Prepared) -> Prepared:
    """Return it with the template that is sent: the rendered one, with the deployed roles that stay."""
    after = body(prepared.order, prepared.order.text)
    sent = template_change(prepared, after).sent
    return prepared if sent is after else replace(prepared, order=replace(prepared.order, text=stacks.text(sent)))


def _afresh(prepared: Prepared, stack: Stack, identity: Identity) -> Prepared:
    """Return it with what goes when the failed stack is deleted. Raises IamgenError, as for an update that deletes it,
    for what nobody has allowed to be lost: while it is gone nobody has it, and its creation may fail again."""
    live = live_template(prepared.clients.cloudformation, stack, prepared.order.where)
    if live is None:
        return prepared
    refuse_losses(prepared, live, EMPTY, identity)
    return replace(prepared, deletions=differences(live, EMPTY))


def _ready(order: Order, clients: Clients, choices: Choices) -> Stack | None:
    """Return the stack, once nothing goes on in it. Raises IamgenError when it is busy or stuck."""
    cloudformation = clients.cloudformation
    stack = stacks.read(cloudformation, order.stack)
    if stack and step(stack.status) is NextStep.WAIT:
        if not choices.wait:
            raise IamgenError([busy(order.account, order.stack, stack.status)])
        choices.on_wait(f"{order.where}: waiting for the end of {stack.status}")
        stack = stacks.settle(cloudformation, order.stack, choices.pace)
    if stack and step(stack.status) is NextStep.STUCK:
        parts = stacks.failed_resources(cloudformation, stack.id)
        raise IamgenError([stuck(order.where, order.stack, stack.status, parts, cli_options(clients))])
    return stack


def is_created(stack: Stack) -> bool:
    """Whether it is a stack that can be updated."""
    return step(stack.status) is NextStep.UPDATE


def deployed(prepared: Prepared) -> Mapping[str, Any] | None:
    """Return the template that is deployed, None when nothing is."""
    if prepared.stack is None or not is_created(prepared.stack):
        return None
    return body(prepared.order, stacks.template(prepared.clients.cloudformation, prepared.stack.id))


def body(order: Order, text: str) -> Mapping[str, Any]:
    """Return a template as plain data. Raises IamgenError if the text is not a template."""
    return parse(f"{order.where} {order.stack}", text).body


def inspected(prepared: Prepared, before: Mapping[str, Any], identity: Identity) -> Prepared:
    """Return the deployment with the drift that a repair undoes. Raises IamgenError for losses that nobody has
    allowed."""
    order, choices = prepared.order, prepared.choices
    inspection = inspect(prepared.clients, order, before, choices.pace)
    removed = [item.value for item in inspection.iam_differences if item.is_in(POWER) and item.sign == "+"]
    added = {
        item.value for item in inspection.iam_differences if item.is_in(POWER) and item.sign == "-"
    } & inspection.users
    faults = list(
        lost_by_repair(order.where, inspection.declared_members.get(POWER, frozenset()) | added, removed, identity.arn)
    )
    faults += own_losses(order.where, inspection.iam_differences, identity.arn, inspection.memberships)
    if faults and not choices.lock_me_out:
        raise IamgenError(faults)
    return replace(prepared, inspection=inspection)


def refuse_losses(
    prepared: Prepared, before: Mapping[str, Any] | None, after: Mapping[str, Any], identity: Identity
) -> None:
    """Raise IamgenError for changes that CloudFormation cannot make, and for losses that nobody has allowed."""
    choices = prepared.choices
    changed = template_change(replace(prepared, before=before), after)
    allowed = Allowed(choices.allow_replacement, choices.lock_me_out)
    losses = refused(changed, identity, choices.now, allowed)
    if losses.refusals:
        _refuse(prepared, differences(before, after), losses.refusals)
    for fault in losses.warnings:
        choices.warn(fault)
    for note in losses.notes:
        choices.note(note)


def _refuse(prepared: Prepared, changes: Collection[Change], faults: Iterable[Fault]) -> NoReturn:
    """Show what would have changed, and raise IamgenError: somebody who may allow it has to see it first."""
    head = PlanLine(f"{prepared.order.account.in_plan}: refused, and nothing has changed", tone="danger")
    prepared.choices.on_refusal((head, *signed(with_short_names(changes, prepared.order.people_account))))
    raise IamgenError(faults)


def is_guarded(clients: Clients, stack: Stack) -> bool:
    """Whether the stack's policy, and its protection against deletion, are what they should be."""
    policy = clients.cloudformation.get_stack_policy(StackName=stack.name).get("StackPolicyBody")
    return stack.guarded and is_strict(policy)


def _planned(prepared: Prepared, changes: Iterable[Change]) -> Prepared:
    """Return it with a change set, if there is anything for one to do."""
    changes, inspection = tuple(changes), prepared.inspection
    drifted = inspection.drift.repairs if inspection else ()
    if prepared.stack and is_created(prepared.stack) and not changes and not drifted and not _tags_differ(prepared):
        _warn_of_other_role(prepared, prepared.stack)
        return prepared
    step = change_set_step(prepared, is_same=not changes)
    change_set = new_change_set(step, prepared.clients, prepared.choices, prepared.order.where)
    if change_set is None:
        if prepared.stack:
            _warn_of_other_role(prepared, prepared.stack)
        return prepared
    plan = planned(change_set.effects, changes, drifted)
    allowed = prepared.choices.allow_replacement or change_set.kind == "CREATE"
    faults = tuple(refusals(prepared.order.where, plan, allow_replacement=allowed))
    if faults:
        change_sets.delete(prepared.clients.cloudformation, change_set)
        _refuse(prepared, plan, faults)
    return replace(prepared, change_set=change_set, changes=plan, retagged=retagged(change_set.effects, plan))


def _warn_of_other_role(prepared: Prepared, stack: Stack) -> None:
    """Warn where nothing changes, so that CloudFormation keeps its role though another one was named."""
    order = prepared.order
    if order.service_role and order.service_role != stack.service_role:
        problem = "nothing changes in the stack, and CloudFormation takes another role with a change alone"
        prepared.choices.warn(Fault(order.where, problem, "say --service-role again with the next change"))


def _tags_differ(prepared: Prepared) -> bool:
    """Whether the stack lacks a tag of the settings, or has it with another value."""
    tags = prepared.stack.tags if prepared.stack else {}
    return any(tags.get(key) != value for key, value in prepared.order.declared_tags.items())


def change_set_step(prepared: Prepared, *, is_same: bool) -> CreateChangeSet:
    """Return the step that makes a change set for the deployment. With the same template it keeps the tags that say
    what is deployed: others would touch every resource for nothing."""
    order, stack = prepared.order, prepared.stack
    kind: ChangeSetKind = "UPDATE" if stack and is_created(stack) and not prepared.afresh else "CREATE"
    own_tags = {key: value for key, value in (stack.tags if stack else {}).items() if not key.startswith("aws:")}
    own_tags |= order.declared_tags
    tags = own_tags if is_same and kind == "UPDATE" else {**own_tags, **order.tags}
    reverts_drift = prepared.choices.repair and kind == "UPDATE"
    return CreateChangeSet(order.stack, kind, order.text, tags, reverts_drift, order.service_role)
