"""`iamgen review start`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of it
    from iamgen.commands.review import ReviewFormat


@click.command("start")
@click.argument("name", metavar="NAME")
@click.option(
    "--format",
    "form",
    type=click.Choice(["md", "csv"]),
    default="md",
    show_default=True,
    help="The format of the file: a list in Markdown, or a table for a spreadsheet.",
)
@click.pass_obj
def review_start(session: Session, /, *, name: str, form: ReviewFormat) -> int:
    """Write all access into a file, for owners to confirm.

    \b
    iamgen review start 2026-Q4                 writes reviews/2026-Q4.md
    iamgen review start 2026-Q4 --format csv    writes reviews/2026-Q4.csv

    The file has a line for each role that a person or machine can act as, and
    for each user, with its end and its reason. It shows the access of the
    current commit, so that everything has to be committed first. A file that
    exists already is never overwritten.
    """
    from iamgen.commands.review import ReviewStart, start
    from iamgen.declaration.repository_root import find_root

    return start(ReviewStart(find_root(session.folder), name, form), session.console)
