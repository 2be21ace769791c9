"""The head of a review, and everything that was read from a review's file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from iamgen.errors import Fault
from iamgen.review.access_lines import LineToken

FORMAT = "1"
"""The format of the files. Another number is refused."""
BOM = "\ufeff"
"""How some editors begin a file that they save as UTF-8."""
ONCE = "remove one of the two"
"""The hint for what stands twice."""
MERGE_MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
"""How lines begin that git writes where two changes meet."""
IN_CONFLICT = "there is a merge marker of git"
_COMMIT = re.compile("[0-9a-f]{40}(?:[0-9a-f]{24})?")
_DIGEST = re.compile("sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class ReviewHead:
    """What a review is about."""

    name: str
    """Its name."""
    commit: str
    """The id of the commit whose access it lists."""
    access: str
    """The digest of all access at that commit."""
    number: int
    """How many lines were written."""


@dataclass(frozen=True)
class WrittenLine:
    """A line of a review as it stands in the file."""

    place: int
    """The number of the line in the file, counted from 1."""
    number: int
    """Its number within the review."""
    sentence: str
    """What it says."""
    token: LineToken
    """What it is known by."""
    is_confirmed: bool
    """Whether somebody confirmed it."""
    by: str
    """Who did, if they wrote it; else empty."""


@dataclass(frozen=True)
class WrittenReview:
    """A review as it stands in a file."""

    head: ReviewHead
    """What it is about."""
    lines: tuple[WrittenLine, ...]
    """Its lines, in the order of the file."""


def read_head(name: str, fields: dict[str, str], where: str) -> tuple[ReviewHead, tuple[Fault, ...]]:
    """Return the head of its written fields, and what is wrong with them."""
    number = fields.get("Lines", "")
    checks = {
        "name": bool(name),
        "Format": fields.get("Format") == FORMAT,
        "Commit": bool(_COMMIT.fullmatch(fields.get("Commit", ""))),
        "Access": bool(_DIGEST.fullmatch(fields.get("Access", ""))),
        "Lines": number.isdecimal() and number.isascii() and len(number) < _DIGITS,
    }
    faults = tuple(
        Fault(where, f"the head of the review has no {key} that was written by iamgen", _RESTORE)
        for key, is_right in checks.items()
        if not is_right
    )
    lines = int(number) if checks["Lines"] else 0
    return ReviewHead(name, fields.get("Commit", ""), fields.get("Access", ""), lines), faults


def line_faults(review: WrittenReview, where: str) -> tuple[Fault, ...]:
    """Return which lines were removed, stand twice, or no longer say what they said."""
    faults: list[Fault] = []
    by_number: dict[int, int] = {}
    by_identity: dict[str, int] = {}
    for line in review.lines:
        place = f"{where}:{line.place}"
        first = by_number.setdefault(line.number, line.place)
        same = by_identity.setdefault(line.token.identity, line.place)
        if first != line.place:
            faults.append(Fault(place, f"number {line.number} stands in line {first} already", ONCE))
        elif same != line.place:
            faults.append(Fault(place, f"line {same} is about the same access already", ONCE))
        if not line.token.fits(line.sentence):
            faults.append(Fault(place, "was changed by hand: it does not say what iamgen wrote", _RESTORE))
    return (*faults, *_removed({line.number: line.place for line in review.lines}, review.head.number, where))


def _removed(places: dict[int, int], number: int, where: str) -> Iterator[Fault]:
    """Yield which numbers up to the last that was written are gone; each gap is told once, after the lines before it.

    `places` has the line of the file of each number.
    """
    before, last_place = 0, 0
    for present in (*sorted(places), number + 1):
        end = min(present - 1, number)
        if end > before:
            words = f"number {end} was removed" if end == before + 1 else f"numbers {before + 1} to {end} were removed"
            yield Fault(f"{where}:{last_place + 1}" if last_place else where, words, _RESTORE)
        before, last_place = max(before, present), max(last_place, places.get(present, 0))


_DIGITS = 8
_RESTORE = "take it back from git: git log -p shows what it was; access is removed in users.py, not here"
