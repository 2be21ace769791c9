"""`iamgen graph`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from iamgen.cli import access_options, options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.access_model import ModelSource
    from iamgen.commands.graph import GraphFormat
    from iamgen.graph.equal_access import Folding

_HEADINGS = {
    "What is drawn": ("account", "actor", "time", "folding"),
    "What is drawn instead of the declaration": access_options.SOURCE,
    "The picture": ("form", "output"),
}
_HELP = """Draw who reaches what, as a picture or as text for a code host.

\b
iamgen graph -o access.svg
iamgen graph --in prod -o prod.svg
iamgen graph --of bob --format mermaid

People are on the left, grouped by team: their tag `team`, or else their path.
Machines are on the right, and the roles and groups of each account are in
between. Point at anything in the SVG to see its path; it follows the light or
dark mode of the reader. Where there are many people or accounts, those with
equal access are drawn as one."""


@click.command("graph", cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.option(
    "--in",
    "account",
    metavar="ACCOUNT",
    shell_complete=options.account_names,
    help="Draw this account. Default: every account.",
)
@click.option(
    "--of",
    "actor",
    metavar="WHO",
    shell_complete=options.actor_names,
    help="Draw what this person or machine reaches. Default: everybody.",
)
@click.option(
    "--at-time", "time", metavar="TIME", help="Draw the access of this time, such as 2027-01-31T12:00Z. Default: now."
)
@click.option(
    "--fold",
    "folding",
    type=click.Choice(["auto", "none", "equal", "team"]),
    default="auto",
    show_default=True,
    help="What is drawn as one: nothing (none), those with equal access (equal), or each team (team).",
)
@access_options.source
@click.option(
    "--format",
    "form",
    type=click.Choice(["svg", "dot", "mermaid"]),
    default="svg",
    show_default=True,
    help="The language of the picture.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=options.file_or_stdout,
    metavar="FILE",
    help="Write the picture into a file instead of stdout.",
)
@click.pass_obj
def graph(
    session: Session,
    /,
    *,
    account: str | None,
    actor: str | None,
    time: str | None,
    folding: Folding,
    form: GraphFormat,
    output: Path | None,
    source: ModelSource,
) -> int:
    """Draw who reaches what."""
    from iamgen.commands.graph import GraphRequest, graph

    return graph(GraphRequest(source, form, output, actor, account, time, folding), session.console)
