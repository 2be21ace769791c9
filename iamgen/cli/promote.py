"""`iamgen promote`: its options."""

from __future__ import annotations

from typing import Any

import click

from iamgen.cli import options as shared
from iamgen.cli.session import Session


@click.command()
@click.argument("channel")
@click.argument("version", required=False, metavar="[vX.Y.Z]")
@click.option("--log", is_flag=True, help="What was promoted to the channel, newest first: when, what, by whom.")
@shared.remote
@shared.yes
@shared.dry_run
@shared.as_json
@click.pass_obj
def promote(session: Session, /, **options: Any) -> int:  # noqa: ANN401  # click's own values, by name
    """Put a release where CI deploys it from: the branch env/CHANNEL.

    \b
    iamgen promote infra v1.2.3          env/infra becomes v1.2.3
    iamgen promote infra --log           what it was before

    Channels are those of Settings(channels=...). The release is fetched and has to pass every check. The commits that
    come and go, what changes in the templates, who gets access back, and what a deployment would refuse are shown; an
    older version is a rollback and is called so. The branch and an audit tag, env/CHANNEL/YYYYMMDD-HHMMSS-vX.Y.Z, are
    pushed together or not at all, and not when somebody promoted meanwhile.
    """
    from iamgen.commands.promote import Promoting, promote
    from iamgen.declaration.load import find_root

    return promote(Promoting(find_root(session.folder), **options), session.console)
