"""Signals that wait, and signals that are as good as ^C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from iamgen.errors import InterruptError
from iamgen.ui.signals import ENDING, as_interrupts, held, wait_for_input


def send(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", ENDING)
def test_as_good_as_an_interrupt(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), as_interrupts():
        send(number)
    assert signal.getsignal(number) is before


@pytest.mark.parametrize("number", ENDING)
def test_what_is_held_is_done_first(number: signal.Signals) -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), held() as signals:
        send(number)
        done.append(signals.came)
    assert done == [True]


@pytest.mark.parametrize("number", ENDING)
def test_what_is_let_through_is_not(number: signal.Signals) -> None:
    with held() as signals:
        with pytest.raises(KeyboardInterrupt), signals.let_through():
            send(number)
        assert not signals.came


def test_an_interrupt_that_was_held_comes_before_what_failed_by_it() -> None:
    with pytest.raises(KeyboardInterrupt), held():
        send(signal.SIGTERM)
        raise ValueError
    with pytest.raises(InterruptError), held():
        send(signal.SIGTERM)
        raise InterruptError([])


def test_what_is_ignored_stays_so() -> None:
    script = (
        "import os, signal; from iamgen.ui.signals import *\nwith as_interrupts(): os.kill(os.getpid(), signal.SIGHUP)"
    )
    done = subprocess.run(["nohup", sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


ASKS = """
import sys
from iamgen.ui.signals import as_interrupts, wait_for_input
try:
    with as_interrupts():
        print("ready", flush=True)
        wait_for_input(sys.stdin)
except KeyboardInterrupt:
    sys.exit(7)
"""


def test_a_signal_that_comes_just_before_the_waiting_ends_it() -> None:
    """Python notes a signal at once and handles it at its next step; a plain read would wait then, now and again."""
    for _ in range(20):
        with subprocess.Popen(
            [sys.executable, "-c", ASKS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as child:
            assert child.stdout
            assert child.stdout.readline() == "ready\n"
            child.send_signal(signal.SIGINT)
            try:
                assert child.wait(timeout=20) == 7
            finally:
                child.kill()


def test_a_signal_that_is_to_be_ignored_does_not_end_the_waiting_for_input() -> None:
    receiver, sender = os.pipe()
    with os.fdopen(receiver) as stream, os.fdopen(sender, "w") as writer, held() as signals:
        writer.write("y\n")
        writer.flush()
        wait_for_input(stream)
        assert stream.readline() == "y\n"
        assert not signals.came
        writer.close()
        wait_for_input(stream)  # at its end there is nothing more to wait for


INTERRUPTED_TEXT = """
import os, signal, sys
from iamgen.ui.signals import as_interrupts, ignore
with as_interrupts():
    try:
        eval("os.kill(os.getpid(), signal.SIGINT)")
    except KeyboardInterrupt:
        ignore()
sys.exit(130)
"""


def test_the_exit_code_stays_where_an_interrupt_came_while_a_text_was_run() -> None:
    assert subprocess.run([sys.executable, "-c", INTERRUPTED_TEXT], check=False).returncode == 130


def test_what_was_held_counts_as_the_first_signal() -> None:
    with as_interrupts():
        with pytest.raises(KeyboardInterrupt), held():
            send(signal.SIGTERM)
        send(signal.SIGHUP)  # the second one does not cut the clean-up short
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGHUP)
