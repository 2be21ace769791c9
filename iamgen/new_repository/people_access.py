"""Decide what the people of a new repository may do: their entries in users.py, from the accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from iamgen.declaration.kinds import USER_ONLY
from iamgen.declaration.resolved import Kind
from iamgen.new_repository.choices import AccountChoice

_OPS, _LOGS = '"OpsR"', '("LogsR", "ReadR")'


class PersonEntry(NamedTuple):
    """A person of users.py."""

    name: str
    """The IAM user's name."""
    access: str
    """What stands behind it: a dictionary of accounts and roles, as Python source."""


def holder_of(accounts: Sequence[AccountChoice]) -> AccountChoice:
    """Return the account that holds the people: user-only, or the one that stands in for it."""
    people = next((account for account in accounts if account.kind == USER_ONLY), None)
    places = _workplaces(accounts)
    if people:
        return next((account for account in places if account.id == people.id), people)
    kinds = ("dev", "workload")
    return next(account for kind in kinds for account in places if account.kind == kind)


def access_of_first(accounts: Sequence[AccountChoice], *, logs: bool) -> str:
    """Return the access of the person who looks after the accounts; `logs` says whether LogsR is theirs, too."""
    holder = holder_of(accounts)
    entries = [f'"{holder.name}": "DeployR"'] if holder.kind == USER_ONLY else []
    also = '"LogsR", ' if logs else ""
    entries.append(f'"*": ("AdminR", "DeployR", {also}"OpsR")')
    return f"{{{', '.join(entries)}}}"


def access_of_others(accounts: Sequence[AccountChoice]) -> str:
    """Return the access of the other people: to work where it is not for production, and to look there."""
    places = _workplaces(accounts)
    entries = [
        *(f'"{pattern}": {_OPS}' for pattern in _patterns(places, "dev")),
        *(f'"{account.name}": {_OPS}' for account in places if account.kind == "workload"),
        *(f'"{pattern}": {_LOGS}' for pattern in _patterns(places, "prod")),
    ]
    return f"{{{', '.join(entries)}}}"


def by_approval(accounts: Sequence[AccountChoice]) -> tuple[list[str], list[str]]:
    """Return the accounts that CI deploys after an approval, production's and the people's, and those without one."""
    holder = holder_of(accounts)
    guarded = [account.name for account in _workplaces(accounts) if account.kind == "prod"]
    unguarded = [
        account.name for account in _workplaces(accounts) if account.kind != "prod" and account.name != holder.name
    ]
    return [holder.name, *guarded], unguarded


def example_account(accounts: Sequence[AccountChoice]) -> str:
    """Return an account to be named in examples: one for production where there is one."""
    places = _workplaces(accounts)
    names = [account.name for account in places if account.kind == "prod"]
    return (names or [account.name for account in (*places, *accounts)])[0]


def has_production(accounts: Sequence[AccountChoice]) -> bool:
    """Return whether an account is for production."""
    return any(account.kind == "prod" for account in accounts)


def _workplaces(accounts: Sequence[AccountChoice]) -> list[AccountChoice]:
    """Return the accounts other than user-only, which patterns match as well."""
    return [account for account in accounts if account.kind != USER_ONLY]


def _patterns(accounts: Sequence[AccountChoice], kind: Kind) -> list[str]:
    """Return the names of the accounts of a kind, or one pattern for those of several projects."""
    names = [account.name for account in accounts if account.kind == kind]
    matched = [account for account in accounts if account.name.endswith(f"-{kind}")]
    is_alike = len(matched) > 1 and all(account.kind == kind for account in matched)
    pattern = [f"*-{kind}"] if is_alike else []
    return pattern + [name for name in names if not (is_alike and name.endswith(f"-{kind}"))]
