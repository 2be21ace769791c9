"""`iamgen ci`: its options."""

from __future__ import annotations

from typing import Literal

import click

from iamgen.cli.session import Session


@click.command()
@click.argument("providers", nargs=-1, required=True, type=click.Choice(["github", "gitlab"]), metavar="PROVIDER...")
@click.option("--check", "only_check", is_flag=True, help="Write nothing, and exit with 1 when a file is out of date.")
@click.pass_obj
def ci(session: Session, /, *, providers: tuple[Literal["github", "gitlab"], ...], only_check: bool) -> int:
    """Write the files by which CI checks and deploys.

    \b
    iamgen ci github    .github/workflows/iamgen-check.yml and
                        .github/workflows/iamgen-deploy.yml
    iamgen ci gitlab    .gitlab-ci.yml

    CI checks every push and pull request, and shows what changes in the
    templates. It deploys a promotion: first the account that holds people,
    then the others, then production, each after an approval. It uses the
    roles of PIPELINES by OIDC, without a stored key. Where PIPELINES gives a
    scheduled job a role that only reads, CI also compares AWS with what is
    declared every night, by `iamgen drift` and `iamgen audit`; on GitHub the
    file is .github/workflows/iamgen-nightly.yml.

    Write the files again when accounts or pipelines change; CI fails when they
    are out of date.
    """
    from iamgen.commands.ci import CiRequest, ci
    from iamgen.declaration.repository_root import find_root

    return ci(CiRequest(find_root(session.folder), providers, only_check), session.console)
