"""`iamgen render`: each account's template, validated, on stdout or in files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from iamgen.clock import now
from iamgen.declaration.load import load
from iamgen.errors import Fault, UsageError
from iamgen.synth import import_stack
from iamgen.ui.console import Console
from iamgen.ui.files import write_all

if TYPE_CHECKING:
    from iamgen.declaration.resolved import Declaration


@dataclass(frozen=True)
class Rendering:
    """What to render, how, and where to; `output` None is stdout."""

    root: Path
    accounts: tuple[str, ...] = ()
    every: bool = False
    output: Path | None = None
    form: Literal["json", "yaml"] = "json"
    lint: bool = True
    remember: bool = True


def render(wanted: Rendering, console: Console) -> int:
    """Write the templates and return 0; return 1, having written none, when an error is found in one.

    Raises IamgenError for what is wrong with the declaration, the arguments or the place to write to.
    """
    loaded = load(wanted.root, now(), meanwhile=import_stack)
    from iamgen.declaration.account_selection import chosen  # after users.py was begun

    declaration = loaded.declaration
    accounts = chosen(declaration, wanted.accounts, every=wanted.every)
    if len(accounts) > 1 and wanted.output is None:
        raise UsageError([Fault("render", "several templates do not go to stdout", "name a folder for them: -o build")])
    from iamgen.jinja.policy import documents
    from iamgen.synth.account_templates import texts  # troposphere and awacs: 100 ms

    made = texts(declaration, accounts, documents(wanted.root, declaration), wanted.form)
    for warning in (*loaded.warnings, *made.notices):
        console.warning(warning)
    if wanted.lint and not _is_valid(made.by_account, declaration, wanted, console):
        return 1
    _put_out(made.by_account, declaration.settings.stack, wanted, console)
    return 0


def _is_valid(texts: Mapping[str, str], declaration: Declaration, wanted: Rendering, console: Console) -> bool:
    """Print what is found in the templates; tell whether none of it is an error."""
    from iamgen.check.inspect import Looking, inspect
    from iamgen.check.lint.configuration import find_config
    from iamgen.check.lint.linter import LintSettings

    settings = LintSettings(declaration.region, find_config(wanted.root), wanted.remember)
    with console.progress("validating", len(texts)) as advance:
        looking = Looking(wanted.root, declaration.settings.ignore, settings, advance)
        findings = inspect(texts, declaration, looking)
    for account, found in findings.items():
        for finding in found:
            (console.error if finding.level == "error" else console.warning)(finding.fault(account))
    return not any(finding.level == "error" for found in findings.values() for finding in found)


def _put_out(texts: Mapping[str, str], stack: str, wanted: Rendering, console: Console) -> None:
    if wanted.output is None:
        for text in texts.values():
            console.product(text)
        return
    write_all({wanted.output / account / f"{stack}.{wanted.form}": text for account, text in texts.items()})
