"""`iamgen stack-set`: its options."""

from __future__ import annotations

import click

from iamgen.cli import options as shared
from iamgen.cli import values


@click.command(cls=shared.Grouped)
@click.argument("kind", metavar="KIND")
@shared.stack_sets()
@shared.yes
@click.option("--dry-run", is_flag=True, help="Show what would change, and stop there.")
@shared.permit
@click.option("--profile", metavar="NAME", help="The profile of ~/.aws/config for the account of the stack set.")
@shared.lint_and_cache
@shared.exit_code("something remains to be done")
@shared.as_json
@click.pass_context
def stack_set(context: click.Context, /, **_parameters: object) -> int:
    """Deploy one template to all accounts of a kind.

    \b
    iamgen stack-set dev --ou ou-abcd-12345678 --concurrency 10
    iamgen stack-set dev --administration-role ARN --execution-role NAME

    KIND is dev, prod or workload. The accounts' declarations have to be the same. It is deployed from the account of
    the credentials.
    """
    return run(context)


def run(context: click.Context) -> int:
    """Deploy the stack set."""
    from iamgen.commands.deploy_stack_set import StackSetRequest, deploy_stack_set
    from iamgen.declaration.load import find_root

    parameters, session = context.params, context.obj
    request = StackSetRequest(
        find_root(session.folder),
        parameters["kind"],
        parameters["profile"],
        values.consent(parameters),
        values.permit(parameters),
        values.lint(parameters),
        values.output(parameters),
        units=tuple(parameters["units"]),
        delegated=parameters["delegated"],
        administration_role=parameters["administration_role"],
        execution_role=parameters["execution_role"],
        failures=parameters["failures"],
        at_once=parameters["at_once"],
    )
    return deploy_stack_set(request, session.console)
