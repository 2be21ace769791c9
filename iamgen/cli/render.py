"""`iamgen render`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from iamgen.cli import options
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError


@click.command()
@options.accounts("[ACCOUNT]...")
@options.every
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    callback=options.file_or_stdout,
    metavar="DIR",
    help="Write DIR/ACCOUNT/infra.json instead of stdout. Needed for several accounts.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "yaml"]),
    default="json",
    show_default=True,
    help="The language of the templates.",
)
@click.option("--lint/--no-lint", default=True, help="Check the templates first; on by default.")
@options.cache
@click.pass_obj
def render(
    session: Session,
    /,
    *,
    accounts: tuple[str, ...],
    every: bool,
    output: Path | None,
    form: Literal["json", "yaml"],
    lint: bool,
    cache: bool,
) -> int:
    """Print or write accounts' CloudFormation templates.

    \b
    iamgen render dev                  print one template
    iamgen render dev prod -o build    write build/dev/infra.json and
                                       build/prod/infra.json
    iamgen render --all -o build       write every account's template

    When one template has an error, none is written, and the exit code is 1.
    DIR is relative to the current folder; other files in it stay as they are.
    """
    if bool(accounts) == every:
        raise UsageError([Fault("render", "it takes either accounts or --all", "such as: iamgen render dev")])
    from iamgen.commands.render import RenderRequest, render
    from iamgen.commands.requests import Lint
    from iamgen.declaration.repository_root import find_root

    root = find_root(session.folder)
    return render(RenderRequest(root, accounts, every, output, form, Lint(lint, cache)), session.console)
