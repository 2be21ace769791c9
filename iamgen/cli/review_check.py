"""`iamgen review check`: its options."""

from __future__ import annotations

from pathlib import Path

import click

from iamgen.cli import options
from iamgen.cli.session import Session


@click.command("check")
@click.argument(
    "file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    shell_complete=options.completing("review_files"),
)
@click.option(
    "--at",
    "revision",
    metavar="REVISION",
    shell_complete=options.revision_names,
    help="Compare with the access of this release, branch or commit. Default: the files here.",
)
@options.as_json
@click.pass_obj
def review_check(session: Session, /, *, file: Path, revision: str | None, as_json: bool) -> int:
    """Say what is confirmed, and what is new or has changed.

    \b
    iamgen review check reviews/2026-Q4.md
    iamgen review check reviews/2026-Q4.md --at v1.4.0

    The lines of the file are compared with the access of now. The exit code is 1
    until all of it is confirmed. A line whose end, reason or role has changed
    counts as not confirmed, and so does access that has no line in the file.
    """
    from iamgen.access_model import ModelSource
    from iamgen.commands.review import ReviewCheck, check
    from iamgen.declaration.repository_root import find_root

    source = ModelSource(find_root(session.folder), revision)
    return check(ReviewCheck(source, file, as_json), session.console)
