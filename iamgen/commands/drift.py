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
from iamgen.diff.lines import signed
from iamgen.diff.short_names import with_short_names
from iamgen.errors import IamgenError
from iamgen.iam.source import parse
from iamgen.project import Project
from iamgen.ui.board import under_way
from iamgen.ui.console import Console
from iamgen.ui.plan_line import PlanLine

DONE, FAILED, DRIFTED = 0, 1, 4
_SIGNS = " (+ is only in AWS, - is missing there, ~ is not as it was deployed)"
_OUTSIDE = "iamgen audit looks for access outside the stack."


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
    clients = access.clients_of_each(declaration, accounts, console)
    orders = {account.name: order(declaration, account, "", {}) for account in accounts}
    with console.board(list(orders)) as show:
        work = {
            name: partial(_inspect, target, clients[name], Pace(heeding(stop)), show) for name, target in orders.items()
        }
        results = side_by_side(work, stop, only_reads=True)
    inspections = {name: result for name, result in results.items() if isinstance(result, Inspection)}
    for error in (result for result in results.values() if isinstance(result, IamgenError)):
        console.errors(error.faults)
    if request.output.as_json:
        console.product(_json(orders, results))
    elif inspections:
        console.show_plan(_text_lines(orders, inspections), asks=False)
        _say_what_is_next(inspections, reach, console)
    if len(inspections) < len(results):
        return FAILED
    return DRIFTED if request.output.exit_code and any(map(_may_differ, inspections.values())) else DONE


def _say_what_is_next(inspections: Mapping[str, Inspection], reach: Reach, console: Console) -> None:
    """Say how what a repair can put right is put right; an undeclared user it leaves alone."""
    names = [name for name, inspection in inspections.items() if inspection.changes]
    if names:
        command = f"iamgen deploy {' '.join(names)} --repair{reach.credential_options}"
        console.note(f"next: {command} shows what it puts right, and asks")


def _may_differ(inspection: Inspection) -> bool:
    """Whether something differs, or might: what was not looked at is not as it was deployed."""
    return inspection.differs or bool(inspection.unchecked)


def _inspect(target: Order, clients: Clients, pace: Pace, show: Callable[[str, str], None]) -> Inspection:
    with under_way(show, target.account.name, "signing in"):
        require_account(clients, target.account_id, target.where)
        show(target.account.name, "reading the stack")
        with telling(target.where, clients.credentials):
            stack = comparable(clients, target.stack, target.account)
            text = stacks.template(clients.cloudformation, stack.id)
            deployed = parse(target.where, text).body
            return inspect(clients, target, deployed, pace, partial(show, target.account.name))


def _text_lines(orders: Mapping[str, Order], inspections: Mapping[str, Inspection]) -> tuple[PlanLine, ...]:
    blocks = ((*_lines(orders[name], inspection), PlanLine("")) for name, inspection in inspections.items())
    return (*(line for block in blocks for line in block), *_summary(inspections.values()))


def _lines(target: Order, inspection: Inspection) -> Iterator[PlanLine]:
    yield PlanLine(f"{target.where}: {_state(inspection)}", tone="heading" if inspection.differs else "")
    yield from signed(with_short_names(inspection.changes, target.people_account), "drift")
    yield from remarks(inspection)


def _state(inspection: Inspection) -> str:
    if inspection.differs:
        return "differs from what was deployed"
    if inspection.unchecked:
        unchecked = len(inspection.unchecked)
        return f"nothing differs in what was looked at, and {unchecked} of {inspection.resources} resources were not"
    return "is as it was deployed"


def _summary(inspections: Collection[Inspection]) -> tuple[PlanLine, ...]:
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
    signs = _SIGNS if any(account.changes for account in inspections) else ""
    parts += [f"{count} {words.split('|')[count != 1]}" for words, count in counts.items() if count]
    return (
        PlanLine(f"Drift: {'; '.join(parts)}{signs}.", tone="heading"),
        PlanLine(f"Never compared: {'; '.join(NOT_COMPARED)}. {_OUTSIDE}"),
    )


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
