"""The program: its commands, its general options, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from iamgen.cli.command_group import CommandGroup
from iamgen.cli.command_list import COMMANDS, OTHER_WORDS
from iamgen.cli.help import WIDTH
from iamgen.cli.session import FOLDER, Session
from iamgen.errors import Fault, IamgenError, InterruptError, UsageError
from iamgen.ui.console import Colour, Console
from iamgen.ui.signals import as_interrupts, ignore

DONE, FAULT, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130
_CODES = {UsageError: USAGE, InterruptError: INTERRUPTED}


def _set_folder(context: click.Context, _param: click.Parameter, folder: Path | None) -> None:
    if folder is not None:
        context.meta[FOLDER] = folder  # for completion, which has no session
        if isinstance(context.obj, Session):
            context.obj.folder = folder


def _set_colour(context: click.Context, _param: click.Parameter, colour: Colour | None) -> None:
    if colour is not None and isinstance(context.obj, Session):
        context.obj.console = Console.standard(colour)


def _general_options(*, hidden: bool) -> tuple[click.Option, ...]:
    """Return the options that every command takes, before its name or after it."""
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
        help="Colour on stderr; auto, the default, means on a terminal, unless NO_COLOR is set.",
        expose_value=False,
        hidden=hidden,
        callback=_set_colour,
    )
    return folder, colour


@click.group(
    cls=CommandGroup,
    params=[*_general_options(hidden=False)],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
)
@click.version_option(package_name="iamgen", message="%(prog)s %(version)s")
def iamgen() -> None:
    """Who may do what in which AWS account: declared in users.py, made into CloudFormation.

    The options may stand before a command or after it; `iamgen COMMAND --help`
    describes the command.
    """


iamgen.headings, iamgen.other_words = COMMANDS, OTHER_WORDS
iamgen.general_options = _general_options(hidden=True)


@iamgen.command("help", hidden=True)
@click.argument("name", required=False)
@click.pass_context
def show_help(context: click.Context, name: str | None) -> None:
    """Print the help of a command, or of iamgen."""
    group = context.find_root()
    if name is None:
        click.echo(group.get_help())
        return
    _, command, _ = iamgen.resolve_command(group, [name])
    if command:
        with click.Context(command, info_name=name, parent=group, **command.context_settings) as described:
            click.echo(command.get_help(described))


@iamgen.command("version", hidden=True)
def show_version() -> None:
    """Print the version, as --version does."""
    from importlib.metadata import version

    click.echo(f"iamgen {version('iamgen')}")


def main() -> int:
    """Run the command line and return its exit code."""
    session = Session(Console.standard())
    sys.stderr = session.console.err  # for click, which writes to it itself: its terminal may be gone
    with as_interrupts():  # to the last word: what cleans up may be told twice to end
        code = _ended(session)
        if code == INTERRUPTED:
            ignore()
    return code


def _ended(session: Session) -> int:  # noqa: PLR0911  # one for each way to end
    try:
        return int(iamgen.main(standalone_mode=False, prog_name="iamgen", obj=session) or DONE)
    except IamgenError as exc:
        session.console.errors(exc.faults)
        return next((code for kind, code in _CODES.items() if isinstance(exc, kind)), FAULT)
    except click.exceptions.NoArgsIsHelpError as exc:
        session.console.note(exc.format_message())
        return USAGE
    except click.UsageError as exc:
        session.console.error(_usage_fault(exc))
        return USAGE
    except (KeyboardInterrupt, click.Abort):
        session.console.note("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        return FAULT  # who read stdout has gone, and knows
    except Exception:  # noqa: BLE001  # whatever else there is, is a bug of ours
        return _report_bug(session.console) if _has_current_folder() else _refuse_folder(session.console)


def _usage_fault(exc: click.UsageError) -> Fault:
    path = exc.ctx.command_path if exc.ctx else "iamgen"
    return Fault(path, exc.format_message().rstrip("."), f"{path} --help")


def _has_current_folder() -> bool:
    try:
        Path.cwd()
    except OSError:
        return False
    return True


def _refuse_folder(console: Console) -> int:
    """Say that relative names lead nowhere, which is no bug of ours."""
    console.error(Fault("current folder", "it is gone, or cannot be read", "go to one that is there: cd"))
    return FAULT


def _report_bug(console: Console) -> int:
    """Keep the traceback in a file of the person's own and say where."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="iamgen-bug-", suffix=".log", delete=False) as log:
        log.write(traceback.format_exc())
    last = traceback.format_exc().strip().rpartition("\n")[2]
    console.error(Fault("iamgen", f"this is a bug: {last}", f"please report it with {log.name}"))
    return BUG
