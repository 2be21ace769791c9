"""The names of the rules of `iamgen audit`, which users.py uses to accept a known finding."""

from __future__ import annotations

from collections.abc import Mapping
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
