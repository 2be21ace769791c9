"""A second opinion on what the regions prove: z3 agrees on which pairs of policies differ, and on the requests."""

from __future__ import annotations

import pytest

pytest.importorskip("z3", reason="z3-solver is among the requirements of development alone: pip install -e '.[dev]'")

from iamgen.access.evaluate import Request
from tests.regions.z3_agreement import AGE, MFA, NAME, PREFIX, TIME, Opinions, Z3Request, opinions, pairs

PAIRS = 200
PATIENCE = 100
ALLOW = {"Effect": "Allow", "Action": ["s3:*"], "Resource": [f"{PREFIX}b/*"], "Condition": {}}
SECRET = {"Effect": "Deny", "Action": ["s3:*"], "Resource": [f"{PREFIX}b/secret/*"], "Condition": {}}
NARROWER = {**SECRET, "Resource": [f"{PREFIX}b/secret/?*/*"]}


def test_both_say_the_same_of_mutated_pairs() -> None:
    both = [opinions(before, after, PATIENCE) for before, after in pairs(PAIRS, seed=2026)]
    assert [item for item in both if not item.agree] == []
    expected_message = {item.by_iamgen for item in both}
    assert expected_message == {"equal", "different"}
    assert sum(item.by_z3 != "unknown" for item in both) > PAIRS / 4


def test_both_see_the_request_that_a_narrower_deny_lets_through() -> None:
    gain, loss = opinions([ALLOW, SECRET], [ALLOW, NARROWER]), opinions([ALLOW, NARROWER], [ALLOW, SECRET])
    assert (gain.by_iamgen, gain.agree) == ("different", True)
    assert (loss.by_iamgen, loss.agree) == ("equal", True)


def test_an_opinion_that_differs_is_noticed() -> None:
    assert not Opinions("equal", "different").agree
    assert not Opinions("not decided", "equal").agree
    assert not Opinions("different", "different", is_same_witness=False).agree
    request = Z3Request()
    asked = Request("s3:getobject", f"{PREFIX}b/x", {NAME: "alice", MFA: "true", AGE: "99", TIME: "2027-01-01"})
    denied = {**ALLOW, "Condition": {"NumericLessThan": {AGE: ["99"]}}}
    assert request.with_values(request.allowed([ALLOW]), asked)
    assert not request.with_values(request.allowed([denied]), asked)
