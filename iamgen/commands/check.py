"""`iamgen check`: every rule and every quota, over the declared accounts or over templates of any make."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from iamgen.check.engine import check_source
from iamgen.check.finding import Finding
from iamgen.check.formats import Format, render
from iamgen.check.inspect import Findings, Looking, View, inspect_views, ordered, unused, views, without_repeats
from iamgen.check.left_out import left_out
from iamgen.check.lint.configuration import find_config
from iamgen.check.lint.linter import LintSettings, lint_all
from iamgen.check.quota_table import plain, table
from iamgen.check.quota_usage.headroom import Headroom, fullest, headroom, notable
from iamgen.check.rules import every_rule
from iamgen.clock import now
from iamgen.declaration.account_selection import chosen
from iamgen.declaration.load import Loaded, find_root, load
from iamgen.declaration.resolved import Declaration
from iamgen.errors import Fault, UsageError
from iamgen.iam.source import Source, read
from iamgen.iam.template import Template
from iamgen.similar_names import did_you_mean
from iamgen.ui.console import Console

_CFN_LINT_RULE = re.compile(r"[EWI]\d{4}")
_FULLEST = 10
_UNUSED_CONFIG = "does not count for --template: it could be of whoever made the template"
_ANY_REGION = "us-east-1"  # a template that iamgen did not make does not say where it goes


@dataclass(frozen=True)
class Checking:
    """What to check and how to tell: accounts of the repository around `folder`, or `templates`."""

    folder: Path
    accounts: tuple[str, ...] = ()
    templates: tuple[Path, ...] = ()
    form: Format = "text"
    ignore: tuple[str, ...] = ()
    quotas: bool = False
    lint: bool = True
    remember: bool = True


class Checked(NamedTuple):
    """What a check found, how full the quotas are, and what an account's template file is called."""

    findings: Findings
    rows: tuple[Headroom, ...] = ()
    stack: str = "infra"


def check(wanted: Checking, console: Console) -> int:
    """Print the findings; return 1 when one is an error, else 0.

    Raises IamgenError for what is wrong with the declaration, the arguments, or a file that is no template.
    """
    _check_ignores(wanted)
    checked = _of_templates(wanted, console) if wanted.templates else _of_accounts(wanted, console)
    for row in notable(checked.rows):
        console.warning(row.warning)
    console.product(_told(wanted, checked))
    return 1 if any(one.level == "error" for some in checked.findings.values() for one in some) else 0


def _told(wanted: Checking, checked: Checked) -> str:
    """Return findings and headroom; of the latter, text has the fullest or all, json all, and the others none."""
    text, rows = render(wanted.form, checked.findings, checked.stack), checked.rows
    if wanted.form == "json":
        return json.dumps({**json.loads(text), "headroom": plain(rows)}, indent=2) + "\n"
    if wanted.form != "text" or not rows:
        return text
    title, shown = ("Every quota", rows) if wanted.quotas else ("The fullest quotas", fullest(rows, _FULLEST))
    return f"{text}\n{title}, and what fits besides (lengths are in characters):\n{table(shown)}"


def _check_ignores(wanted: Checking) -> None:
    """Refuse an --ignore of a rule of iamgen's that there is not; cfn-lint's have four digits."""
    known = {word for rule in every_rule() for word in (rule.id, rule.name)}
    unknown = [word for word in wanted.ignore if word not in known and not _CFN_LINT_RULE.fullmatch(word)]
    if unknown:
        what, hint = "there is no such rule", "docs/rules.md lists them"
        raise UsageError(Fault(f"--ignore {word}", what, did_you_mean(word, known, hint)) for word in unknown)


def _of_accounts(wanted: Checking, console: Console) -> Checked:
    from iamgen.jinja.policy import documents
    from iamgen.synth.account_templates import texts  # troposphere and awacs: 100 ms

    root = find_root(wanted.folder)
    loaded = load(root, now())
    declaration = loaded.declaration
    accounts = chosen(declaration, wanted.accounts, every=not wanted.accounts)
    made = texts(declaration, accounts, documents(root, declaration))
    for warning in (*loaded.warnings, *made.notices):
        console.warning(warning)
    settings = LintSettings(declaration.region, find_config(root), wanted.remember) if wanted.lint else None
    seen = views(made.by_account, declaration, root)
    with console.progress("checking", len(made.by_account)) as advance:
        everything = inspect_views(seen, made.by_account, declaration, Looking(root, (), settings, advance))
    found = _less_ignored(everything, wanted, loaded)
    if not wanted.accounts and settings:
        strays = unused(declaration.settings.ignore, everything)
        found |= {"users.py": strays} if strays else {}
    return Checked(found, _rows(seen, declaration), declaration.settings.stack)


def _less_ignored(everything: Findings, wanted: Checking, loaded: Loaded) -> Findings:
    ignored = {*wanted.ignore, *loaded.declaration.settings.ignore}
    return {name: ordered(some, ignored) for name, some in everything.items()}


def _rows(seen: Mapping[str, View], declaration: Declaration) -> tuple[Headroom, ...]:
    """Return how full every quota is."""
    rows: list[Headroom] = []
    for name, (template, facts) in seen.items():
        people = len(declaration.people) if declaration.accounts[name].holds_people else 0
        rows += headroom(name, template, facts, people)
    return tuple(rows)


def _of_templates(wanted: Checking, console: Console) -> Checked:
    if wanted.accounts:
        raise UsageError([Fault("check", "it takes accounts or --template, not both", "run it twice")])
    foreign = {str(file): read(file) for file in wanted.templates}
    linted = _linted(foreign, wanted, console) if wanted.lint else {}
    found = {
        name: (*check_source(source), *without_repeats(linted.get(name, ()), Template.of(source.body, 0)))
        for name, source in foreign.items()
    }
    return Checked({name: ordered(some, wanted.ignore) for name, some in found.items()})


def _linted(foreign: Mapping[str, Source], wanted: Checking, console: Console) -> dict[str, tuple[Finding, ...]]:
    """Return what cfn-lint finds in templates of any make.

    No file configures it: one that lies beside them may be of whoever made them, and could run code or leave out
    rules. What a template's own Metadata leaves out is said.
    """
    folders = dict.fromkeys((Path(), *(file.parent for file in wanted.templates)))
    for config in filter(None, map(find_config, folders)):
        console.warning(Fault(str(config), _UNUSED_CONFIG, "leave rules out with --ignore"))
    for name, one in foreign.items():
        for what in left_out(one.body):
            console.warning(Fault(name, what, "what is left out by it has not been looked at"))
    settings = LintSettings(_ANY_REGION, None, wanted.remember)
    with console.progress("checking", len(foreign)) as advance:
        return lint_all({name: one.text for name, one in foreign.items()}, settings=settings, on_done=advance)
