"""`iamgen ci`: its options."""

from __future__ import annotations

from typing import Any

import click

from iamgen.cli.session import Session


@click.command()
@click.argument("providers", nargs=-1, required=True, type=click.Choice(["github", "gitlab"]), metavar="PROVIDER...")
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; exit with 1 when a file is not as it would be."
)
@click.pass_obj
def ci(session: Session, /, **options: Any) -> int:  # noqa: ANN401  # click's own values, by name
    """Write the files by which CI checks and deploys.

    \b
    iamgen ci github                     .github/workflows/iamgen-check.yml, iamgen-deploy.yml
    iamgen ci gitlab                     .gitlab-ci.yml

    Every push and pull request is checked, and shows what changes in the templates. A promotion is deployed: first the
    account that holds people, then the others, then production, each after an approval. Roles are those of PIPELINES,
    by OIDC, without a stored key. Make the files again when accounts or pipelines change: CI looks whether you did.
    """
    from iamgen.commands.ci import Making, ci
    from iamgen.declaration.load import find_root

    return ci(Making(find_root(session.folder), **options), session.console)
