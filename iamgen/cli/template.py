"""`iamgen template`: its options."""

from __future__ import annotations

import click

from iamgen.cli import options
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError


@click.command()
@click.argument("account", metavar="ACCOUNT", shell_complete=options.account_names)
@click.option("--deployed", is_flag=True, help="Print the deployed template; required, there is no other choice yet.")
@options.access
@click.pass_obj
def template(
    session: Session, /, *, account: str, deployed: bool, profile: str | None, role_arn_template: str | None
) -> int:
    """Print the template that an account's stack was deployed with.

    \b
    iamgen template dev --deployed
    diff <(iamgen template dev --deployed) <(iamgen render dev)

    It is written as `iamgen render` writes it, with the keys in order, so
    that the two can be compared.
    """
    if not deployed:
        raise UsageError(
            [Fault("template", "it prints what is deployed: say --deployed", "for the new: iamgen render")]
        )
    from iamgen.commands.requests import Reach
    from iamgen.commands.template import TemplateRequest, template
    from iamgen.declaration.load import find_root

    reach = Reach((account,), every=False, profile=profile, role_arn_template=role_arn_template)
    return template(TemplateRequest(find_root(session.folder), reach), session.console)
