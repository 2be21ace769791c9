"""Write the findings of an audit as SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/.

A finding is about AWS, and code scanning wants a file: it is users.py, which says how it should be.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from iamgen.errors import Fault
from iamgen.people.accepted_findings import every_finding
from iamgen.people.audit_finding import RULE_ORDER, AccountAudit, AuditFinding, AuditRule, in_order
from iamgen.ui.sarif_log import sarif_log

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


class _Result(NamedTuple):
    account: str
    rule: str
    subject: str
    message: str
    reason: str | None = None
    """Why users.py accepts it; None where it does not."""


def audit_sarif(audits: Sequence[AccountAudit], faults: Mapping[str, Sequence[Fault]], place: str) -> str:
    """Return what was found as one run, in ASCII, ending in a newline. `faults` says why accounts could not be looked
    at, by name: these and what AWS refused are results as well. `place` is the path of users.py in the repository."""
    findings = [*_findings(audits), *_unread(audits, faults)]
    rules = sorted({result.rule for result in findings}, key=lambda rule: RULE_ORDER.get(rule, len(RULE_ORDER)))
    return sarif_log("iamgen audit", [_rule(rule) for rule in rules], list(_results(findings, rules, place)))


def _findings(audits: Sequence[AccountAudit]) -> Iterator[_Result]:
    for audit in audits:
        reasons = {id(item.finding): item.reason for item in audit.accepted}
        # in one order, whatever is accepted, so that fingerprints of equal findings stay as they are
        for finding in in_order(every_finding(audit)):
            message = _message(audit, finding)
            yield _Result(audit.account, finding.rule, finding.subject, message, reasons.get(id(finding)))


def _message(audit: AccountAudit, finding: AuditFinding) -> str:
    return f"{audit.account} ({audit.account_id}): {finding.problem}. What puts it right: {finding.hint}"


def _unread(audits: Sequence[AccountAudit], faults: Mapping[str, Sequence[Fault]]) -> Iterator[_Result]:
    for audit in audits:
        for part, action in audit.not_looked_at.items():
            why = f"{action} is missing" if action.startswith("iam:") else action
            problem = f"{audit.account} ({audit.account_id}): {part} could not be looked at: {why}"
            yield _Result(audit.account, _UNREAD, part, problem)
    for account, several in faults.items():
        for fault in several:
            problem = f"{account} could not be looked at: {fault.problem}. {fault.hint}"
            yield _Result(account, _UNREAD, account, problem)


def _rule(rule: str) -> dict[str, Any]:
    text = {"text": _SUMMARIES[rule]}
    return {
        "id": rule,
        "shortDescription": text,
        "fullDescription": text,
        "help": {"text": "`iamgen docs people` says what each rule finds."},
        "defaultConfiguration": {"level": _level(rule)},
    }


def _level(rule: str) -> str:
    return "error" if rule in _GRAVE or rule == _UNREAD else "warning"


def _results(findings: Sequence[_Result], rules: Sequence[str], place: str) -> Iterator[dict[str, Any]]:
    occurrences: Counter[str] = Counter()
    has_accepted = any(result.reason is not None for result in findings)
    for result in findings:
        account, rule, subject = result.account, result.rule, result.subject
        # neither ages nor counts, so that a finding stays the same one from night to night
        digest = sha256(json.dumps([account, rule, subject]).encode()).hexdigest()[:16]
        occurrences[digest] += 1
        yield {
            "ruleId": rule,
            "ruleIndex": rules.index(rule),
            "level": _level(rule),
            "message": {"text": result.message},
            "locations": [
                {
                    "physicalLocation": {"artifactLocation": {"uri": place}, "region": {"startLine": 1}},
                    "logicalLocations": [{"name": subject, "fullyQualifiedName": f"{account}/{subject}"}],
                }
            ],
            "partialFingerprints": {"primaryLocationLineHash": f"{digest}:{occurrences[digest]}"},
            **(_suppressions(result) if has_accepted else {}),
        }


def _suppressions(result: _Result) -> dict[str, Any]:
    """Return why a result is suppressed: where any result of a run has this property, SARIF wants all to have it.
    Its state is left out: that means accepted in every edition of the schema, which name the property differently."""
    if result.reason is None:
        return {"suppressions": []}
    return {"suppressions": [{"kind": "external", "justification": result.reason}]}
