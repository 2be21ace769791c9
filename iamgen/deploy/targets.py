"""Find what each account should have according to the declaration, and the credentials for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from iamgen.aws_client.clients import Client, Clients, Credentials, connect, role_arn
from iamgen.declaration.accounts import PROFILE, constant
from iamgen.declaration.model import STANDARD_ROLES
from iamgen.declaration.naming import ASSUME_GROUP, OWN_USER_GROUP, POWER_GROUP
from iamgen.declaration.resolved import Account, Declaration
from iamgen.deploy.order import Order
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import IamgenError


@dataclass(frozen=True)
class CredentialChoice:
    """How to come by credentials: a profile for all accounts, and the role to assume in each; None is not said."""

    profile: str | None = None
    role_arn_template: str | None = None

    def credentials(self, declaration: Declaration, account: Account) -> Credentials:
        """Return the account's credentials: what was said, else the profile that CONST.inc has for it, unless the
        environment has credentials itself, as that of a pipeline has.

        Raises UsageError for a template that names no account.
        """
        template = self.role_arn_template
        role = role_arn(template, account.id, declaration.partition) if template else None
        names = [account.name, *(alias for alias, name in declaration.aliases.items() if name == account.name)]
        written = (declaration.constants.get(constant(name, PROFILE)) for name in names)
        own = next((text for text in written if text), None)
        return Credentials(self.profile or (None if role or _in_environment() else own), role)

    def clients(self, declaration: Declaration, account: Account) -> Clients:
        """Return the account's clients, signed in: a profile may ask for an MFA code, and one asks after the other.

        Where there is no way to have them, it is their use that raises IamgenError: the other accounts are none the
        worse. Raises UsageError as `credentials` does.
        """
        credentials = self.credentials(declaration, account)
        try:
            return connect(credentials, declaration.region, where(account))
        except IamgenError as exc:
            return Clients(partial(_fail, exc), credentials, declaration.region)


def _fail(error: IamgenError, _service: str) -> Client:
    raise error


def _in_environment() -> bool:
    return bool(os.environ.get("AWS_ACCESS_KEY_ID") or os.environ.get("AWS_WEB_IDENTITY_TOKEN_FILE"))


def where(account: Account) -> str:
    """Return how messages name an account."""
    return str(TargetAccount(account.name, account.id))


def in_question(account: Account) -> str:
    """Return how a question names an account: whoever answers sees that it is a production account."""
    return f"{account.name} (production, {account.id})" if account.kind == "prod" else where(account)


def order(declaration: Declaration, account: Account, text: str, tags: Mapping[str, str]) -> Order:
    """Return what the account should have, `text` being its template."""
    return Order(
        TargetAccount(account.name, account.id),
        declaration.settings.stack,
        text,
        tags,
        people_arns(declaration),
        members(declaration, account),
        _everybody(declaration, account),
        kept_roles(account),
        frozenset(person.name for person in declaration.people) if account.holds_people else None,
        not account.is_workload,
        declaration.partition,
    )


def kept_roles(account: Account) -> frozenset[str]:
    """Return the roles, by logical id, that stay in an account's stack when nobody holds them any more."""
    return frozenset(() if account.is_workload else STANDARD_ROLES)


def _everybody(declaration: Declaration, account: Account) -> frozenset[str]:
    """Return the names of all people and CI users, where the account holds people."""
    if not account.holds_people:
        return frozenset()
    return frozenset(
        [person.name for person in declaration.people] + [machine.name for machine in declaration.machines]
    )


def people_arns(declaration: Declaration) -> frozenset[str]:
    """Return the ARNs of the declared users."""
    naming = declaration.naming(declaration.people_account)
    return frozenset(naming.user_arn(person.name, person.path) for person in declaration.people)


def members(declaration: Declaration, account: Account) -> Mapping[str, frozenset[str]]:
    """Return who belongs into the groups that people are put into by hand, by the group's logical id."""
    if not account.holds_people or declaration.settings.users != "console":
        return {}
    everybody = frozenset(person.name for person in declaration.people)
    power = frozenset(person.name for person in declaration.people if person.power)
    return {ASSUME_GROUP: everybody, OWN_USER_GROUP: everybody, POWER_GROUP: power}


def people_first(accounts: Iterable[Account]) -> tuple[Account, ...]:
    """Return the accounts in the order in which they are deployed: a trust has to find its users."""
    return tuple(sorted(accounts, key=lambda account: not account.holds_people))
