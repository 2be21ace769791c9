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
@click.option("--keep-user", is_flag=True, help="Stop once access is gone: for somebody on leave.")
@click.option(
    "--revoke-all-sessions", "every_session", is_flag=True, help="End the sessions of everybody at those roles."
)
@click.option("--edit", is_flag=True, help="Take them out of users.py, where literals name them.")
@click.option(
    "--receipt",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The receipt; default: offboarded-USER.json beside users.py.",
)
@click.option("--lock-me-out", is_flag=True, help="Let the last member of PowerG go.")
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
    iamgen user offboard bob --dry-run      what bob has, everywhere
    iamgen user offboard bob --edit         and take bob out of users.py
    iamgen user offboard bob --keep-user    access alone, for a while

    Access goes first: the user is denied everything, running sessions of roles
    are ended in every account, credentials are made inactive. Then credentials,
    MFA devices, memberships, policies and the user are deleted. At the end AWS
    is read again. Interrupted anywhere, the same command goes on. The receipt
    says what was found, done by whom, and proven.
    """
    from iamgen.commands.user_offboard import OffboardRequest, offboard
    from iamgen.declaration.load import find_root

    request = OffboardRequest(
        find_root(session.folder), name, reach, consent, keep_user, every_session, lock_me_out, edit, receipt, as_json
    )
    return offboard(request, session.console)
