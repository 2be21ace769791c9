"""`iamgen init`: its options."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import click

from iamgen.cli import options
from iamgen.cli.session import Session
from iamgen.cli.values import group
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:
    from iamgen.new_repository.choices import NewRepository


def _choices(
    *,
    accounts: tuple[str, ...],
    region: str | None,
    people: tuple[str, ...],
    ci: Literal["github", "gitlab", "none"] | None,
    requirement: str | None,
) -> NewRepository:
    from iamgen.new_repository.choices import NewRepository, account_of

    _refuse_empty({"--region": region, "--iamgen": requirement})
    declared = tuple(account_of(text) for text in accounts)
    return NewRepository(declared, region or "", people, ci or "", (requirement or "").strip())


def _refuse_empty(values: Mapping[str, str | None]) -> None:
    """Refuse options with an empty value, as of a variable that is not set: a default is not what was meant. Raises
    UsageError."""
    empty = [option for option, value in values.items() if value is not None and not value.strip()]
    if empty:
        raise UsageError([Fault(option, "it is empty", "write a value, or leave the option out") for option in empty])


_choice_options = group(
    "choices",
    _choices,
    click.option(
        "--account",
        "accounts",
        multiple=True,
        metavar="NAME=ID",
        help="The name and id of an account. May be repeated.",
    ),
    click.option(
        "--region",
        metavar="REGION",
        shell_complete=options.completing("region_names"),
        help="The region of the stacks.  [default: eu-west-1]",
    ),
    click.option(
        "--person",
        "people",
        multiple=True,
        metavar="NAME",
        help="A person, by the name of their IAM user. May be repeated. The first one looks after the accounts.",
    ),
    click.option(
        "--ci",
        type=click.Choice(["github", "gitlab", "none"]),
        help="The CI service whose files are written.  [default: github]",
    ),
    click.option(
        "--iamgen",
        "requirement",
        metavar="REQUIREMENT",
        help="What pip installs as iamgen, such as 'iamgen @ git+https://…@v1.2.3'. Default: the iamgen that runs.",
    ),
)


@click.command()
@click.argument("directory", default="", metavar="[DIR]", type=click.Path())
@_choice_options
@options.yes
@click.pass_obj
def init(session: Session, /, *, directory: str, choices: NewRepository, yes: bool) -> int:
    """Begin a new repository that is ready to run.

    \b
    iamgen init
    iamgen init shop-iam --yes --account user-only=111111111111 \\
        --account shop-dev=222222222222 --account shop-prod=333333333333

    iamgen asks for projects, accounts, the region, people and the CI service. It
    writes CONST.inc, users.py and all that belongs to them into DIR, or into the
    current folder. Without a terminal, give everything by options, or say --yes
    to take the defaults; accounts have no default.

    An account for development may also hold the people: give user-only the same
    id. A file that exists already stays as it is. If one of the others cannot be
    written, none is.
    """
    from iamgen.commands.init import InitRequest, init

    return init(InitRequest(session.folder / directory, choices, _shown(session, directory), yes), session.console)


def _shown(session: Session, directory: str) -> str:
    """Return the folder as somebody would go there from the current one; nothing where that is not needed."""
    path = session.folder / directory
    return "" if os.path.realpath(path) == os.path.realpath("") else str(path)
