"""Find the accounts that a command is for, by the names and patterns on its command line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from iamgen.declaration.access_entries import is_pattern
from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import Fault, UsageError


def chosen(declaration: Declaration, names: Sequence[str], *, every: bool) -> tuple[Account, ...]:
    """Return the accounts of these names and patterns, or all, each once; a stand-in answers to user-only too.

    A pattern such as `*-prod` means every account whose name matches it, also the one that holds people. Raises
    UsageError for names that no account has, and for patterns that none matches.
    """
    requested = tuple(declaration.accounts) if every else tuple(names)
    known = (*declaration.accounts, *declaration.aliases)
    matching = {name: _matching(name, known) for name in requested}
    if unknown := [name for name, accounts in matching.items() if not accounts]:
        raise UsageError(_unknown(declaration, name, names) for name in unknown)
    own = dict.fromkeys(declaration.aliases.get(name, name) for names in matching.values() for name in names)
    return tuple(declaration.accounts[name] for name in own)


def _matching(name: str, known: Collection[str]) -> tuple[str, ...]:
    return tuple(other for other in known if other == name or (is_pattern(name) and fnmatchcase(other, name)))


def _unknown(declaration: Declaration, name: str, beside: Collection[str]) -> Fault:
    from iamgen.declaration.account_hints import (  # slow to import, and only needed after a mistake
        account_hint,
        declared_accounts,
    )

    if is_pattern(name):
        return Fault(name, "no account's name matches this pattern", declared_accounts(declaration.accounts))
    hint = account_hint(name, declaration.accounts, declaration.aliases, beside)
    return Fault(name, "there is no such account", hint)
