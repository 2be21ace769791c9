"""`iamgen apply`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Consent, Output, Permit, Reach


@click.command(cls=GroupedCommand, headings=options.DEPLOY_HEADINGS)
@click.argument("approved", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE")
@values.consent()
@values.permit
@values.access
@values.output("something remains to be done")
@click.pass_obj
def apply(
    session: Session, /, *, approved: Path, consent: Consent, permit: Permit, reach: Reach, output: Output
) -> int:
    """Carry out a kept plan, shown and asked about first.

    Each account goes its own way. What was carried out already is named and left alone, so that the same file can be
    applied again when an account failed. The file itself is never changed: an approval is of its bytes.

    What must not be lost is checked again: --allow-replacement and --lock-me-out have to be said here as well.
    """
    from iamgen.cli.deploy import run
    from iamgen.commands.requests import DeployOptions, Lint

    line = values.CommandLine(reach, consent, permit, Lint(), output, DeployOptions())
    return run(session, line, approved=approved)
