"""Write how full the quotas are: as a table for people, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence

from iamgen.check.quota_usage.headroom import Headroom

_GAP = "  "


def table(rows: Sequence[Headroom]) -> str:
    """Return the rows in columns, the fullest first; empty where there are none."""
    cells = [_cells(row) for row in _fullest_first(rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "".join(f"{_line(row, widths)}\n" for row in cells)


def plain(rows: Sequence[Headroom]) -> list[dict[str, object]]:
    """Return the rows as JSON values, the fullest first."""
    return [row.plain() for row in _fullest_first(rows)]


def _fullest_first(rows: Sequence[Headroom]) -> list[Headroom]:
    return sorted(rows, key=lambda row: (-row.used / row.limit, row.account, row.subject, row.unit))


def _cells(row: Headroom) -> tuple[str, ...]:
    # what is counted is not named here: `next` names it, except for characters, and a line has to fit into 80 columns
    return f"{row.account} {row.subject}", f"{row.used:,}", f"{row.limit:,}", str(row.percent), _amount(row.next)


def _amount(following: str) -> str:
    return following.removesuffix(" fits").removesuffix(" fit")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, used, limit, percent, following = (
        cell.rjust(width) if column in (1, 2, 3) else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return _GAP.join((name, f"{used} / {limit}", f"{percent} %", following)).rstrip()
