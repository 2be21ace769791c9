"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from iamgen.errors import IamgenError

Command = TypeVar("Command", bound=Callable[..., Any])


def account_names(context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
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
    return click.argument("accounts", nargs=-1, metavar=metavar, shell_complete=account_names)


def every(command: Command) -> Command:
    """Add --all, which takes every account."""
    return click.option("--all", "every", is_flag=True, help="Take every account of CONST.inc.")(command)


def lint(command: Command) -> Command:
    """Add --no-lint, which leaves cfn-lint out."""
    return click.option("--lint/--no-lint", default=True, help="Ask cfn-lint too; on by default.")(command)


def cache(command: Command) -> Command:
    """Add --no-cache, which asks cfn-lint anew."""
    return click.option("--cache/--no-cache", default=True, help="Reuse cfn-lint's results; on by default.")(command)


def exit_code(when: str) -> Callable[[Command], Command]:
    """Return the option that lets the exit code tell a program what the output tells a person."""
    return click.option("--exit-code", is_flag=True, help=f"Exit with 4 when {when}.")


def yes(command: Command) -> Command:
    """Add --yes, which answers the command's question beforehand."""
    return click.option("-y", "--yes", is_flag=True, help="Do it without asking.")(command)


def dry_run(command: Command) -> Command:
    """Add --dry-run, which changes nothing."""
    return click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing.")(command)


def remote(command: Command) -> Command:
    """Add --remote, the name of a git remote."""
    text = "The git remote. By default that of the current branch, else origin, else the only one."
    return click.option("--remote", metavar="NAME", help=text)(command)


def as_json(command: Command) -> Command:
    """Add --json, which prints the result for programs."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout, all else on stderr.")(command)


def access(command: Command) -> Command:
    """Add the options that say whose credentials are used."""
    role = click.option(
        "--role-arn-template",
        metavar="ARN",
        help="The role to assume in each account: 'arn:aws:iam::{account_id}:role/deployer'.",
    )
    profile = click.option("--profile", metavar="NAME", help="The profile of ~/.aws/config for every account.")
    return profile(role(command))


STACK_SET = ("kind", "units", "delegated", "administration_role", "execution_role", "failures", "at_once")


def stack_sets(command: Command) -> Command:
    """Add what a stack set needs to know; `STACK_SET` has the names of the values."""
    several = click.IntRange(min=1)
    added = (
        click.option(
            "--stack-set",
            "kind",
            metavar="KIND",
            help="One template for all accounts of a kind, by a stack set of AWS.",
        ),
        click.option(
            "--ou", "units", multiple=True, metavar="ID", help="An organisational unit they are in: service-managed."
        ),
        click.option("--delegated-admin", "delegated", is_flag=True, help="Act as the organisation's delegated admin."),
        click.option("--administration-role", metavar="ARN", help="Self-managed: the role that AWS assumes."),
        click.option("--execution-role", metavar="NAME", help="Self-managed: the role in each account."),
        click.option(
            "--failure-tolerance",
            "failures",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="How many accounts may fail before AWS stops.",
        ),
        click.option(
            "--concurrency", "at_once", type=several, default=1, show_default=True, help="How many accounts at once."
        ),
    )
    for option in reversed(added):
        command = option(command)
    return command
