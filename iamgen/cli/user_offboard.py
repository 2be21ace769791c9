"""`iamgen user offboard`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Consent, Reach


@click.command("offboard")
@click.argument("name", metavar="USER", shell_complete=options.user_names)
@click.option("--keep-user", is_flag=True, help="Take away all access, and keep the user: for somebody on leave.")
@click.option(
    "--revoke-all-sessions", "every_session", is_flag=True, help="End the sessions of everybody who uses those roles."
)
@click.option(
    "--edit", is_flag=True, help="Also take the person out of users.py, where the name is written out as text."
)
@click.option(
    "--receipt",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the receipt is written. Default: offboarded-USER.json beside users.py.",
)
@click.option("--lock-me-out", is_flag=True, help="Allow that the last member of PowerG leaves.")
@values.consent()
@values.access
@options.as_json
@click.pass_obj
def user_offboard(
    session: Session,
    /,
    *,
    name: str,
    keep_user: bool,
    every_session: bool,
    edit: bool,
    receipt: Path | None,
    lock_me_out: bool,
    consent: Consent,
    reach: Reach,
    as_json: bool,
) -> int:
    """Take everything from somebody who leaves, and write a receipt.

    \b
    iamgen user offboard bob --dry-run      show what bob has, in every account
    iamgen user offboard bob --edit         also take bob out of users.py
    iamgen user offboard bob --keep-user    take away the access alone

    Access goes first: the user is denied everything, running sessions of roles
    are ended in every account, and credentials are made inactive. Then
    credentials, MFA devices, memberships, policies and the user are deleted. At
    the end AWS is read again, to prove that all of it is gone. When the command
    is interrupted, run it again: it goes on where it stopped. The receipt says
    what the user had, what was done and by whom, and what was proven.
    """
    from iamgen.commands.user_offboard import OffboardRequest, offboard
    from iamgen.declaration.repository_root import find_root

    request = OffboardRequest(
        find_root(session.folder), name, reach, consent, keep_user, every_session, lock_me_out, edit, receipt, as_json
    )
    return offboard(request, session.console)
