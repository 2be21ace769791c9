"""`iamgen drift`: print what differs in AWS from the templates that were deployed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from iamgen.aws_client.clients import Clients, require_account
from iamgen.aws_client.errors import telling
from iamgen.aws_client.parallel import heeding, side_by_side
from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.commands.requests import Output, Reach
from iamgen.declaration.account_selection import chosen
from iamgen.deploy import stack as stacks
from iamgen.deploy.drift import NOT_COMPARED, Inspection, inspect
from iamgen.deploy.order import Order
from iamgen.deploy.plan_output import remarks
from iamgen.deploy.stack_drift import comparable
from iamgen.deploy.targets import CredentialChoice, order
from iamgen.diff.lines import lines
from iamgen.errors import IamgenError
from iamgen.iam.source import parse
from iamgen.project import Project
from iamgen.ui.console import Console

DONE, FAILED, DRIFTED = 0, 1, 4


@dataclass(frozen=True)
class DriftRequest:
    """Which accounts to inspect, and how to report what differs."""

    root: Path
    """The folder that has users.py."""
    reach: Reach
    """The accounts, and the credentials for them."""
    output: Output = field(default_factory=Output)
    """Whether stdout is JSON, and whether the exit code says that something differs."""


def drift(request: DriftRequest, console: Console) -> int:
    """Print what differs, and return 0; 1 when an account could not be looked at; 4, under `exit_code`, when
    something differs or was not looked at. Raises IamgenError for what is wrong with the declaration."""
    declaration, reach = Project.load(request.root, now()).declaration, request.reach
    accounts = chosen(declaration, reach.accounts, every=reach.every)
    access, stop = CredentialChoice(reach.profile, reach.role_arn_template), threading.Event()
    clients = {account.name: access.clients(declaration, account) for account in accounts}
    orders = {account.name: order(declaration, account, "", {}) for account in accounts}
    with console.board(list(orders)) as show:
        work = {
            name: partial(_inspect, target, clients[name], Pace(heeding(stop)), partial(show, name))
            for name, target in orders.items()
        }
        results = side_by_side(work, stop, only_reads=True)
    inspections = {name: result for name, result in results.items() if isinstance(result, Inspection)}
    for error in (result for result in results.values() if isinstance(result, IamgenError)):
        console.errors(error.faults)
    if inspections or request.output.as_json:
        console.product(_json(orders, results) if request.output.as_json else _text(orders, inspections))
    if len(inspections) < len(results):
        return FAILED
    return DRIFTED if request.output.exit_code and any(map(_may_differ, inspections.values())) else DONE


def _may_differ(inspection: Inspection) -> bool:
    """Whether something differs, or might: what was not looked at is not as it was deployed."""
    return inspection.differs or bool(inspection.unchecked)


def _inspect(target: Order, clients: Clients, pace: Pace, on_progress: Callable[[str], None]) -> Inspection:
    require_account(clients, target.account_id, target.where)
    with telling(target.where, clients.credentials):
        stack = comparable(clients, target.stack, target.account)
        text = stacks.template(clients.cloudformation, stack.id)
        return inspect(clients, target, parse(target.where, text).body, pace, on_progress)


def _text(orders: Mapping[str, Order], inspections: Mapping[str, Inspection]) -> str:
    blocks = ["\n".join(_lines(orders[name].where, inspection)) for name, inspection in inspections.items()]
    return "\n\n".join([*blocks, _summary(inspections.values())]) + "\n"


def _lines(where: str, inspection: Inspection) -> Iterator[str]:
    yield f"{where}: {_state(inspection)}"
    yield from lines(inspection.changes)
    yield from remarks(inspection)


def _state(inspection: Inspection) -> str:
    if inspection.differs:
        return "differs from what was deployed"
    if inspection.unchecked:
        unchecked = len(inspection.unchecked)
        return f"nothing differs in what was looked at, and {unchecked} of {inspection.resources} resources were not"
    return "is as it was deployed"


def _summary(inspections: Collection[Inspection]) -> str:
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


def _json(orders: Mapping[str, Order], results: Mapping[str, Inspection | IamgenError]) -> str:
    accounts = [
        {"account": name, "account_id": orders[name].account_id, "stack": orders[name].stack, **_plain(result)}
        for name, result in results.items()
    ]
    return json.dumps({"accounts": accounts, "never_compared": list(NOT_COMPARED)}, indent=2) + "\n"


def _plain(result: Inspection | IamgenError) -> dict[str, object]:
    """Return what differs in an account, or why it could not be inspected."""
    if isinstance(result, IamgenError):
        return {"faults": [fault.plain() for fault in result.faults]}
    return {
        "resources": result.resources,
        "drift": [change.plain() for change in result.changes],
        "unchecked": [resource.logical_id for resource in result.unchecked],
        "not_looked_at": [resource.plain() for resource in result.unchecked],
        "undeclared_users": [user.plain() for user in result.undeclared],
    }
