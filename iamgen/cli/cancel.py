"""`iamgen cancel`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Consent, Output, Reach


@click.command(cls=GroupedCommand, headings=options.DEPLOY_HEADINGS)
@values.reach
@values.consent(click.option("--dry-run", is_flag=True, help="Show what is under way, and stop nothing."))
@values.result("something remains to be done")
@click.pass_obj
def cancel(session: Session, /, *, reach: Reach, consent: Consent, output: Output) -> int:
    """Stop an update that is under way; AWS puts everything back.

    \b
    iamgen cancel dev --dry-run    show what is under way
    iamgen cancel dev              show it, ask, stop it, and wait for the end

    AWS can stop an update, but not the creation of a stack. The exit code is 1 unless each stack is as it was before
    the update.
    """
    return run(session, reach, consent, output)


def run(session: Session, reach: Reach, consent: Consent, output: Output) -> int:
    """Stop the updates. Raises UsageError for accounts that are not named."""
    from iamgen.commands.deploy_cancel import CancelRequest, cancel_deployments
    from iamgen.declaration.repository_root import find_root

    values.require_accounts("cancel", reach)
    request = CancelRequest(find_root(session.folder), reach, consent, output)
    return cancel_deployments(request, session.console)
