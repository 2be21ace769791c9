"""The program: its commands, its general options, and the one place where errors become exit codes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from iamgen.cli.command_group import CommandGroup
from iamgen.cli.command_list import COMMANDS, NO_COMMAND, OTHER_WORDS
from iamgen.cli.general_options import general_options, version_option, version_text
from iamgen.cli.help import WIDTH
from iamgen.cli.session import Session
from iamgen.errors import Fault, IamgenError, InterruptError, UsageError
from iamgen.ui.console import Console
from iamgen.ui.signals import as_interrupts, ignore

DONE, FAULT, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130
VARIABLE = "_IAMGEN_COMPLETE"
"""The variable of the environment by which a shell asks for completions; click derives it from the program's name."""
_CODES = {UsageError: USAGE, InterruptError: INTERRUPTED}


@click.group(
    cls=CommandGroup,
    params=[*general_options(hidden=False), version_option()],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH},
)
def iamgen() -> None:
    """Declare who may do what in which AWS account, check it, ask about it, and deploy it with CloudFormation.

    What you declare stands in users.py and CONST.inc; `iamgen init` makes a
    repository that has them. These options may stand before a command or after
    it, and `iamgen COMMAND --help` describes the command.
    """


iamgen.headings, iamgen.other_words, iamgen.no_command = COMMANDS, OTHER_WORDS, NO_COMMAND
iamgen.general_options = general_options(hidden=True)


def _command_names(context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    from iamgen.cli import completion_words

    return completion_words.command_names(context, incomplete)


@iamgen.command("help", hidden=True)
@click.argument("names", nargs=-1, shell_complete=_command_names)
@click.pass_context
def show_help(context: click.Context, names: tuple[str, ...]) -> None:
    """Print the help of a command, of a command of a group, or of iamgen."""
    described = context.find_root()
    for name in names:
        group = described.command
        if not isinstance(group, click.Group):
            raise click.UsageError(f"Got unexpected extra argument ({name})", described)
        _, command, _ = group.resolve_command(described, [name])
        if command:
            described = command.context_class(command, info_name=name, parent=described, **command.context_settings)
    click.echo(described.get_help())


@iamgen.command("version", hidden=True, params=general_options(hidden=True))
@click.pass_context
def show_version(context: click.Context) -> None:
    """Print the version, as --version does."""
    click.echo(version_text(context))


def main() -> int:
    """Run the command line and return its exit code."""
    if VARIABLE in os.environ:  # a shell asks what may come next
        from iamgen.cli.completion_shells import use_own_shells

        use_own_shells()
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
        return FAULT  # the reader of stdout has closed it, and knows that
    except Exception as exc:  # noqa: BLE001  # whatever the system does not refuse, is a bug of ours
        return _unexpected_end(session.console, exc)


def _usage_fault(exc: click.UsageError) -> Fault:
    if isinstance(exc, click.NoSuchOption) and exc.ctx:
        from iamgen.cli.unknown_option import unknown_option

        return unknown_option(exc.option_name, exc.ctx)
    path = exc.ctx.command_path if exc.ctx else "iamgen"
    problem = " ".join(exc.format_message().split()).rstrip(".")  # click lists choices one a line, after a tab
    return Fault(path, problem, _usage_hint(exc, path))


def _usage_hint(exc: click.UsageError, path: str) -> str:
    """Return the order of the arguments where there are too many or too few of them, else where to read on."""
    is_about_arguments = type(exc) is click.UsageError or isinstance(getattr(exc, "param", None), click.Argument)
    if exc.ctx and is_about_arguments:
        usage = " ".join(exc.ctx.command.collect_usage_pieces(exc.ctx))
        return f"type {path} {usage}; {path} --help lists the options"
    return f"{path} --help"


def _unexpected_end(console: Console, exc: Exception) -> int:
    """Say what the system refuses; else keep the traceback in a file of the person's own and say where."""
    from iamgen.cli.bug_report import write_bug_report
    from iamgen.cli.system_refusals import system_refusal

    if not _has_current_folder():
        return _refuse_folder(console)
    refusal = system_refusal(exc)
    console.error(refusal or write_bug_report())
    return FAULT if refusal else BUG


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
