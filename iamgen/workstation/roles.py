"""The roles that a person may assume, account by account, as their console and their CLI will call them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from iamgen.declaration.accounts import Accounts
from iamgen.declaration.constants import Constants
from iamgen.declaration.resolved import Account, Declaration, Person
from iamgen.declaration.role_names import named_roles


@dataclass(frozen=True)
class Assumable:
    """A role in an account. `place` is what the account is called; `hours` is the longest session, None if unknown.

    `until` (UTC, exclusive) is when the grant ends.
    """

    account: Account
    place: str
    role: str
    name: str
    arn: str
    hours: int | None = None
    until: datetime | None = None

    @property
    def profile(self) -> str:
        """Return what the AWS CLI calls it: `example-dev_read`."""
        return f"{self.place}_{self.role.removesuffix('R').lower()}"


def roles_of(declaration: Declaration, person: Person) -> tuple[Assumable, ...]:
    """Return the roles that the person may assume, in the order of the accounts in CONST.inc."""
    granted = {(item.account, item.role): item for item in declaration.granted if item.principal == person}
    return tuple(
        replace(assumable, until=granted[assumable.account.name, assumable.role].until)
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
    own = next((item.session_hours for item in declaration.roles if item.name == role), None)
    hours = declaration.session_hours[role] if own is None else own
    return Assumable(account, place, role, naming.full(role), naming.role_arn(role), hours)


def _places(accounts: Iterable[Account]) -> dict[str, str]:
    """Return what each account is called, by its name: its alias, or the name where that could mean another account."""
    several = list(accounts)
    meant = Counter(word for account in several for word in {account.display, account.name})
    return {account.name: account.display if meant[account.display] == 1 else account.name for account in several}
