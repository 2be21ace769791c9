"""`iamgen deploy`: its options."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from iamgen.cli import options as shared
from iamgen.cli.options import Command
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError


def _file(path: str, said: str) -> Callable[[Command], Command]:
    return click.option(path, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help=said)


@click.command()
@shared.accounts("[ACCOUNT]...")
@click.option("--all", "every", is_flag=True, help="Every account of CONST.inc, side by side.")
@shared.yes
@click.option("--plan-only", "--dry-run", is_flag=True, help="Show the plan, and stop there; nothing is left in AWS.")
@_file("--plan-file", "Keep the plan in a file, and its change sets, for --execute-plan.")
@_file("--execute-plan", "Do what a kept plan says; refused when a stack moved meanwhile.")
@click.option("--exit-code", is_flag=True, help="Exit with 4 when something remains to be done.")
@click.option("--wait", is_flag=True, help="Wait for what somebody else is doing in a stack, instead of refusing.")
@click.option("--cancel", is_flag=True, help="Stop an update that is under way; AWS puts all back as it was.")
@click.option("--repair", is_flag=True, help="Put right what `iamgen drift` finds as well.")
@click.option("--allow-replacement", is_flag=True, help="Let groups and roles be replaced or deleted, this once.")
@click.option("--lock-me-out", is_flag=True, help="Let the last way into an account be taken away.")
@click.option("--bucket", metavar="NAME", help="An S3 bucket of the account's, for a template over 51,200 bytes.")
@shared.access
@click.option("--lint/--no-lint", default=True, help="Ask cfn-lint too; on by default.")
@click.option("--cache/--no-cache", "remember", default=True, help="Remember what cfn-lint found; on by default.")
@shared.as_json
@click.pass_obj
def deploy(session: Session, /, **options: Any) -> int:  # noqa: ANN401  # click's own, by name
    """Deploy accounts' stacks: plan, ask, do, follow.

    \b
    iamgen deploy dev                       show what changes, ask, deploy
    iamgen deploy --all --yes               user-only first, then the others side by side
    iamgen deploy prod --plan-file p.json   for approval; then: iamgen deploy --execute-plan p.json
    iamgen deploy dev --repair              also put right what was changed by hand

    Credentials are those of --profile, or of each account's <NAME>_AWS_PROFILE in CONST.inc, or what the AWS CLI
    would use; with --role-arn-template they assume that role in each account. They have to be of the account.
    AWS_ENDPOINT_URL says where AWS is, if it is elsewhere.
    """
    from iamgen.commands.deploy import Deploying, deploy
    from iamgen.declaration.load import find_root

    if options["execute_plan"] is None and bool(options["accounts"]) == options["every"]:
        raise UsageError([Fault("deploy", "it takes either accounts or --all", "such as: iamgen deploy dev")])
    if options["execute_plan"] and (options["accounts"] or options["every"] or options["repair"]):
        raise UsageError([Fault("deploy", "--execute-plan takes no accounts: the file names them", "leave them out")])
    return deploy(Deploying(find_root(session.folder), **options), session.console)
