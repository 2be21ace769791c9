"""A place in a file that somebody wrote, such as `users.py:12`, and the source line that messages show."""

from __future__ import annotations

from typing import NamedTuple, Self

LONGEST_EXCERPT = 2_000
"""Characters of a source line that a place keeps: a terminal shows fewer."""


class Extent(NamedTuple):
    """Where a piece of source begins and ends; columns are bytes of UTF-8, counted from 0, as Python has them."""

    line: int
    """The line on which it begins."""
    column: int
    """The column of its first byte."""
    end_line: int
    """The line on which it ends."""
    end_column: int
    """The column behind its last byte."""


class SourceSpan(NamedTuple):
    """A stretch of one line of a source file."""

    text: str
    """The line, without its end."""
    column: int
    """The column of its first character, counted from 1; 0 where only the line is known."""
    length: int
    """How many characters it has; 0 where only the line is known."""
    skipped: int = 0
    """How many characters of the line are left out before `text`, because it is very long."""


class SourcePlace(str):
    """`file:line` as text, which is what programs read; it knows the span on that line as well.

    It is a text, so that it stands wherever a place of another kind does: the name of an account, or of an option.
    """

    __slots__ = ("span",)
    span: SourceSpan
    """The source line, and which part of it is meant."""

    def __new__(cls, text: str, span: SourceSpan) -> Self:
        """Return the place; of a line that is far too long only the part around the span is kept."""
        place = super().__new__(cls, text)
        place.span = _excerpt(span)
        return place

    def __getnewargs__(self) -> tuple[str, SourceSpan]:  # type: ignore[override]  # as its __new__ takes
        """Return what a copy is made of."""
        return str(self), self.span

    @property
    def exact(self) -> str:
        """Return `file:line:column`, or `file:line` where the column is not known."""
        return f"{self}:{self.span.column}" if self.span.column else str(self)


def exact(where: str) -> str:
    """Return a place with its column, where it has one."""
    return where.exact if isinstance(where, SourcePlace) else where


def column_of(where: str) -> int:
    """Return the column of a place, counted from 1; 0 where it is not known."""
    return where.span.column if isinstance(where, SourcePlace) else 0


def within(name: str, where: str) -> str:
    """Return a place with the name of what it lies in before it, such as a revision: `v1.2.3:users.py:12`."""
    text = f"{name}:{where}"
    return SourcePlace(text, where.span) if isinstance(where, SourcePlace) else text


def _excerpt(span: SourceSpan) -> SourceSpan:
    """Return the span with no more of its line than a message can show; the column stays the one in the file."""
    start = max(span.column - 1 - span.skipped, 0)
    length = min(span.length, max(len(span.text) - start, 0))
    if len(span.text) <= LONGEST_EXCERPT:
        return span._replace(length=length)
    before = max(start - LONGEST_EXCERPT // 2, 0)
    text = span.text[before : before + LONGEST_EXCERPT]
    return SourceSpan(text, span.column, min(length, len(text) - start + before), span.skipped + before)
