"""Findings of every kind: in an account's template and in a file's, with and without each part."""

from __future__ import annotations

import pytest

from iamgen.check.finding import Finding
from iamgen.check.formats._places import FindingsByPlace

MFA = Finding(
    "E108",
    "error",
    "alice may assume AdminR without MFA",
    ("Resources", "AdminR", "Properties", "AssumeRolePolicyDocument", "Statement", 10),
    0,
    "https://docs.example/mfa",
    "trust-without-mfa",
    "users.py:12",
)
EARLIER = MFA._replace(path=(*MFA.path[:-1], 2))
LARGE = Finding("W128", "warning", "Ümläut 100 %\nsecond line", (), 0)
LINT = Finding("I3042", "info", "a,b:c", ("Resources", "Ä"), 7, "https://docs.example/i?a=b")


@pytest.fixture
def findings() -> FindingsByPlace:
    """Return three templates: the second without a finding, the third one that iamgen did not make."""
    return {"prod": (MFA, LARGE, EARLIER), "dev": (), "stacks/my app.yaml": (LINT,)}
