"""Deploying at a real terminal: what a question needs to be an answer's, and what is left when the terminal goes."""

from __future__ import annotations

import re
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

ROOT = Path(__file__).resolve().parents[2]
IDS = {"USER_ONLY": "user-only", "DEV": "dev", "PROD": "prod"}
PEOPLE = ("/alice", "/bob", "/carol", "/auditors/dave")
QUESTION = "[y/N] "
COMMAND = (sys.executable, "-m", "iamgen", "deploy", "--no-lint")
Aws = Any
Start = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def example(tmp_path: Path, aws: Aws) -> Path:
    """Return a copy of the example, with a profile for each account, whose users exist."""
    root = tmp_path / "example"
    root.mkdir()
    for name in ("users.py", "CONST.inc"):
        shutil.copy(ROOT / name, root / name)
    with (root / "CONST.inc").open("a") as file:
        file.writelines(f"{constant}_AWS_PROFILE=of-{name}\n" for constant, name in IDS.items())
    aws.people(*PEOPLE)
    return root


@pytest.fixture
def start(example: Path, environment: dict[str, str]) -> Iterator[Start]:
    """Return what starts a deployment at a terminal of its own."""
    started: list[pexpect.spawn[str]] = []

    def begin(*args: str, script: str = "", **env: str) -> pexpect.spawn[str]:
        line = ["/bin/sh", "-c", script] if script else [*COMMAND, *args]
        child: pexpect.spawn[str] = pexpect.spawn(
            line[0], line[1:], cwd=str(example), env={**environment, **env}, encoding="utf-8", timeout=60
        )
        started.append(child)
        return child

    yield begin
    for child in started:
        child.close(force=True)


def ended(child: pexpect.spawn[str]) -> tuple[int | None, str]:
    """Return the exit code, and what was seen until the end."""
    child.expect(pexpect.EOF)
    screen = str(child.before)
    child.close()
    return child.exitstatus, screen.replace("\r\n", "\n")


def test_what_was_typed_before_the_question_does_not_answer_it(start: Start, aws: Aws) -> None:
    child = start("dev")
    child.send("y\ny\ny")
    child.expect_exact(QUESTION)
    time.sleep(1)  # for an answer that is taken all the same
    assert child.isalive()
    assert aws.status("dev") == "REVIEW_IN_PROGRESS"
    child.sendline("n")
    code, screen = ended(child)
    assert (code, screen) == (0, "n\nnothing was changed\n")
    assert aws.status("dev") == ""


def test_the_question_names_production(start: Start) -> None:
    child = start("dev", "prod")
    child.expect_exact("Deploy this to dev (222222222222), prod (production, 333333333333)? [y/N] ")
    child.sendline("n")
    assert ended(child)[0] == 0


@pytest.mark.parametrize("rest", ["> plan.txt", "| cat > plan.txt"])
def test_who_is_asked_sees_the_plan_although_stdout_goes_elsewhere(start: Start, example: Path, rest: str) -> None:
    child = start(script=f"{' '.join(COMMAND)} dev {rest}")
    child.expect_exact(QUESTION)
    screen = str(child.before).replace("\r\n", "\n")
    child.sendline("n")
    ended(child)
    plan = (example / "plan.txt").read_text()
    assert plan.startswith("alice, bob, carol, dave, ci and 4 more gain access. No one loses anything: proven for ")
    assert "\n\ndev (222222222222): create the stack infra\n+ AdminR  AWS::IAM::Role\n" in plan
    assert "\x1b" not in plan
    assert "\x1b[32m+ AdminR  AWS::IAM::Role\x1b[0m\n" in screen  # in colour and wrapped, with the same words
    assert " ".join(plan.split()) in " ".join(re.sub(r"\x1b\[\d*[A-Za-z]|\r", " ", screen).split())


def test_the_plan_is_shown_once_where_stdout_is_the_terminal(start: Start) -> None:
    child = start("dev")
    child.expect_exact(QUESTION)
    assert str(child.before).count("create the stack infra") == 1
    child.sendline("n")
    ended(child)


def test_the_board_begins_below_the_answer(start: Start, aws: Aws) -> None:
    child = start("dev")
    child.expect_exact(QUESTION)
    child.sendline("y")
    code, screen = ended(child)
    assert (code, screen.startswith("y\n")) == (0, True)
    assert screen.endswith("dev (222222222222): done\n")


def wait_for(is_so: Callable[[], bool]) -> None:
    for _ in range(400):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def tidy(aws: Aws) -> None:
    """Wait until nothing of a plan is left in AWS, and see that it was not carried out."""
    wait_for(lambda: not aws.status("dev"))
    assert aws.client("iam", "dev").list_roles()["Roles"] == []


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return a folder for temporary files: a bug is reported there."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def closed(child: pexpect.spawn[str]) -> None:
    """Close its terminal, as closing a window does."""
    child.ptyproc.fileobj.close()  # type: ignore[attr-defined]  # not in the stubs


PLANNING = ["planning", QUESTION]
"""What is seen first: where planning takes no longer than a blink, the board is never drawn."""


@pytest.mark.parametrize("moments", [PLANNING, [QUESTION]])
def test_a_terminal_that_is_closed_leaves_nothing(start: Start, aws: Aws, temporary: Path, moments: list[str]) -> None:
    child = start("dev", TMPDIR=str(temporary))
    child.expect_exact(moments)
    closed(child)
    assert child.wait() == 130
    tidy(aws)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("moments", "codes"), [(PLANNING, "01"), ([QUESTION], "0")])
def test_a_terminal_that_is_closed_without_a_signal_leaves_nothing(
    start: Start, example: Path, aws: Aws, temporary: Path, moments: list[str], codes: str
) -> None:
    """The kernel tells the shell alone, and this one goes on: no answer is no, and a plan that nobody sees a fault."""
    child = start(script=f"trap : HUP; {' '.join(COMMAND)} dev; echo $? > code.txt", TMPDIR=str(temporary))
    child.expect_exact(moments)
    closed(child)
    wait_for(lambda: (example / "code.txt").exists() and bool((example / "code.txt").read_text()))
    tidy(aws)
    assert (example / "code.txt").read_text().strip() in codes
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "signals",
    [
        (signal.SIGINT, signal.SIGINT),
        (signal.SIGHUP, signal.SIGHUP),
        (signal.SIGTERM, signal.SIGHUP),
        (signal.SIGHUP, signal.SIGTERM),
    ],
)
@pytest.mark.parametrize("pause", [0, 0.01, 0.1])
def test_a_second_signal_does_not_cut_the_clean_up_short(
    start: Start, aws: Aws, signals: tuple[signal.Signals, ...], pause: float
) -> None:
    child = start("dev")
    child.expect_exact(QUESTION)
    for element in signals:
        child.kill(element)
        time.sleep(pause)
    code, screen = ended(child)
    assert (code, screen.endswith("interrupted\n")) == (130, True)
    tidy(aws)


@pytest.mark.parametrize("delay", [0.0, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.5, 2.0])
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_a_signal_at_any_moment_of_planning_leaves_nothing(
    start: Start, aws: Aws, delay: float, number: signal.Signals
) -> None:
    child = start("dev")
    child.expect_exact(PLANNING)
    time.sleep(delay / 10)
    child.kill(number)
    child.kill(signal.SIGTERM)
    assert ended(child)[0] == 130
    tidy(aws)
