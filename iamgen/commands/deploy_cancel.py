"""`iamgen cancel`: stop an update that is under way; AWS then restores everything as it was."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from iamgen.aws_client.clients import Clients
from iamgen.aws_client.parallel import heeding, side_by_side
from iamgen.aws_client.polling import Pace
from iamgen.clock import now
from iamgen.commands.requests import Consent, Output, Reach
from iamgen.declaration.account_selection import chosen
from iamgen.declaration.resolved import Account, Declaration
from iamgen.deploy import several_accounts
from iamgen.deploy.cancellation import cancel, under_way
from iamgen.deploy.order import Order
from iamgen.deploy.targets import CredentialChoice, in_question, order
from iamgen.errors import Fault, IamgenError
from iamgen.project import Project
from iamgen.ui.board import showing
from iamgen.ui.console import Console

DONE, FAILED, PENDING = 0, 1, 4
_BACK = "UPDATE_ROLLBACK_COMPLETE"
CancelledStack = tuple[Order, Clients]
Statuses = Mapping[str, str | IamgenError]


@dataclass(frozen=True)
class CancelRequest:
    """Where to stop an update, and whether to ask."""

    root: Path
    """The folder of the repository."""
    reach: Reach
    """The accounts, and whose credentials."""
    consent: Consent
    """Whether something may be stopped."""
    output: Output
    """How the result is reported."""


def cancel_deployments(request: CancelRequest, console: Console) -> int:
    """Stop what is under way, and return 0 where all is as it was; 1 where it is not; 4, under `exit_code`, when
    something is still under way. Raises IamgenError for what is wrong with the declaration."""
    if not request.consent.dry_run:
        console.require_answer("cancel", yes=request.consent.yes)
    declaration, stop = Project.load(request.root, now()).declaration, threading.Event()
    access = CredentialChoice(request.reach.profile, request.reach.role_arn_template)
    accounts = chosen(declaration, request.reach.accounts, every=request.reach.every)
    clients = access.clients_of_each(declaration, accounts, console)
    every = {account.name: (order(declaration, account, "", {}), clients[account.name]) for account in accounts}
    with console.board(list(every)) as show:
        looked_at = {
            name: partial(showing, show, name, "reading the stack", partial(under_way, *item))
            for name, item in every.items()
        }
        statuses = side_by_side(looked_at, stop, only_reads=True)
    busy = {name: every[name] for name, status in statuses.items() if isinstance(status, str) and status}
    for name, status in statuses.items():
        _say(every[name][0].where, status or "nothing is under way", console)
    asked_about = [account for account in accounts if account.name in busy]
    agreed = (
        not request.consent.dry_run
        and bool(busy)
        and (request.consent.yes or _agreed(asked_about, declaration, console))
    )
    ends = _cancel(busy, stop, console) if agreed else {}
    if request.output.as_json:
        console.product(_json(every, statuses, ends))
    failed = any(isinstance(status, IamgenError) for status in statuses.values()) or any(
        end != _BACK for end in ends.values()
    )
    return FAILED if failed else PENDING if request.output.exit_code and busy.keys() - ends.keys() else DONE


def _agreed(accounts: Iterable[Account], declaration: Declaration, console: Console) -> bool:
    names = ", ".join(map(in_question, accounts))
    is_yes = console.confirm(f"Stop the update of the stack {declaration.settings.stack} in {names}?")
    if not is_yes:
        console.note("nothing was stopped")
    return is_yes


def _cancel(busy: Mapping[str, CancelledStack], stop: threading.Event, console: Console) -> Statuses:
    """Stop all of them, whatever becomes of one; return how each ended."""
    with console.board(list(busy)) as show:
        work = {
            name: partial(cancel, *item, Pace(heeding(stop)), partial(several_accounts.tell, name, show, set()))
            for name, item in busy.items()
        }
        shown = {name: partial(showing, show, name, "stopping the update", stopped) for name, stopped in work.items()}
        ends = side_by_side(shown, stop)
    for name, status in ends.items():
        where = busy[name][0].where
        if status == _BACK or isinstance(status, IamgenError):
            _say(where, status, console)
        else:
            console.error(Fault(where, *_not_back(name, status)))
    return ends


def _not_back(name: str, status: str) -> tuple[str, str]:
    if not status:
        return "it had ended before it could be stopped", f"look at what there is now: iamgen deploy {name} --dry-run"
    return f"it was not put back as it was: {status}", f"iamgen deploy {name} says what there is to do"


def _say(where: str, status: str | IamgenError, console: Console) -> None:
    if isinstance(status, str):
        console.note(f"{where}: {status}")
    else:
        console.errors(status.faults)


def _json(every: Mapping[str, CancelledStack], statuses: Statuses, ends: Statuses) -> str:
    reported = [
        {
            "account": name,
            "account_id": expected.account_id,
            "stack": expected.stack,
            **_plain("before", statuses[name]),
            **_plain("after", ends.get(name)),
        }
        for name, (expected, _) in every.items()
    ]
    return json.dumps({"accounts": reported}, indent=2) + "\n"


def _plain(moment: str, status: str | IamgenError | None) -> dict[str, object]:
    if isinstance(status, IamgenError):
        return {moment: None, "faults": [fault.plain() for fault in status.faults]}
    return {moment: status or None}
