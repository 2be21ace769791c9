"""Signals that end a process: as good as ^C, and held for as long as what is being done must not be cut short."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from iamgen.errors import InterruptError

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Held:
    """Signals that wait."""

    def __init__(self) -> None:
        self.came = False

    def heed(self) -> None:
        """Raise KeyboardInterrupt when one came."""
        if self.came:
            raise KeyboardInterrupt

    @contextmanager
    def let_through(self) -> Iterator[None]:
        """Let signals raise KeyboardInterrupt in the block, as they do elsewhere."""
        with _handling(ENDING, _interrupt):
            yield

    def keep(self, _signal: int, _frame: FrameType | None) -> None:
        """Remember that one came."""
        self.came = True


@contextmanager
def as_interrupts() -> Iterator[None]:
    """Let whatever is to end this process raise KeyboardInterrupt, as ^C does: what was begun is cleaned up."""
    with _handling(ENDING[1:], _interrupt):
        yield


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
        signals.heed()
        raise
    signals.heed()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _handling(signals: Sequence[signal.Signals], handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only that one hears of signals
        yield
        return
    heard = [one for one in signals if signal.getsignal(one) is not signal.SIG_IGN]  # as under nohup
    before = {one: signal.signal(one, handler) for one in heard}
    try:
        yield
    finally:
        for one, earlier in before.items():
            signal.signal(one, earlier)
