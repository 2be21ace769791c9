from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iamgen.check.engine import check_template
from iamgen.check.finding import Finding
from iamgen.check.rule_context import Facts
from iamgen.iam.template import Template

EXPECTED = Path(__file__).resolve().parents[2] / "golden" / "expected"

Found = Callable[..., list[Finding]]
Named = Callable[..., set[str]]


def check(body: dict[str, Any], facts: Facts | None = None) -> list[Finding]:
    size = len(json.dumps(body, indent=2))
    return list(check_template(Template.of(body, size), facts or Facts()))


@pytest.fixture
def findings_of() -> Found:
    """Return what checks a template's body and returns the findings."""
    return check


@pytest.fixture
def named() -> Named:
    """Return what checks a template of these resources and returns the names of the rules that found something."""

    def names(facts: Facts | None = None, **resources: object) -> set[str]:
        return {finding.name for finding in check({"Resources": resources}, facts)}

    return names


# the case that shows everything has findings of its own: tests/check/test_inspect.py
PLAIN = sorted(file for file in EXPECTED.glob("*/*.json") if file.parent.name != "everything")


@pytest.fixture(params=PLAIN, ids=lambda file: f"{file.parent.name}/{file.stem}")
def golden(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return a rendered template."""
    body: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    return body


@pytest.fixture
def facts(golden: dict[str, Any]) -> Facts:
    """Return the facts of the rendered template, as its declaration has them."""
    resources = golden["Resources"]
    machines = {
        name for name, resource in resources.items() if name.startswith("CIUser") and resource["Type"].endswith("User")
    }
    return Facts(machines=frozenset(machines), iam_roles=frozenset({"PowerP", "OpsP", "OpsR"}))
