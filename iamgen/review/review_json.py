"""Write how much of a review is done as JSON, in the shape of `schemas/review-check.schema.json`."""

from __future__ import annotations

from iamgen.review.access_lines import AccessLine
from iamgen.review.review_head import WrittenLine
from iamgen.review.review_state import ReviewState
from iamgen.review.review_text import LineWriter

VERSION = 1


def plain_state(state: ReviewState, file: str, write: LineWriter) -> dict[str, object]:
    """Return how far a review is as JSON values."""
    head = state.review.head
    return {
        "version": VERSION,
        "file": file,
        "review": head.name,
        "commit": head.commit,
        "complete": state.is_complete,
        "access_unchanged": state.is_unchanged,
        "confirmed": [_written(line) for line in state.confirmed],
        "unconfirmed": [_written(line) for line in state.unconfirmed],
        "changed": [
            {
                **_written(item.written),
                "changes": list(item.changes),
                "now": _current(item.current, item.written.number, write),
            }
            for item in state.changed
        ],
        "new": [_current(line, number, write) for number, line in enumerate(state.new, state.next_number)],
        "gone": [_written(line) for line in state.gone],
    }


def _written(line: WrittenLine) -> dict[str, object]:
    return {
        "line": line.place,
        "number": line.number,
        "text": line.sentence,
        "confirmed": line.is_confirmed,
        "by": line.by or None,
    }


def _current(line: AccessLine, number: int, write: LineWriter) -> dict[str, object]:
    words = line.words
    return {
        "number": number,
        "who": words.name,
        "kind": words.kind,
        "role": words.role,
        "account": words.account,
        "until": words.until,
        "way": words.way or None,
        "reason": words.reason or None,
        "text": words.sentence(),
        "to_write": write(line, number).rstrip("\n"),
    }
