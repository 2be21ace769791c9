from __future__ import annotations

import json

import pytest

from iamgen.check.declaration_findings import assertion_findings
from iamgen.check.finding import Finding, Level, from_plain
from iamgen.errors import Fault

FINDING = Finding("E3031", "error", "no such thing", ("Resources", "OpsP", 0), 7, "https://example.com/")


def test_survives_json() -> None:
    assert from_plain(json.loads(json.dumps(FINDING.plain()))) == FINDING


def test_source_may_be_left_out() -> None:
    assert Finding("E1", "info", "", (), 1).source == ""


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {**FINDING.plain(), "more": 1},
        {key: value for key, value in FINDING.plain().items() if key != "line"},
        {**FINDING.plain(), "rule": 1},
        {**FINDING.plain(), "message": None},
        {**FINDING.plain(), "source": []},
        {**FINDING.plain(), "level": "fatal"},
        {**FINDING.plain(), "level": []},
        {**FINDING.plain(), "path": "Resources"},
        {**FINDING.plain(), "path": ["Resources", None]},
        {**FINDING.plain(), "path": [True]},
        {**FINDING.plain(), "line": "7"},
        {**FINDING.plain(), "line": True},
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="not a finding"):
        from_plain(value)


def test_failed_assertions_are_told_in_the_order_of_their_lines() -> None:
    outcomes: list[tuple[Level, Fault]] = [
        ("error", Fault("users.py:12", "second", "")),
        ("warning", Fault("users.py:20", "third", "")),
        ("error", Fault("users.py:7", "first", "")),
    ]
    (findings,) = assertion_findings(outcomes).values()
    assert [(item.line, item.message) for item in findings] == [(7, "first"), (12, "second"), (20, "third")]
