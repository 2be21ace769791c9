"""`iamgen stack-set`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Consent, Lint, Output, Permit, StackSetOptions


@click.command(cls=GroupedCommand, headings=options.DEPLOY_HEADINGS)
@click.argument("kind", metavar="KIND", shell_complete=options.completing("kinds"))
@values.stack_sets()
@values.consent(click.option("--dry-run", is_flag=True, help="Show what would be done, and change nothing."))
@values.permit
@click.option("--profile", metavar="NAME", help="The profile of ~/.aws/config for the account of the stack set.")
@values.lint
@values.result("something remains to be done")
@click.pass_obj
def stack_set(
    session: Session,
    /,
    *,
    kind: str,
    stack_set: StackSetOptions,
    consent: Consent,
    permit: Permit,
    profile: str | None,
    lint: Lint,
    output: Output,
) -> int:
    """Deploy one template to all accounts of a kind.

    \b
    iamgen stack-set dev --ou ou-abcd-12345678 --concurrency 10
    iamgen stack-set dev --administration-role ARN --execution-role NAME

    KIND is the kind of the accounts: dev, prod or workload. What users.py declares for these accounts has to be the
    same. The stack set is made in the account that the credentials belong to.
    """
    from iamgen.commands.requests import DeployOptions, Reach

    line = values.CommandLine(Reach(profile=profile), consent, permit, lint, output, DeployOptions())
    return run(session, line, kind, stack_set)


def run(session: Session, line: values.CommandLine, kind: str, settings: StackSetOptions) -> int:
    """Deploy the stack set."""
    from iamgen.commands.deploy_stack_set import StackSetRequest, deploy_stack_set
    from iamgen.declaration.repository_root import find_root

    request = StackSetRequest(
        find_root(session.folder),
        kind,
        line.reach.profile,
        line.consent,
        line.permit,
        line.lint,
        line.output,
        settings,
    )
    return deploy_stack_set(request, session.console)
