from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cfnlint.jsonschema import StandardValidator
from hypothesis import given
from hypothesis import strategies as st

from iamgen.check.finding import LEVELS, Finding
from iamgen.check.formats._places import FindingsByPlace
from iamgen.check.formats.sarif import render
from iamgen.check.rules import every_rule

SCHEMA = json.loads((Path(__file__).parent / "schema" / "sarif-2.1.0-rtm.4.json").read_text("utf-8"))

causes = st.sampled_from(["", "users.py:12", "users.py", "a:b", ":3", "users.py:x"])
steps = st.text(max_size=5) | st.integers(0, 9)
findings_drawn = st.builds(
    Finding,
    st.sampled_from(["E108", "W128", "E3031"]),
    st.sampled_from(LEVELS),
    st.text(),
    st.lists(steps, max_size=3).map(tuple),
    st.integers(0, 9),
    st.sampled_from(["", "https://docs.example/"]),
    st.text(max_size=5),
    causes,
)
everything = st.dictionaries(st.text(min_size=1, max_size=8), st.lists(findings_drawn, max_size=4), max_size=3)


def errors(log: object) -> list[str]:
    return [error.message for error in StandardValidator(SCHEMA).iter_errors(log)]


def run(findings: FindingsByPlace) -> dict[str, Any]:
    log = json.loads(render(findings))
    assert errors(log) == []
    return dict(log["runs"][0])


@given(everything)
def test_always_valid(findings: FindingsByPlace) -> None:
    sarif_run = run(findings)
    assert len(sarif_run["results"]) == sum(map(len, findings.values()))
    ids = [rule["id"] for rule in sarif_run["tool"]["driver"]["rules"]]
    assert ids == sorted(set(ids))
    assert all(ids[entry["ruleIndex"]] == entry["ruleId"] for entry in sarif_run["results"])
    prints = [entry["partialFingerprints"]["primaryLocationLineHash"] for entry in sarif_run["results"]]
    assert len(prints) == len(set(prints))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: log.pop("version"),
        lambda log: log["runs"][0].pop("tool"),
        lambda log: log["runs"][0]["results"][0].update(level="info"),
        lambda log: log["runs"][0]["results"][0].update(line=1),
        lambda log: log["runs"][0]["results"][0].pop("message"),
        lambda log: log["runs"][0]["results"][1]["locations"][0]["physicalLocation"]["region"].update(startLine=0),
        lambda log: log["runs"][0]["tool"]["driver"]["rules"][0].pop("id"),
    ],
)
def test_validation_sees_what_is_wrong(spoil: Callable[[dict[str, Any]], object], findings: FindingsByPlace) -> None:
    log = json.loads(render(findings))
    spoil(log)
    assert len(errors(log)) == 1


def test_no_findings() -> None:
    tool = {"driver": {"name": "iamgen", "rules": []}}
    assert run({"dev": ()}) == {"tool": tool, "columnKind": "unicodeCodePoints", "results": []}


def test_result(findings: FindingsByPlace) -> None:
    large, mfa, _, lint = run(findings)["results"]
    path = "Resources/AdminR/Properties/AssumeRolePolicyDocument/Statement/2"
    assert mfa == {
        "ruleId": "E108",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": f"alice may assume AdminR without MFA (prod {path})"},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": "users.py"}, "region": {"startLine": 12}},
                "logicalLocations": [{"name": "2", "fullyQualifiedName": f"prod/{path}"}],
            }
        ],
        "partialFingerprints": mfa["partialFingerprints"],
    }
    assert large["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "prod/infra.json"}}
    assert lint["level"] == "note"
    assert lint["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "stacks/my%20app.yaml"},
        "region": {"startLine": 7},
    }


def test_rules(findings: FindingsByPlace) -> None:
    known, lint, unnamed = run(findings)["tool"]["driver"]["rules"]
    described = next(rule for rule in every_rule() if rule.id == "E108")
    assert known == {
        "id": "E108",
        "name": "trust-without-mfa",
        "helpUri": "https://docs.example/mfa",
        "shortDescription": {"text": described.summary},
        "fullDescription": {"text": described.why},
        "help": {"text": "https://docs.example/mfa"},
        "defaultConfiguration": {"level": "error"},
    }
    assert lint["shortDescription"] == {"text": "I3042"}
    assert "helpUri" not in unnamed


def test_fingerprint_outlasts_lines_and_messages(findings: FindingsByPlace) -> None:
    moved = {
        place: [item._replace(line=99, message="other", cause="users.py:1") for item in finding]
        for place, finding in findings.items()
    }
    assert prints(findings) == prints(moved)
    assert len(set(prints({**findings, "test": findings["prod"]}))) == 7


def prints(findings: FindingsByPlace) -> list[str]:
    return [entry["partialFingerprints"]["primaryLocationLineHash"] for entry in run(findings)["results"]]


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("./mine", "mine"),
        ("/srv/a b.json", "file:///srv/a%20b.json"),
        ("c:d.json", "c%3Ad.json"),
        ("ä?#%.json", "%C3%A4%3F%23%25.json"),
        ("mine", "mine/infra.json"),
    ],
)
def test_address_of_a_file(file: str, uri: str) -> None:
    location = run({file: (Finding("E1", "error", "m", (), 1),)})["results"][0]["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == uri
