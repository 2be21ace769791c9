"""`iamgen user create`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Consent, Reach


@click.command("create")
@click.argument("name", metavar="[USER]", required=False, shell_complete=options.user_names)
@click.option(
    "--all-missing", is_flag=True, help="Take everybody in users.py who has no IAM user, or an unfinished one."
)
@click.option("--reset-password", is_flag=True, help="Replace the password that they have.")
@click.option(
    "--password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the passwords into a new file that only you can read.",
)
@click.option(
    "--guide",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the page for their first day into a file instead of stdout.",
)
@values.consent()
@values.access
@options.as_json
@click.pass_obj
def user_create(
    session: Session,
    /,
    *,
    name: str | None,
    all_missing: bool,
    reset_password: bool,
    password_file: Path | None,
    guide: Path | None,
    consent: Consent,
    reach: Reach,
    as_json: bool,
) -> int:
    """Give people of users.py their user, password and groups.

    \b
    iamgen user create bob
    iamgen user create bob --guide ~/bob.md --password-file ~/bob.password
    iamgen user create --all-missing --password-file ~/new.passwords

    The user gets the path and tags of users.py, a temporary password that has
    to be changed at the first sign-in, and no access key. The password meets
    the account's password policy, and is shown once, on the terminal or in a
    file. A page for the person's first day follows. Only what is missing is
    done: when the command was interrupted, run it again.
    """
    if (name is None) != all_missing:
        problem = "it takes either USER or --all-missing"
        raise UsageError([Fault("user create", problem, "such as: iamgen user create bob")])
    if all_missing and (guide or reset_password):
        problem = "--guide and --reset-password are for one person"
        raise UsageError([Fault("user create", problem, "name the person: iamgen user create bob")])
    from iamgen.commands.user_create import UserCreateRequest, create_users
    from iamgen.declaration.repository_root import find_root

    request = UserCreateRequest(
        find_root(session.folder), name, reach, consent, reset_password, password_file, guide, as_json
    )
    return create_users(request, session.console)
