"""`iamgen drift`: its options."""

from __future__ import annotations

import click

from iamgen.cli import options
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError


@click.command()
@options.accounts("[ACCOUNT]...")
@options.every
@options.exit_code("something differs, or was not looked at")
@options.access
@options.as_json
@click.pass_obj
def drift(
    session: Session,
    /,
    *,
    accounts: tuple[str, ...],
    every: bool,
    exit_code: bool,
    profile: str | None,
    role_arn_template: str | None,
    as_json: bool,
) -> int:
    """Show what differs in AWS from the template that was deployed.

    \b
    iamgen drift dev                   what was changed by hand
    iamgen drift --all --exit-code     for a nightly job

    iamgen uses CloudFormation's drift detection, and adds what that does not
    see: inline policies and attachments added to the stack's groups, roles and
    users; who is in its groups; and trust in a principal that was deleted. `+`
    marks what is in AWS and not in the template, and `-` what is in the template
    and not in AWS. Nothing is changed; `iamgen deploy --repair` puts it right.

    A role or group that somebody made beside the stack is not compared with
    anything: `iamgen audit` says whether one lets strangers in, or makes an
    administrator of somebody.
    """
    from iamgen.commands.drift import DriftRequest, drift
    from iamgen.commands.requests import Output, Reach
    from iamgen.declaration.repository_root import find_root

    if bool(accounts) == every:
        raise UsageError([Fault("drift", "it takes either accounts or --all", "such as: iamgen drift dev")])
    reach = Reach(accounts, every, profile, role_arn_template)
    return drift(DriftRequest(find_root(session.folder), reach, Output(as_json, exit_code)), session.console)
