"""Write findings as text for a person: the output of `iamgen check`."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.finding import Finding
from iamgen.check.formats._places import FindingsByPlace, counts, is_account, ordered, pointer
from iamgen.check.shared_findings import SharedFinding, shared_findings
from iamgen.declaration.repository_root import CONSTANTS_FILE, USERS_FILE
from iamgen.ui.listing import first_of
from iamgen.ui.printable import printable

_DECLARATION_FILES = frozenset({USERS_FILE, CONSTANTS_FILE})
_MOST_LISTED = 4
"""Accounts that are named where several have the same finding."""


def render(findings: FindingsByPlace) -> str:
    """Return one or two lines for each finding, and a last one that counts them.

    What several accounts have by one line of the declaration is told once, with the accounts."""
    shared = shared_findings(ordered(findings), lambda place, finding: finding.cause and is_account(place))
    lines = [line for item in shared for line in _lines(item)]
    return "\n".join([*lines, summary(findings)]) + "\n"


def summary(findings: FindingsByPlace) -> str:
    """Return the counts in words: `2 errors, 1 warning in 3 templates`. A file of the declaration is no template."""
    parts = [_counted(count, level) for level, count in counts(findings).items() if count]
    templates = findings.keys() - _DECLARATION_FILES
    return f"{', '.join(parts) or 'no findings'} in {_counted(len(templates), 'template')}"


def _lines(shared: SharedFinding) -> Iterator[str]:
    finding, places = shared
    rule = f"{finding.rule} {finding.name}".strip()
    where = (
        _where(places[0], finding)
        if len(places) == 1
        else f"{first_of(places, _MOST_LISTED)} {pointer(finding)}".strip()
    )
    yield printable(f"{finding.level}: {where}: {rule}: {finding.message}")
    hints = [text for text in (finding.cause, finding.source) if text and text != where]  # a place is said once
    if hints:
        yield printable(f"hint: {'; '.join(hints)}")


def _where(place: str, finding: Finding) -> str:
    line = f":{finding.line}" if finding.line and not is_account(place) else ""
    return f"{place}{line} {pointer(finding)}".strip()


def _counted(count: int, noun: str) -> str:
    plural = "" if count == 1 or noun == "info" else "s"
    return f"{count:,} {noun}{plural}"
