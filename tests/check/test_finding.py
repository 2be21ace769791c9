from __future__ import annotations

import json

import pytest

from iamgen.check.finding import Finding, from_plain

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
