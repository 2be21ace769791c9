"""Write and read a review as CSV, for a spreadsheet: one row for each access, each with the head of the review."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from iamgen.errors import Fault
from iamgen.review.access_lines import AccessLine, AccessWords, LineToken
from iamgen.review.review_content import ReviewContent
from iamgen.review.review_head import (
    BOM,
    FORMAT,
    IN_CONFLICT,
    MERGE_MARKERS,
    ReviewHead,
    WrittenLine,
    WrittenReview,
    line_faults,
    read_head,
)

_OWN = ("number", "confirmed", "by")
_HEAD = {"format": "Format", "commit": "Commit", "access": "Access", "lines": "Lines", "review": "Review"}
COLUMNS = (*_OWN, *AccessWords._fields, "line", *_HEAD)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")
"""How a cell begins that a spreadsheet would take for a formula; the apostrophe, so that it can be taken off again."""
_CONFIRMED = {"": False, "no": False, "x": True, "yes": True}


def csv_text(content: ReviewContent) -> str:
    """Return the file of a new review."""
    rows = [csv_row(line, number, content.head) for number, line in enumerate(content.lines, 1)]
    return "".join((_written(COLUMNS), *rows))


def csv_row(line: AccessLine, number: int, head: ReviewHead) -> str:
    """Return an access as a row of the file, not yet confirmed."""
    fields = (FORMAT, head.commit, head.access, str(head.number), head.name)
    return _written((str(number), "", "", *line.words, str(line.token), *fields))


def _written(cells: tuple[str, ...]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(
        [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]
    )
    return stream.getvalue()


def read_csv(text: str, where: str) -> tuple[WrittenReview, tuple[Fault, ...]]:
    """Return what a file says, and everything that is wrong with it; `where` is its name. Semicolons are taken too."""
    content = text.removeprefix(BOM)
    merging = [
        Fault(f"{where}:{place}", IN_CONFLICT, "solve the conflict first: keep every row once")
        for place, row in enumerate(content.split("\n"), 1)
        if row.startswith(MERGE_MARKERS)
    ]
    if merging:
        return WrittenReview(ReviewHead("", "", "", 0), ()), tuple(merging)
    lines: list[WrittenLine] = []
    faults: list[Fault] = []
    fields: dict[str, str] = {}
    rows, broken = _rows(content)
    if broken:
        return WrittenReview(ReviewHead("", "", "", 0), ()), (Fault(where, f"is no CSV: {broken}", _RESTORE),)
    for place, row in rows:
        problem = _problem(row, fields)
        if problem:
            faults.append(Fault(f"{where}:{place}", problem, _RESTORE))
        elif any(row.values()):
            lines.append(_line(place, row))
            fields = fields or {title: row[column] for column, title in _HEAD.items()}
    head, head_faults = read_head(fields.get("Review", ""), fields, where)
    review = WrittenReview(head, tuple(lines))
    return review, (*faults, *(head_faults if not faults else ()), *(line_faults(review, where) if not faults else ()))


def _rows(text: str) -> tuple[list[tuple[int, Mapping[str, str]]], str]:
    """Return each row with the line that it begins in, and why the text is no CSV, or nothing."""
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    place, columns, rows = 1, list[str](), list[tuple[int, Mapping[str, str]]]()
    try:
        for cells in reader:
            if not columns:
                columns = [cell.strip() for cell in cells]
            elif cells:
                rows.append((place, _cells_by_column(columns, cells)))
            place = reader.line_num + 1
    except csv.Error as exc:
        return [], str(exc)
    return rows, ""


def _cells_by_column(columns: list[str], cells: list[str]) -> Mapping[str, str]:
    """Return the cells of a row by their columns, without what keeps them from being formulas."""
    if len(cells) != len(columns):
        return {"": "a row of another length"}
    plain = (cell.removeprefix("'") if cell[:2] in _GUARDED else cell for cell in cells)
    return dict(zip(columns, plain, strict=True))


def _problem(row: Mapping[str, str], fields: Mapping[str, str]) -> str:
    """Return what is wrong with a row; empty where nothing is."""
    if not any(row.values()):
        return ""
    if not set(COLUMNS) <= row.keys():
        return "this row does not have the columns of the review"
    if not (row["number"].isascii() and row["number"].isdecimal() and len(row["number"]) < _DIGITS):
        return f"{row['number'] or 'nothing'} is no number of a row"
    if not LineToken.read(row["line"]):
        return "the column line is not what iamgen wrote"
    if row["confirmed"].strip().lower() not in _CONFIRMED:
        return f"{row['confirmed']} is neither x nor nothing in the column confirmed"
    differing = [column for column, title in _HEAD.items() if fields and row[column] != fields[title]]
    return f"its {' and '.join(differing)} is not that of the rows above" if differing else ""


def _line(place: int, row: Mapping[str, str]) -> WrittenLine:
    token = LineToken.read(row["line"])
    if token is None:
        raise ValueError(row["line"])  # `_problem` has looked at it
    words = AccessWords(*(row[column] for column in AccessWords._fields))
    is_confirmed = _CONFIRMED[row["confirmed"].strip().lower()]
    return WrittenLine(place, int(row["number"]), words.sentence(), token, is_confirmed, row["by"].strip())


_GUARDED = frozenset(f"'{character}" for character in _FORMULA)
_DIGITS = 8
_RESTORE = "take the row back from git; notes belong into the column by"
