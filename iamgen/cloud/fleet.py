"""Several accounts: planned side by side, deployed in their order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from iamgen.cloud.carry_out import discard, execute
from iamgen.cloud.clients import Clients, WrongAccountError, require_account
from iamgen.cloud.deployment import Choices, Order, Prepared, prepare
from iamgen.cloud.events import Event
from iamgen.cloud.side_by_side import side_by_side
from iamgen.errors import Fault, IamgenError

Show = Callable[[str, str], None]


@dataclass(frozen=True)
class Member:
    """An account to deploy to; `holds_people` when the others may trust users that its stack makes."""

    name: str
    order: Order
    clients: Clients
    holds_people: bool


@dataclass(frozen=True)
class Planned:
    """What is planned in each account, and why it is not in the others."""

    ready: Mapping[str, Prepared]
    failed: Mapping[str, IamgenError]


@dataclass(frozen=True)
class Ends:
    """How accounts ended: those done, those that failed, and those not begun because of another."""

    done: tuple[str, ...] = ()
    failed: Mapping[str, IamgenError] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def require_accounts(members: Iterable[Member], stop: threading.Event) -> None:
    """Raise IamgenError where credentials are another account's, and when there are none for any; with every account
    of which that is so. Those of some that are missing or have expired are found again when these are planned."""
    work = {one.name: partial(require_account, one.clients, one.order.account_id, one.order.where) for one in members}
    found = side_by_side(work, stop).values()
    wrong = [one for one in found if isinstance(one, WrongAccountError)]
    failed = [one for one in found if isinstance(one, IamgenError)]
    if wrong or len(failed) == len(work):
        raise IamgenError(fault for one in failed for fault in one.faults)


def plan(members: Iterable[Member], choices: Choices, show: Show, stop: threading.Event) -> Planned:
    """Return what would be done in each account. After ^C no change set of the plan is left."""
    made: dict[str, Prepared] = {}

    def one(member: Member) -> Prepared:
        show(member.name, "planning")
        made[member.name] = found = prepare(member.order, member.clients, choices)
        show(member.name, "planned")
        return found

    try:
        found = side_by_side({member.name: partial(one, member) for member in members}, stop)
    except BaseException:
        drop(made.values())
        raise
    ready = {name: some for name, some in found.items() if isinstance(some, Prepared)}
    return Planned(ready, {name: some for name, some in found.items() if isinstance(some, IamgenError)})


def held_back(planned: Planned, first: str, *, every: bool) -> tuple[str, ...]:
    """Return what is not to be begun, because `first` could not be planned: the others may trust its users.

    What only takes access away trusts nobody new, and goes on; with `every` it is held back as well.
    """
    if first not in planned.failed:
        return ()
    pending = {name: one for name, one in planned.ready.items() if one.is_pending}
    return tuple(name for name, one in pending.items() if every or not one.only_removes_access)


def drop(prepared: Iterable[Prepared]) -> tuple[Fault, ...]:
    """Remove the change sets of plans that are not wanted; return what could not be removed."""
    faults: list[Fault] = []
    for one in prepared:
        try:
            discard(one)
        except IamgenError as exc:
            faults += exc.faults
    return tuple(faults)


def carry_out(
    ready: Mapping[str, Prepared], first: str, show: Show, stop: threading.Event, begun: set[str] | None = None
) -> Ends:
    """Deploy what is planned; `begun` gets the names of those that are begun, as they are.

    What only takes access away goes before all, then `first`, then the others. These are not begun when `first` fails;
    their change sets stay. After ^C, AWS goes on.
    """
    begun = set() if begun is None else begun
    pending = {name: one for name, one in ready.items() if one.is_pending}
    removing = {name: one for name, one in pending.items() if one.only_removes_access}
    leading = {name: one for name, one in pending.items() if name == first and name not in removing}
    others = {name: one for name, one in pending.items() if name not in removing and name not in leading}
    failed = _all(removing, show, stop, begun, patient=False)
    failed |= _all(leading, show, stop, begun, patient=False)
    left = tuple(others) if first in failed else ()
    if not left:
        failed |= _all(others, show, stop, begun, patient=bool(leading))
    return Ends(tuple(name for name in pending if name not in failed and name not in left), failed, left)


def _all(
    ready: Mapping[str, Prepared], show: Show, stop: threading.Event, begun: set[str], *, patient: bool
) -> dict[str, IamgenError]:
    def one(name: str, prepared: Prepared) -> None:
        begun.add(name)
        show(name, "deploying")
        execute(prepared, partial(tell, name, show, set()), patient=patient)
        show(name, "done")

    found = side_by_side({name: partial(one, name, some) for name, some in ready.items()}, stop)
    return {name: some for name, some in found.items() if isinstance(some, IamgenError)}


def tell(name: str, show: Show, finished: set[str], event: Event) -> None:
    """Show an event as one line: how many resources are through, and which is at it."""
    if event.status.endswith("_COMPLETE") and not event.of_stack:
        finished.add(event.logical_id)
    show(name, f"{len(finished):>3} done  {event.status}  {event.logical_id}")
