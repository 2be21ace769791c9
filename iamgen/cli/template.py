"""`iamgen template`: its options."""

from __future__ import annotations

import click

from iamgen.cli import options
from iamgen.cli.session import Session


@click.command()
@click.argument("account", metavar="ACCOUNT", shell_complete=options.account_names)
@click.option("--deployed", is_flag=True, hidden=True, help="What it does anyway; older scripts say it.")
@options.access
@click.pass_obj
def template(
    session: Session,
    /,
    *,
    account: str,
    deployed: bool,  # noqa: ARG001  # accepted, and without a meaning
    profile: str | None,
    role_arn_template: str | None,
) -> int:
    """Print the template that an account's stack was deployed with.

    \b
    iamgen template dev
    diff <(iamgen template dev) <(iamgen render dev)

    It is printed in the form that `iamgen render` has, with the keys in order,
    so that you can compare the two.
    """
    from iamgen.commands.requests import Reach
    from iamgen.commands.template import TemplateRequest, template
    from iamgen.declaration.repository_root import find_root

    reach = Reach((account,), every=False, profile=profile, role_arn_template=role_arn_template)
    return template(TemplateRequest(find_root(session.folder), reach), session.console)
