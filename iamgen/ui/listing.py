"""Write a list in one line: the first of several names, and how many more there are."""

from __future__ import annotations

from collections.abc import Sequence


def first_of(names: Sequence[str], most: int, unit: str = "") -> str:
    """Return at most so many of the names, and how many more there are: `a, b and 3 more`; `unit` says more of what."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more {unit}".rstrip() if more > 0 else "")
