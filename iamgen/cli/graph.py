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
_HELP = """Draw who reaches what, as a picture or for a code host.

\b
iamgen graph -o access.svg
iamgen graph --in prod -o prod.svg
iamgen graph --of bob --format mermaid

People are at the left, by team: their tag `team`, else their path. Machines
are at the right, and the roles and groups of each account in between. Point at
anything for its path. Where there are many, people with equal access are drawn
as one, and so are accounts. An SVG follows the reader's light or dark mode."""


@click.command("graph", cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.option(
    "--in", "account", metavar="ACCOUNT", shell_complete=options.account_names, help="The account. Default: every one."
)
@click.option("--of", "actor", metavar="WHO", shell_complete=options.actor_names, help="Whose. Default: everybody's.")
@click.option("--at-time", "time", metavar="TIME", help="When: 2027-01-31T12:00Z. Default: now.")
@click.option(
    "--fold",
    "folding",
    type=click.Choice(["auto", "none", "equal", "team"]),
    default="auto",
    show_default=True,
    help="Who is drawn as one: nobody, those with equal access, or teams.",
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
    help="Write FILE instead of stdout.",
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
