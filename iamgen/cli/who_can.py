"""`iamgen who-can`: its options."""

from __future__ import annotations

from typing import Any

import click

from iamgen.cli import options
from iamgen.cli.access_options import SOURCE, model_source, source_options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

_HEADINGS = {
    "The request": ("resource", "account", "time", "admin"),
    "What the answer is about, if not the declaration": SOURCE,
}


@click.command("who-can", cls=GroupedCommand, headings=_HEADINGS)
@click.argument("action", metavar="ACTION", required=False)
@click.option("--on", "resource", metavar="ARN", help="The resource, or a pattern of ARNs. Default: every one.")
@click.option("--in", "account", metavar="ACCOUNT", help="The account in which it is done. Default: any.")
@click.option("--at-time", "time", metavar="TIME", help="When it is done: 2027-01-31T12:00Z. Default: now.")
@click.option("--admin", is_flag=True, help="Who is an administrator in effect: full power, or one step away.")
@source_options
@options.as_json
@click.pass_obj
def who_can(session: Session, /, *, action: str | None, admin: bool, **parameters: Any) -> int:  # noqa: ANN401
    """Show everybody who may do something, by which path and until when.

    \b
    iamgen who-can s3:DeleteBucket --in prod
    iamgen who-can --admin
    iamgen who-can iam:PassRole --account-details 123456789012=details.json

    People are taken to sign in with MFA, and CI users to use their keys.
    Pipelines, services and roles of other accounts are shown too, and roles
    that may do it and as which nobody can act.
    """
    from iamgen.commands.who_can import WhoCanRequest, who_can

    if admin is bool(action):
        raise UsageError(
            [Fault("who-can", "it takes either ACTION or --admin", "such as: iamgen who-can s3:PutObject")]
        )
    if admin and parameters["resource"]:
        raise UsageError([Fault("who-can", "--admin is about everything, so it takes no --on", "leave --on out")])
    request = WhoCanRequest(
        model_source(session, parameters),
        action,
        parameters["resource"] or "*",
        parameters["account"],
        parameters["time"],
        parameters["as_json"],
    )
    return who_can(request, session.console)
