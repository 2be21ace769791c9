"""Plan and deploy several accounts at the same time, in an order that their trust policies need."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from iamgen.aws_client.clients import Clients, WrongAccountError, require_account
from iamgen.aws_client.parallel import side_by_side
from iamgen.deploy import approval
from iamgen.deploy.approval import ForgedPlanError
from iamgen.deploy.change_set_removal import staying_change_set
from iamgen.deploy.consequences import cli_options
from iamgen.deploy.events import Event
from iamgen.deploy.executor import discard, execute
from iamgen.deploy.missing_people import refused_for_missing_people
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.plan_file import Kept
from iamgen.deploy.planner import Prepared, prepare
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.ui.board import under_way

Show = Callable[[str, str], None]


@dataclass(frozen=True)
class Member:
    """An account to deploy to."""

    name: str
    """Its name in CONST.inc."""
    order: Order
    """What it should have."""
    clients: Clients
    """Its clients."""
    holds_people: bool
    """Whether the others may trust users that its stack makes."""


@dataclass(frozen=True)
class Planned:
    """The plans of the accounts, and why the others have none; all by the account's name."""

    ready: Mapping[str, Prepared]
    """The deployments that are planned."""
    failed: Mapping[str, IamgenError]
    """Why an account could not be planned."""
    carried_out: Mapping[str, Order] = field(default_factory=dict)
    """The accounts in which a kept plan was carried out before."""
    missing: tuple[Fault, ...] = ()
    """The declared people who do not exist. Where an account is refused for that, its faults name them as well."""

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Why accounts could not be planned: each fault once, and first the missing people, because they are a
        cause."""
        every = dict.fromkeys(fault for error in self.failed.values() for fault in error.faults)
        return tuple(sorted(every, key=lambda fault: fault not in self.missing))


@dataclass(frozen=True)
class Ends:
    """How accounts ended, by their names."""

    done: tuple[str, ...] = ()
    """Those in which everything was done."""
    failed: Mapping[str, IamgenError] = field(default_factory=dict)
    """Why those failed that did."""
    not_begun: tuple[str, ...] = ()
    """Those that were not begun because another failed."""


class Pending:
    """Deployments that are planned, and those of them that are begun: what to clean up, however a command ends.

    It is filled while accounts are worked on, so that nothing gets lost when a signal ends that.
    """

    def __init__(self, *, are_kept: bool = False) -> None:
        """`are_kept` when a plan file keeps their change sets."""
        self.are_kept = are_kept
        self.planning: dict[str, Member] = {}
        self.prepared: dict[str, Prepared] = {}
        self.begun: set[str] = set()

    def clean_up(self) -> dict[str, tuple[Fault, ...]]:
        """Remove the change sets that nobody has begun, unless they are kept; return what stays, by account."""
        stays = {}
        for name in self._unwanted():
            stays[name] = drop([self.prepared[name]])
            del self.prepared[name]
        return {name: faults for name, faults in stays.items() if faults}

    def not_removed(self) -> Iterator[Fault]:
        """Yield the change sets that may stay in AWS, because a signal cut planning or `clean_up` short."""
        for member in tuple(self.planning.values()):
            problem = "planning was cut short: its change set may stay in AWS"
            listing = f"aws cloudformation list-change-sets --stack-name {member.order.stack}"
            yield Fault(member.order.where, problem, f"look: {listing}{cli_options(member.clients)}")
        for prepared in map(self.prepared.__getitem__, self._unwanted()):
            if prepared.change_set:
                order, clients = prepared.order, prepared.clients
                yield staying_change_set(prepared.change_set, order.stack, clients, order.where, is_certain=False)

    def _unwanted(self) -> tuple[str, ...]:
        return () if self.are_kept else tuple(name for name in self.prepared if name not in self.begun)


def unusable(
    members: Iterable[Member], stop: threading.Event, show: Show = lambda _name, _now: None
) -> dict[str, IamgenError]:
    """Return the accounts whose credentials are another account's or cannot be used, where that ends it for all: when
    one is another account's, or none can be used. Where only some cannot, it is found again when these are planned."""

    def sign_in(member: Member) -> None:
        with under_way(show, member.name, "signing in"):
            require_account(member.clients, member.order.account_id, member.order.where)

    answers = side_by_side({member.name: partial(sign_in, member) for member in members}, stop, only_reads=True)
    failed = {name: answer for name, answer in answers.items() if isinstance(answer, IamgenError)}
    is_wrong = any(isinstance(error, WrongAccountError) for error in failed.values())
    return failed if is_wrong or len(failed) == len(answers) else {}


def plan(
    members: Iterable[Member], choices: Choices, show: Show, stop: threading.Event, pending: Pending | None = None
) -> Planned:
    """Plan what would be done in each account. `pending` gets each plan as soon as it is made, so that its owner can
    clean up."""
    register = Pending() if pending is None else pending

    def plan_member(member: Member) -> Prepared:
        register.planning[member.name] = member
        try:
            with under_way(show, member.name, "planning"):
                register.prepared[member.name] = prepared = prepare(member.order, member.clients, choices)
        finally:
            del register.planning[member.name]
        return prepared

    answers = side_by_side({member.name: partial(plan_member, member) for member in members}, stop)
    ready = {name: answer for name, answer in answers.items() if isinstance(answer, Prepared)}
    planned = Planned(ready, {name: answer for name, answer in answers.items() if isinstance(answer, IamgenError)})
    return _without_dropped(_without_missing_people(planned), register)


