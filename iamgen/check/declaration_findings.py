"""Turn faults of the declaration itself into findings, for the formats that programs read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from iamgen.check.finding import Finding, Level
from iamgen.errors import Fault

_NAMES: dict[Level, tuple[str, str]] = {
    "error": ("E191", "wrong-declaration"),
    "warning": ("W191", "doubtful-declaration"),
    "info": ("I191", "declaration"),
}
_ASSERTION_NAMES: dict[Level, tuple[str, str]] = {
    "error": ("E192", "failed-assertion"),
    "warning": ("W192", "empty-assertion"),
}
EXPLANATIONS: Mapping[tuple[str, str], str] = {
    ("E191", "wrong-declaration"): "Something in users.py, CONST.inc or a policy template is wrong, so that no "
    "template could be made and no rule could look at one. The message says what is wrong and what to write. Only the "
    "formats for programs have this id; in text, the message is an error on stderr.",
    ("W191", "doubtful-declaration"): "Something in users.py, CONST.inc or a policy template is allowed, but probably "
    "not meant, such as a grant that has ended. The message says what to do. Only the formats for programs have this "
    "id; in text, the message is a warning on stderr.",
    ("E192", "failed-assertion"): "An assertion in users.py does not hold: what a Forbid says must never be possible "
    "is possible, or what a Require says must always be possible is not. The message shows a request and the way to "
    "it. Take the access away, or change the assertion. No setting and no --ignore leaves this out.",
    (
        "W192",
        "empty-assertion",
    ): "An assertion in users.py is about nobody, or about nothing, so that it holds whatever "
    "is declared. Its names are probably misspelt, or of something that was removed. Correct the assertion, or remove "
    "it.",
}
"""What each of these findings means, by its id and name."""


def declaration_findings(level: Level, faults: Iterable[Fault]) -> dict[str, tuple[Finding, ...]]:
    """Return faults of users.py, CONST.inc and policy templates as findings of this level, by file."""
    rule, name = _NAMES[level]
    by_file: dict[str, list[Finding]] = {}
    for fault in faults:
        file, finding = _finding(rule, name, level, fault)
        by_file.setdefault(file, []).append(finding)
    return {file: tuple(findings) for file, findings in by_file.items()}


def assertion_findings(outcomes: Iterable[tuple[Level, Fault]]) -> dict[str, tuple[Finding, ...]]:
    """Return what is to be said about the assertions of users.py as findings, by file and in the order of lines."""
    by_file: dict[str, list[Finding]] = {}
    for level, fault in outcomes:
        file, finding = _finding(*_ASSERTION_NAMES[level], level, fault)
        by_file.setdefault(file, []).append(finding)
    return {file: tuple(sorted(findings, key=lambda item: item.line)) for file, findings in by_file.items()}


def _finding(rule: str, name: str, level: Level, fault: Fault) -> tuple[str, Finding]:
    message = f"{fault.problem}; {fault.hint}" if fault.hint else fault.problem
    file, line = _file_and_line(fault.where)
    return file, Finding(rule, level, message, (), line, "", name, fault.where)


def _file_and_line(where: str) -> tuple[str, int]:
    file, _, line = where.rpartition(":")
    return (file, int(line)) if file and line.isdecimal() else (str(where), 0)
