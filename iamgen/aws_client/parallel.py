"""Work on a few accounts at the same time; if one of them fails, the others go on."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from typing import Generic, NamedTuple, TypeVar

from iamgen.errors import IamgenError

Result = TypeVar("Result")
# A signal that comes just before Python begins to wait is noticed at the end of the waiting: no wait is a long one.
_LOOK_UP = 0.2
_AT_ONCE = 8  # AWS throttles an account at a time, an organisation's role at all times


def side_by_side(
    work: Mapping[str, Callable[[], Result]], stop: threading.Event, *, only_reads: bool = False
) -> dict[str, Result | IamgenError]:
    """Return what each piece of work gave, or the error that it ended in, in the order of `work`.

    After ^C it sets `stop`, which the work heeds, and passes the ^C on: as soon as all has come to rest, or at once
    where the work `only_reads`, which leaves nothing behind that somebody has to know of.
    """
    jobs = deque(_Job(item, Future()) for item in work.values())
    futures = {name: job.future for name, job in zip(work, jobs, strict=True)}
    # an executor's threads would be waited for when the process ends
    count = min(_AT_ONCE, len(work))
    threads = [threading.Thread(target=_work_off, args=(jobs,), daemon=True) for _ in range(count)]
    try:
        for thread in threads:
            thread.start()
        while wait(futures.values(), _LOOK_UP).not_done:
            pass
    except BaseException:
        stop.set()
        jobs.clear()
        for thread in threads:
            while thread.is_alive() and not only_reads:
                thread.join(_LOOK_UP)
        raise
    return {name: future.result() for name, future in futures.items()}


class _Job(NamedTuple, Generic[Result]):
    """A piece of work that no thread has taken yet."""

    work: Callable[[], Result]
    """What is to be done."""
    future: Future[Result | IamgenError]
    """Where its result goes."""


def _work_off(jobs: deque[_Job[Result]]) -> None:
    while True:
        try:
            job = jobs.popleft()
        except IndexError:
            return
        try:
            job.future.set_result(job.work())
        except IamgenError as exc:
            job.future.set_result(exc)
        except BaseException as exc:  # noqa: BLE001  # whoever waits for the result gets it
            job.future.set_exception(exc)


def heeding(stop: threading.Event) -> Callable[[float], None]:
    """Return a sleep that ends with KeyboardInterrupt as soon as `stop` is set."""

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise KeyboardInterrupt

    return sleep
