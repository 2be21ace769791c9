"""Plan the deployment of one account: what it would change, and whether that is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, NoReturn

from iamgen.aws.partitions import DEFAULT, partition_of
from iamgen.aws_client.clients import Clients, Identity, require_account
from iamgen.aws_client.errors import telling
from iamgen.aws_client.polling import Pace
from iamgen.deploy import change_set as change_sets
from iamgen.deploy import stack as stacks
from iamgen.deploy.access_removal import only_removes_access
from iamgen.deploy.change_set import ChangeSet, Kind, Wanted
from iamgen.deploy.drift import Inspection, inspect
from iamgen.deploy.effects import planned, retagged
from iamgen.deploy.failed_stack import EMPTY, live_template
from iamgen.deploy.lockout import lost_by_repair
from iamgen.deploy.references import Place
from iamgen.deploy.refusals import Allowed, refused
from iamgen.deploy.repair import own_losses
from iamgen.deploy.stack import Stack
from iamgen.deploy.stack_protection import is_strict, refusals
from iamgen.deploy.stack_status import Step, busy, step, stuck
from iamgen.deploy.target_account import TargetAccount
from iamgen.deploy.template_bucket import sent
from iamgen.deploy.template_change import POWER, TemplateChange
from iamgen.deploy.undeclared_members import undeclared_members
from iamgen.diff.change import Change
from iamgen.diff.difference import differences
from iamgen.diff.lines import lines
from iamgen.errors import Fault, IamgenError
from iamgen.iam.source import parse


@dataclass(frozen=True)
class Order:
    """What an account should have."""

    account: TargetAccount
    """The account."""
    stack: str
    text: str
    tags: Mapping[str, str]
    people: frozenset[str] = frozenset()
    """The ARNs of the declared users."""
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Who belongs into groups that people are put into by hand, by the group's logical id."""
    declared: frozenset[str] = frozenset()
    """The names of everybody whom users.py knows, empty where the account holds no people."""
    kept_roles: frozenset[str] = frozenset()
    """The roles, by logical id, that stay when nobody holds them any more."""
    users: frozenset[str] | None = None
    """The names of the declared people in the account that holds them, None in any other."""
    people_alone: bool = False
    """Whether the account has people and nothing else."""

    @property
    def where(self) -> str:
        """How messages name the account."""
        return str(self.account)

    @property
    def account_id(self) -> str:
        """The account's id."""
        return self.account.id


@dataclass(frozen=True)
class Choices:
    """What the person who deploys has allowed, and how."""

    now: datetime
    allow_replacement: bool = False
    lock_me_out: bool = False
    wait: bool = False
    repair: bool = False
    bucket: str | None = None
    pace: Pace = field(default_factory=Pace)
    on_wait: Callable[[str], None] = lambda _: None
    on_refusal: Callable[[str], None] = lambda _: None
    note: Callable[[str], None] = lambda _: None
    warn: Callable[[Fault], None] = lambda _: None


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

    @property
    def is_pending(self) -> bool:
        """Whether there is something to do."""
        beside = bool(self.inspection and self.inspection.beside)
        return bool(self.change_set or self.afresh or self.unguarded or beside)

    @cached_property
    def only_removes_access(self) -> bool:
        """Whether nobody gets anything by it that they do not have: it waits for no other account."""
        is_plain = self.change_set is not None and not self.afresh and self.inspection is None
        return is_plain and only_removes_access(self.before, body(self.order, self.order.text))

    @property
    def lasting(self) -> bool:
        """Whether a stack is there that stays."""
        return self.stack is not None and is_created(self.stack)


def prepare(order: Order, clients: Clients, choices: Choices) -> Prepared:
    """Return what a deployment would do, with a change set that waits for it where there is one.

    Raises IamgenError, and leaves no change set behind, for the wrong account, for a stack that cannot be deployed to,
    and for what would be lost.
    """
    identity = require_account(clients, order.account_id, order.where)
    with telling(order.where, clients.credentials):
        stack = _ready(order, clients, choices)
        found = Prepared(order, clients, choices, stack)
        before = deployed(found)
        found = _with_kept_roles(replace(found, before=before))
        after = body(order, found.order.text)
        refuse_losses(found, before, after, identity)
        _warn_of_undeclared(found)
        changes = differences(before, after)
        if stack and step(stack.status) is Step.AFRESH:
            return _afresh(replace(found, changes=changes, afresh=True), stack, identity)
        if found.stack and is_created(found.stack):
            found = replace(found, unguarded=not is_guarded(clients, found.stack))
            if choices.repair:
                found = inspected(found, before or {}, identity)
        return _planned(found, changes)


def _warn_of_undeclared(found: Prepared) -> None:
    order, choices = found.order, found.choices
    if order.declared and found.before is not None:
        iam, repairing = found.clients.iam, choices.repair
        for fault in undeclared_members(iam, order.account, order.declared, found.before, repairing=repairing):
            choices.warn(fault)


def template_change(found: Prepared, after: Mapping[str, Any]) -> TemplateChange:
    """Return the deployed template and another one, for the rules about what may not be lost."""
    order = found.order
    place = Place(order.account_id, partition_of(found.clients.region) or DEFAULT, found.clients.region, order.stack)
    return TemplateChange(order.where, place, found.before, after, order.members, order.kept_roles)


def _with_kept_roles(found: Prepared) -> Prepared:
    """Return it with the template that is sent: the rendered one, with the deployed roles that stay."""
    after = body(found.order, found.order.text)
    sent = template_change(found, after).sent
    return found if sent is after else replace(found, order=replace(found.order, text=stacks.text(sent)))


