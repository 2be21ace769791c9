"""`iamgen changes`: its options."""

from __future__ import annotations

from typing import Literal

import click

from iamgen.cli import options
from iamgen.cli.session import Session


@click.command()
@click.argument("before", default="HEAD", metavar="[FROM]", shell_complete=options.revision_names)
@click.argument("after", required=False, metavar="[TO]", shell_complete=options.revision_names)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="The format of the changes; markdown suits the summary of a CI job.",
)
@options.fail_on
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
    fail_on: Literal["gain", "escalation", "any"] | None,
    brief: bool,
    exit_code: bool,
    as_json: bool,
) -> int:
    """Show who gains and loses access, and what changes in the templates.

    \b
    iamgen changes                   since the last commit
    iamgen changes v1.2.3            since a release
    iamgen changes v1.2.3 v1.3.0     between two releases

    FROM and TO are names that git knows for a commit: a tag, a branch, an id.
    Without TO, FROM is compared with the files here. Access comes first, as in
    `iamgen diff`, which also shows a request for each gain and loss. The
    changes of templates follow: resources that are added, changed and removed,
    and the statements of policies and their parts, rather than lines of JSON.
    """
    from iamgen.commands.changes import ChangesRequest, changes
    from iamgen.declaration.repository_root import find_root

    root = find_root(session.folder)
    request = ChangesRequest(root, before, after, "json" if as_json else form, exit_code, brief, fail_on)
    return changes(request, session.console)
