"""`iamgen render`: each account's template, validated, on stdout or in files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from iamgen.clock import now
from iamgen.console import Console
from iamgen.declaration.load import load
from iamgen.declaration.resolved import Account, Declaration
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.nearest import did_you_mean

if TYPE_CHECKING:
    from iamgen.check.finding import Finding


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
    """Write the templates and return 0; return 1, having written none, when cfn-lint finds an error.

    Raises IamgenError for what is wrong with the declaration, the arguments or the place to write to.
    """
    output = wanted.output.absolute() if wanted.output else None  # before users.py runs, which may go elsewhere
    loaded = load(wanted.root, now())
    declaration = loaded.declaration
    accounts = _chosen(declaration, wanted)
    texts, notices = _texts(declaration, accounts, wanted)
    for warning in (*loaded.warnings, *notices):
        console.warning(warning)
    if wanted.lint and not _is_valid(texts, declaration.region, wanted, console):
        return 1
    _put_out(texts, declaration.settings.stack, replace(wanted, output=output), console)
    return 0


def _chosen(declaration: Declaration, wanted: Rendering) -> tuple[Account, ...]:
    """Return the accounts meant, each once; raise UsageError for those that there are not."""
    names = tuple(declaration.accounts) if wanted.every else wanted.accounts
    known = {*declaration.accounts, *declaration.aliases}
    unknown = [name for name in names if name not in known]
    if unknown:
        declared = f"CONST.inc declares {', '.join(declaration.accounts)}"
        raise UsageError(
            Fault(name, "there is no such account", did_you_mean(name, known, declared)) for name in unknown
        )
    own = dict.fromkeys(declaration.aliases.get(name, name) for name in names)
    if len(own) > 1 and wanted.output is None:
        raise UsageError([Fault("render", "several templates do not go to stdout", "name a folder for them: -o build")])
    return tuple(declaration.accounts[name] for name in own)


def _texts(
    declaration: Declaration, accounts: Iterable[Account], wanted: Rendering
) -> tuple[dict[str, str], list[Fault]]:
    """Return each account's template as text, and warnings; raise what is wrong with any, all in one go."""
    from iamgen.stack.build import build, notices  # troposphere and awacs: 100 ms
    from iamgen.stack.text import text

    texts: dict[str, str] = {}
    warnings: list[Fault] = []
    faults: list[Fault] = []
    for account in accounts:
        warnings += notices(declaration, account)
        try:
            texts[account.name] = text(build(declaration, account), wanted.form)
        except IamgenError as exc:
            faults += exc.faults
    if faults:
        raise IamgenError(dict.fromkeys(faults))
    return texts, warnings


def _is_valid(texts: Mapping[str, str], region: str, wanted: Rendering, console: Console) -> bool:
    """Print what cfn-lint finds; tell whether none of it is an error."""
    from iamgen.check.configuration import find_config
    from iamgen.check.lint import LintSettings, lint_all

    settings = LintSettings(region, find_config(wanted.root), wanted.remember)
    with console.progress("validating", len(texts)) as advance:
        findings = lint_all(texts, settings=settings, on_done=advance)
    for account, found in findings.items():
        for finding in found:
            (console.error if finding.level == "error" else console.warning)(_fault(account, finding))
    return not any(finding.level == "error" for found in findings.values() for finding in found)


def _fault(account: str, finding: Finding) -> Fault:
    place = "/".join(map(str, finding.path))
    return Fault(f"{account} {place}".strip(), f"{finding.rule} {finding.message}", finding.source)


def _put_out(texts: Mapping[str, str], stack: str, wanted: Rendering, console: Console) -> None:
    if wanted.output is None:
        for text in texts.values():
            console.product(text)
        return
    from iamgen.files import write_all  # tempfile takes 5 ms

    write_all({wanted.output / account / f"{stack}.{wanted.form}": text for account, text in texts.items()})
