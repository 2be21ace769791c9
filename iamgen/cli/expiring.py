"""`iamgen expiring`: its options."""

from __future__ import annotations

import click

from iamgen.cli import options
from iamgen.cli.access_options import SOURCE, source_options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session

_HEADINGS = {
    "The request": ("within",),
    "What is asked instead of the declaration": SOURCE,
    "The answer": ("as_json",),
}


_HELP = """Show what ends soon, and what has ended.

\b
iamgen expiring
iamgen expiring --within 90d

Grants and emergencies of users.py are shown with their reasons, ordered by
their ends, those that have ended too as long as users.py has them. Of other
sources, and of policies, it is the statements with a condition on the time."""


@click.command("expiring", cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.option("--within", metavar="SPAN", default="30d", help="Hours, days or weeks: 48h, 30d, 6w. Default: 30d.")
@source_options
@options.as_json
@click.pass_obj
def expiring(
    session: Session,
    /,
    *,
    within: str,
    as_json: bool,
    revision: str | None,
    templates: tuple[str, ...],
    details: tuple[str, ...],
    live: bool,
    profile: str | None,
    role_arn_template: str | None,
) -> int:
    """Answer what ends within some time."""
    from iamgen.access_model import ModelSource
    from iamgen.commands.expiring import ExpiringOptions, expiring

    source = ModelSource(session.folder, revision, templates, details, live, profile, role_arn_template)
    return expiring(ExpiringOptions(source, within, as_json), session.console)
