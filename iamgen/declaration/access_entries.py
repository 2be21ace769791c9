"""Turn account names and patterns in users.py into the accounts that they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from iamgen.declaration.declared_type import Declared, MisDeclared, label

if TYPE_CHECKING:
    from iamgen.declaration.accounts import Accounts
    from iamgen.declaration.users_file import Written


def is_pattern(key: str) -> bool:
    """Return whether a key of `access` is a pattern, and not the name of an account."""
    return any(character in key for character in "*?[")


def accounts_meant(key: str, accounts: Accounts) -> tuple[str, ...]:
    """Return the accounts that an access key means; a pattern never means a pure user-only account."""
    if not is_pattern(key):
        name = accounts.aliases.get(key, key)
        return (name,) if name in accounts.by_name else ()
    return tuple(name for name, account in accounts.by_name.items() if account.is_workload and fnmatchcase(name, key))


def account_keys(field: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the account names and patterns of a field that takes one or several."""
    if field is None:
        return ()
    return (field,) if isinstance(field, str) else tuple(field)


def places(field: str | Sequence[str] | None, accounts: Accounts) -> tuple[str, ...]:
    """Return the names of the accounts that a field means, in CONST.inc's order."""
    meant = {name for key in account_keys(field) for name in accounts_meant(key, accounts)}
    return tuple(name for name in accounts.by_name if name in meant)


def where_granted(role: str, granted_in: Iterable[str], written: Written, accounts: Accounts) -> tuple[str, ...]:
    """Return those of the accounts in `granted_in` that have the role: a declared one may be in a few only."""
    declared = next((declared for declared in written.roles if declared.name == role), None)
    return tuple(name for name in granted_in if declared is None or name in places(declared.accounts, accounts))


def account_faults(declared: Declared, field: str | Sequence[str] | None, accounts: Accounts) -> Iterator[MisDeclared]:
    """Yield a fault for each account name or pattern of the field `accounts` that means no account."""
    for key in account_keys(field):
        if accounts.by_name and not accounts_meant(key, accounts):
            from iamgen.declaration.account_hints import account_hint  # slow to import, and only needed after a mistake

            hint = account_hint(key, accounts.by_name, accounts.aliases, account_keys(field))
            yield MisDeclared(declared.origin, f"{label(declared)}: {key!r} is no account, nor matches any", hint, key)
