"""Apply iamgen's rules and cfn-lint to rendered templates, and leave out the findings that are ignored."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from iamgen.check.declaration_context import administrators_everywhere, facts_of
from iamgen.check.engine import check_template
from iamgen.check.finding import LEVELS, Finding
from iamgen.check.lint.dedupe import Whose, lint_alike
from iamgen.check.lint.linter import LintSettings, lint_all
from iamgen.check.lint.repeats import without_repeats
from iamgen.check.rule_context import Facts
from iamgen.declaration.resolved import Declaration
from iamgen.iam.template import Template

if TYPE_CHECKING:
    from iamgen.questions.escalation import EscalationSearch

Findings = dict[str, tuple[Finding, ...]]


@dataclass(frozen=True)
class Looking:
    """How to look at templates."""

    root: Path
    """The repository's folder."""
    ignore: Collection[str] = ()
    """Ids and names of the rules that are left out, of iamgen and of cfn-lint."""
    lint: LintSettings | None = None
    """How cfn-lint is used; None where it is not."""
    on_done: Callable[[str], None] = lambda _: None
    """Is called with an account's name when that account is done."""


class View(NamedTuple):
    """An account's template as rules see it, and what they know besides."""

    template: Template
    """The template, as it has been read."""
    facts: Facts
    """What is known besides."""


def views(
    texts: Mapping[str, str],
    declaration: Declaration,
    root: Path,
    escalation: Callable[[], EscalationSearch] | None = None,
    now: datetime | None = None,
) -> dict[str, View]:
    """Return each account's view. `escalation` returns the search over all accounts, where somebody may need it."""
    shared = replace(facts_of(declaration, root), escalation=escalation, now=now)
    everywhere = administrators_everywhere(declaration)
    views_by_account = {}
    for name, text in texts.items():
        account = declaration.accounts[name]
        facts = replace(shared, account_id=account.id, is_critical=account.needs_approval)
        if account.holds_people:
            facts = replace(facts, administrators_everywhere=everywhere)
        views_by_account[name] = View(Template.of(_body(text), len(text.encode())), facts)
    return views_by_account


def inspect(texts: Mapping[str, str], declaration: Declaration, looking: Looking) -> Findings:
    """Return the findings in each account's template, errors first, except those that are ignored."""
    return inspect_views(views(texts, declaration, looking.root), texts, declaration, looking)


def inspect_views(
    views_by_account: Mapping[str, View], texts: Mapping[str, str], declaration: Declaration, looking: Looking
) -> Findings:
    """Return the same for templates that have been read already."""
    linted = _linted(texts, declaration, looking)
    findings = {}
    for name, (template, facts) in views_by_account.items():
        own = ordered(check_template(template, facts), looking.ignore)
        by_linter = without_repeats(linted.get(name, ()), template, own)
        causes = (with_cause(finding, facts.causes) for finding in by_linter)
        findings[name] = ordered((*own, *causes), looking.ignore)
    return findings


def ordered(findings: Collection[Finding], ignore: Collection[str]) -> tuple[Finding, ...]:
    """Return the findings that are not ignored, errors before warnings."""
    reported = [finding for finding in findings if finding.rule not in ignore and finding.name not in ignore]
    return tuple(sorted(reported, key=lambda finding: LEVELS.index(finding.level)))


def with_cause(finding: Finding, causes: Mapping[str, str]) -> Finding:
    """Return cfn-lint's finding with the line of users.py that it comes from, where that is known."""
    owner = str(finding.path[1]) if len(finding.path) > 1 else ""
    return finding._replace(cause=causes.get(owner, ""))


def unused(ignored: Mapping[str, str], findings: Findings) -> tuple[Finding, ...]:
    """Return a warning for each ignore of the settings that matches nothing; `findings` are those of all accounts,
    with nothing ignored."""
    matched = {
        word for of_account in findings.values() for finding in of_account for word in (finding.rule, finding.name)
    }
    return tuple(
        Finding(
            "W190",
            "warning",
            f"Settings: ignore: {rule} matches nothing any more: remove it",
            (),
            0,
            "",
            "unused-ignore",
        )
        for rule in ignored
        if rule not in matched
    )


def _linted(texts: Mapping[str, str], declaration: Declaration, looking: Looking) -> Mapping[str, tuple[Finding, ...]]:
    if looking.lint is None:
        return {}
    settings = looking.lint
    owned = {Whose(name, declaration.accounts[name].id): text for name, text in texts.items()}
    return lint_alike(owned, lambda batch: lint_all(batch, settings=settings, on_done=looking.on_done), looking.on_done)


def _body(text: str) -> Mapping[str, object]:
    if text.startswith("{"):
        return json.loads(text)  # type: ignore[no-any-return]  # a template of ours is an object
    import yaml

    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # type: ignore[no-any-return]  # noqa: S506  # a safe one, in C where there is one
