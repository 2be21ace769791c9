"""`iamgen check`: apply every rule and every quota to the declared accounts, or to templates of any origin."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from iamgen.check.declaration_findings import declaration_findings
from iamgen.check.engine import check_source
from iamgen.check.finding import Finding
from iamgen.check.formats import ReportFormat, render
from iamgen.check.inspect import Findings, ordered, unused
from iamgen.check.left_out import left_out
from iamgen.check.lint.configuration import find_config
from iamgen.check.lint.linter import LintSettings, lint_all
from iamgen.check.lint.repeats import without_repeats
from iamgen.check.not_looked_at import in_words, not_looked_at
from iamgen.check.quota_table import plain, table, tables_by_account
from iamgen.check.quota_usage.headroom import Headroom, fullest, notable
from iamgen.check.rules import every_rule
from iamgen.clock import now
from iamgen.commands.requests import Lint
from iamgen.declaration.account_selection import chosen
from iamgen.declaration.model import OPS
from iamgen.declaration.repository_root import USERS_FILE, find_root
from iamgen.declaration.resolved import Declaration
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.iam.source import Source, read
from iamgen.iam.template import Template
from iamgen.project import Project
from iamgen.similar_names import did_you_mean
from iamgen.ui.console import Console

_CFN_LINT_RULE = re.compile(r"[EWI]\d{4}")
_FULLEST = 10
_IAM = "iam"
_UNUSED_CONFIG = "does not count for --template: it could be of whoever made the template"
_OWN = "is made by iamgen, and is checked here without users.py, so that declared power is told as a fault"
_OWN_HINT = "`iamgen check ACCOUNT` checks it with what is declared"
_ANY_REGION = "us-east-1"  # a template that iamgen did not make does not say where it goes


@dataclass(frozen=True)
class CheckRequest:
    """What to check, what to leave out, and how to print the findings."""

    folder: Path
    """Where to begin to look for the repository, upwards."""
    accounts: tuple[str, ...] = ()
    """The accounts whose templates are checked; none means all of them."""
    templates: tuple[Path, ...] = ()
    """Template files that are checked in the place of the repository's accounts."""
    form: ReportFormat = "text"
    """The format of the findings."""
    ignore: tuple[str, ...] = ()
    """Rules to leave out, by id or name."""
    quotas: bool = False
    """Whether to print every quota and not only the fullest."""
    lint: Lint = field(default_factory=Lint)
    """Whether and how cfn-lint is asked as well."""


class Report(NamedTuple):
    """What a check prints."""

    findings: Findings
    """The findings by account or template file, less those that are ignored."""
    usage: tuple[Headroom, ...] = ()
    """How much of each quota is used."""
    stack: str = "infra"
    """What an account's template file is called."""
    not_looked_at: Counter[str] = Counter()  # noqa: RUF012  # nobody changes it
    """How many resources there are of each type that no rule looks at."""
    declared: tuple[str, ...] = ()
    """What is declared in so many words and therefore no finding, in sentences."""


def check(request: CheckRequest, console: Console) -> int:
    """Print the findings; return 1 when one is an error, else 0.

    Raises IamgenError for what is wrong with the declaration, the arguments, or a file that is no template.
    """
    _require_known_rules(request)
    report = _check_templates(request, console) if request.templates else _check_accounts(request, console)
    console.warnings(row.warning for row in notable(report.usage))
    _show(request, report, console)
    return 1 if any(finding.level == "error" for findings in report.findings.values() for finding in findings) else 0


def _show(request: CheckRequest, report: Report, console: Console) -> None:
    show = console.show_text if request.form == "text" else console.product
    show(_text(request, report))


def _text(request: CheckRequest, report: Report) -> str:
    """Return the findings in their format. Text has the fullest quotas too, or all of them; JSON always has all."""
    text, rows = render(request.form, report.findings, report.stack), report.usage
    if request.form == "json":
        more = {"headroom": plain(rows), "not_looked_at": dict(report.not_looked_at)}
        return json.dumps({**json.loads(text), **more}, indent=2) + "\n"
    if request.form == "text" and report.not_looked_at:
        text += in_words(report.not_looked_at) + "\n"
    if request.form == "text":
        text += "".join(f"{sentence}\n" for sentence in report.declared)
    if request.form != "text" or not rows:
        return text
    title, shown = "The fullest quotas", table(fullest(rows, _FULLEST))
    if request.quotas:
        title, shown = "Every quota", tables_by_account(rows)
    return f"{text}\n{title}, and what fits besides (lengths are in characters):\n{shown}"


