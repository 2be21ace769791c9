"""`iamgen keys rotate`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Consent, Output, Reach


@click.command("rotate")
@click.argument("name", metavar="CIUSER", shell_complete=options.completing("ci_user_names"))
@click.argument("account", metavar="[ACCOUNT]", required=False, shell_complete=options.account_names)
@click.option("--secret", metavar="NAME", help="Put the new key into this secret of Secrets Manager.")
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the new key into a new file that only you can read.",
)
@click.option(
    "--older-than",
    type=click.IntRange(min=0),
    default=0,
    metavar="DAYS",
    help="Begin only when the key is at least this old.",
)
@click.option("--discard-new", is_flag=True, help="Delete the new key, because its secret is lost.")
@values.consent()
@values.access
@values.result("the rotation waits for the new key's first use")
@click.pass_obj
def keys_rotate(
    session: Session,
    /,
    *,
    name: str,
    account: str | None,
    secret: str | None,
    key_file: Path | None,
    older_than: int,
    discard_new: bool,
    consent: Consent,
    reach: Reach,
    output: Output,
) -> int:
    """Exchange a CI user's access key, a step at a time.

    \b
    iamgen keys rotate ci dev --secret ci/aws-key

    \b
    Each run does the next of four steps, by what AWS has:
      1. make a key, and hand it over to Secrets Manager, a file or the terminal
      2. wait until AWS has seen the new key in use
      3. make the old key inactive
      4. delete it. A key that cannot be handed over is deleted at once.
    """
    if secret is not None and not secret.strip():
        problem = "--secret names no secret"
        raise UsageError([Fault("keys rotate", problem, "such as --secret ci/aws-key; a variable may be empty")])
    if secret and key_file:
        problem = "--secret and --key-file do not go together"
        raise UsageError([Fault("keys rotate", problem, "a key is handed over once: choose one of them")])
    from iamgen.commands.keys_rotate import KeysRotateRequest, rotate_keys
    from iamgen.declaration.repository_root import find_root

    request = KeysRotateRequest(
        find_root(session.folder), name, account, secret, key_file, older_than, discard_new, consent, reach, output
    )
    return rotate_keys(request, session.console)
