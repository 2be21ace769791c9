"""`iamgen apply`: its options."""

from __future__ import annotations

from pathlib import Path

import click

from iamgen.cli import options as shared
from iamgen.cli.deploy import run


@click.command(cls=shared.Grouped)
@click.argument("execute_plan", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@shared.yes
@shared.dry_run
@shared.permit
@shared.access
@shared.exit_code("something remains to be done")
@shared.as_json
@click.pass_context
def apply(context: click.Context, /, **_parameters: object) -> int:
    """Carry out a kept plan, shown and asked about first.

    Each account goes its own way. What was carried out already is named and left alone, so that the same file can be
    applied again when an account failed. The file itself is never changed: an approval is of its bytes.

    What must not be lost is checked again: --allow-replacement and --lock-me-out have to be said here as well.
    """
    return run("apply", context)
