"""The program: its commands, its general options, and the one place where errors become exit codes."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from iamgen.cli.apply import apply
from iamgen.cli.bootstrap import bootstrap
from iamgen.cli.can import can
from iamgen.cli.cancel import cancel
from iamgen.cli.changes import changes
from iamgen.cli.check import check
from iamgen.cli.ci import ci
from iamgen.cli.deploy import deploy
from iamgen.cli.drift import drift
from iamgen.cli.help import WIDTH, OrderedGroup
from iamgen.cli.plan import plan
from iamgen.cli.promote import promote
from iamgen.cli.release import release
from iamgen.cli.render import render
from iamgen.cli.session import Session
from iamgen.cli.stack_set import stack_set
from iamgen.cli.template import template
from iamgen.cli.who_can import who_can
from iamgen.errors import Fault, IamgenError, InterruptError, UsageError
from iamgen.ui.console import Colour, Console
from iamgen.ui.signals import as_interrupts, ignore

DONE, FAULT, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130
_CODES = {UsageError: USAGE, InterruptError: INTERRUPTED}


@click.group(cls=OrderedGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": WIDTH})
@click.option(
    "-C",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="Work in the repository of this folder instead of the current one.",
)
@click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour on stderr; auto means on a terminal, unless NO_COLOR is set.",
)
@click.version_option(package_name="iamgen", message="%(prog)s %(version)s")
@click.pass_obj
def iamgen(session: Session, /, folder: Path, colour: Colour) -> None:
    """Who may do what in which AWS account: declared in users.py, made into CloudFormation."""
    session.folder, session.console = folder, Console.standard(colour)


# in the order of the work: on the declaration, towards a deployment, afterwards, for people
_COMMANDS = (
    render,
    check,
    can,
    who_can,
    changes,
    release,
    promote,
    ci,
    deploy,
    plan,
    apply,
    cancel,
    stack_set,
    drift,
    template,
    bootstrap,
)
for command in _COMMANDS:
    iamgen.add_command(command)


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
