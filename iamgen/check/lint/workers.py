"""Lint templates in several processes at once."""

from __future__ import annotations

import signal
import traceback
from collections import deque
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from typing import TYPE_CHECKING, NamedTuple

from iamgen.errors import Fault, IamgenError, refuse
from iamgen.ui.signals import ENDING

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence
    from multiprocessing.context import ForkContext, SpawnContext
    from multiprocessing.process import BaseProcess

    from iamgen.check.finding import Finding

    _Context = ForkContext | SpawnContext
    Work = Callable[[str], tuple[Finding, ...]]

_MORE_MEMORY = "is there enough memory? Each process takes about 150 MB"


class _LintOutcome(NamedTuple):
    findings: tuple[Finding, ...] = ()
    faults: tuple[Fault, ...] = ()
    bug: str = ""


class _Worker(NamedTuple):
    process: BaseProcess
    line: Connection  # templates go out on it, outcomes come back


def lint_in_parallel(
    texts: Sequence[str], work: Work, *, workers: int, fork: bool
) -> Generator[tuple[str, tuple[Finding, ...]], None, None]:
    """Yield each text and its findings, as they come. Closing the generator, and ^C, end the workers at once.

    With `fork` they start as copies of this process and of all that it has loaded; without, `work` must be
    picklable. Raises IamgenError as `work` does, and when a worker dies.
    """
    waiting = deque(texts)
    with _team(work, min(workers, len(texts)), fork) as team:
        busy: dict[Connection, tuple[_Worker, str]] = {}
        for worker in team:
            busy[worker.line] = worker, _hand_over(worker, waiting.popleft())
        while busy:
            for line in set(busy).intersection(wait(list(busy))):
                worker, text = busy.pop(line)
                findings = _result(worker)
                if waiting:
                    busy[line] = worker, _hand_over(worker, waiting.popleft())
                yield text, findings


@contextmanager
def _team(work: Work, size: int, fork: bool) -> Iterator[list[_Worker]]:
    context: _Context = get_context("fork") if fork else get_context("spawn")
    team: list[_Worker] = []
    try:
        with _interrupts_held():
            for _ in range(size):
                team.append(_start(context, work, team))
        yield team
    finally:
        for worker in team:
            worker.process.kill()
        for worker in team:
            worker.process.join()
            worker.line.close()


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """^C and its like wait until every worker is known and set up: none is left behind, and none complains."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(context: _Context, work: Work, team: Sequence[_Worker]) -> _Worker:
    ours, theirs = context.Pipe()
    # A fork has copies of our ends: closed there, so that every worker sees this process go.
    forked = context.get_start_method() == "fork"
    inherited = [ours, *(worker.line for worker in team)] if forked else []
    process = context.Process(target=_serve, args=(work, theirs, inherited), daemon=True)
    process.start()
    theirs.close()
    return _Worker(process, ours)


def _serve(work: Work, line: Connection, inherited: Sequence[Connection]) -> None:
    for ending in ENDING:
        signal.signal(ending, signal.SIG_IGN)  # ^C reaches every process of a terminal; the first one acts
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
    for other in inherited:
        other.close()
    with suppress(EOFError, OSError):  # nobody is left to work for
        while True:
            line.send(_outcome(work, line.recv()))


def _outcome(work: Work, text: str) -> _LintOutcome:
    try:
        return _LintOutcome(work(text))
    except IamgenError as error:
        return _LintOutcome(faults=error.faults)
    except Exception:  # noqa: BLE001 - raised again in the process that asked
        return _LintOutcome(bug=traceback.format_exc())


def _hand_over(worker: _Worker, text: str) -> str:
    with suppress(OSError):  # it is dead, which `_result` sees and says
        worker.line.send(text)
    return text


def _result(worker: _Worker) -> tuple[Finding, ...]:
    try:
        outcome: _LintOutcome = worker.line.recv()
    except (EOFError, OSError):
        raise _died(worker.process) from None
    if outcome.bug:
        raise RuntimeError(f"in a process that lints:\n{outcome.bug}")
    if outcome.faults:
        raise IamgenError(outcome.faults)
    return outcome.findings


def _died(process: BaseProcess) -> IamgenError:
    process.join()
    code = process.exitcode or 0
    how = f"killed by signal {-code}" if code < 0 else f"ended with code {code}"
    return refuse("cfn-lint", f"a process that lints templates was {how}", _MORE_MEMORY)
