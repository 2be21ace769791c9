"""Whole processes, run and measured: time, processor time, memory; alone, or two by turns."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.memory import Peak, watched

_MAXRSS_UNIT = 1 if sys.platform == "darwin" else 1024
_SAID = 2000  # characters of what a failed process said


class FailedError(Exception):
    """A process that was to be measured did not do its work."""


@dataclass(frozen=True)
class Command:
    """A process to run: its arguments, the folder it runs in, its whole environment."""

    argv: tuple[str, ...]
    cwd: Path
    env: Mapping[str, str]


@dataclass(frozen=True)
class Run:
    """What one run took, children included: seconds by the clock, seconds of processors (user and system), bytes.

    `peak` is the larger of two lower bounds: the largest resident size that the kernel noted for any single one of
    the processes (ru_maxrss), and the largest sum of their shares that was seen (`bench.memory`), if one looked.
    Linux counts the process that started it until it is itself: nothing below some 15 MiB can be told.
    """

    wall: float
    cpu: float
    peak: int


@dataclass(frozen=True)
class Pairs:
    """Runs of two commands by turns."""

    a: tuple[Run, ...]
    b: tuple[Run, ...]

    @property
    def ratio(self) -> float:
        """The median of A's time divided by that of the B right after it."""
        return median(a.wall / b.wall for a, b in zip(self.a, self.b, strict=True))


def run(command: Command, *, look: bool = False) -> Run:
    """Run a process to its end and return what it took; `look` also watches the memory of its children.

    Raises FailedError unless it exits with 0.
    """
    with tempfile.TemporaryFile() as stderr:
        start = time.perf_counter()
        process = _started(command, stderr.fileno())
        with watched(process.pid) if look else nullcontext(Peak()) as peak:
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            stderr.seek(0)
            raise _failed(command, process.returncode, stderr.read().decode(errors="replace"))
    return Run(wall, usage.ru_utime + usage.ru_stime, max(usage.ru_maxrss * _MAXRSS_UNIT, peak.size))


def interleaved(a: Command, b: Command, runs: int) -> Pairs:
    """Return so many runs of each, A B A B, after one of each that does not count."""
    run(a), run(b)  # writes bytecode, brings files into memory
    pairs = [(run(a), run(b)) for _ in range(runs)]
    return Pairs(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))


def within(budget: float, most: int, once: Callable[[], Run]) -> tuple[Run, ...]:
    """Return runs of one thing: as many as fit into the budget (seconds), at least one, at most `most`."""
    runs = [once()]
    more_runs = min(most, int(budget / runs[0].wall))
    runs += [once() for _ in range(more_runs - 1)]
    return tuple(runs)


def output(command: Command) -> str:
    """Return what a process writes to stdout. Raises FailedError unless it exits with 0."""
    done = subprocess.run(  # noqa: S603  # our own commands
        command.argv, cwd=command.cwd, env=command.env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise _failed(command, done.returncode, done.stderr)
    return done.stdout


def wall(runs: Sequence[Run]) -> float:
    """Return the median time by the clock, in seconds."""
    return median(run.wall for run in runs)


def cpu(runs: Sequence[Run]) -> float:
    """Return the median time of processors, in seconds."""
    return median(run.cpu for run in runs)


def peak(runs: Sequence[Run]) -> int:
    """Return the largest memory of all runs, in bytes."""
    return max(run.peak for run in runs)


def _started(command: Command, stderr: int) -> subprocess.Popen[bytes]:
    nowhere = subprocess.DEVNULL
    return subprocess.Popen(  # noqa: S603  # our own commands
        command.argv, cwd=command.cwd, env=command.env, stdin=nowhere, stdout=nowhere, stderr=stderr
    )


def _failed(command: Command, code: int, stderr: str) -> FailedError:
    return FailedError(f"{' '.join(command.argv)} ended with {code}:\n{stderr[-_SAID:]}")
