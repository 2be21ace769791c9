"""Apply the rules of iamgen to one template."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from iamgen.check.finding import Finding
from iamgen.check.permission_sets import RULES as PERMISSION_SET_RULES
from iamgen.check.permission_sets import as_roles, written
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Rule, every_rule
from iamgen.iam.holes import shown
from iamgen.iam.source import Source
from iamgen.iam.syntax import Path
from iamgen.iam.template import Template


def check_template(template: Template, facts: Facts, ignore: Collection[str] = ()) -> tuple[Finding, ...]:
    """Return what the rules find, each once, in the order of the template's paths.

    `ignore` has ids or names of rules. The line of a finding is 0: see `check_source` for a text with lines.
    """
    rules = [rule for rule in every_rule() if rule.id not in ignore and rule.name not in ignore]
    findings = {finding for rule in rules for finding in _findings(rule, template, facts)}
    permission_sets = as_roles(template)
    if permission_sets:
        about_power = (rule for rule in rules if rule.name in PERMISSION_SET_RULES)
        of_roles = (finding for rule in about_power for finding in _findings(rule, permission_sets, facts))
        findings |= {finding._replace(path=written(finding.path)) for finding in of_roles}
    return tuple(sorted(findings, key=_place))


def check_source(source: Source, template: Template) -> tuple[Finding, ...]:
    """Return what the rules find in a template that iamgen did not make, with paths and lines of its text.

    `template` is what was read from `source`.
    """
    findings = check_template(
        template, Facts(admin_roles=frozenset())
    )  # nothing is declared, whatever a role is called
    return tuple(_placed(finding, template.written(finding.path), source) for finding in findings)


def _placed(finding: Finding, path: Path, source: Source) -> Finding:
    position = source.position(path)
    return finding._replace(path=path, line=position.line if position else 0)


def _findings(rule: Rule, template: Template, facts: Facts) -> Iterator[Finding]:
    for problem in rule.check(template, facts):
        yield Finding(
            rule=rule.id,
            level=rule.level,
            message=shown(problem.message),
            # keys may be strings of a parser's own kind, which know their place in the text
            path=tuple(step if type(step) is int else str(step) for step in problem.path),
            line=0,
            source=rule.source,
            name=rule.name,
            cause=facts.causes.get(problem.about, "") or _cause(problem.path, facts),
        )


def _cause(path: Path, facts: Facts) -> str:
    in_resource = len(path) > 1 and path[0] == "Resources"
    return facts.causes.get(str(path[1]), "") if in_resource else ""


def _place(finding: Finding) -> tuple[object, ...]:
    # numbers and names cannot be compared: numbers, as texts of one length, can
    path = [f"{step:09}" if isinstance(step, int) else step for step in finding.path]
    return path, finding.rule, finding.message
