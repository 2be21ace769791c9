"""What a folder's declaration gives: each account's template, and what is found in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from iamgen.checked import Looking, findings
from iamgen.declaration.load import load
from iamgen.declaration.resolved import Declaration
from iamgen.diff.accounts import AccountChanges, AccountTemplate, across
from iamgen.errors import Fault, IamgenError
from iamgen.release.exported_tree import exported
from iamgen.release.repository import Repository
from iamgen.ui.console import Console


@dataclass(frozen=True)
class Rendered:
    """A declaration, its accounts' templates as text, and what its owner may want to know."""

    declaration: Declaration
    texts: dict[str, str]
    warnings: tuple[Fault, ...]
    moment: datetime
    """When it is: it decides which grants have ended."""

    @property
    def templates(self) -> tuple[AccountTemplate, ...]:
        """Each account's template as plain data."""
        accounts, region, stack = self.declaration.accounts, self.declaration.region, self.declaration.settings.stack
        return tuple(
            AccountTemplate(name, accounts[name].id, region, stack, json.loads(text))
            for name, text in self.texts.items()
        )


def rendered(root: Path, now: datetime) -> Rendered:
    """Return what the repository at `root` gives; `now` (UTC) decides which grants have ended.

    Raises IamgenError with every fault.
    """
    from iamgen.jinja.policy import documents
    from iamgen.synth.account_templates import texts  # troposphere and awacs: 100 ms

    loaded = load(root, now)
    declaration = loaded.declaration
    made = texts(declaration, declaration.accounts.values(), documents(root, declaration))
    return Rendered(declaration, made.by_account, (*loaded.warnings, *made.notices), now)


def rendered_at(repository: Repository, commit: str, name: str, now: datetime) -> Rendered:
    """Return what a commit gives, which `name` calls so. Raises IamgenError with every fault of it."""
    with exported(repository, commit, name) as folder, _naming(name):
        return rendered(folder, now)


def checked_at(repository: Repository, commit: str, name: str, now: datetime, console: Console) -> Rendered:
    """Return what a commit gives if every check passes, and print what is warned about.

    Raises IamgenError with every fault, and every finding that is an error.
    """
    with exported(repository, commit, name) as folder, _naming(name):
        found = rendered(folder, now)
        errors, warnings = findings(found.texts, found.declaration, Looking(folder, now), console)
        for warning in (*found.warnings, *warnings):
            console.warning(_named(warning, name))
        if errors:
            raise IamgenError(errors)
    return found


@dataclass(frozen=True)
class Comparison:
    """What a commit gives, beside what another gave."""

    before: Rendered | None
    """What there was: None where there was nothing yet, and where it cannot be rendered."""
    after: Rendered
    """What there will be."""
    accounts: tuple[AccountChanges, ...] | None
    """What changes in the templates; None where what there was cannot be rendered."""


def compared(repository: Repository, commit: str | None, name: str, after: Rendered, console: Console) -> Comparison:
    """Return what a commit gave, at the same moment, beside what there will be; a commit of None gave nothing.

    When that commit cannot be rendered it is said why, and nothing is compared: what mends it has to get through.
    """
    if commit is None:
        return Comparison(None, after, across(None, after.templates))
    try:
        before = rendered_at(repository, commit, name, after.moment)
    except IamgenError as exc:
        for fault in exc.faults:
            console.warning(fault)
        what = "cannot be rendered: no difference is shown, nor what follows from it"
        console.warning(Fault(name, what, "look at the commits"))
        return Comparison(None, after, None)
    return Comparison(before, after, across(before.templates, after.templates))


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Say of each fault in which revision it is."""
    try:
        yield
    except IamgenError as exc:
        raise IamgenError(_named(fault, name) for fault in exc.faults) from exc


def _named(fault: Fault, name: str) -> Fault:
    return fault._replace(where=f"{name}:{fault.where}")
