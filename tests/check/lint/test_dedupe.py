"""Templates that differ only in whose they are, linted once: what is found is what each would have had."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from iamgen.check.finding import Finding
from iamgen.check.lint import cfnlint
from iamgen.check.lint.dedupe import Whose, lint_alike
from iamgen.check.lint.linter import LintSettings, lint_all

GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "expected"
ID = "222222222222"
BASE = (GOLDEN / "example" / "dev.json").read_text(encoding="utf-8")

# ways to spoil a template; the owner's id and name stand in some of the findings
SPOILT: dict[str, tuple[str, str]] = {
    "nothing": ("", ""),
    "an action": ('"s3:*"', '"s3:NoSuchAction"'),
    "a role's name": (f'"infra-OpsR-{ID}"', f'"infra OpsR {ID}"'),
    "a session": ('"MaxSessionDuration": 3600', f'"MaxSessionDuration": {ID}'),
    "an ARN": ('"arn:aws:iam::aws:policy/ReadOnlyAccess"', f'"arn:aws:iam:{ID}:policy/ReadOnlyAccess"'),
    "a version": ('"2012-10-17"', f'"{ID}"'),
    "a property": ('"RoleName"', '"RoleNam"'),
    "a reference": ('"Ref": "OpsP"', '"Ref": "NoP"'),
    "the description": ("Made by iamgen.", "Made by iamgen." + "x" * 1100),
}


def owned(text: str, whose: Whose) -> str:
    return text.replace(ID, whose.id).replace("what in dev.", f"what in {whose.name}.")


def lint(texts: Mapping[str, str]) -> Mapping[str, tuple[Finding, ...]]:
    return {name: cfnlint.lint(text, "eu-west-1", None) for name, text in texts.items()}


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.sampled_from(sorted(SPOILT)), max_size=2, unique=True),
    st.from_regex(r"[1-9][0-9]{11}", fullmatch=True),
    st.sampled_from(["acme-dev", "x", "dev", "a-very-long-name-of-an-account-for-development"]),
)
def test_it_never_changes_a_finding(ways: list[str], other_id: str, other_name: str) -> None:
    text = BASE
    for way in ways:
        text = text.replace(*SPOILT[way])
    mine, theirs = Whose("dev", ID), Whose(other_name if other_name != "dev" else "other", other_id)
    texts = {mine: text, theirs: owned(text, theirs)}
    assert lint_alike(texts, lint, lambda _: None) == {
        whose.name: lint({"": element})[""] for whose, element in texts.items()
    }


def test_one_of_a_kind_is_linted_as_it_is() -> None:
    seen_so_far: list[dict[str, str]] = []
    done: list[str] = []

    def counting(some: Mapping[str, str]) -> Mapping[str, tuple[Finding, ...]]:
        seen_so_far.append(dict(some))
        return dict.fromkeys(some, ())

    twins = [Whose("dev", ID), Whose("acme-dev", "3" * 12), Whose("shop-dev", "4" * 12)]
    texts: dict[Whose, str] = {whose: owned(BASE, whose) for whose in twins}
    texts[Whose("prod", "5" * 12)] = owned(BASE.replace("s3:*", "sqs:*"), Whose("prod", "5" * 12))
    lint_alike(texts, counting, done.append)
    assert seen_so_far == [{"dev": BASE, "prod": texts[Whose("prod", "5" * 12)]}]
    assert done == ["acme-dev", "shop-dev"]


@pytest.mark.parametrize("case", sorted(folder.name for folder in GOLDEN.iterdir()))
def test_golden_templates_have_no_findings_either_way(case: str) -> None:
    texts: dict[Whose, Any] = {}
    for file in (GOLDEN / case).iterdir():
        text = file.read_text(encoding="utf-8")
        names = [load["Properties"].get("RoleName", "-") for load in json.loads(text)["Resources"].values()]
        texts[Whose(file.stem, max(names).rpartition("-")[2] or file.stem)] = text
    plain = LintSettings("eu-west-1", remember=False)
    result = lint_alike(texts, lambda drawn_list: lint_all(drawn_list, settings=plain), lambda _: None)
    assert set(result.values()) == {()}
