"""Write how full the quotas are: as tables for people, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from iamgen.check.quota_usage.headroom import Headroom

_GAP = "  "
_WIDTH = 80
Cells = tuple[str, ...]


def table(rows: Sequence[Headroom]) -> str:
    """Return the rows of all accounts in columns, the fullest first; empty where there are none."""
    return _table([_cells(row, f"{row.account} {row.subject}") for row in _fullest_first(rows)])


def tables_by_account(rows: Sequence[Headroom]) -> str:
    """Return a table for each account below its name, the fullest row of each first."""
    accounts = dict.fromkeys(row.account for row in rows)
    return "\n".join(f"{account}\n{_account_table(account, rows)}" for account in accounts)


def _account_table(account: str, rows: Sequence[Headroom]) -> str:
    own = [row for row in _fullest_first(rows) if row.account == account]
    return _table([_cells(row, f"{_GAP}{row.subject}") for row in own])


def plain(rows: Sequence[Headroom]) -> list[dict[str, object]]:
    """Return the rows as JSON values, the fullest first."""
    return [row.plain() for row in _fullest_first(rows)]


def _fullest_first(rows: Sequence[Headroom]) -> list[Headroom]:
    return sorted(rows, key=lambda row: (-row.used / row.limit, row.account, row.subject, row.unit))


def _cells(row: Headroom, name: str) -> Cells:
    # what is counted is not named here: `next` names it, except for characters, and a line has to fit into 80 columns
    return name, f"{row.used:,}", f"{row.limit:,}", str(row.percent), _amount(row.next)


def _amount(following: str) -> str:
    return following.removesuffix(" fits").removesuffix(" fit")


def _table(rows: Sequence[Cells]) -> str:
    """Return the rows in columns that fit into 80 columns together. A name that is too long for its column has a line
    of its own, and its numbers are below it."""
    if not rows:
        return ""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    beside = len(_line(("", *("x" * width for width in widths[1:])), [0, *widths[1:]]))
    widths[0] = min(widths[0], max(_WIDTH - beside, 0))
    return "".join(f"{line}\n" for row in rows for line in _row(row, widths))


def _row(cells: Cells, widths: Sequence[int]) -> Iterator[str]:
    if len(cells[0]) > widths[0]:
        yield cells[0]
        cells = ("", *cells[1:])
    yield _line(cells, widths)


def _line(cells: Cells, widths: Sequence[int]) -> str:
    name, used, limit, percent, following = (
        cell.rjust(width) if column in (1, 2, 3) else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return _GAP.join((name, f"{used} / {limit}", f"{percent} %", following)).rstrip()
