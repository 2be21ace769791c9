"""`iamgen changes`: its options."""

from __future__ import annotations

from typing import Literal

import click

from iamgen.cli import options
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
    help="The format of the changes; markdown is for the summary of a CI job.",
)
@options.brief
@options.exit_code("something changes")
@options.as_json
@click.pass_obj
def changes(
    session: Session,
    /,
    *,
    before: str,
    after: str | None,
    form: Literal["text", "markdown", "json"],
    brief: bool,
    exit_code: bool,
    as_json: bool,
) -> int:
    """Show what changes in the templates between two revisions.

    \b
    iamgen changes                   since the last commit
    iamgen changes v1.2.3            since a release
    iamgen changes v1.2.3 v1.3.0     between two releases

    FROM and TO are names that git knows for a commit: a tag, a branch, an id.
    Without TO, the working tree is compared. The changes are resources that
    are added, changed and removed, and in a policy its statements and their
    parts, rather than lines of JSON.
    """
    from iamgen.commands.changes import ChangesRequest, changes
    from iamgen.declaration.load import find_root

    root = find_root(session.folder)
    request = ChangesRequest(root, before, after, "json" if as_json else form, exit_code, brief)
    return changes(request, session.console)
