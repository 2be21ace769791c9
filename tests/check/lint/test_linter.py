from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from iamgen.check.finding import Finding
from iamgen.check.lint import cfnlint
from iamgen.check.lint.linter import LintSettings, lint_all
from iamgen.errors import IamgenError

SETTINGS = LintSettings("eu-west-1")


class FakeLinter:
    """Finds the text itself, and knows how often it was asked: in this process, so for one or two texts."""

    def __init__(self) -> None:
        self.linted: list[str] = []

    def load(self, region: str, config_file: Path | None) -> None:
        pass

    def lint(self, text: str, region: str, config_file: Path | None) -> tuple[Finding, ...]:
        self.linted.append(text)
        return (Finding("E1", "error", f"{text} {region} {config_file and config_file.name}", (), 1),)


@pytest.fixture
def linter() -> FakeLinter:
    return FakeLinter()


def findings_for(text: str, config: str = "None") -> tuple[Finding, ...]:
    return (Finding("E1", "error", f"{text} eu-west-1 {config}", (), 1),)


def test_nothing_to_lint() -> None:
    assert lint_all({}, settings=SETTINGS) == {}


def test_second_time_is_remembered(linter: FakeLinter) -> None:
    first = lint_all({"dev": "a"}, settings=SETTINGS, linter=linter)
    assert lint_all({"prod": "a"}, settings=SETTINGS, linter=linter) == {"prod": first["dev"]}
    assert linter.linted == ["a"]
    assert first == {"dev": findings_for("a")}


def test_what_changed_is_linted(linter: FakeLinter, tmp_path: Path) -> None:
    config = tmp_path / ".cfnlintrc"
    config.write_text("ignore_checks: [W]\n", "utf-8")
    lint_all({"dev": "a"}, settings=SETTINGS, linter=linter)
    lint_all({"dev": "b"}, settings=SETTINGS, linter=linter)
    other = lint_all({"dev": "a"}, settings=LintSettings("eu-west-1", config), linter=linter)
    assert linter.linted == ["a", "b", "a"]
    assert other == {"dev": findings_for("a", ".cfnlintrc")}


def test_memory_can_be_left_alone(linter: FakeLinter, caches: Path) -> None:
    forgetful = LintSettings("eu-west-1", remember=False)
    lint_all({"dev": "a"}, settings=forgetful, linter=linter)
    assert not caches.exists()
    lint_all({"dev": "a"}, settings=SETTINGS, linter=linter)
    lint_all({"dev": "a"}, settings=forgetful, linter=linter)
    assert linter.linted == ["a"] * 3


def test_equal_texts_are_linted_once_and_every_account_is_done(linter: FakeLinter) -> None:
    done: list[str] = []
    texts = {"dev": "a", "prod": "b", "test": "a"}
    findings = lint_all(texts, settings=SETTINGS, on_done=done.append, linter=linter)
    assert linter.linted == ["a", "b"]
    assert sorted(done) == sorted(texts)
    assert list(findings) == list(texts)
    assert findings == {account: findings_for(text) for account, text in texts.items()}


def test_many_are_linted_elsewhere_and_remembered(linter: FakeLinter) -> None:
    texts = {f"account-{number}": f"text {number}" for number in range(30)}
    done: list[str] = []
    findings = lint_all(texts, settings=SETTINGS, on_done=done.append, linter=linter)
    assert list(findings.items()) == [(account, findings_for(text)) for account, text in texts.items()]
    assert lint_all(texts, settings=SETTINGS, on_done=done.append, linter=linter) == findings
    assert linter.linted == []
    assert sorted(done) == sorted([*texts, *texts])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process choose its processors")
def test_on_one_processor_no_process_is_started() -> None:
    script = """
import os, sys
from iamgen.check.lint.linter import LintSettings, lint_all

class Linter:
    def lint(self, text, region, config_file):
        return ()

os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
lint_all({str(number): str(number) for number in range(9)}, settings=LintSettings("eu-west-1"), linter=Linter())
print("multiprocessing" in sys.modules)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"


def test_what_was_done_before_an_interrupt_is_remembered(linter: FakeLinter) -> None:
    def interrupt(account: str) -> None:
        raise KeyboardInterrupt(account)

    with pytest.raises(KeyboardInterrupt, match="dev"):
        lint_all({"dev": "a", "prod": "b"}, settings=SETTINGS, on_done=interrupt, linter=linter)
    lint_all({"dev": "a"}, settings=SETTINGS, linter=linter)
    assert linter.linted == ["a"]


def test_parallel_finds_what_serial_finds(good: str, broken: str) -> None:
    texts = {"good": good, "broken": broken, "cut": broken[:-50], "other": good.replace("PowerG", "StrongG")}
    serial = {account: cfnlint.lint(text, "eu-west-1", None) for account, text in texts.items()}
    assert lint_all(texts, settings=SETTINGS) == serial
    assert lint_all(texts, settings=SETTINGS) == serial
    assert serial["broken"]


def test_broken_configuration_is_refused_for_one_and_for_many(tmp_path: Path, good: str) -> None:
    (tmp_path / ".cfnlintrc").write_text("ignore: W\n", "utf-8")
    settings = LintSettings("eu-west-1", tmp_path / ".cfnlintrc")
    for count in (1, 5):
        with pytest.raises(IamgenError, match=r"\.cfnlintrc"):
            lint_all({str(number): good + "\n" * number for number in range(count)}, settings=settings)


def test_warm_run_loads_nothing_heavy(tmp_path: Path, good: str) -> None:
    (tmp_path / "good.json").write_text(good, "utf-8")
    script = f"""
import sys
from pathlib import Path
from iamgen.check.lint.linter import LintSettings, lint_all
lint_all({{"dev": Path({str(tmp_path / "good.json")!r}).read_text("utf-8")}}, settings=LintSettings("eu-west-1"))
print(*sorted({{"cfnlint", "multiprocessing", "yaml", "importlib.metadata"}} & sys.modules.keys()))
"""
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True) for _ in range(2)
    ]
    assert "cfnlint" in runs[0].stdout
    assert runs[1].stdout == "\n"
