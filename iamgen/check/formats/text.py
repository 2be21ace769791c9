"""Findings for a person: what `iamgen check` prints."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.finding import Finding
from iamgen.check.formats._places import FindingsByPlace, counts, is_account, ordered, pointer
from iamgen.ui.printable import printable


def render(findings: FindingsByPlace) -> str:
    """Return one or two lines for each finding, and a last one that counts them."""
    lines = [line for place, finding in ordered(findings) for line in _lines(place, finding)]
    return "\n".join([*lines, summary(findings)]) + "\n"


def summary(findings: FindingsByPlace) -> str:
    """Return the counts in words: `2 errors, 1 warning in 3 templates`."""
    parts = [_counted(count, level) for level, count in counts(findings).items() if count]
    return f"{', '.join(parts) or 'no findings'} in {_counted(len(findings), 'template')}"


def _lines(place: str, finding: Finding) -> Iterator[str]:
    rule = f"{finding.rule} {finding.name}".strip()
    yield printable(f"{finding.level}: {_where(place, finding)}: {rule}: {finding.message}")
    hints = [text for text in (finding.cause, finding.source) if text]
    if hints:
        yield printable(f"hint: {'; '.join(hints)}")


def _where(place: str, finding: Finding) -> str:
    line = f":{finding.line}" if finding.line and not is_account(place) else ""
    return f"{place}{line} {pointer(finding)}".strip()


def _counted(count: int, noun: str) -> str:
    plural = "" if count == 1 or noun == "info" else "s"
    return f"{count:,} {noun}{plural}"
