"""List the roles that a person may assume, by account, with their names in the console and the CLI."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from iamgen.declaration.accounts import Accounts
from iamgen.declaration.constants import Constants
from iamgen.declaration.resolved import Account, Declaration, Person
from iamgen.declaration.role_names import named_roles
from iamgen.workstation.profile_names import is_read_by_all


class Assumable(NamedTuple):
    """A role in an account."""

    account: Account
    """The account that the role is in."""
    place: str
    """What the account is called: its alias, or its name where the alias could mean another account."""
    role: str
    """The role, as users.py calls it: `ReadR`."""
    name: str
    """The role's name in AWS."""
    arn: str
    """The role's ARN."""
    hours: int | None = None
    """The longest session in hours; None where it is not known."""
    until: datetime | None = None
    """When the grant ends (UTC, exclusive); None where it does not end."""
    description: str = ""
    """What somebody in the role can do, in a few words; empty where nobody has said it."""

    @property
    def profile_place(self) -> str:
        """Return what profiles call the account: `place`, or its own name where a program would not read that."""
        return self.place if is_read_by_all(self.place) else self.account.name

    @property
    def profile(self) -> str:
        """Return what the AWS CLI calls it: `example-dev_read`."""
        return f"{self.profile_place}_{self.role.removesuffix('R').lower()}"


def roles_of(declaration: Declaration, person: Person) -> tuple[Assumable, ...]:
    """Return the roles that the person may assume, in the order of the accounts in CONST.inc."""
    granted = {(item.account, item.role): item for item in declaration.granted if item.principal == person}
    return tuple(
        assumable._replace(until=granted[assumable.account.name, assumable.role].until)
        for assumable in every_role(declaration)
        if (assumable.account.name, assumable.role) in granted
    )


def every_role(declaration: Declaration) -> tuple[Assumable, ...]:
    """Return every role of every account, the standardized ones first."""
    places = _places(declaration.accounts.values())
    return tuple(
        _assumable(declaration, account, places[account.name], role)
        for account in declaration.accounts.values()
        for role in (*declaration.standard_roles(account), *_own_roles(declaration, account))
    )


def named_in(constants: Constants, accounts: Accounts) -> tuple[Assumable, ...]:
    """Return the roles that CONST.inc names, for a repository that says nothing more."""
    places = _places(accounts.by_name.values())

    def assumables() -> Iterator[Assumable]:
        for constant, account, word in named_roles(constants, accounts):
            role = "".join(part.capitalize() for part in word.split("_")) + "R"
            arn = f"arn:{accounts.partition}:iam::{account.id}:role/{constant.value}"
            yield Assumable(account, places[account.name], role, constant.value, arn)

    return tuple(assumables())


def _own_roles(declaration: Declaration, account: Account) -> list[str]:
    return [role.name for role in declaration.roles if account.name in role.accounts]


def _assumable(declaration: Declaration, account: Account, place: str, role: str) -> Assumable:
    naming = declaration.naming(account)
    own = next((item for item in declaration.roles if item.name == role), None)
    hours = declaration.session_hours[role] if own is None else own.session_hours
    description = _standard_description(declaration, role) if own is None else own.description
    return Assumable(account, place, role, naming.full(role), naming.role_arn(role), hours, None, description)


def _standard_description(declaration: Declaration, role: str) -> str:
    """Return what a standardized role can do."""
    services = ", ".join(declaration.ops_services) or "no service"
    read_data = (
        "what the read guard calls data and secrets is denied" if declaration.settings.read_guard else "data included"
    )
    return {
        "AdminR": "everything in the account",
        "OpsR": f"full power over {services}; reads what ReadOnlyAccess reads, data included",
        "ReadR": f"reads what ReadOnlyAccess reads, {read_data}; changes nothing",
    }.get(role, "")


def _places(accounts: Iterable[Account]) -> dict[str, str]:
    """Return what each account is called, by its name: its alias, or the name where that could mean another account."""
    several = list(accounts)
    meant = Counter(word for account in several for word in {account.display, account.name})
    return {account.name: account.display if meant[account.display] == 1 else account.name for account in several}
