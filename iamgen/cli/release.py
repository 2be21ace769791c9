"""`iamgen release`: its options."""

from __future__ import annotations

import click

from iamgen.cli import options
from iamgen.cli.session import Session


def _levels(_context: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    from iamgen.release.versions import LEVELS

    return [level for level in LEVELS if level.startswith(incomplete)]


@click.command()
@click.argument("version", default="bugfix", metavar="[LEVEL | vX.Y.Z]", shell_complete=_levels)
@options.remote
@options.yes
@options.dry_run
@options.as_json
@click.pass_obj
def release(session: Session, /, *, version: str, remote: str | None, yes: bool, dry_run: bool, as_json: bool) -> int:
    """Tag the current commit as a release, and push the tag.

    \b
    iamgen release                      the next bugfix
    iamgen release feature              the next feature
    iamgen release v1.2.3-hotfix.1      exactly this version

    The tag is the version; the first is v0.0.1. LEVEL says which number goes up:
    patch, minor or major. Or it says what the release is: bugfix and feature are
    a patch before 1.0.0 and breaking is a minor; from 1.0.0 on, they are patch,
    minor and major. public goes from 0.x to 1.0.0.

    Everything has to be committed on the main branch and pushed, and has to pass
    every check. iamgen shows the commits since the last release, what changes in
    the templates, and what a deployment would refuse; they become the tag's
    message. When the push fails, there is no tag.
    """
    from iamgen.commands.release import ReleaseRequest, release
    from iamgen.commands.requests import Consent, Output
    from iamgen.declaration.repository_root import find_root

    root = find_root(session.folder)
    return release(ReleaseRequest(root, version, remote, Consent(yes, dry_run), Output(as_json)), session.console)
