"""`iamgen cancel`: its options."""

from __future__ import annotations

import click

from iamgen.cli import options as shared
from iamgen.cli import values


@click.command(cls=shared.Grouped)
@shared.accounts("[ACCOUNT]...")
@shared.every
@shared.yes
@click.option("--dry-run", is_flag=True, help="Show what is under way, and stop nothing.")
@shared.access
@shared.exit_code("something remains to be done")
@shared.as_json
@click.pass_context
def cancel(context: click.Context, /, **_parameters: object) -> int:
    """Stop an update under way; AWS puts everything back.

    \b
    iamgen cancel dev --dry-run       show what is under way
    iamgen cancel dev           show it, ask, stop it, wait until all is as before

    AWS stops updates alone, and no creation. The exit code is 1 unless each stack is as it was before.
    """
    return run(context)


def run(context: click.Context) -> int:
    """Stop the updates. Raises UsageError for accounts that are not named."""
    from iamgen.commands.deploy_cancel import CancelRequest, cancel_deployments
    from iamgen.declaration.load import find_root

    parameters, session = context.params, context.obj
    request = CancelRequest(
        find_root(session.folder),
        values.reach("cancel", parameters),
        values.consent(parameters),
        values.output(parameters),
    )
    return cancel_deployments(request, session.console)
