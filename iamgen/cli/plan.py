"""`iamgen plan`: its options."""

from __future__ import annotations

from pathlib import Path

import click

from iamgen.cli import options as shared
from iamgen.cli.deploy import run


@click.command(cls=shared.Grouped)
@shared.accounts("[ACCOUNT]...")
@shared.every
@click.option(
    "-o",
    "--output",
    "plan_file",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help="The file that keeps the plan, for `iamgen apply`.",
)
@shared.repair
@shared.wait
@shared.bucket
@shared.permit
@shared.access
@shared.lint_and_cache
@shared.exit_code("something remains to be done")
@shared.as_json
@click.pass_context
def plan(context: click.Context, /, **_parameters: object) -> int:
    """Show what a deployment changes, and keep the plan in a file.

    \b
    iamgen plan prod -o plan.json   show it; the change set waits in AWS
    iamgen apply plan.json          carry out exactly that, shown and asked again

    It is `iamgen deploy` up to its question. A plan is of all its accounts or of none. To look without keeping
    anything, use `iamgen deploy ACCOUNT --dry-run`.
    """
    return run("plan", context)
