"""The table that comes out: Markdown, aligned, so that it reads well on a terminal, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_HEADINGS = ("what (A ÷ B)", "runs", "A", "B", "A ÷ B", "bound", "holds", "A: wall", "A: user + sys", "A: peak")
_MEBIBYTE = 1 << 20
_MILLISECOND = 0.001


@dataclass(frozen=True)
class Row:
    """One line: two times that are compared, and what A's whole process took.

    All times are in seconds, `peak` is in bytes; what is None is left empty.
    """

    label: str
    runs: int
    a: float
    b: float | None
    ratio: float | None
    bound: float | None
    cpu: float
    wall: float | None
    peak: int | None = None

    @property
    def holds(self) -> bool | None:
        """Whether the ratio is within the bound; None where there is none."""
        return None if self.bound is None or self.ratio is None else self.ratio <= self.bound


def table(rows: Sequence[Row]) -> str:
    """Return the rows as Markdown, ending in a newline."""
    cells = [_HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    head, *body = (_line(line, widths) for line in cells)
    rule = "|".join(["", "-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:]), ""])
    return "\n".join([head, rule, *body, ""])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    aligned = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
    return f"| {' | '.join(aligned)} |"


def _cells(row: Row) -> tuple[str, ...]:
    return (
        row.label,
        str(row.runs),
        seconds(row.a),
        seconds(row.b),
        "" if row.ratio is None else f"{row.ratio:.2f}",
        "" if row.bound is None else f"{row.bound:g}",
        {True: "yes", False: "no", None: ""}[row.holds],
        seconds(row.wall),
        seconds(row.cpu),
        "" if row.peak is None else f"{row.peak / _MEBIBYTE:.0f} MiB",
    )


def seconds(value: float | None) -> str:
    """Return a time with three digits or more: `1.58 s`, `62.0 ms`, `48.1 µs`, `1234 s`."""
    if value is None:
        return ""
    number, unit = (
        (value, "s") if value >= 1 else (value * 1000, "ms") if value >= _MILLISECOND else (value * 1e6, "µs")
    )
    decimals = max(0, 3 - len(str(int(number))))
    return f"{number:.{decimals}f} {unit}"
