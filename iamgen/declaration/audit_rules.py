"""The names of the rules of `iamgen audit`, which users.py uses to accept a known finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

AuditRule = Literal[
    "administrator",
    "outside-principal",
    "undeclared-user",
    "extra-membership",
    "policy-on-user",
    "root-key",
    "root-without-mfa",
    "no-mfa",
    "undeclared-resource",
    "deleted-principal",
    "old-key",
    "unused-key",
    "several-devices",
    "weak-password-policy",
    "user-differs",
    "missing-membership",
    "missing-user",
]
"""The rules, in the order of their findings: first those by which somebody may have access who should not have it."""
DETAILS: Mapping[AuditRule, str] = {
    "user-differs": "the difference, such as 'path /a/ should be /b/'",
    "missing-membership": "the name of the group",
    "extra-membership": "the name of the group",
    "policy-on-user": "the name of the inline policy, or the ARN of the attached one",
    "no-mfa": "'password' or 'access key'",
    "several-devices": "how many there are, such as '2'",
    "old-key": "the day on which the key was made, such as '2026-03-02'",
    "unused-key": "the day on which the key was made, such as '2026-03-02'",
    "root-key": "'access key' or 'certificate'",
    "weak-password-policy": "what it demands, such as '8 characters' or '0 remembered'",
    "deleted-principal": "the id that the role trusts, such as 'AIDA…'",
    "outside-principal": "the principal or provider that the role trusts, '*' for everybody",
    "undeclared-resource": "'group', 'role' or 'policy'",
}
"""What the detail of a finding is, by rules of which every finding has one. Of the others, only `administrator` has
one, where it is about a role: whom the role trusts."""
