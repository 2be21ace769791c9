from __future__ import annotations

from pathlib import Path

import pytest

from iamgen.check.rules import every_rule
from iamgen.check.rules.page import page, section

DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture(scope="module")
def text() -> str:
    """Return the page, for which every example of every rule is checked."""
    return page()


def test_is_the_one_in_the_docs(text: str) -> None:
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == text, "python -m iamgen.check.rules.page > docs/rules.md"


def test_every_rule_has_a_section(text: str) -> None:
    for rule in every_rule():
        assert f"\n## {rule.id} {rule.name}\n" in text
        assert f"| [{rule.name}](#{rule.id.lower()}-{rule.name}) |" in text
        assert rule.source in text


def test_a_section_says_what_a_rule_does_without_a_declaration() -> None:
    names = {"inline-policy", "trust-open-to-anyone"}
    by_name = {rule.name: section(rule) for rule in every_rule() if rule.name in names}
    exempt = (
        "With a declaration a declared emergency is no finding; in a template of another origin nothing is declared."
    )
    assert exempt in by_name["inline-policy"]
    assert "In templates of any origin: the same." in by_name["trust-open-to-anyone"]
