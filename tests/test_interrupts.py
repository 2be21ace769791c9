"""Signals that wait, and signals that are as good as ^C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from iamgen.errors import InterruptError
from iamgen.interrupts import ENDING, as_interrupts, held


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
        "import os, signal; from iamgen.interrupts import *\nwith as_interrupts(): os.kill(os.getpid(), signal.SIGHUP)"
    )
    done = subprocess.run(["nohup", sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
