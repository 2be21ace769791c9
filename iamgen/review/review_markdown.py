"""Write and read a review as Markdown: a task list by account, whose boxes owners tick."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from iamgen.errors import Fault
from iamgen.review.access_lines import AccessLine, LineToken
from iamgen.review.review_content import ReviewContent
from iamgen.review.review_head import (
    BOM,
    FORMAT,
    IN_CONFLICT,
    MERGE_MARKERS,
    ONCE,
    WrittenLine,
    WrittenReview,
    line_faults,
    read_head,
)

_MARKUP = re.compile(r"([\\`*_\[\]<>&|~$#])")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>&|~$#])")
_LINE = re.compile(
    r"\s*[-*+] \[(?P<mark>.)\] (?P<number>\d{1,7})\. (?P<words>.*) `(?P<token>[^` ]*)`(?: by:(?P<by>.*))?"
)
_HEAD = re.compile(r"\* (?P<key>[A-Z][a-z]+): `(?P<value>[^`]*)`")
_TITLE = "# Access review "
MARKS = {" ": False, "x": True, "X": True}

_INTRODUCTION = """\
> Confirm each access that is still needed: put an x between its brackets, `[x]`, and your name after `by:`.
> What is no longer needed is removed in users.py; its line stays here. Notes of your own begin with `>`.
> `iamgen review check` says what remains, and which access is new or has changed since.
"""


def markdown_text(content: ReviewContent) -> str:
    """Return the file of a new review."""
    return "".join(f"{line}\n" for line in _written(content))


def markdown_line(line: AccessLine, number: int) -> str:
    """Return an access as a line of the file, not yet confirmed."""
    return f"- [ ] {number}. {_escaped(line.words.sentence())} `{line.token}` by:"


def _escaped(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    return _MARKUP.sub(r"\\\1", text)


def _written(content: ReviewContent) -> Iterator[str]:
    head = content.head
    yield f"{_TITLE}{head.name}"
    yield ""
    yield from _INTRODUCTION.splitlines()
    yield ""
    fields = {"Format": FORMAT, "Commit": head.commit, "Access": head.access, "Lines": str(head.number)}
    yield from (f"* {key}: `{value}`" for key, value in fields.items())
    numbered = list(enumerate(content.lines, 1))
    for account, lines in groupby(numbered, key=lambda item: item[1].words.account):
        yield ""
        yield f"## {_escaped(content.account_heading(account))}"
        yield ""
        yield from (markdown_line(line, number) for number, line in lines)
    yield from ("", "> Not looked at:", ">")
    yield from (f"> - {_escaped(remark)}" for remark in content.remarks)


def read_markdown(text: str, where: str) -> tuple[WrittenReview, tuple[Fault, ...]]:
    """Return what a file says, and everything that is wrong with it; `where` is its name."""
    fields: dict[str, str] = {}
    lines: list[WrittenLine] = []
    faults: list[Fault] = []
    name = ""
    for place, row in enumerate(text.removeprefix(BOM).split("\n"), 1):
        content = row.rstrip()
        if content.startswith(_TITLE) and not name:
            name = content.removeprefix(_TITLE)
        elif match := _HEAD.fullmatch(content):
            if fields.setdefault(match["key"], match["value"]) != match["value"]:
                faults.append(Fault(f"{where}:{place}", f"another {match['key']} stands above", ONCE))
        elif (
            (match := _LINE.fullmatch(content)) and match["mark"] in MARKS and (token := LineToken.read(match["token"]))
        ):
            sentence = _ESCAPED.sub(r"\1", match["words"])
            by = (match["by"] or "").strip()
            lines.append(WrittenLine(place, int(match["number"]), sentence, token, MARKS[match["mark"]], by))
        elif fault := _unknown(content):
            faults.append(fault._replace(where=f"{where}:{place}"))
    head, head_faults = read_head(name, fields, where)
    review = WrittenReview(head, tuple(lines))
    return review, (*head_faults, *faults, *(() if faults or head_faults else line_faults(review, where)))


def _unknown(content: str) -> Fault | None:
    """Return what is wrong with a line that does not belong to the review; None for a heading, a note or an empty
    line."""
    if content.startswith(MERGE_MARKERS):
        return Fault("", IN_CONFLICT, "solve the conflict first: keep every line of both sides once")
    if not content or content.startswith(("#", "> ", ">")):
        return None
    if (match := _LINE.fullmatch(content)) and match["mark"] not in MARKS:
        return Fault("", f"[{match['mark']}] is neither [ ] nor [x]", "put an x there, or a space")
    return Fault("", "this line is none of the review", "take it back from git, or let a note of your own begin with >")
