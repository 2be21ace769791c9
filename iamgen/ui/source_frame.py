"""Draw a source line with carets under the wrong part, as compilers do, so that it fits the terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from iamgen.source_place import SourceSpan
from iamgen.ui.printable import printable

_TAB = 4  # columns between two tab stops
_CUT = "…"
_NARROWEST = 20  # columns of source that are shown however narrow the terminal is


class Frame(NamedTuple):
    """The two lines of a frame. Both begin with a margin, which has the number of the line."""

    margin: str
    """The margin of the first line, `  12 | `."""
    source: str
    """What is shown of the source line."""
    below: str
    """The margin of the second line, as wide as the first."""
    carets: str
    """Carets under what is meant; empty where no column is known."""


class _Cell(NamedTuple):
    """A character of the source as a terminal shows it."""

    text: str
    width: int
    is_meant: bool


def frame(line: str, span: SourceSpan, width: int) -> Frame:
    """Return the frame of a span on the line with that number, in a terminal that has so many columns."""
    margin = f"{line:>4} | "
    cells = _fitting(list(_cells(span)), max(width - len(margin), _NARROWEST))
    before = sum(cell.width for cell in cells[: _first(cells)])
    marked = sum(cell.width for cell in cells if cell.is_meant)
    carets = f"{' ' * before}{'^' * max(marked, 1)}" if span.column else ""
    return Frame(margin, "".join(cell.text for cell in cells).rstrip(), f"{'':>4} | ", carets)


def _cells(span: SourceSpan) -> Iterator[_Cell]:
    """Yield the characters of the line; what a terminal would obey or hide is spelled out."""
    start = span.column - 1 - span.skipped
    column = 0
    for index, character in enumerate(span.text):
        text = " " * (_TAB - column % _TAB) if character == "\t" else printable(character)
        width = sum(map(character_width, text))
        column += width
        yield _Cell(text, width, start <= index < start + span.length)


def character_width(character: str) -> int:
    """Return how many columns a terminal gives to a character: none to an accent, two to an ideograph."""
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _first(cells: list[_Cell]) -> int:
    """Return the index of the first character that is meant; the end of the line where none is."""
    return next((index for index, cell in enumerate(cells) if cell.is_meant), len(cells))


def _fitting(cells: list[_Cell], width: int) -> list[_Cell]:
    """Return as many characters as fit, around what is meant, with an ellipsis where some are left out."""
    if sum(cell.width for cell in cells) <= width:
        return cells
    begin = _begin(cells, _first(cells) % len(cells), width // 3)
    ellipsis = _Cell(_CUT, 1, is_meant=False)
    shown = [ellipsis] if begin else []
    room = width - len(shown) - 1  # for the second ellipsis
    for cell in cells[begin:]:
        room -= cell.width
        if room < 0:
            return [*shown, ellipsis]
        shown.append(cell)
    return shown


def _begin(cells: list[_Cell], meant: int, before: int) -> int:
    """Return where to begin, so that no more than `before` columns come before what is meant."""
    begin = meant
    while begin and before >= cells[begin - 1].width:
        begin -= 1
        before -= cells[begin].width
    return begin
