"""A finding of an audit: something in AWS that is not as declared, or is unsafe about people and keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import get_args

from iamgen.declaration.audit_rules import AuditRule

__all__ = ("AcceptedFinding", "AccountAudit", "AuditFinding", "AuditRule")


@dataclass(frozen=True)
class AuditFinding:
    """Something that is not as it should be, and how to put it right."""

    rule: AuditRule
    """Which sort of finding it is."""
    subject: str
    """Whom or what it is about, by the name in IAM."""
    problem: str
    """What is wrong."""
    hint: str
    """What puts it right."""
    detail: str = ""
    """What exactly it is about, beside the subject, such as the principal that a role trusts; empty where the rule and
    the subject say it all."""


RULE_ORDER: Mapping[str, int] = {rule: number for number, rule in enumerate(get_args(AuditRule))}
"""The numbers of the rules, in whose order findings stand."""


def in_order(findings: Iterable[AuditFinding]) -> list[AuditFinding]:
    """Return findings in the order of their rules, then by subject and problem."""
    return sorted(findings, key=lambda finding: (RULE_ORDER[finding.rule], finding.subject, finding.problem))


@dataclass(frozen=True)
class AcceptedFinding:
    """A finding that users.py accepts."""

    finding: AuditFinding
    """The finding."""
    reason: str
    """Why it may stay."""
    place: str
    """The line that accepts it, such as `users.py:12`."""


@dataclass(frozen=True)
class AccountAudit:
    """What an audit found in an account."""

    account: str
    """The account's name."""
    account_id: str
    """The account's id."""
    findings: tuple[AuditFinding, ...]
    """The findings, in the order of their rules."""
    not_looked_at: Mapping[str, str] = field(default_factory=dict)
    """What AWS refused to say with the action that is missing, or does not know yet with why."""
    accepted: tuple[AcceptedFinding, ...] = ()
    """The findings that users.py accepts, in the order of their rules."""
