"""`iamgen changes`: its options."""

from __future__ import annotations

from typing import Any

import click

from iamgen.cli import options as shared
from iamgen.cli.session import Session


@click.command()
@click.argument("before", default="HEAD", metavar="[FROM]")
@click.argument("after", required=False, metavar="[TO]")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How changes are told; markdown is for the summary of a CI job.",
)
@click.option("--exit-code", is_flag=True, help="Exit with 4 when something changes.")
@shared.as_json
@click.pass_obj
def changes(session: Session, /, as_json: bool, **options: Any) -> int:  # noqa: ANN401  # click's own, by name
    """Show what changes in the templates from one revision to another.

    \b
    iamgen changes                       what is not committed yet
    iamgen changes v1.2.3                since a release
    iamgen changes v1.2.3 v1.3.0         between two

    FROM and TO are whatever git takes for a commit: a tag, a branch, an id. Without TO it is the working tree. What is
    told are resources that come, change and go, and of a policy the statements and what is in them: not lines of JSON.
    """
    from iamgen.commands.changes import Changing, changes
    from iamgen.declaration.load import find_root

    form = "json" if as_json else options.pop("form")
    return changes(Changing(find_root(session.folder), **{**options, "form": form}), session.console)
