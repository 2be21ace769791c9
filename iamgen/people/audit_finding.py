"""A finding of an audit: something in AWS that is not as declared, or not as it should be with people and keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

AuditRule = Literal[
    "missing-user",
    "undeclared-user",
    "user-differs",
    "missing-membership",
    "extra-membership",
    "policy-on-user",
    "no-mfa",
    "several-devices",
    "old-key",
    "unused-key",
    "root-key",
    "root-without-mfa",
    "weak-password-policy",
    "deleted-principal",
    "outside-principal",
    "undeclared-resource",
    "administrator",
]


@dataclass(frozen=True)
class AuditFinding:
    """Something that is not as it should be, and what puts it right."""

    rule: AuditRule
    """Which sort of finding it is."""
    subject: str
    """Whom or what it is about, by the name in IAM."""
    problem: str
    """What is wrong."""
    hint: str
    """What puts it right."""


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
    """What AWS refused to say, with the action that is missing."""
