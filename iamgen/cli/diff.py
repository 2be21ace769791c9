"""`iamgen diff`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import click

from iamgen.cli import options
from iamgen.cli.help import GroupedCommand
from iamgen.cli.session import Session
from iamgen.cli.values import group
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:  # `--help` needs none of it
    from iamgen.access_model import ModelSource

_SOURCE = ("deployed", "templates", "details", "files", "profile", "role_arn_template")
_HEADINGS = {
    "What is compared instead of revisions": _SOURCE,
    "The answer": ("form", "fail_on", "as_json"),
}
_HELP = """Show who gains and who loses what, for all requests.

\b
iamgen diff                                 the last release, and what is here
iamgen diff v1.2.3 v1.3.0                   two releases
iamgen diff --deployed                      as deployed, and what is here
iamgen diff --template 222222222222=old.json --template 222222222222=new.json
iamgen diff --policy old.json new.json      two policies

People come first: who joined and left, and which roles they gained and lost.
Then comes what roles may do more or less than before. iamgen compares what is
allowed rather than how it is written: each difference comes with a request
that is denied on one side and allowed on the other, and where there is none,
that is proven. What cannot be decided is named."""


def _collected(
    *,
    deployed: bool,
    templates: tuple[str, ...],
    details: tuple[str, ...],
    profile: str | None,
    role_arn_template: str | None,
) -> ModelSource:
    from iamgen.access_model import ModelSource

    folder = click.get_current_context().ensure_object(Session).folder
    return ModelSource(
        folder,
        templates=templates,
        details=details,
        profile=profile,
        role_arn_template=role_arn_template,
        deployed=deployed,
    )


_source = group(
    "source",
    _collected,
    click.option(
        "--deployed",
        is_flag=True,
        help="Compare the templates that are deployed in AWS with the files here, or with TO. What somebody changed by "
        "hand is not in them: `iamgen drift`.",
    ),
    click.option(
        "--template",
        "templates",
        multiple=True,
        metavar="ACCOUNT_ID=FILE",
        help="A template of an account. Say it twice for each account, the old one first.",
    ),
    click.option(
        "--account-details",
        "details",
        multiple=True,
        metavar="ACCOUNT_ID=FILE",
        help="The JSON that `aws iam get-account-authorization-details` printed. Say it twice for each account, "
        "the old one first.",
    ),
    click.option("--profile", metavar="NAME", help="With --deployed: the profile of ~/.aws/config for every account."),
    click.option("--role-arn-template", metavar="ARN", help="With --deployed: the role to assume in each account."),
)


@click.command("diff", cls=GroupedCommand, headings=_HEADINGS, help=_HELP)
@click.argument("before", required=False, metavar="[FROM]", shell_complete=options.revision_names)
@click.argument("after", required=False, metavar="[TO]", shell_complete=options.revision_names)
@_source
@click.option(
    "--policy",
    "files",
    nargs=2,
    metavar="OLD.json NEW.json",
    shell_complete=options.any_file,
    help="Compare two policies of a user, group or role, which are JSON documents.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "github"]),
    default="text",
    show_default=True,
    help="The format of the answer.",
)
@options.fail_on
@options.as_json
@click.pass_obj
def diff(
    session: Session,
    /,
    *,
    before: str | None,
    after: str | None,
    source: ModelSource,
    files: tuple[str, str] | None,
    form: Literal["text", "markdown", "github"],
    fail_on: Literal["gain", "escalation", "any"] | None,
    as_json: bool,
) -> int:
    """Compare who may do what on two sides."""
    if files:
        _check_policies(
            {"FROM": before, "--template": source.templates, "--account-details": source.details,
             "--deployed": source.deployed, "--fail-on escalation": fail_on == "escalation",
             f"--format {form}": form != "text"}
        )  # fmt: skip
        from iamgen.commands.diff import PolicyDiffRequest, policy_diff

        limit: Literal["gain", "any"] | None = fail_on if fail_on != "escalation" else None
        return policy_diff(PolicyDiffRequest(*files, as_json, limit), session.console)
    from iamgen.commands.access_diff import AccessDiffRequest, access_diff

    request = AccessDiffRequest(source, before, after, "json" if as_json else form, fail_on)
    return access_diff(request, session.console)


def _check_policies(options: dict[str, object]) -> None:
    """Raise UsageError for options that say nothing about two policies."""
    named = [option for option, value in options.items() if value]
    if named:
        problem = f"does not go together with {' and '.join(named)}"
        raise UsageError([Fault("--policy", problem, "such as: iamgen diff --policy old.json new.json")])
