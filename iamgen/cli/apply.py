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
    """Carry out a kept plan, after showing it and asking.

    \b
    iamgen apply plan.json --dry-run    show what would be done
    iamgen apply plan.json              show it, ask, and do exactly that

    When one account fails, the others go on. What was carried out already is named and left alone, so that you can
    apply the same file again. The file itself is never changed, so that an approval of it stays valid.

    iamgen checks again that nothing important is lost: give --allow-replacement and --lock-me-out here too, if the plan
    needed them.
    """
    from iamgen.cli.deploy import run
    from iamgen.commands.requests import DeployOptions, Lint

    line = values.CommandLine(reach, consent, permit, Lint(), output, DeployOptions())
    return run(session, line, approved=approved)
