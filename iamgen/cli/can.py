"""`iamgen can`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from iamgen.cli import options
from iamgen.cli.access_options import SOURCE, model_source, source_options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:
    from iamgen.questions.circumstances import Mfa

_HEADINGS = {
    "The request": ("resource", "account", "mfa", "time", "context", "via"),
    "What the answer is about, if not the declaration": SOURCE,
}


@click.command("can", cls=GroupedCommand, headings=_HEADINGS)
@click.argument("actor", metavar="WHO", required=False)
@click.argument("action", metavar="ACTION", required=False)
@click.option("--on", "resource", metavar="ARN", help="The resource, or a pattern of ARNs. Default: every one.")
@click.option("--in", "account", metavar="ACCOUNT", help="The account in which it is done. Default: any.")
@click.option("--with-mfa/--without-mfa", "mfa", default=None, help="Whether the user signed in with MFA.")
@click.option("--at-time", "time", metavar="TIME", help="When it is done: 2027-01-31T12:00Z. Default: now.")
@click.option("--context", multiple=True, metavar="KEY=VALUE", help="A condition key of the request; several times.")
@click.option("--via", metavar="ROLE", help="Act through that role alone; `self` is without any role.")
@source_options
@click.option("--questions", metavar="FILE", help="Answer a file of questions, one a line of JSON; - is stdin.")
@options.as_json
@click.pass_obj
def can(session: Session, /, *, actor: str | None, action: str | None, questions: str | None, **parameters: Any) -> int:  # noqa: ANN401
    """Answer whether somebody may do something, by which path, or why not.

    \b
    iamgen can bob s3:PutObject --in dev
    iamgen can ci@prod 'dynamodb:Delete*' --on 'arn:aws:dynamodb:*:*:table/*'
    iamgen can role/OpsR@dev iam:PassRole --at v1.2.0
    iamgen can --questions questions.jsonl > answers.jsonl

    WHO is a person, a CI user, the subject of a pipeline, role/NAME, a service
    or an ARN; it may be NAME@ACCOUNT. A person acts as themselves and as every
    role that they can reach, over several hops. A pattern is answered with yes
    only if all of it is allowed.
    """
    from iamgen.commands.can import CanRequest, QuestionsRequest, can, can_many

    source = model_source(session, parameters)
    if questions is not None:
        if actor or action:
            problem = "it takes either WHO and ACTION, or --questions FILE"
            raise UsageError([Fault("can", problem, "put the question into the file")])
        return can_many(QuestionsRequest(source, questions), session.console)
    if not actor or not action:
        raise UsageError([Fault("can", "it takes WHO and ACTION, or --questions FILE", "iamgen can bob s3:PutObject")])
    mfa: dict[bool | None, Mfa] = {None: "usual", True: "present", False: "false"}
    request = CanRequest(
        source,
        actor,
        action,
        parameters["resource"] or "*",
        parameters["account"],
        mfa[parameters["mfa"]],
        parameters["time"],
        parameters["context"],
        parameters["via"],
        parameters["as_json"],
    )
    return can(request, session.console)
