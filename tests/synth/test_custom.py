"""Emergencies end when they are to end, and no end that a statement had already is lost."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.errors import IamgenError
from iamgen.synth.custom import expiring

END, EARLIER = "2027-01-01T00:00:00Z", "2026-12-01T00:00:00Z"


def ended(effect: str = "Allow", **conditions: Any) -> Any:
    """Return the conditions of a statement that has these, once it ends."""
    statement = {"Effect": effect, "Action": "s3:*", "Resource": "*", "Condition": conditions}
    (result,) = expiring({"Statement": [statement]}, END, "dev DataR")["Statement"]
    assert {**result, "Condition": conditions} == statement
    return result["Condition"]


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, {"DateLessThan": {"aws:CurrentTime": END}}),
        (
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            {"Bool": {"aws:MultiFactorAuthPresent": "true"}, "DateLessThan": {"aws:CurrentTime": END}},
        ),
        # the key of an operator stands once: what has it already keeps it
        (
            {"DateLessThan": {"aws:CurrentTime": EARLIER}},
            {"DateLessThan": {"aws:CurrentTime": EARLIER}, "DateLessThanEquals": {"aws:CurrentTime": END}},
        ),
        (
            {"DateLessThan": {"AWS:currenttime": EARLIER}},
            {"DateLessThan": {"AWS:currenttime": EARLIER}, "DateLessThanEquals": {"aws:CurrentTime": END}},
        ),
        (
            {"DateLessThan": {"aws:TokenIssueTime": EARLIER}},
            {"DateLessThan": {"aws:TokenIssueTime": EARLIER, "aws:CurrentTime": END}},
        ),
        (
            {"DateLessThan": {"aws:CurrentTime": EARLIER}, "DateLessThanEquals": {"aws:TokenIssueTime": EARLIER}},
            {
                "DateLessThan": {"aws:CurrentTime": EARLIER},
                "DateLessThanEquals": {"aws:TokenIssueTime": EARLIER, "aws:CurrentTime": END},
            },
        ),
        (
            {"DateLessThan": {"aws:CurrentTime": END}, "DateLessThanEquals": {"aws:CurrentTime": EARLIER}},
            {
                "DateLessThan": {"aws:CurrentTime": END},
                "DateLessThanEquals": {"aws:CurrentTime": EARLIER},
                "DateLessThanIfExists": {"aws:CurrentTime": END},
            },
        ),
    ],
)
def test_no_end_replaces_another(conditions: dict[str, Any], expected: dict[str, Any]) -> None:
    assert ended(**conditions) == expected


def test_where_no_operator_is_left_it_is_refused() -> None:
    operators = ("DateLessThan", "DateLessThanEquals", "DateLessThanIfExists", "DateLessThanEqualsIfExists")
    with pytest.raises(IamgenError) as raised:
        ended("Allow", **{operator: {"aws:CurrentTime": EARLIER} for operator in operators})
    assert [" | ".join(fault) for fault in raised.value.faults] == [
        "dev DataR | a statement of its emergency ends in 4 ways already: no room for the emergency's own end"
        " | leave the earliest of them, by DateLessThan"
    ]


def test_a_deny_has_no_end() -> None:
    assert ended("Deny", Bool={"aws:SecureTransport": "false"}) == {"Bool": {"aws:SecureTransport": "false"}}


def test_a_statement_alone_ends_as_well_and_what_stands_beside_it_stays() -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    assert expiring({"Version": "2012-10-17", "Id": "x", "Statement": statement}, END, "dev DataR") == {
        "Version": "2012-10-17",
        "Id": "x",
        "Statement": [{**statement, "Condition": {"DateLessThan": {"aws:CurrentTime": END}}}],
    }
