"""Leave out cfn-lint's findings that a rule of iamgen reports too, or that cfn-lint reports several times."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from iamgen.check.finding import Finding
from iamgen.iam.syntax import Path
from iamgen.iam.template import Template

_ACTIONS = "W3037"
_VERSION = "W2511"
_NO_BRANCH = "is not valid under any of the given schemas"
_SAME_FAULT: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "E1051": frozenset({"E114"}),
        "E3032": frozenset({"E123", "E129"}),
        "E3033": frozenset({"E125"}),
        "E3510": frozenset({"E103", "E106", "E146"}),
        "E3530": frozenset({"E101", "E103", "E104", "E106", "E148"}),
        "W1031": frozenset({"E125", "E146"}),
        "W1032": frozenset({"E125"}),
        "W2010": frozenset({"E114"}),
        _VERSION: frozenset({"E115"}),
        _ACTIONS: frozenset({"E104", "E111"}),
    }
)
"""Rules of cfn-lint, each with those of iamgen that say the same of the same place."""


def without_repeats(findings: Collection[Finding], template: Template, own: Collection[Finding]) -> tuple[Finding, ...]:
    """Return cfn-lint's findings without those that repeat others; `own` are the findings of iamgen's rules.

    cfn-lint's findings about actions go where iamgen's own rule has looked: cfn-lint's list is older, and what is
    newer than that it calls wrong. Of a value that fits none of several forms, cfn-lint tells of each form, and then
    that none fits: only the last stays.
    """
    policies = [document.path for document in template.documents if document.kind != "trust"]
    fits_none = {(finding.rule, finding.path) for finding in findings if finding.message.endswith(_NO_BRANCH)}
    return tuple(
        finding
        for finding in findings
        if not (finding.rule == _ACTIONS and any(_is_within(finding.path, path) for path in policies))
        and not ((finding.rule, finding.path) in fits_none and not finding.message.endswith(_NO_BRANCH))
        and not any(_is_same_fault(finding, of_ours) for of_ours in own)
    )


def _is_same_fault(finding: Finding, of_ours: Finding) -> bool:
    if of_ours.rule not in _SAME_FAULT.get(finding.rule, ()):
        return False
    if finding.rule == _VERSION:  # cfn-lint tells it of the Version, iamgen of the variable that needs another
        return _is_within(of_ours.path, finding.path[:-1])
    return _is_within(finding.path, of_ours.path)


def _is_within(path: Path, outer: Path) -> bool:
    return path[: len(outer)] == outer
