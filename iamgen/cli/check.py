"""`iamgen check`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from iamgen.cli import options as shared
from iamgen.cli.session import Session


@click.command()
@shared.accounts("[ACCOUNT]...")
@click.option(
    "--template",
    "templates",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Check this template instead, whoever made it: JSON or YAML. May be repeated.",
)
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave out a rule, by id or name. May be repeated.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="How findings are told.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--quotas", is_flag=True, help="Every quota of every account, not only the ten fullest.")
@click.option("--lint/--no-lint", default=True, help="Ask cfn-lint too; on by default.")
@click.option("--cache/--no-cache", "remember", default=True, help="Remember what cfn-lint found; on by default.")
@click.pass_obj
def check(session: Session, /, as_json: bool, **options: Any) -> int:  # noqa: ANN401  # click's own, by name
    """Hold the templates against every rule and every quota.

    \b
    iamgen check                         all accounts
    iamgen check dev prod                some
    iamgen check --template other.yaml   a template of any make

    Nothing is written. The exit code is 1 when there is an error, 0 when there are warnings at most. iamgen's own rules
    are explained in docs/rules.md; Settings(ignore=...) leaves one out for good.
    """
    from iamgen.commands.check import Checking, check

    form = "json" if as_json else options.pop("form")
    return check(Checking(session.folder, **{**options, "form": form}), session.console)
