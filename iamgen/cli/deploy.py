"""`iamgen deploy`: its options, and the older spellings of the commands that were a part of it."""

from __future__ import annotations

from pathlib import Path

import click

from iamgen.cli import deploy_spellings as spellings
from iamgen.cli import options as shared
from iamgen.cli import values


@click.command(cls=shared.Grouped)
@shared.accounts("[ACCOUNT]...")
@shared.every
@shared.yes
@click.option(
    "--dry-run", "--plan-only", "dry_run", is_flag=True, help="Show the plan, and stop there; nothing is left in AWS."
)
@shared.repair
@shared.wait
@shared.bucket
@shared.permit
@shared.access
@shared.lint_and_cache
@shared.exit_code("something remains to be done")
@shared.as_json
@spellings.options
@click.pass_context
def deploy(context: click.Context, /, **_parameters: object) -> int:
    """Deploy accounts' stacks, shown and asked about first.

    \b
    iamgen deploy dev                 show what changes, ask, deploy
    iamgen deploy --all --yes         user-only first, then the others side by side
    iamgen deploy dev --repair        also put right what was changed by hand

    A plan that somebody else approves is made by `iamgen plan` and carried out by `iamgen apply`; `iamgen cancel` stops
    an update; `iamgen stack-set` deploys to all accounts of a kind by a stack set.

    Credentials are those of --profile, or of each account's <NAME>_AWS_PROFILE in CONST.inc, or what the AWS CLI
    would use; with --role-arn-template they assume that role in each account. They have to be of the account.
    AWS_ENDPOINT_URL says where AWS is, if it is elsewhere.
    """
    older = spellings.command(context.params)
    if older:
        return older(context)
    return run("deploy", context)


def run(command: str, context: click.Context) -> int:
    """Plan, and carry out or keep what was planned. Raises UsageError for accounts that are not named."""
    from iamgen.commands.deploy import DeployRequest, deploy
    from iamgen.declaration.load import find_root

    parameters = context.params
    approved: Path | None = parameters.get("execute_plan")
    reach = values.named_reach(parameters) if approved else values.reach(command, parameters)
    request = DeployRequest(
        find_root(context.obj.folder),
        reach,
        values.consent(parameters),
        values.permit(parameters),
        values.lint(parameters),
        values.output(parameters),
        wait=parameters.get("wait", False),
        repair=parameters.get("repair", False),
        bucket=parameters.get("bucket"),
        plan_file=parameters.get("plan_file"),
        approved=approved,
    )
    return deploy(request, context.obj.console)
