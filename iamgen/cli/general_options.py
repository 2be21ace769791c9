"""The options that every command takes, before its name or after it: -C, --color and --verbose."""

from __future__ import annotations

from pathlib import Path

import click

from iamgen.cli.session import FOLDER, Session
from iamgen.ui.console import Colour, Console

_VERBOSE = "iamgen.verbose"


def general_options(*, hidden: bool) -> list[click.Parameter]:
    """Return the options; hidden for a command, whose own help does not repeat those of the program."""
    folder = click.Option(
        ["-C", "folder"],
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        help="Work in the repository of this folder instead of the current one.",
        expose_value=False,
        hidden=hidden,
        callback=_set_folder,
    )
    colour = click.Option(
        ["--color", "colour"],
        type=click.Choice(["auto", "always", "never"]),
        help="When messages are in colour: auto, the default, means on a terminal, unless NO_COLOR is set.",
        expose_value=False,
        hidden=hidden,
        callback=_set_colour,
    )
    verbose = click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        help="Say on stderr what is asked of AWS and of git, and how long it takes.",
        expose_value=False,
        hidden=hidden,
        is_eager=True,  # so that --version knows of it, wherever it stands
        callback=_start_tracing,
    )
    return [folder, colour, verbose]


def version_option() -> click.Parameter:
    """Return the option --version of the program itself."""
    return click.Option(
        ["--version"],
        is_flag=True,
        help="Show the version and exit. With --verbose, also those of Python and the libraries, for a bug report.",
        expose_value=False,
        callback=_show_version,
    )


def version_text(context: click.Context) -> str:
    """Return `iamgen 1.2.3`, and under --verbose the versions of Python and of the libraries as well."""
    if context.meta.get(_VERBOSE):
        from iamgen.cli.versions import versions

        return versions().rstrip("\n")
    from importlib.metadata import version

    return f"iamgen {version('iamgen')}"


def _show_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        click.echo(version_text(context))
        context.exit()


def _set_folder(context: click.Context, _option: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        context.meta[FOLDER] = folder  # for completion, which has no session
        if isinstance(context.obj, Session):
            context.obj.folder = folder


def _set_colour(context: click.Context, _option: click.Parameter, colour: Colour | None) -> None:
    if colour is not None and isinstance(context.obj, Session):
        context.obj.console = Console.standard(colour)


def _start_tracing(context: click.Context, _option: click.Parameter, is_verbose: bool) -> None:
    session = context.obj
    context.meta[_VERBOSE] = is_verbose or context.meta.get(_VERBOSE, False)
    if is_verbose and isinstance(session, Session):
        from iamgen.ui import tracing

        def print_line(text: str) -> None:
            session.console.note(text)  # the console of that time: --color may come later

        tracing.start(print_line)
