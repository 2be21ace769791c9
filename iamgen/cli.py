"""The command line: options, wiring, and the one place where errors become exit codes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from iamgen.console import Colour, Console
from iamgen.errors import Fault, IamgenError, UsageError

DONE, FAULT, USAGE, BUG, INTERRUPTED = 0, 1, 2, 3, 130


@dataclass
class Session:
    """What the options before the command decide; an error may come before they are read."""

    console: Console
    folder: Path = Path()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


@iamgen.command()
@click.argument("accounts", nargs=-1, metavar="ACCOUNT...", shell_complete=_account_names)
@click.option("--all", "every", is_flag=True, help="Every account of CONST.inc.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write DIR/ACCOUNT/infra.json instead of stdout; needed for several accounts.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "yaml"]),
    default="json",
    show_default=True,
    help="How templates are written.",
)
@click.option("--lint/--no-lint", default=True, help="Validate with cfn-lint; on by default.")
@click.option("--cache/--no-cache", "remember", default=True, help="Remember what cfn-lint found; on by default.")
@click.pass_obj
def render(session: Session, /, **options: Any) -> int:  # noqa: ANN401  # click's own values, by name
    """Print or write accounts' CloudFormation templates.

    \b
    iamgen render dev                    one template, on stdout
    iamgen render dev prod -o build      build/dev/infra.json, build/prod/infra.json
    iamgen render --all -o build         every account's

    Where an error is found in one template none is written, and the exit code is 1. DIR is taken from the current
    folder; what else lies in it stays.
    """
    if bool(options["accounts"]) == options["every"]:
        raise UsageError([Fault("render", "it takes either accounts or --all", "such as: iamgen render dev")])
    from iamgen.commands.render import Rendering, render
    from iamgen.declaration.load import find_root

    return render(Rendering(find_root(session.folder), **options), session.console)


@iamgen.command()
@click.argument("accounts", nargs=-1, metavar="[ACCOUNT]...", shell_complete=_account_names)
@click.option(
    "--template",
    "templates",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Check this template instead, whoever made it: JSON or YAML. May be repeated.",
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave out a rule, by id or name. May be repeated.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How findings are told.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--quotas", is_flag=True, help="Every quota of every account, not only the ten fullest.")
@click.option("--lint/--no-lint", default=True, help="Ask cfn-lint too; on by default.")
@click.option("--cache/--no-cache", "remember", default=True, help="Remember what cfn-lint found; on by default.")
@click.pass_obj
def check(session: Session, /, as_json: bool, **options: Any) -> int:  # noqa: ANN401  # click's own, by name
    """Hold the templates against every rule and every quota.

    \b
    iamgen check                         all accounts
    iamgen check dev prod                some
    iamgen check --template other.yaml   a template of any make

    Nothing is written. The exit code is 1 when there is an error, 0 when there are warnings at most. iamgen's own rules
    are explained in docs/rules.md; Settings(ignore=...) leaves one out for good.
    """
    from iamgen.commands.check import Checking, check

    form = "json" if as_json else options.pop("form")
    return check(Checking(session.folder, **{**options, "form": form}), session.console)


def main() -> int:  # noqa: PLR0911  # one for each way to end
    """Run the command line and return its exit code: contract section 6."""
    session = Session(Console.standard())
    try:
        return int(iamgen.main(standalone_mode=False, prog_name="iamgen", obj=session) or DONE)
    except IamgenError as exc:
        for fault in exc.faults:
            session.console.error(fault)
        return USAGE if isinstance(exc, UsageError) else FAULT
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
        return _report_bug(session.console)


def _usage_fault(exc: click.UsageError) -> Fault:
    path = exc.ctx.command_path if exc.ctx else "iamgen"
    return Fault(path, exc.format_message().rstrip("."), f"{path} --help")


def _report_bug(console: Console) -> int:
    """Keep the traceback in a file of the person's own and say where."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="iamgen-bug-", suffix=".log", delete=False) as log:
        log.write(traceback.format_exc())
    last = traceback.format_exc().strip().rpartition("\n")[2]
    console.error(Fault("iamgen", f"this is a bug: {last}", f"please report it with {log.name}"))
    return BUG
