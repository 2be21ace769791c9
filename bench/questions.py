"""What questions about access take: one about the example, one about a whole organization, and a file of many."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from bench import repository
from bench.differences import change_access, commit_all
from bench.measure import FailedError, Run, cpu, output, peak, run, wall, within
from bench.scale import BUDGET
from bench.short import Comparison
from bench.table import Row
from bench.workplace import Workplace

SIZES = (100, 300, 1000)
"""Accounts, with five people for each."""
FILES = (100_000, 200_000)
"""Questions in a file."""
_MOST = {"`who-can": 10.0, "`diff": 60.0}
"""Seconds that a command may take over 1,000 accounts."""
_ROOM = 1 << 30
"""Bytes that `diff` may take over 1,000 accounts."""
_LINEAR = 1.3
_ACTIONS = ("s3:PutObject", "s3:GetObject")
_PEOPLE = ("alice", "bob", "carol", "dave")


def asking(place: Workplace) -> Comparison:
    """Return the comparison of one question with a render that is not linted, which it begins with."""
    return Comparison(
        "`can alice s3:PutObject --in dev` ÷ `render dev --no-lint`",
        2,
        place.iamgen("can", "alice", "s3:PutObject", "--in", "dev"),
        place.iamgen("render", "dev", "--no-lint"),
    )


def rows(place: Workplace, sizes: Sequence[int], files: Sequence[int], on_next: Callable[[str], None]) -> Iterator[Row]:
    """Yield a row for `who-can` and `diff` over organizations of each size, and for `can --questions` with files of
    each length.

    `on_next` is called with what is measured next.
    """
    yield from _growing(
        "`who-can s3:DeleteBucket`, {} accounts: per account", sizes, partial(_organization, place), on_next
    )
    yield from _growing("`diff HEAD`, {} accounts: per account", sizes, partial(_difference, place), on_next)
    yield from _growing("`can --questions`, {} lines: per line", files, partial(_file, place), on_next)


def _growing(
    label: str, sizes: Sequence[int], once: Callable[[int], Run], on_next: Callable[[str], None]
) -> Iterator[Row]:
    """Yield a row for each size: the time for each of its parts, against that at the size before."""
    before: tuple[int, float] | None = None
    for size in sizes:
        on_next(label.format(f"{size:,}").partition(": per")[0])
        runs = within(BUDGET, 3, partial(once, size))
        each = wall(runs) / size
        size_label = f"{label.format(f'{size:,}')}{f' ÷ of {before[0]:,}' if before else ''}"
        ratio = each / before[1] if before else None
        yield Row(size_label, len(runs), each, before and before[1], ratio, _LINEAR, cpu(runs), wall(runs), peak(runs))
        if size == SIZES[-1]:
            yield from _bounded(label, size, runs)
        before = size, each


def _bounded(label: str, size: int, runs: Sequence[Run]) -> Iterator[Row]:
    """Yield the rows that hold a command over the largest size to its seconds, and `diff` to its memory as well."""
    command = label.split(" ", maxsplit=1)[0].rstrip("`,")
    most = _MOST.get(command)
    if most is None:
        return
    took, used = wall(runs), peak(runs)
    name = f"{command}`, {size:,} accounts"
    yield Row(f"{name} ÷ {most:g} s", len(runs), took, most, took / most, 1, cpu(runs), took, used)
    if command == "`diff":
        bound_label = f"{name}: memory ÷ {_ROOM >> 20:,} MiB"
        yield Row(bound_label, len(runs), took, None, used / _ROOM, 1, cpu(runs), took, used)


def _organization(place: Workplace, size: int) -> Run:
    folder = place.folder / f"organization-{size}"
    if not folder.exists():
        repository.write_organization(folder, size)
    return run(place.iamgen("who-can", "s3:DeleteBucket", cwd=folder), look=True)


def _difference(place: Workplace, size: int) -> Run:
    """Compare an organization in which a role may do more and somebody has another role with what it was."""
    folder = place.folder / f"changed-{size}"
    if not folder.exists():
        users = repository.write_organization(folder, size) / "users.py"
        commit_all(place, folder)
        change_access(users)
    return run(place.iamgen("diff", "HEAD", cwd=folder), look=True)


def _file(place: Workplace, lines: int) -> Run:
    file = place.folder / f"questions-{lines}.jsonl"
    if not file.exists():
        write_questions(file, lines)
        short = place.folder / "few.jsonl"
        write_questions(short, len(_PEOPLE))
        if len(output(place.iamgen("can", "--questions", str(short))).splitlines()) != len(_PEOPLE):
            raise FailedError("not every question was answered")
    return run(place.iamgen("can", "--questions", str(file)), look=True)


def write_questions(file: Path, lines: int) -> None:
    """Write so many questions about the example, no two of them the same."""
    with file.open("w", encoding="utf-8") as stream:
        for number in range(lines):
            actor, action = _PEOPLE[number % len(_PEOPLE)], _ACTIONS[number // 4 % len(_ACTIONS)]
            on = f"arn:aws:s3:::bucket-{number}/key"
            stream.write(json.dumps({"who": actor, "action": action, "on": on, "in": "dev"}) + "\n")
