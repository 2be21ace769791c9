"""`iamgen template`: its options."""

from __future__ import annotations

from typing import Any

import click

from iamgen.cli import options as shared
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError


@click.command()
@click.argument("account", metavar="ACCOUNT", shell_complete=shared.account_names)
@click.option("--deployed", is_flag=True, help="The one that is deployed now; say it, there is no other.")
@shared.access
@click.pass_obj
def template(session: Session, /, deployed: bool, **options: Any) -> int:  # noqa: ANN401  # click's own, by name
    """Print the template that an account's stack was deployed with.

    \b
    iamgen template dev --deployed
    diff <(iamgen template dev --deployed) <(iamgen render dev)

    It is written as `iamgen render` writes it, keys in order, so that the two can be compared.
    """
    if not deployed:
        raise UsageError(
            [Fault("template", "it prints what is deployed: say --deployed", "for the new: iamgen render")]
        )
    from iamgen.commands.template import Reading, template
    from iamgen.declaration.load import find_root

    return template(Reading(find_root(session.folder), **options), session.console)
