"""`iamgen deploy`: its options, and the older spellings of the commands that were a part of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from iamgen.cli import deploy_spellings as spellings
from iamgen.cli import options, values
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Consent, DeployOptions, Lint, Output, Permit, Reach


@click.command(cls=GroupedCommand, headings=options.DEPLOY_HEADINGS)
@values.reach
@values.consent(
    click.option(
        "--dry-run",
        "--plan-only",
        "dry_run",
        is_flag=True,
        help="Show the plan, and change nothing; nothing is left behind in AWS.",
    )
)
@values.deployment
@values.permit
@values.lint
@values.output("something remains to be done")
@spellings.options
@click.pass_obj
def deploy(
    session: Session,
    /,
    *,
    reach: Reach,
    consent: Consent,
    deployment: DeployOptions,
    permit: Permit,
    lint: Lint,
    output: Output,
    older: spellings.OlderSpelling,
) -> int:
    """Deploy accounts' stacks, after showing what changes and asking.

    \b
    iamgen deploy dev                 show what changes, ask, deploy
    iamgen deploy --all --yes         user-only first, then the others at once
    iamgen deploy dev --repair        also put right what was changed by hand

    When somebody else has to approve a plan, `iamgen plan` makes it and `iamgen apply` carries it out. `iamgen cancel`
    stops an update, and `iamgen stack-set` deploys to all accounts of a kind by a stack set.

    The credentials are those of --profile, or of each account's <NAME>_AWS_PROFILE in CONST.inc, or those that the AWS
    CLI would use; they have to belong to the account. With --role-arn-template, they assume that role in each account.
    AWS_ENDPOINT_URL is the address of AWS, when it is not the usual one.
    """
    line = values.CommandLine(reach, consent, permit, lint, output, deployment)
    other = spellings.command(older, line)
    if other:
        return other(session)
    if not older.execute_plan:
        values.require_accounts("deploy", reach)
    return run(session, line, plan_file=older.plan_file, approved=older.execute_plan)


def run(
    session: Session, line: values.CommandLine, *, plan_file: Path | None = None, approved: Path | None = None
) -> int:
    """Plan, and carry out what was planned, or keep it in `plan_file`; or carry out the plan that is `approved`."""
    from iamgen.commands.deploy import DeployRequest, deploy
    from iamgen.declaration.repository_root import find_root

    request = DeployRequest(
        find_root(session.folder),
        line.reach,
        line.consent,
        line.permit,
        line.lint,
        line.output,
        line.deployment,
        plan_file=plan_file,
        approved=approved,
    )
    return deploy(request, session.console)
