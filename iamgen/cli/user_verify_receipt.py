"""`iamgen user verify-receipt`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.session import Session

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.requests import Reach


@click.command("verify-receipt")
@click.argument(
    "file", metavar="FILE", type=click.Path(path_type=Path), shell_complete=options.completing("receipt_files")
)
@values.access
@options.as_json
@click.pass_obj
def user_verify_receipt(session: Session, /, *, file: Path, reach: Reach, as_json: bool) -> int:
    """Check that what a receipt of an offboarding says still holds.

    \b
    iamgen user verify-receipt offboarded-bob.json

    It says whether the file was changed since it was written, and whether what
    it proved holds in AWS now. The exit code is 1 when something does not hold,
    or cannot be looked at. Nothing is changed.
    """
    from iamgen.commands.user_verify_receipt import VerifyReceiptRequest, verify_receipt
    from iamgen.declaration.repository_root import find_root

    return verify_receipt(VerifyReceiptRequest(find_root(session.folder), file, reach, as_json), session.console)
