"""The templates of accounts, every check passed: what may be deployed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from iamgen.declaration.load import load
from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import Fault, IamgenError
from iamgen.ui.console import Console


@dataclass(frozen=True)
class Looking:
    """Where, when it is, and whether to ask cfn-lint, and to remember what it said."""

    root: Path
    moment: datetime
    lint: bool = True
    remember: bool = True


def declared(looking: Looking, console: Console) -> Declaration:
    """Return the repository's declaration, having printed what is warned about. Raises IamgenError with every fault."""
    loaded = load(looking.root, looking.moment)
    for warning in loaded.warnings:
        console.warning(warning)
    return loaded.declaration


def checked(
    declaration: Declaration, accounts: Iterable[Account], looking: Looking, console: Console
) -> dict[str, str]:
    """Return each account's template, by name, having printed what is warned about.

    Raises IamgenError with every finding that is an error.
    """
    from iamgen.jinja.policy import documents
    from iamgen.synth.account_templates import texts  # troposphere and awacs: 100 ms

    made = texts(declaration, accounts, documents(looking.root, declaration))
    for notice in made.notices:
        console.warning(notice)
    errors, warnings = findings(made.by_account, declaration, looking, console)
    for warning in warnings:
        console.warning(warning)
    if errors:
        raise IamgenError(errors)
    return made.by_account


def findings(
    texts: Mapping[str, str], declaration: Declaration, looking: Looking, console: Console
) -> tuple[list[Fault], list[Fault]]:
    """Return what is found in the accounts' templates: errors, and warnings."""
    from iamgen.check import inspect
    from iamgen.check.lint.configuration import find_config
    from iamgen.check.lint.linter import LintSettings

    settings = LintSettings(declaration.region, find_config(looking.root), looking.remember) if looking.lint else None
    with console.progress("checking", len(texts)) as advance:
        how = inspect.Looking(looking.root, declaration.settings.ignore, settings, advance)
        found = inspect.inspect(texts, declaration, how)
    told = [(one.level, one.fault(account)) for account, some in found.items() for one in some]
    return [fault for level, fault in told if level == "error"], [fault for level, fault in told if level != "error"]
