"""`iamgen drift`: its options."""

from __future__ import annotations

from typing import Any

import click

from iamgen.cli import options as shared
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError


@click.command()
@shared.accounts("[ACCOUNT]...")
@click.option("--all", "every", is_flag=True, help="Every account of CONST.inc, side by side.")
@click.option("--exit-code", is_flag=True, help="Exit with 4 when something differs, or was not looked at.")
@shared.access
@shared.as_json
@click.pass_obj
def drift(session: Session, /, **options: Any) -> int:  # noqa: ANN401  # click's own, by name
    """Show what differs in AWS from the template that was deployed.

    \b
    iamgen drift dev                what was changed by hand
    iamgen drift --all --exit-code  for a nightly job

    It is CloudFormation's drift detection, and what that does not see: inline policies and attachments added to
    the stack's groups, roles and users; who is in its groups; trust in somebody who was deleted. `+` is in AWS and
    not in the template, `-` the other way round. Nothing is changed; `iamgen deploy --repair` puts it right.
    """
    from iamgen.commands.drift import Drifting, drift
    from iamgen.declaration.load import find_root

    if bool(options["accounts"]) == options["every"]:
        raise UsageError([Fault("drift", "it takes either accounts or --all", "such as: iamgen drift dev")])
    return drift(Drifting(find_root(session.folder), **options), session.console)
