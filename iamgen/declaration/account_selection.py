"""The accounts that a command is for, by the names on its command line."""

from __future__ import annotations

from collections.abc import Sequence

from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import Fault, UsageError


def chosen(declaration: Declaration, names: Sequence[str], *, every: bool) -> tuple[Account, ...]:
    """Return the accounts of these names, or all, each once; a stand-in answers to user-only too.

    Raises UsageError for names that there are not.
    """
    requested = tuple(declaration.accounts) if every else tuple(names)
    known = {*declaration.accounts, *declaration.aliases}
    unknown = [name for name in requested if name not in known]
    if unknown:
        from iamgen.declaration.account_hints import account_hint  # only a mistake should cost it

        hints = {name: account_hint(name, declaration.accounts, declaration.aliases, names) for name in unknown}
        raise UsageError(Fault(name, "there is no such account", hint) for name, hint in hints.items())
    own = dict.fromkeys(declaration.aliases.get(name, name) for name in requested)
    return tuple(declaration.accounts[name] for name in own)
