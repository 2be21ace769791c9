"""`iamgen access`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iamgen.cli import access_options, options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:  # `--help` needs none of it
    from iamgen.access_model import ModelSource

_HEADINGS = {
    "The request": ("account", "role", "time", "is_unused"),
    "What is asked instead of the declaration": access_options.SOURCE,
    "The answer": ("as_json",),
}


_HELP = """Show who has which role in which account, and why.

\b
iamgen access
iamgen access bob
iamgen access bob --in prod
iamgen access --role AdminR
iamgen access --unused

People, CI users, pipelines, services and other accounts are shown with the
roles as which they can act in each account, until when, and with the reason
of the grant. With WHO, you also see everything that they may do, by service
and access level, with the path.

The answer assumes that people sign in with MFA, and that CI users use their
keys. --unused shows roles as which nobody can act, groups without members,
and policies that are attached to nothing."""


@click.command("access", cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.argument("actor", metavar="[WHO]", required=False, shell_complete=options.actor_names)
@click.option(
    "--in",
    "account",
    metavar="ACCOUNT",
    shell_complete=options.account_names,
    help="The account in which they act. Default: every account.",
)
@click.option(
    "--role",
    metavar="ROLE",
    shell_complete=options.role_names,
    help="The role as which they act. Default: every role.",
)
@click.option("--at-time", "time", metavar="TIME", help="When they act, such as 2027-01-31T12:00Z. Default: now.")
@click.option("--unused", "is_unused", is_flag=True, help="Show the roles, groups and policies that nobody uses.")
@access_options.source
@options.as_json
@click.pass_obj
def access(
    session: Session,
    /,
    *,
    actor: str | None,
    account: str | None,
    role: str | None,
    time: str | None,
    is_unused: bool,
    as_json: bool,
    source: ModelSource,
) -> int:
    """Answer who has which role, what somebody may do, or what nobody uses."""
    from iamgen.commands.access import AccessOptions, access, unused

    if is_unused and (actor or role):
        problem = "--unused is about everybody and every role, so it takes neither WHO nor --role"
        raise UsageError([Fault("access", problem, "leave them out; --in ACCOUNT is possible")])
    asked = AccessOptions(source, actor, account, role, time, as_json)
    return (unused if is_unused else access)(asked, session.console)
