"""`iamgen promote`: its options."""

from __future__ import annotations

import click

from iamgen.cli import options
from iamgen.cli.session import Session


@click.command()
@click.argument(
    "channel", required=False, metavar="[CHANNEL]", shell_complete=options.completing("channels_or_releases")
)
@click.argument("version", required=False, metavar="[vX.Y.Z]", shell_complete=options.completing("release_tags"))
@click.option(
    "--log",
    is_flag=True,
    help="Print the channel's promotions and change nothing: when, what and by whom, newest first.",
)
@options.remote
@options.yes
@options.dry_run
@options.as_json
@click.pass_obj
def promote(
    session: Session,
    /,
    *,
    channel: str | None,
    version: str | None,
    log: bool,
    remote: str | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Move a channel's branch, which CI deploys, to a release.

    \b
    iamgen promote infra v1.2.3     the branch env/infra becomes v1.2.3
    iamgen promote infra --log      what was promoted before
    iamgen promote v1.2.3           where there is one channel

    Settings(channels=...) in users.py names the channels. The release is fetched
    and has to pass every check. iamgen shows the commits that are added and
    undone, what changes in the templates, who gets access back, and what a
    deployment would refuse. An older version is called a rollback. The branch and
    an audit tag, env/CHANNEL/YYYYMMDD-HHMMSS-vX.Y.Z, are pushed together or not
    at all, and not when somebody else promoted in the meantime.
    """
    from iamgen.commands.promote import PromoteRequest, promote
    from iamgen.commands.requests import Consent, Output
    from iamgen.declaration.repository_root import find_root

    consent, output = Consent(yes, dry_run), Output(as_json)
    if version is None and not log and channel and _is_version(channel):
        channel, version = None, channel
    request = PromoteRequest(find_root(session.folder), channel, version, log, remote, consent=consent, output=output)
    return promote(request, session.console)


def _is_version(word: str) -> bool:
    """Tell a version from a channel, whose name begins neither with a digit nor with `v` and one."""
    return word.removeprefix("v")[:1].isdigit()
