"""Options of the commands that answer questions about access: what the answers are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from iamgen.cli import options
from iamgen.cli.options import Command
from iamgen.cli.session import Session
from iamgen.cli.values import group

if TYPE_CHECKING:  # `--help` needs none of it
    from iamgen.access_model import ModelSource

SOURCE = ("revision", "templates", "details", "live", "profile", "role_arn_template")
"""The parameters of the options that name a source."""
_OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (
        "--at",
        "revision",
        {
            "metavar": "REVISION",
            "shell_complete": options.revision_names,
            "help": "Ask about this release, branch or commit.",
        },
    ),
    (
        "--template",
        "templates",
        {"multiple": True, "metavar": "ACCOUNT_ID=FILE", "help": "The template of an account. May be repeated."},
    ),
    (
        "--account-details",
        "details",
        {
            "multiple": True,
            "metavar": "ACCOUNT_ID=FILE",
            "help": "The JSON that `aws iam get-account-authorization-details` printed. May be repeated.",
        },
    ),
    ("--live", "live", {"is_flag": True, "help": "Ask about the accounts of CONST.inc as they are in AWS now."}),
    (
        "--profile",
        "profile",
        {"metavar": "NAME", "help": "With --live: the profile of ~/.aws/config for every account."},
    ),
    (
        "--role-arn-template",
        "role_arn_template",
        {"metavar": "ARN", "help": "With --live: the role to assume in each account."},
    ),
)


def _source(
    *,
    revision: str | None,
    templates: tuple[str, ...],
    details: tuple[str, ...],
    live: bool,
    profile: str | None,
    role_arn_template: str | None,
) -> ModelSource:
    from iamgen.access_model import ModelSource

    folder = click.get_current_context().ensure_object(Session).folder
    return ModelSource(folder, revision, templates, details, live, profile, role_arn_template)


source = group("source", _source, *(click.option(option, name, **settings) for option, name, settings in _OPTIONS))


def target(command: Command) -> Command:
    """Add the options that say on what something is done, in which account, and when."""
    resource = click.option(
        "--on",
        "resource",
        metavar="ARN",
        help="The ARN of the resource, or a pattern of ARNs. Default: every resource.",
    )
    account = click.option(
        "--in",
        "account",
        metavar="ACCOUNT",
        shell_complete=options.account_names,
        help="The account in which it is done. Default: every account.",
    )
    time = click.option(
        "--at-time", "time", metavar="TIME", help="When it is done, such as 2027-01-31T12:00Z. Default: now."
    )
    return resource(account(time(command)))
