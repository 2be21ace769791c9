"""`iamgen explain`: a rule's section of the page, by its id, its name, or nearly."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from iamgen.check import declaration_findings
from iamgen.check.rules import every_rule
from iamgen.commands.explain import explain
from iamgen.ui.console import Console

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("word", ["E108", "e108", "trust-without-mfa", "Trust without MFA", "trust_without_mfa"])
def test_a_rule_is_explained_as_the_page_has_it(iamgen: Run, tmp_path: Path, word: str) -> None:
    done = iamgen(tmp_path, "explain", word)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("## E108 trust-without-mfa\n")
    assert " ".join(done.stdout.split()) in " ".join(PAGE.split())  # the page is wider
    paragraphs = [line for line in done.stdout.splitlines() if not line.startswith((">", "See "))]
    assert max(map(len, paragraphs)) <= 80


@pytest.mark.parametrize("name", ["_NAMES", "_ASSERTION_NAMES"])
def test_what_check_says_of_the_declaration_is_explained_too(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    names = {key for key in getattr(declaration_findings, name).values() if key[0] != "I191"}  # nothing has that level
    assert names <= set(declaration_findings.EXPLANATIONS)
    for rule, title in names:
        for word in (rule, title.upper()):
            assert explain(word, Console.standard()) == 0
            text = capsys.readouterr().out
            assert text.startswith(f"## {rule} {title}\n\n")
            assert max(map(len, text.splitlines())) <= 80


def test_every_rule_has_its_section() -> None:
    from iamgen.check.rules.page import section

    for rule in every_rule():
        assert section(rule) in PAGE


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("trust-without-mafa", "there is no such rule\nhint: did you mean trust-without-mfa?\n"),
        ("E3012", "it is a rule of cfn-lint\nhint: cfn-lint --list-rules | grep E3012\n"),
        ("", "there is no such rule\nhint: iamgen docs rules lists them\n"),
    ],
)
def test_a_slip_is_told(iamgen: Run, tmp_path: Path, word: str, message: str) -> None:
    done = iamgen(tmp_path, "explain", word)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {word}: {message}")
