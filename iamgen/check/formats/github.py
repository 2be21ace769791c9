"""Write findings as annotations of a GitHub workflow: commands that its runner reads in the log.

GitHub shows ten annotations of each level for a step; the log has them all.
"""

from __future__ import annotations

from iamgen.check.finding import Finding, Level
from iamgen.check.formats._places import FindingsByPlace, file_place, ordered, spot
from iamgen.ui.printable import printable

_COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "info": "notice"}
# The percent sign comes first: what is put in for the others has one.
_IN_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = {**_IN_MESSAGE, ":": "%3A", ",": "%2C"}


def render(findings: FindingsByPlace, stack: str = "infra") -> str:
    """Return one line for each finding, and nothing when there is none."""
    return "".join(f"{_command(place, finding, stack)}\n" for place, finding in ordered(findings))


def escape_message(text: str) -> str:
    """Return a text as it stands behind the `::` of a command."""
    return _escaped(text, _IN_MESSAGE)


def escape_property(text: str) -> str:
    """Return a text as it stands as the value of a command's property."""
    return _escaped(text, _IN_PROPERTY)


def _escaped(text: str, put: dict[str, str]) -> str:
    for character, instead in put.items():
        text = text.replace(character, instead)
    return printable(text)


def _command(place: str, finding: Finding, stack: str) -> str:
    file, line, column = file_place(place, finding, stack)
    title = f"{finding.rule} {finding.name}".strip()
    properties = {"file": file, "line": str(line or ""), "col": str(column or ""), "title": title}
    written = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items() if value)
    message = "\n".join(filter(None, (finding.message, spot(place, finding), finding.source)))
    return f"::{_COMMANDS[finding.level]} {written}::{escape_message(message)}"
