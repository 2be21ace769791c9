"""`iamgen review`: begin a review of all access, and print how much of a review is done."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from iamgen.access_model import ModelSource, access_model
from iamgen.clock import now
from iamgen.errors import Fault, IamgenError, UsageError, refuse
from iamgen.questions.access_answer import AccessOverview, AccessRequest, access_overview
from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.release.repository import open_repository
from iamgen.review.access_lines import AccessLine, access_lines
from iamgen.review.review_content import review_content
from iamgen.review.review_csv import csv_row, csv_text, read_csv
from iamgen.review.review_head import WrittenReview
from iamgen.review.review_json import plain_state
from iamgen.review.review_markdown import markdown_line, markdown_text, read_markdown
from iamgen.review.review_state import ReviewState, review_state
from iamgen.review.review_text import LineWriter, state_text
from iamgen.ui.console import Console
from iamgen.ui.files import write_all

ReviewFormat = Literal["md", "csv"]
FOLDER = "reviews"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FORMATS = {".md": "md", ".csv": "csv"}
_MOST_BYTES = 100_000_000
INCOMPLETE = 1


@dataclass(frozen=True)
class ReviewStart:
    """Which review to begin."""

    root: Path
    """The folder that has users.py."""
    name: str
    """The name of the review, and of its file."""
    form: ReviewFormat = "md"
    """The format of the file."""


@dataclass(frozen=True)
class ReviewCheck:
    """Which review to look at."""

    source: ModelSource
    """The access that it is held against."""
    file: Path
    """The file of the review."""
    as_json: bool = False
    """Whether stdout is JSON."""


def start(request: ReviewStart, console: Console) -> int:
    """Write the file of a new review and return 0. Raises IamgenError where something is not committed, and for a file
    that is there already."""
    path = _new_file(request)
    repository = open_repository(request.root)
    commit = repository.head()
    repository.require_clean()
    content = review_content(request.name, commit, _overview(ModelSource(request.root, "HEAD"), console))
    if not content.lines:
        raise refuse("review", "nobody can act as anything: there is no access to confirm", "iamgen access")
    text = markdown_text(content) if request.form == "md" else csv_text(content)
    write_all({path: text}, within=request.root)
    file = os.path.relpath(path)
    console.note(f"written: {file}: {len(content.lines):,} lines to confirm")
    console.note(f"next: commit it; then iamgen review check {file} says what remains")
    return 0


def _new_file(request: ReviewStart) -> Path:
    """Return the file to write. Raises UsageError for a name that is none, IamgenError for a review that is there."""
    name = request.name
    if not _NAME.fullmatch(name) or Path(name).suffix.lower() in _FORMATS:
        hint = "letters, digits, dots, hyphens and underscores, without an ending, such as 2026-Q4"
        raise UsageError([Fault(name, "is no name for a review", hint)])
    folder = request.root / FOLDER
    for path in (folder / f"{name}{ending}" for ending in _FORMATS):
        if os.path.lexists(path):
            file, problem = os.path.relpath(path), "there is a review of this name already, and it is never overwritten"
            raise refuse(file, problem, f"choose another name, or go on with it: iamgen review check {file}")
    return folder / f"{name}.{request.form}"


def check(request: ReviewCheck, console: Console) -> int:
    """Print how far a review is and return 0 where nothing remains, else 1. Raises IamgenError with everything that is
    wrong with the file."""
    review = _read(request.file)
    overview = _overview(request.source, console)
    console.warnings(_commit_warnings(request, review))
    state = review_state(review, access_lines(overview))
    write: LineWriter = partial(_csv_line, review) if request.file.suffix.lower() == ".csv" else markdown_line
    if request.as_json:
        console.product(json.dumps(plain_state(state, str(request.file), write), indent=2) + "\n")
    else:
        console.show_text(state_text(state, str(request.file), write))
    if state.is_complete:
        return 0
    console.error(_incomplete(state, str(request.file)))
    return INCOMPLETE


def _csv_line(review: WrittenReview, line: AccessLine, number: int) -> str:
    return csv_row(line, number, review.head)


def _overview(source: ModelSource, console: Console) -> AccessOverview:
    moment = now()
    return access_overview(Asker(access_model(source, moment, console)), AccessRequest(Circumstances(moment)))


def _read(file: Path) -> WrittenReview:
    """Return the review in a file. Raises IamgenError with all that is wrong with it."""
    read = {".md": read_markdown, ".csv": read_csv}.get(file.suffix.lower())
    if read is None:
        raise UsageError([Fault(str(file), "is no file of a review", "name one such as reviews/2026-Q4.md, or .csv")])
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise refuse(str(file), "is larger than any review", "name the file that iamgen review start wrote")
        text = file.read_bytes().decode()
    except OSError as exc:
        raise refuse(str(file), f"cannot be read: {exc.strerror}", "iamgen review start NAME begins a review") from exc
    except UnicodeDecodeError as exc:
        raise refuse(str(file), f"is not UTF-8 at byte {exc.start}", "save it as UTF-8") from exc
    review, faults = read(text.replace("\r\n", "\n"), str(file))
    if faults:
        raise IamgenError(faults)
    return review


def _commit_warnings(request: ReviewCheck, review: WrittenReview) -> tuple[Fault, ...]:
    """Return what is worth a warning about the commit that a review was started at."""
    commit, where = review.head.commit, str(request.file)
    try:
        repository = open_repository(request.source.folder)
        is_here = repository.commit_of(commit) == commit
    except IamgenError as exc:
        return exc.faults
    if not is_here:
        problem = f"its commit {commit[:10]} is not in this clone, so nobody can look at what was reviewed"
        return (Fault(where, problem, "git fetch --unshallow, or git fetch"),)
    if not repository.contains(repository.head(), commit):
        problem = f"its commit {commit[:10]} is not in the history of what is checked out"
        return (Fault(where, problem, "check out the branch of the review"),)
    return ()


def _incomplete(state: ReviewState, file: str) -> Fault:
    numbers = {
        "not confirmed": len(state.unconfirmed),
        "changed since": len(state.changed),
        "new since": len(state.new),
    }
    words = ", ".join(f"{number:,} {title}" for title, number in numbers.items() if number)
    hint = "confirm lines with an x, and put changed and new lines into the file as shown"
    return Fault(file, f"the review is not complete: {words}", hint)
