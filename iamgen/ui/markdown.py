"""Lay out a page of Markdown for a terminal: paragraphs and lists wrapped at its width, and headings in bold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from textwrap import wrap

_WIDEST = 100
"""Columns of the longest lines of text: longer ones are hard to read."""
_BOLD, _PLAIN = "\033[1m", "\033[0m"
_CODE = re.compile(r"(^ *```.*?^ *```$\n?)", re.MULTILINE | re.DOTALL)
_WORDS_AFTER_LANGUAGE = re.compile(r"\A( *```\w*) .*")
"""What the first line of a block of code says to the tests of the page."""
_BETWEEN_BLOCKS = re.compile(r"\n(?=\n|\Z| *(?:[-*] |\d+\. |\||#))|(?:(?<=\n)|\A)\n")
"""The end of a line that ends a paragraph: before an empty line, a heading, an item of a list or a row of a table."""
_MARK = re.compile(r" *(?:(?:[-*]|\d+\.) +|\| )?")
"""What stands before the text of an item or a row; the lines below the first one begin further to the right."""


def for_terminal(text: str, width: int, *, coloured: bool) -> str:
    """Return the page for a terminal of so many columns. Blocks of code stay as they are."""
    columns = min(width, _WIDEST)
    parts = enumerate(_CODE.split(text))  # every second one is a block of code
    return "".join(
        _WORDS_AFTER_LANGUAGE.sub(r"\1", part) if number % 2 else _prose(part, columns, coloured=coloured)
        for number, part in parts
    )


def _prose(text: str, columns: int, *, coloured: bool) -> str:
    """Return what stands between two blocks of code, wrapped."""
    if not text:
        return ""
    blocks = _BETWEEN_BLOCKS.split(text.removesuffix("\n"))
    return "".join(f"{row}\n" for block in blocks for row in _rows(block, columns, coloured=coloured))


def _rows(block: str, columns: int, *, coloured: bool) -> Iterator[str]:
    """Yield the lines of a paragraph, heading, item or row."""
    if block.startswith("#") and coloured:
        yield f"{_BOLD}{block}{_PLAIN}"
        return
    mark = _MARK.match(block)
    indent = " " * (mark.end() if mark else 0)
    first = block[: len(block) - len(block.lstrip())]
    yield from wrap(
        block, columns, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    ) or [""]
