"""Write findings as SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import quote

from iamgen.check.finding import Finding, Level
from iamgen.check.formats._places import FindingsByPlace, file_place, ordered, pointer, spot
from iamgen.check.rules import Rule, every_rule
from iamgen.ui.sarif_log import sarif_log

_LEVELS: dict[Level, str] = {"error": "error", "warning": "warning", "info": "note"}

_Object = dict[str, object]


def render(findings: FindingsByPlace, stack: str = "infra") -> str:
    """Return the findings as one run, in ASCII, ending in a newline. Rules are those that found something."""
    pairs = list(ordered(findings))
    first = {finding.rule: finding for _, finding in reversed(pairs)}
    rules = sorted(first)
    index = {rule: number for number, rule in enumerate(rules)}
    return sarif_log("iamgen", [_rule(first[rule]) for rule in rules], list(_results(pairs, index, stack)))


def _rule(finding: Finding) -> _Object:
    described = _described().get(finding.rule)
    summary = described.summary if described else finding.name or finding.rule
    optional = {"name": finding.name, "helpUri": finding.source}
    return {
        "id": finding.rule,
        **{key: value for key, value in optional.items() if value},
        "shortDescription": {"text": summary},
        "fullDescription": {"text": described.why if described else summary},
        "help": {"text": finding.source or summary},
        "defaultConfiguration": {"level": _LEVELS[finding.level]},
    }


def _described() -> Mapping[str, Rule]:
    return {rule.id: rule for rule in every_rule()}


def _results(pairs: list[tuple[str, Finding]], index: Mapping[str, int], stack: str) -> Iterator[_Object]:
    occurrences: Counter[str] = Counter()
    for place, finding in pairs:
        digest = _digest(place, finding)
        occurrences[digest] += 1
        yield {
            "ruleId": finding.rule,
            "ruleIndex": index[finding.rule],
            "level": _LEVELS[finding.level],
            # of a place code scanning shows the file and line alone
            "message": {"text": f"{finding.message} ({spot(place, finding)})"},
            "locations": [_location(place, finding, stack)],
            # the one key that GitHub's code scanning reads
            "partialFingerprints": {"primaryLocationLineHash": f"{digest}:{occurrences[digest]}"},
        }


def _digest(place: str, finding: Finding) -> str:
    """Return what stays the same from run to run: neither lines, nor messages, which may have numbers."""
    key = json.dumps([place, finding.rule, finding.path])
    return sha256(key.encode()).hexdigest()[:16]


def _location(place: str, finding: Finding, stack: str) -> _Object:
    file, line, column = file_place(place, finding, stack)
    physical: _Object = {"artifactLocation": {"uri": _uri(file)}}
    if line:
        physical["region"] = {"startLine": line, **({"startColumn": column} if column else {})}
    name = str(finding.path[-1]) if finding.path else place
    whole = f"{place}/{pointer(finding)}" if finding.path else place
    return {"physicalLocation": physical, "logicalLocations": [{"name": name, "fullyQualifiedName": whole}]}


def _uri(file: str) -> str:
    path = PurePosixPath(file)
    written = quote(str(path), errors="backslashreplace")
    return f"file://{written}" if path.is_absolute() else written
