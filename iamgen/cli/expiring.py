"""`iamgen expiring`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iamgen.cli import access_options, options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of it
    from iamgen.access_model import ModelSource

_HEADINGS = {
    "The request": ("within",),
    "What is asked instead of the declaration": access_options.SOURCE,
    "The answer": ("as_json",),
}


_HELP = """Show what ends soon, and what has ended.

\b
iamgen expiring
iamgen expiring --within 90d

The grants and emergencies of users.py are shown with their reasons, the
earliest end first. Those that have ended are shown as long as users.py has
them. Statements of policies are shown too when they have a condition on the
time; they are all that other sources, such as --template, can show."""


@click.command("expiring", cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.option(
    "--within",
    metavar="SPAN",
    default="30d",
    help="How far ahead to look, in hours, days or weeks: 48h, 30d, 6w. Default: 30d.",
)
@access_options.source
@options.as_json
@click.pass_obj
def expiring(
    session: Session,
    /,
    *,
    within: str,
    as_json: bool,
    source: ModelSource,
) -> int:
    """Answer what ends within some time."""
    from iamgen.commands.expiring import ExpiringOptions, expiring

    return expiring(ExpiringOptions(source, within, as_json), session.console)
