"""Split the text of an AWS configuration file into sections, from which it can be put together again.

What is a section is what the AWS CLI takes for one: it reads with Python's configparser, where an indented line goes
on with the option before it, and makes profiles of `[profile NAME]` (botocore/configloader.py).
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from os.path import commonprefix
from typing import Literal, NamedTuple

FileKind = Literal["config", "credentials"]

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_HEADER = re.compile(r"\[(?P<header>.+)\]")
_OPTION = re.compile(r"(?P<name>.*?)\s*[=:]\s*(?P<value>.*)$")
BYTE_ORDER_MARK = "\ufeff"
_NAMED, _PARTS = ("profile", "sso-session", "services"), 2  # of `profile NAME`


class SectionBlock(NamedTuple):
    """A section of a file, or what stands before the first one."""

    header: str | None
    """What stands between the brackets; None before the first section."""
    lines: tuple[str, ...]
    """All of its lines, header first, with line ends."""
    trailing: int
    """How many of its last lines are comments and blank: they may as well be about the section that follows."""
    number: int
    """The number of its first line."""
    options: Mapping[str, str]
    """Its options; a nested block has an empty value."""
    strays: tuple[int, ...]
    """Numbers of the lines that the AWS CLI refuses.

    Those are lines that are no option, to configparser, and lines of a nested block without `=`, to botocore.
    """

    @property
    def body(self) -> tuple[str, ...]:
        """Return the lines that are this section's own for sure."""
        return self.lines[: len(self.lines) - self.trailing]

    @property
    def rest(self) -> tuple[str, ...]:
        """Return the comments and blank lines after them."""
        return self.lines[len(self.lines) - self.trailing :]

    @property
    def header_indent(self) -> str:
        """Return the blanks before the header; nothing where there is no header."""
        return _indent(self.lines[0]) if self.header is not None else ""

    @property
    def indent(self) -> str:
        """Return the blanks that every line below the header begins with, comments aside."""
        return commonprefix([_indent(line) for line in self.body[1:] if not is_remark(line)])  # noqa: RUF071  # no paths


def blocks(text: str) -> tuple[SectionBlock, ...]:
    """Return the blocks of a file: first what stands before all sections, perhaps nothing. Joined they are the text."""
    reader = _Reader()
    for number, line in enumerate(_LINE.findall(text), 1):
        reader.take(number, line)
    return reader.done()


def identity(header: str, kind: FileKind) -> tuple[str, ...]:
    """Return what tells sections apart: `[profile x]` and `[profile "x"]` are one to the AWS CLI."""
    named = next((word for word in _NAMED if header.startswith(word)), None) if kind == "config" else None
    if named and len(parts := _words(header)) == _PARTS:
        return named, parts[1]
    return ("profile", "default") if kind == "config" and header == "default" else (kind, header)


def is_readable(header: str, kind: FileKind) -> bool:
    """Tell whether the AWS CLI makes something of a section: a profile's name with blanks needs quotes."""
    return not (kind == "config" and header.startswith("profile ")) or len(_words(header)) == _PARTS


def _words(header: str) -> list[str]:
    try:
        return shlex.split(header)
    except ValueError:
        return []


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def is_remark(line: str) -> bool:
    """Tell whether a line is blank or a comment."""
    return not line.strip() or line.strip().startswith(("#", ";"))


def _is_nested_option(text: str) -> bool:
    """Tell whether botocore can read a line of a nested block, which it takes apart at every kind of line end."""
    return all("=" in part for part in text.splitlines() if part.strip())


@dataclass
class _OpenSection:
    """A block of which not every line has been read."""

    header: str | None
    number: int
    lines: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    strays: list[int] = field(default_factory=list)

    def closed(self) -> SectionBlock:
        own = 1 if self.header is not None else 0
        last = max((n for n, line in enumerate(self.lines, 1) if not is_remark(line)), default=0)
        trailing = len(self.lines) - max(last, own)
        return SectionBlock(self.header, tuple(self.lines), trailing, self.number, self.options, tuple(self.strays))


class _Reader:
    """Takes lines as configparser does, and keeps them in blocks."""

    def __init__(self) -> None:
        self._found = [_OpenSection(None, 1)]
        self._indent = 0
        self._has_option = False
        self._is_nested = False

    def take(self, number: int, line: str) -> None:
        """Put the line into the block that it belongs to, which may be a new one."""
        text, indent = line.strip(), len(_indent(line))
        goes_on = self._has_option and indent > self._indent
        if goes_on and self._is_nested and not is_remark(line) and not _is_nested_option(text):
            self._found[-1].strays.append(number)
        if not is_remark(line) and not goes_on:
            self._indent = indent
            if header := _HEADER.match(text):
                self._found.append(_OpenSection(header["header"], number))
                self._has_option = False
            else:
                self._take_option(number, text)
        self._found[-1].lines.append(line)

    def _take_option(self, number: int, text: str) -> None:
        block, option = self._found[-1], _OPTION.match(text)
        name = option["name"].lower() if option else ""
        if block.header is None or not option or not name or name in block.options:
            block.strays.append(number)
        if block.header is not None and option:
            self._has_option, self._is_nested = bool(name), not option["value"]
            block.options.setdefault(name, option["value"])

    def done(self) -> tuple[SectionBlock, ...]:
        """Return the blocks."""
        return tuple(item.closed() for item in self._found)
