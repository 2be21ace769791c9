"""What iamgen says when something is wrong: where, what, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Fault(NamedTuple):
    """One thing that a person can put right.

    `where` is `file:line`, a file, or a name the person typed; `what` says what is wrong;
    `hint` says what to write or do instead, and may be empty.
    """

    where: str
    what: str
    hint: str = ""


class IamgenError(Exception):
    """Faults that a person caused and can mend, all of them at once. Never a bug of iamgen."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{fault.where}: {fault.what}" for fault in self.faults))


class UsageError(IamgenError):
    """The command line itself is wrong: exit code 2 instead of 1."""


def refuse(where: str, what: str, hint: str = "") -> IamgenError:
    """Return the error for a single fault, ready to be raised."""
    return IamgenError([Fault(where, what, hint)])
