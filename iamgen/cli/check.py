"""`iamgen check`: its options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from iamgen.cli import options
from iamgen.cli.session import Session

if TYPE_CHECKING:
    from iamgen.commands.check import CheckRequest
    from iamgen.ui.console import Console


@click.command()
@options.accounts("[ACCOUNT|FILE]...", options.completing("account_names_or_files"))
@click.option(
    "--template",
    "templates",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Check this JSON or YAML template, as FILE does. May be repeated.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULE",
    shell_complete=options.rule_names,
    help="Leave out a rule, by id or name. May be repeated.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="The format of the findings.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--quotas", is_flag=True, help="Print every quota of every account, not only the ten fullest.")
@click.option("--watch", is_flag=True, help="Check again after each change of a file, until Ctrl-C.")
@options.lint
@options.cache
@click.pass_obj
def check(
    session: Session,
    /,
    *,
    accounts: tuple[str, ...],
    templates: tuple[Path, ...],
    ignore: tuple[str, ...],
    form: Literal["text", "json", "sarif", "github"],
    as_json: bool,
    quotas: bool,
    watch: bool,
    lint: bool,
    cache: bool,
) -> int:
    """Check templates against every rule and every quota.

    \b
    iamgen check                          every account
    iamgen check dev '*-prod'             only these accounts
    iamgen check other.yaml               a template of any origin

    A word with a dot or a slash is the FILE of a template, whoever made it.
    Nothing is written. The exit code is 1 when there is an error, and 0 when
    there are at most warnings. `iamgen docs rules` has iamgen's own rules;
    Settings(ignore=...) in users.py leaves a rule out for good.
    """
    from iamgen.commands.check import CheckRequest, check
    from iamgen.commands.requests import Lint

    files = tuple(word for word in accounts if _is_file(word))
    request = CheckRequest(
        session.folder,
        tuple(word for word in accounts if word not in files),
        (*(Path(file) for file in files), *templates),
        form="json" if as_json else form,
        ignore=ignore,
        quotas=quotas,
        lint=Lint(lint, cache),
    )
    return _watch(check, request, session) if watch else check(request, session.console)


def _watch(check: Callable[[CheckRequest, Console], int], request: CheckRequest, session: Session) -> int:
    from iamgen.commands.check_watch import files_to_watch, require_text, watch

    require_text(request.form)
    watched = files_to_watch(request.folder, request.templates)
    return watch(lambda root: check(replace(request, folder=root), session.console), watched, session.console)


def _is_file(word: str) -> bool:
    """Tell a file from an account, whose name has neither a dot nor a slash."""
    return "." in word or "/" in word
