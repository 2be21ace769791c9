"""`iamgen user list`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iamgen.cli import values
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Output, Reach


@click.command("list")
@values.access
@values.result("somebody differs from users.py, is in no file, or was not looked at")
@click.pass_obj
def user_list(session: Session, /, *, reach: Reach, output: Output) -> int:
    """List everybody in the account that holds people.

    \b
    iamgen user list
    iamgen user list --exit-code       for a nightly job

    You see the people of users.py who have no IAM user, the users whom users.py
    does not have, and how the others differ from users.py. MFA, the last sign-in
    and the age of access keys are those of AWS's credential report, which is up
    to four hours old. Nothing is changed.
    """
    from iamgen.commands.user_list import UserListRequest, list_users
    from iamgen.declaration.repository_root import find_root

    return list_users(UserListRequest(find_root(session.folder), reach, output), session.console)
