"""`iamgen who-can`: its options."""

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
    "The request": ("resource", "account", "time", "admin"),
    "What is asked instead of the declaration": access_options.SOURCE,
    "The answer": ("as_json",),
}


_HELP = """Show everybody who may do something.

\b
iamgen who-can s3:DeleteBucket --in prod
iamgen who-can --admin
iamgen who-can iam:PassRole --account-details 123456789012=details.json

Everybody is shown with the way by which they may do it, and until when.
Pipelines, services and other accounts are shown too, and so are roles that
may do it although nobody can act as them. The answer assumes that people sign
in with MFA, and that CI users use their keys."""


@click.command("who-can", cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.argument("action", metavar="ACTION", required=False)
@access_options.target
@click.option(
    "--admin", is_flag=True, help="Show who is an administrator in effect: has full power, or gets it in one step."
)
@access_options.source
@options.as_json
@click.pass_obj
def who_can(
    session: Session,
    /,
    *,
    action: str | None,
    resource: str | None,
    account: str | None,
    time: str | None,
    admin: bool,
    as_json: bool,
    source: ModelSource,
) -> int:
    """Answer who may do something, or who is an administrator in effect."""
    from iamgen.commands.who_can import WhoCanRequest, who_can

    if admin is bool(action):
        hint = "such as: iamgen who-can s3:PutObject"
        raise UsageError([Fault("who-can", "it takes either ACTION or --admin", hint)])
    if admin and resource:
        raise UsageError([Fault("who-can", "--admin is about everything, so it takes no --on", "leave --on out")])
    return who_can(WhoCanRequest(source, action, resource or "*", account, time, as_json), session.console)
