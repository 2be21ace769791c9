"""What tests of the places of faults need."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from iamgen.errors import Fault
from iamgen.source_place import SourcePlace


@pytest.fixture
def of_whole_calls() -> Callable[[tuple[Fault, ...]], list[str]]:
    """Return what picks the problems that are shown at a whole call, such as `User(…)`, and at no word of it."""

    def shown(fault: Fault) -> str:
        if not isinstance(fault.where, SourcePlace):
            return ""
        span = fault.where.span
        start = span.column - 1 - span.skipped
        return span.text[start : start + span.length]

    def pick(faults: tuple[Fault, ...]) -> list[str]:
        return [fault.problem for fault in faults if re.match(r"[A-Z]\w+\(", shown(fault))]

    return pick
