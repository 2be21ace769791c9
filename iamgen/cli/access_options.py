"""Options of the commands that answer questions about access: what the answers are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
SOURCE = ("revision", "templates", "details", "live", "profile", "role_arn_template")
"""The parameters of the options that name a source."""
_OPTIONS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("--at", "revision", {"metavar": "REVISION", "help": "A release, branch or commit instead of the files here."}),
    (
        "--template",
        "templates",
        {"multiple": True, "metavar": "ACCOUNT_ID=FILE", "help": "A template of an account; several times."},
    ),
    (
        "--account-details",
        "details",
        {
            "multiple": True,
            "metavar": "ACCOUNT_ID=FILE",
            "help": "The JSON of `aws iam get-account-authorization-details`; several times.",
        },
    ),
    ("--live", "live", {"is_flag": True, "help": "The accounts of CONST.inc as they are in AWS now."}),
    ("--profile", "profile", {"metavar": "NAME", "help": "With --live, the profile for every account."}),
    (
        "--role-arn-template",
        "role_arn_template",
        {"metavar": "ARN", "help": "With --live, the role to assume in each account."},
    ),
)


def source_options(command: Command) -> Command:
    """Add the options that name a source other than the declaration."""
    for option, name, settings in reversed(_OPTIONS):
        command = click.option(option, name, **settings)(command)
    return command
