"""Sign in to the account that holds people, with which every command about people begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from iamgen.aws_client.clients import Clients, Identity, require_account
from iamgen.declaration.resolved import Declaration
from iamgen.deploy.target_account import TargetAccount
from iamgen.deploy.targets import CredentialChoice, target


@dataclass(frozen=True)
class PeopleAccount:
    """The account that holds people, what is declared, and who is signed in."""

    declaration: Declaration
    """What users.py and CONST.inc declare."""
    account: TargetAccount
    """The account."""
    clients: Clients
    """The account's clients."""
    caller: Identity
    """Who is signed in."""
    now: datetime
    """The time of the command."""

    @property
    def where(self) -> str:
        """How messages name the account."""
        return str(self.account)


def sign_in_to_people(declaration: Declaration, access: CredentialChoice, now: datetime) -> PeopleAccount:
    """Return the account that holds people, once the credentials have proven to be of it. Raises IamgenError."""
    account = declaration.people_account
    clients = access.clients(declaration, account)
    caller = require_account(clients, account.id, str(target(account)))
    return PeopleAccount(declaration, target(account), clients, caller, now)
