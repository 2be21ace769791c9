"""`iamgen can`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iamgen.cli import access_options, options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:
    from iamgen.access_model import ModelSource
    from iamgen.questions.circumstances import Mfa

_HEADINGS = {
    "The request": ("resource", "account", "mfa", "time", "context", "via", "questions"),
    "What is asked instead of the declaration": access_options.SOURCE,
    "The answer": ("as_json",),
}


_HELP = """Answer whether somebody may do something.

\b
iamgen can bob s3:PutObject --in dev
iamgen can ci@prod 'dynamodb:Delete*' --on 'arn:aws:dynamodb:*:*:table/*'
iamgen can role/OpsR@dev iam:PassRole --at v1.2.0
iamgen can --questions questions.jsonl > answers.jsonl

The answer is yes, with the path; no, with how far each way got; or that it
depends, with the conditions that decide. A person acts as themselves and as
every role that they can reach, also through other roles. A pattern is
answered with yes only if all of it is allowed.

WHO is a person, a CI user, the subject of a pipeline, role/NAME, a service or
an ARN. NAME@ACCOUNT is the principal of that name in that account."""
_MFA: dict[bool | None, Mfa] = {None: "usual", True: "present", False: "false"}


@click.command("can", cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.argument("actor", metavar="WHO", required=False, shell_complete=options.actor_names)
@click.argument("action", metavar="ACTION", required=False)
@access_options.target
@click.option(
    "--with-mfa/--without-mfa",
    "mfa",
    default=None,
    help="Whether the user signed in with MFA. Default: people did, and CI users did not.",
)
@click.option("--context", multiple=True, metavar="KEY=VALUE", help="A condition key of the request. May be repeated.")
@click.option(
    "--via",
    metavar="ROLE",
    shell_complete=options.role_names,
    help="Act as this role and as no other; `self` means without any role.",
)
@access_options.source
@click.option(
    "--questions",
    metavar="FILE",
    shell_complete=options.any_file,
    help="Answer a file of questions, each a line of JSON. FILE may be - for stdin.",
)
@options.as_json
@click.pass_obj
def can(
    session: Session,
    /,
    *,
    actor: str | None,
    action: str | None,
    resource: str | None,
    account: str | None,
    mfa: bool | None,
    time: str | None,
    context: tuple[str, ...],
    via: str | None,
    questions: str | None,
    as_json: bool,
    source: ModelSource,
) -> int:
    """Answer one question, or a file of them."""
    from iamgen.commands.can import CanRequest, QuestionsRequest, can, can_many

    _check(actor, action, questions)
    if questions is not None:
        return can_many(QuestionsRequest(source, questions), session.console)
    request = CanRequest(
        source, str(actor), str(action), resource or "*", account, _MFA[mfa], time, context, via, as_json
    )
    return can(request, session.console)


def _check(actor: str | None, action: str | None, questions: str | None) -> None:
    """Raise UsageError unless there is either one question or a file of them."""
    if questions is not None and (actor or action):
        problem = "it takes either WHO and ACTION, or --questions FILE"
        raise UsageError([Fault("can", problem, "put the question into the file")])
    if questions is None and not (actor and action):
        raise UsageError([Fault("can", "it takes WHO and ACTION, or --questions FILE", "iamgen can bob s3:PutObject")])
