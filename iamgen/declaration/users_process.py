"""Run users.py in a process of its own, so that nothing that it replaces or leaves behind reaches iamgen.

The child is a fork, so that it starts in a millisecond and has every module already. It hands back bytes over a pipe
and ends without running any exit handler. A background process that users.py leaves may hold the pipe open for ever:
the end of the answer is told by its length, and the end of the child by the kernel.
"""

from __future__ import annotations

import fcntl
import gc
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from os import _exit  # bound here: users.py may replace the one of `os`
from typing import NoReturn

from iamgen.ui.signals import ENDING, as_interrupts

_STDIN, _STDOUT, _STDERR = 0, 1, 2
_INTERRUPTED = 130  # the exit code of a child that a signal ended while it was at work
_LENGTH = 8  # bytes before the answer that say how long it is
LONGEST_ANSWER = 1 << 29
_CHUNK = 1 << 20
_POLL = 0.05  # seconds; only a child that ended without an answer, its pipe held open by another, is polled for
_GRACE = 1.2  # seconds that an interrupted child has to end the programs that it runs
_REMINDERS = 3  # signals that it gets in that time: Python drops the exception of one that comes at a bad moment


class NoAnswerError(Exception):
    """The child ended without an answer; `status` is the one of `os.waitpid`, None when it is not known."""

    def __init__(self, status: int | None) -> None:
        super().__init__(status)
        self.status = status


class Child:
    """A forked process that is computing an answer."""

    def __init__(self, pid: int, pipe: int) -> None:
        self._pid, self._pipe = pid, pipe
        self._status: int | None = None
        self._ended = False

    def answer(self) -> bytes:
        """Wait for the answer and return it.

        Raises NoAnswerError when the child ends without one, and KeyboardInterrupt when a signal has ended it.
        """
        received = bytearray()
        while not (length := _complete(received)):
            if self._readable():
                chunk = os.read(self._pipe, _CHUNK)
                received += chunk
                if not chunk:  # it closed the pipe, most likely by ending
                    self._wait(0)
                    self._refuse()
            elif self._wait(os.WNOHANG) and not self._readable():
                self._refuse()
        return bytes(received[_LENGTH:length])

    def end(self, *, grace: float = 0) -> None:
        """End the child, whatever it is doing; with some seconds of grace as ^C does first, so that it can clean up."""
        os.close(self._pipe)
        for _ in range(_REMINDERS if grace else 0):
            self._kill(signal.SIGTERM)
            if self._ends_within(grace / _REMINDERS):
                break
        self._kill(signal.SIGKILL)
        self._wait(0)

    def _refuse(self) -> NoReturn:
        """Raise what tells how the child ended, which has handed over nothing."""
        code = os.waitstatus_to_exitcode(self._status) if self._status is not None else None
        if code == _INTERRUPTED or (code is not None and -code in ENDING):
            raise KeyboardInterrupt
        raise NoAnswerError(self._status)

    def _ends_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not (ended := self._wait(os.WNOHANG)) and time.monotonic() < deadline:
            time.sleep(_POLL / 10)
        return ended

    def _readable(self) -> bool:
        return bool(select.select([self._pipe], [], [], _POLL)[0])

    def _wait(self, options: int) -> bool:
        """Return whether the child has ended."""
        if not self._ended:
            try:
                pid, status = os.waitpid(self._pid, options)
            except ChildProcessError:  # whoever started us ignores SIGCHLD: the kernel keeps no status
                pid, status = self._pid, None
            if pid:
                self._ended, self._status = True, status
        return self._ended

    def _kill(self, number: signal.Signals) -> None:
        if not self._ended:  # afterwards its id may be another's
            with suppress(ProcessLookupError):
                os.kill(self._pid, number)


@contextmanager
def forked(work: Callable[[], bytes], *, keeps_stdout: bool = False) -> Iterator[Child]:
    """Start `work` in a process of its own, whose answer the block may wait for; it is gone after the block.

    Its stdout is our stderr, unless it keeps ours, and its stdin is empty unless it is a terminal. Signals wait while
    it is being started, so that a ^C neither leaves it behind nor lets it unwind what this process has under way.
    """
    _flush()  # or the child would write it once more
    ours, theirs = _pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    pid = os.fork()
    if not pid:
        _run(work, theirs, before, keeps_stdout=keeps_stdout)
    child = Child(pid, ours)
    os.close(theirs)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        yield child
    except BaseException:
        child.end(grace=_GRACE)
        raise
    child.end()


def _run(work: Callable[[], bytes], pipe: int, mask: Collection[int], *, keeps_stdout: bool) -> NoReturn:
    """Be the child: whatever happens, nothing of the parent's goes on in it."""
    code = 1
    try:
        gc.freeze()  # or a collection would write to, and so copy, the memory that is shared with our parent
        with as_interrupts():  # anew: what our parent holds back, or has counted, is no matter here
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            _redirect_stdin()
            if not keeps_stdout:
                _redirect_stdout()
            answer = work()
            _flush()
            _send(pipe, answer)
        code = 0
    except KeyboardInterrupt:
        code = _INTERRUPTED
    finally:
        _exit(code)


def _redirect_stdin() -> None:
    if not os.isatty(_STDIN):
        os.dup2(os.open(os.devnull, os.O_RDWR), _STDIN)


def _redirect_stdout() -> None:
    try:
        os.dup2(_STDERR, _STDOUT)
    except OSError:  # stderr is closed
        os.dup2(os.open(os.devnull, os.O_RDWR), _STDOUT)
    sys.stdout = sys.stderr


def _pipe() -> tuple[int, int]:
    """Return a pipe whose ends are no standard stream, which a shell may have closed."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _STDERR + 1) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


def _send(pipe: int, answer: bytes) -> None:
    rest = memoryview(len(answer).to_bytes(_LENGTH, "little") + answer)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _complete(received: bytearray) -> int:
    """Return where a complete answer ends, 0 while it is not complete. Raises NoAnswerError for an absurd length."""
    if len(received) < _LENGTH:
        return 0
    length = int.from_bytes(received[:_LENGTH], "little")
    if length > LONGEST_ANSWER:
        raise NoAnswerError(None)
    return _LENGTH + length if len(received) >= _LENGTH + length else 0


def _flush() -> None:
    for stream in (sys.stdout, sys.__stdout__, sys.stderr):
        if stream is not None:
            with suppress(OSError, ValueError):  # who read it has gone, or it is closed
                stream.flush()
