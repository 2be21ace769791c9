"""What an audit found as SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/.

A finding is about AWS, and code scanning wants a file: it is users.py, which says how it should be.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, get_args

from iamgen.errors import Fault
from iamgen.people.audit_finding import AccountAudit, AuditFinding, AuditRule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_GRAVE: frozenset[AuditRule] = frozenset(
    {
        "administrator",
        "extra-membership",
        "no-mfa",
        "outside-principal",
        "policy-on-user",
        "root-key",
        "root-without-mfa",
        "undeclared-user",
    }
)
"""Rules whose findings let somebody in, or give somebody more than is declared: errors. Others are warnings."""
_UNREAD = "not-looked-at"
_SUMMARIES: Mapping[str, str] = {
    "missing-user": "Somebody who is declared has no IAM user.",
    "undeclared-user": "An IAM user is in no file.",
    "user-differs": "An IAM user differs from users.py.",
    "missing-membership": "Somebody is not in a group of theirs.",
    "extra-membership": "Somebody is in a group that users.py does not put them into.",
    "policy-on-user": "An IAM user has a policy of their own.",
    "no-mfa": "A password works without an MFA device.",
    "several-devices": "Somebody has several MFA devices.",
    "old-key": "An access key is old.",
    "unused-key": "An access key is not used.",
    "root-key": "The root user has an access key.",
    "root-without-mfa": "The root user has no MFA device.",
    "weak-password-policy": "The password policy is below the baseline.",
    "deleted-principal": "A role trusts somebody who was deleted.",
    "outside-principal": "A role trusts somebody whom no file declares.",
    "undeclared-resource": "A group, role or policy is in no file.",
    "administrator": "An administrator in effect is in no file.",
    _UNREAD: "Something could not be looked at.",
}


_ORDER = [*get_args(AuditRule), _UNREAD]
_Result = tuple[str, str, str, str]
"""The account, the rule, the subject and the message of a result."""


def audit_sarif(audits: Sequence[AccountAudit], faults: Mapping[str, Sequence[Fault]], place: str) -> str:
    """Return what was found as one run, in ASCII, ending in a newline. `faults` says why accounts could not be looked
    at, by name: these and what AWS refused are results as well. `place` is the path of users.py in the repository."""
    findings = [*_findings(audits), *_unread(audits, faults)]
    rules = sorted({rule for _, rule, _, _ in findings}, key=_ORDER.index)
    driver = {"name": "iamgen audit", "rules": [_rule(rule) for rule in rules]}
    results = list(_results(findings, rules, place))
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _findings(audits: Sequence[AccountAudit]) -> Iterator[_Result]:
    for audit in audits:
        for finding in audit.findings:
            yield audit.account, finding.rule, finding.subject, _message(audit, finding)


def _message(audit: AccountAudit, finding: AuditFinding) -> str:
    return f"{audit.account} ({audit.account_id}): {finding.problem}. What puts it right: {finding.hint}"


def _unread(audits: Sequence[AccountAudit], faults: Mapping[str, Sequence[Fault]]) -> Iterator[_Result]:
    for audit in audits:
        for part, action in audit.not_looked_at.items():
            problem = f"{audit.account} ({audit.account_id}): {part} could not be looked at: {action} is missing"
            yield audit.account, _UNREAD, part, problem
    for account, several in faults.items():
        for fault in several:
            yield account, _UNREAD, account, f"{account} could not be looked at: {fault.problem}. {fault.hint}"


def _rule(rule: str) -> dict[str, Any]:
    text = {"text": _SUMMARIES[rule]}
    return {
        "id": rule,
        "shortDescription": text,
        "fullDescription": text,
        "help": {"text": "docs/people.md says what each rule finds."},
        "defaultConfiguration": {"level": _level(rule)},
    }


def _level(rule: str) -> str:
    return "error" if rule in _GRAVE or rule == _UNREAD else "warning"


def _results(findings: Sequence[_Result], rules: Sequence[str], place: str) -> Iterator[dict[str, Any]]:
    occurrences: Counter[str] = Counter()
    for account, rule, subject, message in findings:
        # neither ages nor counts, so that a finding stays the same one from night to night
        digest = sha256(json.dumps([account, rule, subject]).encode()).hexdigest()[:16]
        occurrences[digest] += 1
        yield {
            "ruleId": rule,
            "ruleIndex": rules.index(rule),
            "level": _level(rule),
            "message": {"text": message},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": place}, "region": {"startLine": 1}},
                    "logicalLocations": [{"name": subject, "fullyQualifiedName": f"{account}/{subject}"}],
                }
            ],
            "partialFingerprints": {"primaryLocationLineHash": f"{digest}:{occurrences[digest]}"},
        }
