"""`iamgen user show`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Output, Reach


@click.command("show")
@click.argument("name", metavar="USER", shell_complete=options.user_names)
@values.access
@values.result("the user differs from users.py, or was not looked at")
@click.pass_obj
def user_show(session: Session, /, *, name: str, reach: Reach, output: Output) -> int:
    """Show what a person has in AWS, beside what is declared.

    \b
    iamgen user show bob
    iamgen user show bob --json

    You see the password and the last sign-in, MFA devices, access keys with
    their age and last use, certificates, SSH keys, groups and policies; the
    roles that users.py grants, and until when; and how the user differs from
    users.py. USER may also be somebody who is in AWS and not in users.py.
    Nothing is changed. `iamgen access bob --live` shows what they may do by
    what is deployed.
    """
    from iamgen.commands.user_show import UserShowRequest, user_show
    from iamgen.declaration.repository_root import find_root

    return user_show(UserShowRequest(find_root(session.folder), name, reach, output), session.console)
