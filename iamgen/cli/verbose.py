"""The option --verbose, which every command takes, also after its name."""

from __future__ import annotations

import click

from iamgen.cli.options import Command
from iamgen.cli.session import Session

_HELP = "Say on stderr what is asked of AWS and of git, and how long it takes."


def option(command: Command) -> Command:
    """Add --verbose to the program."""
    return click.option(*_NAMES, is_flag=True, expose_value=False, callback=_start, help=_HELP)(command)


def accepting(command: click.Command) -> click.Command:
    """Return the command, which takes --verbose as the program does; its own help does not repeat it."""
    command.params.append(
        click.Option(_NAMES, is_flag=True, expose_value=False, callback=_start, hidden=True, help=_HELP)
    )
    return command


_NAMES = ["-v", "--verbose"]


def _start(context: click.Context, _option: click.Parameter, value: bool) -> None:
    if not value:
        return
    from iamgen.ui import tracing

    session: Session = context.obj

    def print_line(text: str) -> None:
        session.console.note(text)  # the console of that time: it is made when all options are read

    tracing.start(print_line)
