"""Write how much of a review is done as text for people, with the lines to put into the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iamgen.review.access_lines import AccessLine
from iamgen.review.review_state import ReviewState
from iamgen.ui.printable import printable

LineWriter = Callable[[AccessLine, int], str]
"""Writes an access as a line of the file, with its number."""


def state_text(state: ReviewState, file: str, write: LineWriter) -> str:
    """Return how far a review is; `write` writes lines for the file in its own format."""
    return "".join(f"{printable(line.rstrip())}\n" for line in _lines(state, file, write))


def _lines(state: ReviewState, file: str, write: LineWriter) -> Iterator[str]:
    head, total = state.review.head, len(state.review.lines)
    yield f"{file}: {len(state.confirmed):,} of {total:,} lines confirmed, of commit {head.commit[:10]}"
    people = sorted({line.by for line in state.confirmed if line.by})
    if people:
        yield f"confirmed by {', '.join(people)}"
    if state.is_unchanged:
        yield "all access is as it was when the review was started"
    if state.unconfirmed:
        yield from ("", f"not confirmed yet: {len(state.unconfirmed):,}")
        yield from (f"  {file}:{line.place}: {line.sentence}" for line in state.unconfirmed)
    if state.changed:
        yield from ("", f"changed since: {len(state.changed):,}; put the new line in the place of the old one")
        for item in state.changed:
            yield f"  {file}:{item.written.place}: {item.written.sentence}"
            yield f"    changed: {', and '.join(item.changes)}"
            yield write(item.current, item.written.number)
    if state.new:
        yield from ("", f"new since: {len(state.new):,}; add these lines")
        for number, line in enumerate(state.new, state.next_number):
            yield write(line, number)
    if state.gone:
        yield from ("", f"gone since: {len(state.gone):,}; nothing is to be done about them")
        yield from (f"  {file}:{line.place}: {line.sentence}" for line in state.gone)
