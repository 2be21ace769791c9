"""The accounts that a command is for, by the names on its command line."""

from __future__ import annotations

from collections.abc import Sequence

from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import Fault, UsageError
from iamgen.similar_names import did_you_mean


def chosen(declaration: Declaration, names: Sequence[str], *, every: bool) -> tuple[Account, ...]:
    """Return the accounts of these names, or all, each once; a stand-in answers to user-only too.

    Raises UsageError for names that there are not.
    """
    requested = tuple(declaration.accounts) if every else tuple(names)
    known = {*declaration.accounts, *declaration.aliases}
    unknown = [name for name in requested if name not in known]
    if unknown:
        declared = f"CONST.inc declares {', '.join(declaration.accounts)}"
        problem = "there is no such account"
        raise UsageError(Fault(name, problem, did_you_mean(name, known, declared)) for name in unknown)
    own = dict.fromkeys(declaration.aliases.get(name, name) for name in requested)
    return tuple(declaration.accounts[name] for name in own)
