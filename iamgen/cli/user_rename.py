"""`iamgen user rename`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Consent, Reach


@click.command("rename")
@click.argument("old", metavar="OLD", shell_complete=options.user_names)
@click.argument("new", metavar="NEW")
@click.option(
    "--edit", is_flag=True, help="Also write the new name into users.py, where the old one is written out as text."
)
@values.consent()
@values.access
@options.as_json
@click.pass_obj
def user_rename(
    session: Session, /, *, old: str, new: str, edit: bool, consent: Consent, reach: Reach, as_json: bool
) -> int:
    """Rename a person's user, and say what that costs.

    \b
    iamgen user rename bob robert --dry-run
    iamgen user rename bob robert --edit

    The user keeps the password, keys, devices, groups and policies. What refers
    to the old name does not change with it: iamgen lists it before it asks.
    """
    from iamgen.commands.user_rename import UserRenameRequest, rename_user
    from iamgen.declaration.repository_root import find_root

    request = UserRenameRequest(find_root(session.folder), old, new, reach, consent, edit, as_json)
    return rename_user(request, session.console)
