from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from multiprocessing import active_children, get_context
from typing import TYPE_CHECKING, cast

import pytest

from iamgen.check.finding import Finding
from iamgen.check.lint.workers import lint_in_parallel
from iamgen.errors import Fault, IamgenError

if TYPE_CHECKING:
    from collections.abc import Generator

    from iamgen.check.lint.workers import Work

# Findings are whatever `work` returns: the letters of the text. A builtin can be handed to a spawned process.
LETTERS = cast("Work", tuple)
TEXTS = [f"text {number}" for number in range(40)]


def forked(work: Work, workers: int = 3) -> Generator[tuple[str, tuple[Finding, ...]], None, None]:
    return lint_in_parallel(TEXTS, work, workers=workers, fork=True)


def spells(text: str) -> tuple[Finding, ...]:
    return (Finding("E1", "error", text, ("a", 1), 1),)


@pytest.mark.parametrize("fork", [True, False])
def test_every_text_is_worked_on_once(fork: bool) -> None:
    result = list(lint_in_parallel(TEXTS, LETTERS, workers=2, fork=fork))
    assert sorted(result) == sorted((text, LETTERS(text)) for text in TEXTS)
    assert not active_children()


def test_findings_arrive_whole() -> None:
    assert dict(forked(spells)) == {text: spells(text) for text in TEXTS}


def test_large_texts_and_findings_pass() -> None:
    texts = ["x" * 3_000_000, "y" * 3_000_000]
    result = dict(lint_in_parallel(texts, lambda text: spells(text) * 2, workers=2, fork=True))
    assert result == {text: spells(text) * 2 for text in texts}


def test_no_more_workers_than_texts() -> None:
    with closing(lint_in_parallel(TEXTS[:2], spells, workers=9, fork=True)) as generator:
        next(generator)
        assert len(active_children()) == 2


def test_workers_run_at_the_same_time() -> None:
    meeting = get_context("fork").Barrier(2)

    def meets(text: str) -> tuple[Finding, ...]:
        meeting.wait(timeout=30)  # raises when no other worker comes
        return spells(text)

    assert len(list(lint_in_parallel(TEXTS[:2], meets, workers=2, fork=True))) == 2


def test_killed_worker_is_an_error_that_says_so() -> None:
    def dies(text: str) -> tuple[Finding, ...]:
        if text == TEXTS[7]:
            os.kill(os.getpid(), signal.SIGKILL)
        return spells(text)

    with pytest.raises(IamgenError, match="killed by signal 9"):
        list(forked(dies))
    assert not active_children()


def test_worker_that_ends_is_an_error_too() -> None:
    with pytest.raises(IamgenError, match="ended with code 3"):
        list(forked(lambda _: os._exit(3)))


def test_worker_killed_while_idle_is_an_error() -> None:
    with closing(forked(spells, workers=1)) as generator:
        next(generator)
        time.sleep(0.1)
        idle = active_children()[0]
        idle.kill()
        idle.join()
        with pytest.raises(IamgenError, match="killed by signal 9"):
            list(generator)


def test_fault_arrives_as_it_was() -> None:
    faults = (Fault(".cfnlintrc", "is wrong", "mend it"), Fault("b", "c"))

    def refuses(_: str) -> tuple[Finding, ...]:
        raise IamgenError(faults)

    with pytest.raises(IamgenError) as error:
        list(forked(refuses))
    assert error.value.faults == faults


def test_bug_arrives_with_its_traceback() -> None:
    def fails(_: str) -> tuple[Finding, ...]:
        raise KeyError("boom")

    with pytest.raises(RuntimeError, match=r"(?s)in fails.*KeyError: 'boom'"):
        list(forked(fails))
    assert not active_children()


def test_closing_ends_the_workers() -> None:
    def slow(text: str) -> tuple[Finding, ...]:
        time.sleep(0 if text == TEXTS[0] else 60)
        return spells(text)

    with closing(forked(slow)) as generator:
        next(generator)
        workers = active_children()
    assert workers
    assert {worker.exitcode for worker in workers} == {-signal.SIGKILL}


SLOW = """
import sys, time
from iamgen.check.lint.workers import lint_in_parallel

def slow(text):
    time.sleep(float(text))
    return ()

try:
    for text, _ in lint_in_parallel(["0", *[sys.argv[1]] * 50], slow, workers=4, fork=sys.argv[2] == "fork"):
        if text == "0":
            print("started", flush=True)
except KeyboardInterrupt:
    sys.exit(130)
"""


def started(seconds: str) -> subprocess.Popen[str]:
    run = subprocess.Popen(
        [sys.executable, "-c", SLOW, seconds, "fork"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    assert run.stdout
    assert run.stdout.readline() == "started\n"
    return run


def test_interrupt_ends_everything_at_once_and_quietly() -> None:
    run = started("60")
    os.killpg(run.pid, signal.SIGINT)
    assert run.communicate(timeout=30) == ("", "")
    assert run.returncode == 130
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_workers_do_not_outlive_a_killed_parent(how: signal.Signals) -> None:
    run = started("0.2")
    os.kill(run.pid, how)
    # both streams end when the last worker has gone
    assert run.communicate(timeout=30) == ("", "")
