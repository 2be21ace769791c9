"""Make the templates of several accounts as text, and report the faults of all of them in one go."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import Fault, IamgenError
from iamgen.jinja.policy import PolicyDocuments
from iamgen.synth.build import build, notices
from iamgen.synth.template_text import Format, text


class Texts(NamedTuple):
    """Each account's template as text, by the account's name, and what its owner may want to know."""

    by_account: dict[str, str]
    """The template of each account, by the account's name."""
    notices: tuple[Fault, ...]
    """What the owner of the declaration may want to know."""


def texts(
    declaration: Declaration, accounts: Iterable[Account], documents: PolicyDocuments, form: Format = "json"
) -> Texts:
    """Return the accounts' templates. Raises IamgenError with whatever does not fit, of all of them."""
    by_account: dict[str, str] = {}
    warnings: list[Fault] = []
    faults: list[Fault] = []
    for account in accounts:
        warnings += notices(declaration, account)
        try:
            by_account[account.name] = text(build(declaration, account, documents), form, account.name)
        except IamgenError as exc:
            faults += exc.faults
    if faults:
        raise IamgenError(dict.fromkeys(faults))
    return Texts(by_account, tuple(warnings))
