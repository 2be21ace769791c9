"""`iamgen template`: print the template that an account's stack was deployed with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from iamgen.aws_client.clients import require_account
from iamgen.aws_client.errors import telling
from iamgen.clock import now
from iamgen.commands.requests import Reach
from iamgen.declaration.account_selection import chosen
from iamgen.deploy import stack as stacks
from iamgen.deploy.stack_status import holds_template
from iamgen.deploy.targets import CredentialChoice, where
from iamgen.errors import refuse
from iamgen.project import Project
from iamgen.ui.console import Console


@dataclass(frozen=True)
class TemplateRequest:
    """Whose template to read."""

    root: Path
    """The folder that has users.py."""
    reach: Reach
    """The one account, and the credentials for it."""


def template(request: TemplateRequest, console: Console) -> int:
    """Print the template, and return 0. Raises IamgenError when there is no stack, or no way to it."""
    declaration = Project.load(request.root, now()).declaration
    (account,) = chosen(declaration, request.reach.accounts, every=False)
    place, name = where(account), declaration.settings.stack
    clients = CredentialChoice(request.reach.profile, request.reach.role_arn_template).clients(declaration, account)
    require_account(clients, account.id, place)
    with telling(place, clients.credentials):
        stack = stacks.read(clients.cloudformation, name)
        if stack is None or not holds_template(stack.status):
            state = f" (it is {stack.status})" if stack else ""
            raise refuse(place, f"there is no stack {name}{state}", f"deploy it: iamgen deploy {account.name}")
        console.product(stacks.template(clients.cloudformation, stack.id))
    return 0
