"""Treat signals that end a process like ^C, and delay them while something must not be interrupted.

The first signal raises KeyboardInterrupt, and whatever was begun is cleaned up on the way out. A second signal does not
cut that short: a terminal that is closed often sends two. A third signal does.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TextIO

from iamgen.errors import InterruptError

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_IGNORED = 2  # the signal that may come while the first is still being answered


class _Ending:
    """What happens when a signal comes: every one but the second raises KeyboardInterrupt."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.count += 1
        if self.count != _IGNORED:
            raise KeyboardInterrupt


class Held:
    """Signals that are held back for a while."""

    def __init__(self) -> None:
        self.came = False
        self._endings = {handler for handler in map(signal.getsignal, ENDING) if isinstance(handler, _Ending)}

    def raise_pending(self) -> None:
        """Raise KeyboardInterrupt when a signal came in the meantime."""
        if self.came:
            raise KeyboardInterrupt

    @contextmanager
    def let_through(self) -> Iterator[None]:
        """Let signals raise KeyboardInterrupt in the block, as they do elsewhere."""
        with _handling(ENDING, _interrupt):
            yield

    def keep(self, _signal: int, _frame: FrameType | None) -> None:
        """Remember that one came, which is then the first one: another does not cut short the clean-up after it."""
        self.came = True
        for ending in self._endings:
            ending.count = max(ending.count, 1)


@contextmanager
def as_interrupts() -> Iterator[None]:
    """Let whatever is to end this process raise KeyboardInterrupt, as ^C does: what was begun is cleaned up.

    The second signal is ignored, so that it cannot cut the clean-up short; each one after that raises it again.
    """
    with _handling(ENDING, _Ending()):
        yield


def ignore() -> None:
    """Ignore every signal that comes from now on: the process is ending because of one, and keeps its exit code.

    CPython notes an interrupt that came while a text was run, as `namedtuple` does; though it was caught, the process
    would end by SIGINT, without an exit code. The next text that is run clears that note (Python/pythonrun.c,
    run_eval_code_obj).
    """
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    eval("None")  # noqa: S307  # a text of ours


@contextmanager
def held() -> Iterator[Held]:
    """Let signals wait until the block has ended. Raises KeyboardInterrupt then, unless it was an InterruptError.

    Only this process waits: a ^C on a terminal reaches the programs that it runs as well, and ends them.
    """
    signals = Held()
    try:
        with _handling(ENDING, signals.keep):
            yield signals
    except InterruptError:
        raise
    except BaseException:
        signals.raise_pending()
        raise
    signals.raise_pending()


def wait_for_input(stream: TextIO) -> None:
    """Wait until a stream has something to read, or is at its end, and let a signal end the waiting.

    To read right away would not do: a signal that comes just before the read begins is noted by Python, and the read
    then waits for a person who has pressed ^C already. Source: the signal module's documentation of `set_wakeup_fd`.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):  # no file: there is nothing to wait for
        return
    receiver, sender = os.pipe()
    os.set_blocking(sender, False)
    earlier = signal.set_wakeup_fd(sender, warn_on_full_buffer=False)
    try:
        while select.select([descriptor, receiver], [], [])[0] != [descriptor]:
            os.read(receiver, 4096)  # the handler has run, and raised unless this signal is to be ignored
    finally:
        signal.set_wakeup_fd(earlier)
        os.close(receiver)
        os.close(sender)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _handling(signals: Sequence[signal.Signals], handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only that one hears of signals
        yield
        return
    heard = [number for number in signals if signal.getsignal(number) is not signal.SIG_IGN]  # as under nohup
    before = {number: signal.signal(number, handler) for number in heard}
    try:
        yield
    finally:
        for number, earlier in before.items():
            if signal.getsignal(number) is not signal.SIG_IGN:  # as `ignore` has it, for good
                signal.signal(number, earlier)
