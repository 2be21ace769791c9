"""Each condition that a generated template has is taken away once, and the difference names what that changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from iamgen.access.documents import Principal, parse
from iamgen.regions.difference import ANYBODY, PolicySet, Witness, difference
from iamgen.regions.normal_conditions import KnownCaller
from iamgen.regions.statement_formulas import Viewpoint

EXPECTED = Path(__file__).parents[1] / "golden" / "expected"


class Removal(NamedTuple):
    """A policy document of a template with a condition, and which one is taken away."""

    label: str
    document: dict[str, Any]
    number: int
    operator: str
    key: str


def resolved(value: Any, kind: str = "user") -> Any:
    """Return a value with an ARN for each reference."""
    if isinstance(value, dict):
        if "Fn::GetAtt" in value or "Ref" in value:
            name = value.get("Ref") or value["Fn::GetAtt"][0]
            return f"arn:aws:iam::123456789012:{kind}/{name}"
        kinds = {"Federated": "oidc-provider"}
        return {key: resolved(item, kinds.get(key, kind)) for key, item in value.items()}
    return [resolved(item, kind) for item in value] if isinstance(value, list) else value


def documents(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("Statement"), list):
            yield value
        for item in value.values():
            yield from documents(item)
    elif isinstance(value, list):
        for item in value:
            yield from documents(item)


def removals() -> Iterator[Removal]:
    seen_documents = set[str]()
    for file in sorted(EXPECTED.rglob("*.json")):
        for written in documents(json.loads(file.read_text("utf-8"))):
            document = resolved(written)
            text = json.dumps(document)
            if text in seen_documents:
                continue
            seen_documents.add(text)
            for number, statement in enumerate(document["Statement"]):
                for operator, keys in statement.get("Condition", {}).items():
                    for key in keys:
                        label = f"{file.parent.name}/{file.name}-{number}-{operator}-{key}"
                        yield Removal(label, document, number, operator, key)


def viewpoint(statement: dict[str, Any]) -> Viewpoint:
    """Return that of a principal that the statement names."""
    principal = statement.get("Principal")
    if principal is None:
        return ANYBODY
    if principal == "*":
        return Viewpoint(KnownCaller({}), frozenset({Principal("AWS", "arn:aws:iam::123456789012:user/x")}))
    kind, names = next(iter(principal.items()))
    return Viewpoint(KnownCaller({}), frozenset({Principal(kind, names if isinstance(names, str) else names[0])}))


def without(removal: Removal) -> dict[str, Any]:
    document = deepcopy(removal.document)
    conditions = document["Statement"][removal.number]["Condition"]
    del conditions[removal.operator][removal.key]
    if not conditions[removal.operator]:
        del conditions[removal.operator]
    return document


def actions(statement: dict[str, Any]) -> list[str]:
    """Return actions that the statement is about."""
    listed = statement.get("Action")
    if listed is None:
        return ["s3:getobject"]
    names = [listed] if isinstance(listed, str) else listed
    return [name.replace("*", "x").lower() if ":" in name else "s3:getobject" for name in names]


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.mark.parametrize("removal", removals(), ids=lambda removal: removal.label)
def test_a_condition_that_is_taken_away_is_a_difference(removal: Removal) -> None:
    """By itself each condition makes a difference. In its document another statement may say the same: then that
    there is none is proven, and never left undecided."""
    statement, changed = (item["Statement"][removal.number] for item in (removal.document, without(removal)))
    beside = [EVERYTHING] if statement["Effect"] == "Deny" else []
    pairs = [
        ([*beside, statement], [*beside, changed]),
        (removal.document["Statement"], without(removal)["Statement"]),
    ]
    for place, pair in enumerate(pairs):
        before, after = (PolicySet(parse({"Version": "2012-10-17", "Statement": item}, "p")) for item in pair)
        if statement["Effect"] == "Deny":
            before, after = after, before  # without its condition a Deny denies more
        results = [difference(before, after, action, viewpoint(statement)) for action in actions(statement)]
        witnesses = [result for result in results if isinstance(result, Witness)]
        assert place or witnesses
        assert len(witnesses) == len(results) or (place and results == [None] * len(results)), results
        for result in witnesses:
            assert before.verdict(result.request).outcome == "denied"
            assert after.verdict(result.request).outcome == "allowed"
