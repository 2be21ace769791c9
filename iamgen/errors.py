"""Faults and errors of iamgen: where something is wrong, what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

Key = TypeVar("Key")
Given = TypeVar("Given")
Made = TypeVar("Made")


class Fault(NamedTuple):
    """One fault that a person can put right."""

    where: str
    """`file:line`, a file, or a name that the person typed."""
    problem: str
    """What is wrong."""
    hint: str = ""
    """What to write or do instead; may be empty."""

    def plain(self) -> dict[str, str]:
        """Return it as JSON values; the key of the problem is `what`, which programs have read from the beginning."""
        return {"where": self.where, "what": self.problem, "hint": self.hint}


class IamgenError(Exception):
    """Faults that a person caused and can put right, all of them at once. It is never a bug of iamgen."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.where}: {fault.problem}" for fault in self.faults))


class UsageError(IamgenError):
    """The command line itself is wrong: exit code 2 instead of 1."""


class InterruptError(IamgenError):
    """A ^C, or a signal like it, came when it was too late to take back what was under way: exit code 130 instead of 1.

    The faults say what became of it.
    """


def refuse(where: str, message: str, hint: str = "") -> IamgenError:
    """Return the error for a single fault, ready to be raised."""
    return IamgenError([Fault(where, message, hint)])


def faults_of(*steps: Callable[[], object]) -> tuple[Fault, ...]:
    """Take every step, and return the faults of all that raise IamgenError, equal ones once."""
    faults: dict[Fault, None] = {}
    for step in steps:
        try:
            step()
        except IamgenError as exc:
            faults |= dict.fromkeys(exc.faults)
    return tuple(faults)


def each(items: Mapping[Key, Given], make: Callable[[Key, Given], Made]) -> dict[Key, Made]:
    """Return what is made of each. Raises IamgenError with the faults of all for which it is raised."""
    mades: dict[Key, Made] = {}
    faults: list[Fault] = []
    for key, item in items.items():
        try:
            mades[key] = make(key, item)
        except IamgenError as exc:
            faults += exc.faults
    if faults:
        raise IamgenError(faults)
    return mades
