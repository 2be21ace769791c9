"""`iamgen plan`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import DeployOptions, Lint, Output, Permit, Reach


@click.command(cls=GroupedCommand, headings=options.DEPLOY_HEADINGS)
@values.reach
@click.option(
    "-o",
    "--output",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=options.file_alone,
    required=True,
    metavar="FILE",
    help="The file that keeps the plan, for `iamgen apply`.",
)
@values.deployment
@values.permit
@values.lint
@values.output("something remains to be done")
@click.pass_obj
def plan(
    session: Session,
    /,
    *,
    reach: Reach,
    plan_file: Path,
    deployment: DeployOptions,
    permit: Permit,
    lint: Lint,
    output: Output,
) -> int:
    """Show what a deployment changes, and keep the plan in a file.

    \b
    iamgen plan prod -o plan.json   show it; the change set waits in AWS
    iamgen apply plan.json          carry out exactly that, shown and asked again

    This does what `iamgen deploy` does before its question. When one account fails, no plan is kept. To look without
    keeping anything, use `iamgen deploy ACCOUNT --dry-run`.
    """
    from iamgen.cli.deploy import run
    from iamgen.commands.requests import Consent

    values.require_accounts("plan", reach)
    line = values.CommandLine(reach, Consent(), permit, lint, output, deployment)
    return run(session, line, plan_file=plan_file)
