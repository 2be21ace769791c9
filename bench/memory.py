"""How much memory a process and all of its children take together."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.5
"""Seconds between two looks. One takes milliseconds of a processor, which are then missing elsewhere."""
_PROC = Path("/proc")
_SHARE = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


@dataclass
class Peak:
    """The most that was seen, in bytes; 0 where nothing can be seen, as on macOS."""

    size: int = 0


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Look at a process and its children while the block runs; yields the peak, which grows meanwhile.

    A look adds up each process's proportional share (Linux: Pss): a page that forked processes have in common is
    counted once. Peaks between two looks are missed.
    """
    peak, done = Peak(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(pid, peak, done), daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()


def _watch(pid: int, peak: Peak, done: threading.Event) -> None:
    while not done.wait(EVERY):
        peak.size = max(peak.size, sum(map(_share, _family(pid))))


def _family(pid: int) -> Iterator[int]:
    """Yield the process and its descendants."""
    yield pid
    for task in _PROC.glob(f"{pid}/task/*/children"):
        with suppress(OSError):  # it has ended
            for child in task.read_text(encoding="ascii").split():
                yield from _family(int(child))


def _share(pid: int) -> int:
    """Return a process's share of memory in bytes, 0 when it has ended."""
    with suppress(OSError):
        match = _SHARE.search((_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii"))
        return int(match[1]) * 1024 if match else 0
    return 0
