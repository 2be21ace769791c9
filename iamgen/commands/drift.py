"""`iamgen drift`: what differs in AWS from the templates that were deployed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from iamgen.aws_client.clients import Clients, require_account
from iamgen.aws_client.errors import telling
from iamgen.aws_client.parallel import heeding, side_by_side
from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.declaration.account_selection import chosen
from iamgen.declaration.load import load
from iamgen.deploy import stack as stacks
from iamgen.deploy.drift import NOT_COMPARED, Inspection, inspect
from iamgen.deploy.plan_output import remarks
from iamgen.deploy.planner import Order
from iamgen.deploy.stack_drift import comparable
from iamgen.deploy.targets import Access, order
from iamgen.diff.lines import lines
from iamgen.errors import IamgenError
from iamgen.iam.source import parse
from iamgen.ui.console import Console

DONE, FAILED, DRIFTED = 0, 1, 4


@dataclass(frozen=True)
class Drifting:
    """Which accounts to look at, and how to tell."""

    root: Path
    accounts: tuple[str, ...] = ()
    every: bool = False
    profile: str | None = None
    role_arn_template: str | None = None
    exit_code: bool = False
    as_json: bool = False


def drift(wanted: Drifting, console: Console) -> int:
    """Print what differs, and return 0; 1 when an account could not be looked at; 4, under `exit_code`, when
    something differs or was not looked at. Raises IamgenError for what is wrong with the declaration."""
    declaration = load(wanted.root, now()).declaration
    accounts = chosen(declaration, wanted.accounts, every=wanted.every)
    access, stop = Access(wanted.profile, wanted.role_arn_template), threading.Event()
    clients = {one.name: access.clients(declaration, one) for one in accounts}
    orders = {one.name: order(declaration, one, "", {}) for one in accounts}
    with console.board(list(orders)) as show:
        work = {
            name: partial(_look, some, clients[name], Pace(heeding(stop)), partial(show, name))
            for name, some in orders.items()
        }
        found = side_by_side(work, stop)
    seen = {name: one for name, one in found.items() if isinstance(one, Inspection)}
    for error in (one for one in found.values() if isinstance(one, IamgenError)):
        console.errors(error.faults)
    if seen or wanted.as_json:
        console.product(_json(orders, found) if wanted.as_json else _text(orders, seen))
    if len(seen) < len(found):
        return FAILED
    return DRIFTED if wanted.exit_code and any(_is_open(one) for one in seen.values()) else DONE


def _is_open(one: Inspection) -> bool:
    """Whether something differs, or might: what was not looked at is not as it was deployed."""
    return one.differs or bool(one.unchecked)


def _look(wanted: Order, clients: Clients, pace: Pace, on_progress: Callable[[str], None]) -> Inspection:
    require_account(clients, wanted.account_id, wanted.where)
    with telling(wanted.where, clients.credentials):
        stack = comparable(clients.cloudformation, wanted.stack, wanted.account)
        text = stacks.template(clients.cloudformation, stack.id)
        return inspect(clients, wanted, parse(wanted.where, text).body, pace, on_progress)


def _text(orders: Mapping[str, Order], seen: Mapping[str, Inspection]) -> str:
    blocks = ["\n".join(_lines(orders[name].where, one)) for name, one in seen.items()]
    return "\n\n".join([*blocks, _last(seen.values())]) + "\n"


def _lines(where: str, one: Inspection) -> Iterator[str]:
    yield f"{where}: {_state(one)}"
    yield from lines(one.changes)
    yield from remarks(one)


def _state(one: Inspection) -> str:
    if one.differs:
        return "differs from what was deployed"
    if one.unchecked:
        return f"nothing differs in what was looked at, and {len(one.unchecked)} of {one.resources} resources were not"
    return "is as it was deployed"


def _last(inspections: Collection[Inspection]) -> str:
    """Return how much differs, and how much nobody knows; and what is never compared."""
    differing = sum(len(account.resource_changes) for account in inspections)
    counts = {
        "was not looked at|were not looked at": sum(len(account.unchecked) for account in inspections),
        "person has more than users.py gives|people have more than users.py gives": sum(
            len(account.changes) - len(account.resource_changes) for account in inspections
        ),
        "user is in no file|users are in no file": sum(len(account.undeclared) for account in inspections),
    }
    total = sum(account.resources for account in inspections)
    parts = [f"{differing} of {total} resources {'differs' if differing == 1 else 'differ'}"]
    parts += [f"{count} {words.split('|')[count != 1]}" for words, count in counts.items() if count]
    return f"Drift: {'; '.join(parts)}.\nNever compared: {'; '.join(NOT_COMPARED)}."


def _json(orders: Mapping[str, Order], found: Mapping[str, Inspection | IamgenError]) -> str:
    told = [
        {"account": name, "account_id": orders[name].account_id, "stack": orders[name].stack, **_plain(one)}
        for name, one in found.items()
    ]
    return json.dumps({"accounts": told, "never_compared": list(NOT_COMPARED)}, indent=2) + "\n"


def _plain(one: Inspection | IamgenError) -> dict[str, object]:
    """Return what was found in an account, or why it could not be looked at."""
    if isinstance(one, IamgenError):
        return {"faults": [fault._asdict() for fault in one.faults]}
    return {
        "resources": one.resources,
        "drift": [change.plain() for change in one.changes],
        "unchecked": [some.logical_id for some in one.unchecked],
        "not_looked_at": [some.plain() for some in one.unchecked],
        "undeclared_users": [some.plain() for some in one.undeclared],
    }
