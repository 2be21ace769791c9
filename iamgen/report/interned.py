"""A table of distinct values, so that a repeated value is written once and referred to by its number."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

Entry = TypeVar("Entry", bound=Hashable)


class NumberedValues(Generic[Entry]):
    """Distinct values, each with its number, in the order in which they came."""

    def __init__(self) -> None:
        self._numbers: dict[Entry, int] = {}

    def number(self, value: Entry) -> int:
        """Return the number of a value, which is entered if it is new."""
        return self._numbers.setdefault(value, len(self._numbers))

    @property
    def values(self) -> tuple[Entry, ...]:
        """The values, each at its number."""
        return tuple(self._numbers)
