"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from iamgen.errors import IamgenError

Command = TypeVar("Command", bound=Callable[..., Any])


def _account_names(context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """Complete an account's name from CONST.inc alone, which takes no time."""
    from iamgen.declaration.accounts import accounts
    from iamgen.declaration.constants import read
    from iamgen.declaration.load import CONSTANTS_FILE, find_root

    folder = context.find_root().params.get("folder") or Path()
    try:
        constants, _ = read(find_root(folder) / CONSTANTS_FILE, CONSTANTS_FILE)
    except IamgenError:
        return []
    return [name for name in accounts(constants).by_name if name.startswith(incomplete)]


def accounts(metavar: str) -> Callable[[Command], Command]:
    """Return the argument that names accounts, completed by the shell."""
    return click.argument("accounts", nargs=-1, metavar=metavar, shell_complete=_account_names)


def yes(command: Command) -> Command:
    """Add --yes, the answer to what the command would ask."""
    return click.option("-y", "--yes", is_flag=True, help="Do it without asking.")(command)


def dry_run(command: Command) -> Command:
    """Add --dry-run, which shows and stops."""
    return click.option("--dry-run", is_flag=True, help="Show what would be done, and stop there.")(command)


def remote(command: Command) -> Command:
    """Add --remote, the name of a git remote."""
    said = "The git remote, by name. Otherwise that of the current branch, origin, or the only one."
    return click.option("--remote", metavar="NAME", help=said)(command)


def as_json(command: Command) -> Command:
    """Add --json, which tells programs what is told people otherwise."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, all else on stderr.")(command)