def _require_known_rules(request: CheckRequest) -> None:
    """Refuse an --ignore of a rule that iamgen does not have; those of cfn-lint have four digits."""
    known = {word for rule in every_rule() for word in (rule.id, rule.name)}
    unknown = [word for word in request.ignore if word not in known and not _CFN_LINT_RULE.fullmatch(word)]
    if unknown:
        problem, hint = "there is no such rule", "iamgen docs rules lists them"
        raise UsageError(Fault(f"--ignore {word}", problem, did_you_mean(word, known, hint)) for word in unknown)


def _check_accounts(request: CheckRequest, console: Console) -> Report:
    root = find_root(request.folder)
    with _reported(request, console):
        project = Project.load(root, now())
        accounts = chosen(project.declaration, request.accounts, every=not request.accounts)
        rendered = project.render(accounts)
    console.warnings((*project.warnings, *rendered.warnings))
    with console.progress("checking", tuple(rendered.texts)) as advance:
        checked = rendered.check(lint=request.lint.on, cache=request.lint.cache, on_done=advance)
    findings = checked.findings(request.ignore)
    settings = project.declaration.settings
    if not request.accounts and request.lint.on:  # only what looks at everything can say that an ignore has no use
        unused_ignores = unused(settings.ignore, checked.every_finding)
        findings |= {USERS_FILE: unused_ignores} if unused_ignores else {}
    findings = _with_more(findings, checked.assertion_findings)
    if request.form != "text":  # there stderr has them
        findings = _with_more(findings, declaration_findings("warning", (*project.warnings, *rendered.warnings)))
    return Report(findings, checked.headroom, settings.stack, declared=_declared_power(project.declaration))


def _declared_power(declaration: Declaration) -> tuple[str, ...]:
    """Return that OpsR has power over IAM, where it was declared so: then no rule speaks of it."""
    if _IAM not in declaration.ops_services:
        return ()
    return (f"as declared: {OPS} can make itself administrator wherever it is, since OPS_SERVICES has {_IAM}",)


def _with_more(findings: Findings, more: Findings) -> Findings:
    return {**findings, **{file: (*findings.get(file, ()), *of_file) for file, of_file in more.items()}}


@contextmanager
def _reported(request: CheckRequest, console: Console) -> Iterator[None]:
    """Print faults of the declaration in the format of the findings too, where that is one for programs."""
    try:
        yield
    except UsageError:
        raise
    except IamgenError as exc:
        if request.form != "text":
            _show(request, Report(declaration_findings("error", exc.faults)), console)
        raise


def _check_templates(request: CheckRequest, console: Console) -> Report:
    if request.accounts:
        raise UsageError([Fault("check", "it takes accounts or the files of templates, not both", "run it twice")])
    sources = {str(file): read(file) for file in request.templates}
    linted = _lint(sources, request, console) if request.lint.on else {}
    templates = {name: Template.of(source.body, len(source.text.encode())) for name, source in sources.items()}
    by_file: Findings = {}
    for name, source in sources.items():
        own = ordered(check_source(source, templates[name]), request.ignore)
        by_linter = without_repeats(linted.get(name, ()), templates[name], own)
        by_file[name] = ordered((*own, *by_linter), request.ignore)
    console.warnings(Fault(name, _OWN, _OWN_HINT) for name, source in sources.items() if _is_own(source))
    return Report(by_file, not_looked_at=not_looked_at(templates.values()))


def _is_own(source: Source) -> bool:
    """Return whether a template says that iamgen made it. Anybody can write that, so it exempts from nothing."""
    return str(source.body.get("Description", "")).endswith("Made by iamgen.")


def _lint(sources: Mapping[str, Source], request: CheckRequest, console: Console) -> dict[str, tuple[Finding, ...]]:
    """Return cfn-lint's findings in templates of any origin.

    No file configures it: one that lies beside them may be of whoever made them, and could run code or leave out
    rules. What a template's own Metadata leaves out is said.
    """
    folders = dict.fromkeys((Path(), *(file.parent for file in request.templates)))
    for config in filter(None, map(find_config, folders)):
        console.warning(Fault(str(config), _UNUSED_CONFIG, "leave rules out with --ignore"))
    for name, source in sources.items():
        for omission in left_out(source.body):
            console.warning(Fault(name, omission, "what is left out by it has not been looked at"))
    settings = LintSettings(_ANY_REGION, None, request.lint.cache)
    with console.progress("checking", tuple(sources)) as advance:
        return lint_all({name: source.text for name, source in sources.items()}, settings=settings, on_done=advance)
