"""Lay out the lines of a plan for a terminal: wrapped between words at its width, and coloured by their signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from iamgen.ui.plan_line import INDENT, PlanLine
from iamgen.ui.printable import printable
from iamgen.ui.source_frame import character_width

_RED, _GREEN, _YELLOW, _BOLD, _PLAIN = "\033[31m", "\033[32m", "\033[33m", "\033[1m", "\033[0m"
_BY_SIGN = {"+": _GREEN, "~": _YELLOW, "-": _RED, "!": _YELLOW}
_BY_WORD = {"error:": f"{_BOLD}{_RED}", "warning:": f"{_BOLD}{_YELLOW}", "hint:": "\033[36m"}
_BY_TONE = {"": "", "heading": _BOLD, "danger": f"{_BOLD}{_RED}"}
_PROGRAMS = frozenset({"aws", "chmod", "git", "iamgen", "make", "pip", "python", "python3"})
_QUOTES = ("'", '"')
_BEFORE_COMMAND = (":", "run", "type", "with", ";")
"""What ends the word before a command, in messages."""
_NARROWEST = 30  # columns between the indent and the edge, however narrow the terminal is


def plain_text(lines: Iterable[PlanLine]) -> str:
    """Return the lines as a pipe or a file gets them."""
    return "".join(f"{line}\n" for line in lines)


def laid_out(lines: Iterable[PlanLine], width: int, *, coloured: bool) -> str:
    """Return the lines for a terminal of so many columns. A line that is too long goes on below, further to the right;
    it is never broken inside a word, and an ARN is one."""
    return "".join(f"{text}\n" for line in lines for text in _rows(line, width, coloured=coloured))


def text_laid_out(text: str, width: int, *, coloured: bool) -> str:
    """Return a text for a terminal of so many columns: long lines are wrapped, and the words that begin a finding or a
    hint are in colour."""
    rows: list[str] = []
    for line in text.splitlines():
        first, *others = wrapped(line, width)
        word = line.partition(" ")[0]
        colour = _BY_WORD.get(word, "") if coloured else ""
        rows += [f"{colour}{word}{_PLAIN}{first.removeprefix(word)}" if colour else first, *others]
    return "".join(f"{row}\n" for row in rows)


def _rows(line: PlanLine, width: int, *, coloured: bool) -> Iterator[str]:
    before, after = _paint(line) if coloured else ("", "")
    for row in _wrapped(line, width):
        yield f"{before}{row}{after}" if row else ""


def _paint(line: PlanLine) -> tuple[str, str]:
    """Return what begins the colour of a line, and what ends it."""
    begin = _BY_TONE[line.tone] or _BY_SIGN.get(line.sign, "")
    return begin, _PLAIN if begin else ""


def _wrapped(line: PlanLine, width: int) -> Iterator[str]:
    return wrapped(printable(line.text), width, f"{INDENT * line.depth}{line.mark}")


def wrapped(text: str, width: int, before: str = "") -> Iterator[str]:
    """Yield the rows that a line of text takes. It is broken at blanks, but not in a command that somebody may copy."""
    pieces = list(_pieces(text.lstrip()))
    row = f"{before}{' ' * (len(text) - len(text.lstrip()))}{pieces[0]}"
    indent = " " * min(len(row) - len(pieces[0]) + len(INDENT), max(width - _NARROWEST, 0))
    for piece in pieces[1:]:
        if _columns(f"{row} {piece}") <= width:
            row = f"{row} {piece}"
        else:
            yield row.rstrip()
            row = f"{_fitting(indent, piece, width)}{piece}"
    yield row


def _pieces(text: str) -> Iterator[str]:
    """Yield the words of a text. What is quoted is a single piece, and so is a command, to the end of its clause."""
    words = text.split(" ")
    start = 0
    while start < len(words):
        end = _end_of_piece(words, start)
        yield " ".join(words[start:end])
        start = end


def _end_of_piece(words: Sequence[str], start: int) -> int:
    """Return the index of the first word after the piece that begins with a word."""
    word, rest = words[start], range(start, len(words))
    if word in _PROGRAMS and (start == 0 or words[start - 1].endswith(_BEFORE_COMMAND)):
        return next((index + 1 for index in rest if words[index].endswith((";", ","))), len(words))
    quote = word[:1]
    if quote in _QUOTES and quote not in word[1:]:
        return next((index + 1 for index in rest[1:] if quote in words[index]), start + 1)
    return start + 1


def _fitting(indent: str, word: str, width: int) -> str:
    """Return as much of the indent as lets a long word, such as an ARN, fit into a line of its own."""
    return indent[: max(width - _columns(word), 0)]


def _columns(text: str) -> int:
    return len(text) if text.isascii() else sum(map(character_width, text))
