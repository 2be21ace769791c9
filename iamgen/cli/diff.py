"""`iamgen diff`: its options."""

from __future__ import annotations

from typing import Literal

import click

from iamgen.cli import options
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError


@click.command()
@click.option(
    "--policy",
    "files",
    nargs=2,
    metavar="OLD.json NEW.json",
    help="Two policies of a user, group or role, as JSON documents.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["gain", "any"]),
    help="Exit with 1 when something is gained, or when there is any difference. What is not decided counts as both.",
)
@options.as_json
@click.pass_obj
def diff(
    session: Session,
    /,
    *,
    files: tuple[str, str] | None,
    fail_on: Literal["gain", "any"] | None,
    as_json: bool,
) -> int:
    """Compare what two policies allow, for all requests.

    \b
    iamgen diff --policy old.json new.json
    iamgen diff --policy old.json new.json --fail-on gain

    All requests are compared, not the texts. Each difference comes with a
    request that one of the policies denies and the other allows; where there
    is none, that is proven. What cannot be decided is named.
    """
    if not files:
        hint = "such as: iamgen diff --policy old.json new.json"
        raise UsageError([Fault("diff", "it takes --policy and two files", hint)])
    from iamgen.commands.diff import PolicyDiffRequest, policy_diff

    return policy_diff(PolicyDiffRequest(*files, as_json, fail_on), session.console)