def _without_dropped(planned: Planned, register: Pending) -> Planned:
    """Return it once the change sets of refused deployments are removed, which no plan file keeps either."""
    failed = dict(planned.failed)
    for name in failed.keys() & register.prepared.keys():
        failed[name] = IamgenError([*failed[name].faults, *drop([register.prepared[name]])])
        del register.prepared[name]  # only now: a signal may have come in between
    return replace(planned, failed=failed)


def take_up(
    plans: Mapping[str, Kept], members: Iterable[Member], choices: Choices, stop: threading.Event, pending: Pending
) -> Planned:
    """Return what a kept plan does in each account, for the accounts in which it was not carried out yet.

    Raises ForgedPlanError when one of the plans is not one that iamgen made: then none of them can be relied on.
    """
    orders = {member.name: member.order for member in members}

    def taken_up(member: Member) -> Prepared | None:
        plan = plans.get(member.name)
        if plan is None:
            message = "the plan calls this account by another name than CONST.inc does now"
            raise refuse(member.order.where, message, f"make a new plan: iamgen plan {member.name} -o FILE")
        prepared = approval.take_up(plan, member.order, member.clients, choices)
        if prepared:
            pending.prepared[member.name] = prepared
        return prepared

    answers = side_by_side({member.name: partial(taken_up, member) for member in members}, stop)
    forged = [answer for answer in answers.values() if isinstance(answer, ForgedPlanError)]
    if forged:
        raise ForgedPlanError(fault for error in forged for fault in error.faults)
    planned = Planned(
        {name: answer for name, answer in answers.items() if isinstance(answer, Prepared)},
        {name: answer for name, answer in answers.items() if isinstance(answer, IamgenError)},
        {name: orders[name] for name, answer in answers.items() if answer is None},
    )
    return _without_missing_people(planned)


def _without_missing_people(planned: Planned) -> Planned:
    """Return it with the deployments refused that would trust people who do not exist."""
    refused = refused_for_missing_people(planned.ready)
    missing = tuple(fault for item in planned.ready.values() for fault in item.people.missing.values())
    ready = {name: item for name, item in planned.ready.items() if name not in refused}
    return replace(planned, ready=ready, failed={**planned.failed, **refused}, missing=missing)


def held_back(planned: Planned, first: str, *, every: bool) -> tuple[str, ...]:
    """Return what is not to be begun, because `first` could not be planned: the others may trust its users.

    What only takes access away trusts nobody new, and goes on; with `every` it is held back as well.
    """
    if first not in planned.failed:
        return ()
    pending = {name: prepared for name, prepared in planned.ready.items() if prepared.is_pending}
    return tuple(name for name, item in pending.items() if every or not item.only_removes_access)


def drop(prepared: Iterable[Prepared]) -> tuple[Fault, ...]:
    """Remove the change sets of plans that are no longer needed; return those that could not be removed."""
    faults: list[Fault] = []
    for item in prepared:
        try:
            discard(item)
        except IamgenError as exc:
            faults += exc.faults
    return tuple(faults)


def carry_out(
    ready: Mapping[str, Prepared], first: str, show: Show, stop: threading.Event, begun: set[str] | None = None
) -> Ends:
    """Deploy what is planned; `begun` gets the names of those that AWS has begun with.

    What only takes access away goes before all, then `first`, then the others. These are not begun when `first` fails;
    their change sets stay. After ^C, AWS goes on.
    """
    begun = set() if begun is None else begun
    pending = {name: prepared for name, prepared in ready.items() if prepared.is_pending}
    removing = {name: item for name, item in pending.items() if item.only_removes_access}
    leading = {name: item for name, item in pending.items() if name == first and name not in removing}
    rest = {name: item for name, item in pending.items() if name not in removing and name not in leading}
    failed = _all(removing, show, stop, begun, patient=False)
    failed |= _all(leading, show, stop, begun, patient=False)
    not_begun = tuple(rest) if first in failed else ()
    if not not_begun:
        failed |= _all(rest, show, stop, begun, patient=bool(leading))
    return Ends(tuple(name for name in pending if name not in failed and name not in not_begun), failed, not_begun)


def _all(
    ready: Mapping[str, Prepared], show: Show, stop: threading.Event, begun: set[str], *, patient: bool
) -> dict[str, IamgenError]:
    def deploy_member(name: str, prepared: Prepared) -> None:
        with under_way(show, name, "deploying"):
            execute(prepared, partial(tell, name, show, set()), patient=patient, begin=partial(begun.add, name))

    answers = side_by_side({name: partial(deploy_member, name, item) for name, item in ready.items()}, stop)
    return {name: answer for name, answer in answers.items() if isinstance(answer, IamgenError)}


def tell(name: str, show: Show, finished: set[str], event: Event) -> None:
    """Show an event as one line: how many resources are through, and which is at it."""
    if event.status.endswith("_COMPLETE") and not event.of_stack:
        finished.add(event.logical_id)
    show(name, f"{len(finished):>3} done  {event.status}  {event.logical_id}")