def _afresh(found: Prepared, stack: Stack, identity: Identity) -> Prepared:
    """Return it with what goes when the failed stack is deleted. Raises IamgenError, as for an update that deletes it,
    for what nobody has allowed to be lost: while it is gone nobody has it, and its creation may fail again."""
    live = live_template(found.clients.cloudformation, stack, found.order.where)
    if live is None:
        return found
    refuse_losses(found, live, EMPTY, identity)
    return replace(found, deletions=differences(live, EMPTY))


def _ready(order: Order, clients: Clients, choices: Choices) -> Stack | None:
    """Return the stack, once nothing goes on in it. Raises IamgenError when it is busy or stuck."""
    cloudformation = clients.cloudformation
    found = stacks.read(cloudformation, order.stack)
    if found and step(found.status) is Step.WAIT:
        if not choices.wait:
            raise IamgenError([busy(order.account, order.stack, found.status)])
        choices.on_wait(f"{order.where}: waiting for the end of {found.status}")
        found = stacks.settle(cloudformation, order.stack, choices.pace)
    if found and step(found.status) is Step.STUCK:
        parts = stacks.failed_resources(cloudformation, found.id)
        raise IamgenError([stuck(order.where, order.stack, found.status, parts)])
    return found


def is_created(stack: Stack) -> bool:
    """Whether it is a stack that can be updated."""
    return step(stack.status) is Step.UPDATE


def deployed(found: Prepared) -> Mapping[str, Any] | None:
    """Return the template that is deployed, None when nothing is."""
    if found.stack is None or not is_created(found.stack):
        return None
    return body(found.order, stacks.template(found.clients.cloudformation, found.stack.id))


def body(order: Order, text: str) -> Mapping[str, Any]:
    """Return a template as plain data. Raises IamgenError for what is none."""
    return parse(f"{order.where} {order.stack}", text).body


def inspected(found: Prepared, before: Mapping[str, Any], identity: Identity) -> Prepared:
    """Return it with the drift that a repair undoes. Raises IamgenError for what nobody allowed to be lost by that."""
    order, choices = found.order, found.choices
    seen = inspect(found.clients, order, before, choices.pace)
    removed = [one.value for one in seen.beside if one.is_in(POWER) and one.sign == "+"]
    added = {one.value for one in seen.beside if one.is_in(POWER) and one.sign == "-"} & seen.users
    faults = list(lost_by_repair(order.where, seen.there.get(POWER, frozenset()) | added, removed, identity.arn))
    faults += own_losses(order.where, seen.beside, identity.arn, seen.memberships)
    if faults and not choices.lock_me_out:
        raise IamgenError(faults)
    return replace(found, inspection=seen)


def refuse_losses(
    found: Prepared, before: Mapping[str, Any] | None, after: Mapping[str, Any], identity: Identity
) -> None:
    """Raise IamgenError for what CloudFormation cannot do, and for what nobody has allowed to be lost."""
    choices = found.choices
    changed = template_change(replace(found, before=before), after)
    allowed = Allowed(choices.allow_replacement, choices.lock_me_out)
    losses = refused(changed, identity, choices.now, allowed)
    if losses.refusals:
        _refuse(found, differences(before, after), losses.refusals)
    for fault in losses.warnings:
        choices.warn(fault)
    for note in losses.notes:
        choices.note(note)


def _refuse(found: Prepared, changes: Collection[Change], faults: Iterable[Fault]) -> NoReturn:
    """Show what would have changed, and raise IamgenError: whoever is to allow it has to have seen it."""
    found.choices.on_refusal("\n".join([f"{found.order.where}: refused, and nothing has changed", *lines(changes)]))
    raise IamgenError(faults)


def is_guarded(clients: Clients, stack: Stack) -> bool:
    """Whether the stack's policy, and its protection against deletion, are what they should be."""
    policy = clients.cloudformation.get_stack_policy(StackName=stack.name).get("StackPolicyBody")
    return stack.guarded and is_strict(policy)


def _planned(found: Prepared, changes: Iterable[Change]) -> Prepared:
    """Return it with a change set, if there is anything for one to do."""
    changes, inspection = tuple(changes), found.inspection
    drifted = inspection.drift.repairs if inspection else ()
    if found.stack and is_created(found.stack) and not changes and not drifted:
        return found
    made = new_change_set(found, is_same=not changes)
    if made is None:
        return found
    plan = planned(made.effects, changes, drifted)
    allowed = found.choices.allow_replacement or made.kind == "CREATE"
    faults = tuple(refusals(found.order.where, plan, allow_replacement=allowed))
    if faults:
        change_sets.delete(found.clients.cloudformation, made)
        _refuse(found, plan, faults)
    return replace(found, change_set=made, changes=plan, retagged=retagged(made.effects, plan))


def new_change_set(found: Prepared, *, is_same: bool) -> ChangeSet | None:
    """Return a new change set for the deployment, None when there is nothing to change. With the same template it
    keeps the stack's tags: others would touch every resource for nothing."""
    order, stack = found.order, found.stack
    kind: Kind = "UPDATE" if stack and is_created(stack) and not found.afresh else "CREATE"
    kept = {key: value for key, value in (stack.tags if stack else {}).items() if not key.startswith("aws:")}
    tags = kept if is_same and kind == "UPDATE" else {**kept, **order.tags}
    with sent(order.text, found.clients, found.choices.bucket, order.where, found.choices.warn) as source:
        wanted = Wanted(order.stack, kind, source, tags, order.where, repair=found.choices.repair and kind == "UPDATE")
        return change_sets.create(found.clients.cloudformation, wanted, found.choices.pace)
