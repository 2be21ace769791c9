"""Find out, at little cost, on which line of a Python file a value was written, and by which call."""

from __future__ import annotations

import sys
from bisect import bisect_right
from types import CodeType
from typing import NamedTuple


class Origin(NamedTuple):
    """Where somebody wrote a value."""

    file: str
    """The file, as Python knows it."""
    line: int
    """The line on which the value starts."""
    code: int = 0
    """The first line of the code that it is in: 1, or where a function begins. With `instruction` it tells the exact
    call, among several on the line, once there is a fault to be shown; to look it up each time would take long."""
    instruction: int = -1
    """The offset of the call in the code's instructions; -1 where that is not known."""


def origin_of_caller() -> Origin:
    """Return where the function was called that calls this one: the nearest line outside this package and dataclasses,
    whose `replace` calls for somebody else."""
    frame = sys._getframe(2)
    while frame.f_back and str(frame.f_globals.get("__name__")).split(".")[0] in ("iamgen", "dataclasses"):
        frame = frame.f_back
    code = frame.f_code
    return Origin(code.co_filename, _line_of(code, frame.f_lasti), code.co_firstlineno, frame.f_lasti)


_line_tables: dict[int, tuple[CodeType, list[int], list[int]]] = {}
"""By the id of a piece of code: the code, at which instructions lines begin, and which lines these are."""


def _line_of(code: CodeType, instruction: int) -> int:
    """Return the line of an instruction. `f_lineno` reads the lines of a file from its beginning each time, which for
    a file of thousands of people takes longer than all the rest."""
    if id(code) not in _line_tables:
        starts = [(start, line or code.co_firstlineno) for start, _, line in code.co_lines()]
        _line_tables[id(code)] = code, [start for start, _ in starts], [line for _, line in starts]
    _, starts_only, lines = _line_tables[id(code)]
    return lines[bisect_right(starts_only, instruction) - 1]
