"""`iamgen render`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from iamgen.cli import options as shared
from iamgen.cli.session import Session
from iamgen.errors import Fault, UsageError


@click.command()
@shared.accounts("ACCOUNT...")
@click.option("--all", "every", is_flag=True, help="Every account of CONST.inc.")
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write DIR/ACCOUNT/infra.json instead of stdout; needed for several accounts.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "yaml"]),
    default="json",
    show_default=True,
    help="How templates are written.",
)
@click.option("--lint/--no-lint", default=True, help="Validate with cfn-lint; on by default.")
@click.option("--cache/--no-cache", "remember", default=True, help="Remember what cfn-lint found; on by default.")
@click.pass_obj
def render(session: Session, /, **options: Any) -> int:  # noqa: ANN401  # click's own values, by name
    """Print or write accounts' CloudFormation templates.

    \b
    iamgen render dev                    one template, on stdout
    iamgen render dev prod -o build      build/dev/infra.json, build/prod/infra.json
    iamgen render --all -o build         every account's

    Where an error is found in one template none is written, and the exit code is 1. DIR is taken from the current
    folder; what else lies in it stays.
    """
    if bool(options["accounts"]) == options["every"]:
        raise UsageError([Fault("render", "it takes either accounts or --all", "such as: iamgen render dev")])
    from iamgen.commands.render import Rendering, render
    from iamgen.declaration.load import find_root

    return render(Rendering(find_root(session.folder), **options), session.console)
