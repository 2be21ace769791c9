"""Measure how wide a text is in a font whose letters all have the same width, and shorten a long one."""

from __future__ import annotations

import unicodedata

from iamgen.ui.printable import printable

_WIDE = ("F", "W")
_ELLIPSIS = "…"


def columns_of(text: str) -> int:
    """Return how many columns a text takes: none for accents that combine, two for wide characters."""
    return sum(map(_columns, text))


def shortened(text: str, columns: int) -> str:
    """Return a text in one line of at most so many columns, with an ellipsis in the place of what is too much."""
    visible = printable(text)
    if columns_of(visible) <= columns:
        return visible
    taken, width = "", 0
    for character in visible:
        width += _columns(character)
        if width > columns - 1:
            break
        taken += character
    return taken.rstrip() + _ELLIPSIS


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in _WIDE else 1
