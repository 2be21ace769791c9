"""Show on a terminal what iamgen waits for: a line for each piece of work, and how many are done."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO, TypeVar

from iamgen.ui.printable import printable

Result = TypeVar("Result")
FINISHED = ""
"""What `Board.show` takes for a piece of work that has come to its end."""
_SECONDS = 0.25  # between two drawings, which let the seconds go on
_SIZE = os.terminal_size((80, 24))  # where a terminal does not say its size
_MINUTE = 60
_current: Board | None = None


class Board:
    """The lines at the bottom of a terminal. Work that is finished, or has not begun, is counted and has no line, so
    that what is under way is seen, however many accounts there are."""

    def __init__(self, stream: TextIO, names: Sequence[str], task: str = "") -> None:
        """`task` says what is counted, where the pieces of work have no lines of their own."""
        self._stream, self._names, self._task = stream, tuple(names), task
        self._began: dict[str, float] = {}
        self._now: dict[str, str] = {}
        self._finished: set[str] = set()
        self._drawn = 0
        self._lock = threading.RLock()

    def show(self, name: str, now: str) -> None:
        """Show what is going on in a piece of work, or with FINISHED that it has come to its end."""
        with self._lock:
            self._began.setdefault(name, time.monotonic())
            self._now[name] = now
            if now == FINISHED:
                self._finished.add(name)
            self.draw()

    def say(self, text: str) -> None:
        """Write a message above the board, which comes back below it."""
        with self._lock:
            self.erase()
            self._stream.write(text)
            self.draw()

    def draw(self) -> None:
        """Draw the board in the place of what it was."""
        with self._lock:
            size = self._size()
            rows = [_cut(row, size.columns - 1) for row in self.rows(size.lines - 1)]
            self._stream.write(self._erasure() + "\n".join(rows))  # at once: else it flickers
            self._stream.flush()
            self._drawn = len(rows)

    def erase(self) -> None:
        """Take the board away, and leave the cursor where it began."""
        with self._lock:
            self._stream.write(self._erasure())
            self._stream.flush()
            self._drawn = 0

    def _erasure(self) -> str:
        """Return what takes away the rows that are drawn."""
        up = f"\033[{self._drawn - 1}A" if self._drawn > 1 else ""
        return f"\r{up}\033[J" if self._drawn else ""

    def rows(self, height: int) -> list[str]:
        """Return the lines of the board, no more than `height`."""
        under_way = [name for name in self._names if name in self._now and name not in self._finished]
        if self._task:
            return [self._count(0)]
        if len(self._names) == 1:
            return [self._row(name) for name in under_way]
        room = max(height - 1, 0)
        shown = under_way[:room]
        return [*map(self._row, shown), self._count(len(under_way) - len(shown))]

    def _row(self, name: str) -> str:
        width = max(map(len, self._names))
        return printable(f"{name.ljust(width)}  {self._now[name]}  {_elapsed(self._began[name])}")

    def _count(self, hidden: int) -> str:
        waiting = 0 if self._task else len(self._names) - len(self._now)
        text = f"{self._task or 'finished'}: {len(self._finished)} of {len(self._names)}"
        text += f", {hidden} more under way" if hidden else ""
        return text + (f", {waiting} waiting" if waiting else "")

    def _size(self) -> os.terminal_size:
        try:
            size = os.get_terminal_size(self._stream.fileno())
        except (OSError, ValueError):  # the terminal is gone, or is none that has a size
            return _SIZE
        return size if size.columns and size.lines else _SIZE


@contextmanager
def shown(board: Board, *, ticking: bool) -> Iterator[Board]:
    """Show the board while the block runs, and leave nothing of it. With `ticking` a thread draws it again and again;
    without, each call of `show` draws it, which is for work that forks processes."""
    global _current  # noqa: PLW0603  # a terminal has one bottom, and a process one terminal
    over = threading.Event()
    thread = threading.Thread(target=_tick, args=(board, over), daemon=True)
    _current = board
    try:
        board.draw()
        if ticking:
            thread.start()
        yield board
    finally:
        over.set()
        if thread.is_alive():
            thread.join()
        _current = None
        board.erase()


@contextmanager
def under_way(show: Callable[[str, str], None], name: str, now: str) -> Iterator[None]:
    """Show what the block does in a piece of work, and then, however it ends, that it is over."""
    show(name, now)
    try:
        yield
    finally:
        show(name, FINISHED)


def showing(show: Callable[[str, str], None], name: str, now: str, work: Callable[[], Result]) -> Result:
    """Do a piece of work, and show while it lasts what is going on in it."""
    with under_way(show, name, now):
        return work()


def say(stream: TextIO, text: str) -> None:
    """Write a message to the terminal: above the board, where there is one."""
    board = _current
    if board is not None:
        board.say(text)
    else:
        stream.write(text)
        stream.flush()


def _tick(board: Board, over: threading.Event) -> None:
    while not over.wait(_SECONDS):
        board.draw()


def _elapsed(began: float) -> str:
    """Return how long ago a moment was; nothing in its first second."""
    seconds = int(time.monotonic() - began)
    minutes, rest = divmod(seconds, _MINUTE)
    return (f"{minutes} min {rest} s" if minutes else f"{rest} s") if seconds else ""


def _cut(row: str, width: int) -> str:
    return row if len(row) <= width else f"{row[: max(width - 1, 0)]}…"
