"""What all formats share: the order of findings, and how the place of a finding is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from iamgen.check.finding import LEVELS, Finding, Level
from iamgen.source_place import column_of

FindingsByPlace = Mapping[str, Sequence[Finding]]
"""The findings of each template that was checked, by account name or file."""

_ACCOUNT = re.compile("[a-z0-9-]+")


class FilePlace(NamedTuple):
    """A file, and a place in it."""

    file: str
    """The file's path."""
    line: int
    """The line, counted from 1; 0 where only the file is known."""
    column: int = 0
    """The column, counted from 1 in characters; 0 where it is not known."""


def ordered(findings: FindingsByPlace) -> Iterator[tuple[str, Finding]]:
    """Yield each finding with its place: by place, then by where it is in the template."""
    for place in sorted(findings):
        yield from ((place, finding) for finding in sorted(findings[place], key=_rank))


def counts(findings: FindingsByPlace) -> dict[Level, int]:
    """Return how many findings there are of each level, the gravest first."""
    number = Counter(finding.level for of_template in findings.values() for finding in of_template)
    return {level: number[level] for level in LEVELS}


def pointer(finding: Finding) -> str:
    """Return the path inside the template, `Resources/AdminR/Properties`; empty for the whole template."""
    return "/".join(map(str, finding.path))


def spot(place: str, finding: Finding) -> str:
    """Return the place and the path, as a person reads them."""
    return f"{place} {pointer(finding)}".strip()


def is_account(place: str) -> bool:
    """Return whether a place is an account's name. A file has an extension or a folder: `./mine`."""
    return _ACCOUNT.fullmatch(place) is not None


def file_place(place: str, finding: Finding, stack: str) -> FilePlace:
    """Return where to mend it: in users.py where the cause is known, else in the template."""
    if finding.cause:
        file, _, line = finding.cause.rpartition(":")
        is_line = file and line.isdecimal()
        return FilePlace(file, int(line), column_of(finding.cause)) if is_line else FilePlace(finding.cause, 0)
    return FilePlace(f"{place}/{stack}.json" if is_account(place) else place, finding.line)


def _rank(finding: Finding) -> tuple[object, ...]:
    # numbers and names cannot be compared: each step says first which it is
    path = [(0, step, "") if isinstance(step, int) else (1, 0, step) for step in finding.path]
    return path, finding.rule, finding.message, finding.line, finding
