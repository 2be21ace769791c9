"""Report under --verbose each request to AWS and git, how long it took, and what happens to a stack meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_listener: Callable[[str], None] | None = None


def start(listener: Callable[[str], None] | None) -> None:
    """Let `listener` have each line from now on; None ends it."""
    global _listener  # noqa: PLW0603  # there is one process, and one place where it says what it does
    _listener = listener and _one_at_a_time(listener)


def is_on() -> bool:
    """Whether anybody listens."""
    return _listener is not None


def tell(text: str, began: float) -> None:
    """Say what was done, and how long ago it began, which is a value of `time.monotonic`."""
    note(f"{text}: {time.monotonic() - began:.2f} s")


def note(text: str) -> None:
    """Say what happened."""
    if _listener is None:
        return
    from iamgen.ui.printable import printable

    _listener(printable(text))


def _one_at_a_time(listener: Callable[[str], None]) -> Callable[[str], None]:
    """Return a listener that may be called from several threads: accounts are worked on side by side."""
    from threading import Lock

    lock = Lock()

    def locked(text: str) -> None:
        with lock:
            listener(text)

    return locked


@contextmanager
def timed(text: str) -> Iterator[None]:
    """Say what the block does when it has ended, however it ends."""
    began = time.monotonic()
    try:
        yield
    finally:
        tell(text, began)
