"""Errors that say why the evaluator cannot decide. It never guesses, and a doubt never becomes an allow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from iamgen.errors import Fault, IamgenError


class AccessError(IamgenError):
    """Access cannot be decided, because of a policy, a template or a question; `faults` says where and why."""


def undecided(where: str, message: str, hint: str = "") -> AccessError:
    """Return the error for a single fault, ready to be raised."""
    return AccessError([Fault(where, message, hint)])


@contextmanager
def located(where: str) -> Iterator[None]:
    """Say of every AccessError from inside that it is about `where`."""
    try:
        yield
    except AccessError as error:
        faults = [Fault(where, f"{fault.where}: {fault.problem}", fault.hint) for fault in error.faults]
        raise AccessError(faults) from error
