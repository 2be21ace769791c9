"""`iamgen audit`: its options."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from iamgen.cli import options, values
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError

if TYPE_CHECKING:  # `--help` needs none of these
    from iamgen.commands.audit import AuditForm
    from iamgen.commands.requests import Reach


_FORMS = click.Choice(["text", "json", "markdown", "sarif"])


@click.command("audit")
@values.reach
@click.option("--format", "form", type=_FORMS, default="text", show_default=True, help="The format of the findings.")
@options.as_json
@options.exit_code("something was found, or was not looked at")
@click.pass_obj
def audit(session: Session, /, *, reach: Reach, form: AuditForm, as_json: bool, exit_code: bool) -> int:
    """Compare accounts with the declaration: people, keys, MFA.

    \b
    iamgen audit                       every account
    iamgen audit dev --format markdown
    iamgen audit --exit-code           for a nightly job

    \b
    It looks for:
      - users who are missing or not declared, and differing memberships
      - policies of a user's own, and users without MFA or with several devices
      - access keys that are over 90 days old or unused
      - the keys and MFA of root, and the password policy
      - roles that trust somebody who was deleted or is not declared
      - groups, roles and policies that are named like the stack's and are not
        declared
      - users and roles that are administrators in effect and not declared so

    Each finding says what puts it right. Nothing is changed. ACCEPTED in users.py
    names findings that are known: they are listed, and do not count.
    """
    if reach.accounts and reach.every:
        problem = "it takes either accounts or --all"
        raise UsageError([Fault("audit", problem, "without either it takes every account")])
    from iamgen.commands.audit import AuditRequest, audit
    from iamgen.declaration.repository_root import find_root

    request = AuditRequest(find_root(session.folder), reach, "json" if as_json else form, exit_code)
    return audit(request, session.console)
