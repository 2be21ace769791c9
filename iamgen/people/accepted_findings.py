"""Separate the audit findings that users.py accepts from the others, and find acceptances that match nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from iamgen.declaration.assertion_faults import is_meant, meant_accounts
from iamgen.declaration.declared_type import Acceptance
from iamgen.declaration.resolved import Declaration
from iamgen.declaration.source import shown
from iamgen.errors import Fault
from iamgen.people.audit_finding import AcceptedFinding, AccountAudit, AuditFinding


@dataclass(frozen=True)
class AcceptancesOfAudit:
    """What users.py accepts, as an audit applies it."""

    root: Path
    """The folder that has users.py."""
    declaration: Declaration
    """What is declared."""

    def applied(self, audit: AccountAudit) -> AccountAudit:
        """Return an account's audit, in which the findings that are accepted are apart."""
        acceptances = [item for item in self.declaration.accepted if audit.account in self._accounts(item)]
        remaining, accepted = [], []
        for finding in audit.findings:
            acceptance = next((item for item in acceptances if is_accepted(finding, item)), None)
            if acceptance:
                accepted.append(AcceptedFinding(finding, acceptance.reason, self._place(acceptance)))
            else:
                remaining.append(finding)
        return replace(audit, findings=tuple(remaining), accepted=tuple(accepted))

    def unused(self, audits: Iterable[AccountAudit]) -> Iterator[Fault]:
        """Yield a warning for each acceptance that matches nothing, where all accounts that it means were looked at in
        full: what could not be looked at may have the finding still."""
        by_account = {audit.account: audit for audit in audits if not audit.not_looked_at}
        for acceptance in self.declaration.accepted:
            names = self._accounts(acceptance)
            if all(name in by_account for name in names):
                findings = [finding for name in names for finding in every_finding(by_account[name])]
                if not any(is_accepted(finding, acceptance) for finding in findings):
                    problem = f"{acceptance.label} matches nothing any more"
                    yield Fault(self._place(acceptance), problem, _hint(acceptance, findings))

    def _accounts(self, acceptance: Acceptance) -> Sequence[str]:
        return meant_accounts(acceptance, self.declaration.accounts, self.declaration.aliases)

    def _place(self, acceptance: Acceptance) -> str:
        return f"{shown(acceptance.origin.file, self.root)}:{acceptance.origin.line}"


def is_accepted(finding: AuditFinding, acceptance: Acceptance) -> bool:
    """Return whether an acceptance is about a finding: its rule, its subject, and its detail to the letter."""
    is_same = finding.rule == acceptance.rule and finding.detail == acceptance.detail
    return is_same and is_meant(finding.subject, [acceptance.subject])


def every_finding(audit: AccountAudit) -> tuple[AuditFinding, ...]:
    """Return the findings of an account, also those that are accepted."""
    return (*audit.findings, *(item.finding for item in audit.accepted))


def accepted_count(audits: Iterable[AccountAudit]) -> str:
    """Return the sentence that says how many findings are accepted, by rule; nothing if there are none."""
    rules = Counter(item.finding.rule for audit in audits for item in audit.accepted)
    number = rules.total()
    counts = ", ".join(f"{rule} {count}" for rule, count in rules.items())
    return f"Accepted in users.py: {number} finding{'' if number == 1 else 's'} ({counts})." if number else ""


def _hint(acceptance: Acceptance, findings: Iterable[AuditFinding]) -> str:
    """Return what to do about an acceptance that has no use: the detail of the finding may have changed."""
    details = [
        finding.detail
        for finding in findings
        if finding.rule == acceptance.rule and is_meant(finding.subject, [acceptance.subject])
    ]
    if not details:
        return "remove it"
    return f"look at the finding: its detail is now {' and '.join(map(repr, dict.fromkeys(details)))}"
