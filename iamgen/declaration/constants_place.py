"""Show a line of CONST.inc in a message: with its names, but with values only where they are no secret.

A constant may be a token that sh needs; iamgen's own constants are ids and names, which its messages repeat anyway.
Nothing here is imported before there is something to be told.
"""

from __future__ import annotations

import re
from typing import Literal

from iamgen.declaration.constant_line import name_on
from iamgen.source_place import SourcePlace, SourceSpan

Part = Literal["name", "value"]

_OWN = re.compile(
    r"GLOBAL_AWS_(?:REGION|PARTITION)|\w+_AWS_ACCOUNT_(?:ID|NAME|KIND)|\w+_AWS_PROFILE|\w+_IAM_\w+_ROLE", re.IGNORECASE
)
_BEFORE_VALUE = re.compile(r"\s*(?:export\s+)?(?P<name>[^\s=:?+!]*)\s*[:?+!]*=?\s*")
_HIDDEN = "·"


def place_of_column(text: bytes, where: str, line: int, column: int) -> str:
    """Return the place of one character of a line, counted from 1; 0 means the name on it."""
    source = _line(text, line)
    if source is None:
        return SourcePlace(where, SourceSpan("", column, 0))
    start, length = (column - 1, 1) if column else _name_span(source)
    return SourcePlace(where, SourceSpan(_without_secret(source, start), start + 1, length))


def place_of_part(text: bytes, where: str, line: int, part: Part) -> str:
    """Return the place of the name or the value on a line; of a value that is not shown, that of its name."""
    source = _line(text, line)
    match = _BEFORE_VALUE.match(source or "")
    if part == "name" or source is None or match is None or match.end() == len(source) or not _is_own(match["name"]):
        return place_of_column(text, where, line, 0)
    start = match.end()
    return SourcePlace(where, SourceSpan(source, start + 1, len(source) - start))


def _name_span(source: str) -> tuple[int, int]:
    """Return where the name on a line begins, and how long it is."""
    match = _BEFORE_VALUE.match(source)
    return (match.start("name"), max(len(match["name"]), 1)) if match else (0, 1)


def _line(text: bytes, line: int) -> str | None:
    """Return a line; None where nothing on it can be shown, because it may be a secret."""
    lines = text.decode("utf-8-sig", "replace").split("\n")
    source = lines[line - 1].rstrip("\r") if 0 < line <= len(lines) else ""
    return source if name_on(source) or "=" in source else None


def _is_own(name: str) -> bool:
    """Return whether a constant is one of iamgen's, also where its name is written in another way."""
    return _OWN.fullmatch(name.replace("-", "_")) is not None


def _without_secret(source: str, at: int) -> str:
    """Return the line with its value hidden, except for blanks and the character that is wrong."""
    match = _BEFORE_VALUE.match(source)
    if match is None or _is_own(match["name"]):
        return source
    return "".join(
        character
        if index < match.end() or character.isspace() or (index == at and not character.isalnum())
        else _HIDDEN
        for index, character in enumerate(source)
    )
