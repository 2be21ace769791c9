"""What somebody's `access` says, pattern by pattern: which roles, where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from iamgen.declaration.accounts import Accounts
from iamgen.declaration.declared_type import without_fault
from iamgen.declaration.model import CIUser, Grant, Roles, User


def is_pattern(key: str) -> bool:
    """Tell whether an access key is a pattern and not an account's name."""
    return any(character in key for character in "*?[")


def accounts_meant(key: str, accounts: Accounts) -> tuple[str, ...]:
    """Return the accounts that an access key means; a pattern never means a pure user-only account."""
    if not is_pattern(key):
        name = accounts.aliases.get(key, key)
        return (name,) if name in accounts.by_name else ()
    return tuple(name for name, one in accounts.by_name.items() if one.is_workload and fnmatchcase(name, key))


def grants(roles: Roles) -> Iterator[tuple[str, Grant | None]]:
    """Yield each role that an entry names, with the `Grant` that says until when, if it is one."""
    several: Iterable[object] = roles if isinstance(roles, list | tuple) else [roles]
    for one in map(without_fault, several):
        if isinstance(one, Grant):
            yield one.role, one
        elif isinstance(one, str):
            yield one, None


def accounts_of(user: User | CIUser, accounts: Accounts) -> frozenset[str]:
    """Return every account in which somebody is granted something."""
    return frozenset(
        name
        for key, roles in user.access.items()
        if any(True for _ in grants(roles))
        for name in accounts_meant(key, accounts)
    )
