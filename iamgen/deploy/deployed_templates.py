"""Read the templates with which all accounts' stacks were deployed, from several accounts at once."""

from __future__ import annotations

import json
import threading
from functools import partial

from iamgen.aws_client.clients import Clients, require_account
from iamgen.aws_client.errors import telling
from iamgen.aws_client.parallel import side_by_side
from iamgen.declaration.resolved import Account, Declaration
from iamgen.deploy import stack as stacks
from iamgen.deploy.stack_status import holds_template
from iamgen.deploy.targets import CredentialChoice, where
from iamgen.errors import IamgenError, refuse
from iamgen.ui.board import showing
from iamgen.ui.console import Console


def deployed_templates(declaration: Declaration, choice: CredentialChoice, console: Console) -> dict[str, str | None]:
    """Return the template that each account's stack was deployed with, None where there is no stack.

    Raises IamgenError with what is in the way in every account.
    """
    accounts = {account.name: account for account in declaration.accounts.values()}
    clients = {name: choice.clients(declaration, account) for name, account in accounts.items()}
    stack = declaration.settings.stack
    work = {name: partial(_template, clients[name], accounts[name], stack) for name in accounts}
    with console.board(list(work)) as show:
        shown = {name: partial(showing, show, name, "reading the stack", read) for name, read in work.items()}
        results = side_by_side(shown, threading.Event())
    faults = [fault for result in results.values() if isinstance(result, IamgenError) for fault in result.faults]
    if faults:
        raise IamgenError(faults)
    return {name: result for name, result in results.items() if not isinstance(result, IamgenError)}


def _template(clients: Clients, account: Account, name: str) -> str | None:
    place = where(account)
    require_account(clients, account.id, place)
    with telling(place, clients.credentials):
        stack = stacks.read(clients.cloudformation, name)
        if stack is None or not holds_template(stack.status):
            return None
        return _json(stacks.template(clients.cloudformation, stack.id), account, name)


def _json(text: str, account: Account, stack: str) -> str:
    """Return a template's text. Raises IamgenError where somebody deployed one that is not JSON."""
    try:
        is_block = isinstance(json.loads(text), dict)
    except ValueError:
        is_block = False
    if not is_block:
        problem = f"the template of the stack {stack} is not JSON, as iamgen deploys it"
        raise refuse(where(account), problem, f"compare it as a file: iamgen template {account.name} > old.yaml")
    return text
