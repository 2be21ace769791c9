"""`iamgen report`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from iamgen.cli import access_options, options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of it
    from iamgen.access_model import ModelSource

_HEADINGS = {"What is asked instead of the declaration": access_options.SOURCE}
_HELP = """Make a page that shows who can do what.

\b
iamgen report -o report.html
iamgen report -o report.html --since v1.2.3
iamgen report -o report.html --live

The page is one HTML file that loads nothing from anywhere, so that it works
from a disk, on a phone and on paper. It shows everybody with their roles in
each account, until when, why and by which way; what each role can do; who is
an administrator, reads secrets, deletes data, changes IAM or stops logs; what
ends soon; what the checks find; what changed since a release; and what was
not looked at."""


@click.command("report", cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    callback=options.file_or_stdout,
    metavar="FILE",
    help="Write the page into a file instead of stdout.",
)
@click.option(
    "--since",
    metavar="REVISION",
    shell_complete=options.revision_names,
    help="Show what changed since then. Default: the last release, if there is one.",
)
@access_options.source
@click.pass_obj
def report(session: Session, /, *, output: Path | None, since: str | None, source: ModelSource) -> int:
    """Make the page."""
    from iamgen.commands.report import ReportRequest, report

    return report(ReportRequest(source, output, since), session.console)
