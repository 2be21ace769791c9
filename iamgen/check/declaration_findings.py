"""What is wrong with the declaration itself, as findings: for the formats that programs read."""

from __future__ import annotations

from collections.abc import Iterable

from iamgen.check.finding import Finding, Level
from iamgen.errors import Fault

_NAMES: dict[Level, tuple[str, str]] = {
    "error": ("E191", "wrong-declaration"),
    "warning": ("W191", "doubtful-declaration"),
    "info": ("I191", "declaration"),
}


def declaration_findings(level: Level, faults: Iterable[Fault]) -> dict[str, tuple[Finding, ...]]:
    """Return faults of users.py, CONST.inc and policy templates as findings of this level, by file."""
    rule, name = _NAMES[level]
    by_file: dict[str, list[Finding]] = {}
    for fault in faults:
        message = f"{fault.problem}; {fault.hint}" if fault.hint else fault.problem
        file, line = _file_and_line(fault.where)
        by_file.setdefault(file, []).append(Finding(rule, level, message, (), line, "", name, fault.where))
    return {file: tuple(findings) for file, findings in by_file.items()}


def _file_and_line(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return (file, int(line)) if file and line.isdecimal() else (str(where), 0)
