"""Accounts worked on side by side, bounded; one that fails leaves the others alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

from iamgen.errors import IamgenError

Result = TypeVar("Result")
_AT_ONCE = 8  # AWS throttles an account at a time, an organisation's role at all times


def side_by_side(work: Mapping[str, Callable[[], Result]], stop: threading.Event) -> dict[str, Result | IamgenError]:
    """Return what each piece of work gave, or the error that it ended in, in the order of `work`.

    After ^C it sets `stop`, which the work heeds, waits until all has come to rest, and passes the ^C on.
    """
    with ThreadPoolExecutor(min(_AT_ONCE, max(1, len(work)))) as pool:
        try:
            futures = {name: pool.submit(_ended, item) for name, item in work.items()}
            wait(futures.values())
        except BaseException:
            stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    return {name: future.result() for name, future in futures.items()}


def _ended(work: Callable[[], Result]) -> Result | IamgenError:
    try:
        return work()
    except IamgenError as exc:
        return exc


def heeding(stop: threading.Event) -> Callable[[float], None]:
    """Return a sleep that ends with KeyboardInterrupt as soon as `stop` is set."""

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise KeyboardInterrupt

    return sleep
