"""What `iamgen diff` takes over the example, and over a policy of the largest size that IAM takes and its rewrite."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from bench.measure import Command, Run, cpu, output, peak, run, wall, within
from bench.scale import BUDGET
from bench.table import Row
from bench.workplace import Workplace

LARGEST = 6144
"""Characters that a managed policy may have, white space left out."""
_MOST = 1.0
"""Seconds that each may take."""


def rows(place: Workplace, runs: int, on_next: Callable[[str], None]) -> Iterator[Row]:
    """Yield a row for each comparison; `on_next` is called with what is measured next."""
    measured = {
        "`diff HEAD`, the example": partial(place.iamgen, "diff", "HEAD", cwd=changed_example(place)),
        f"`diff --policy`, {LARGEST:,} characters": partial(
            place.iamgen, "diff", "--policy", *map(str, policies(place))
        ),
    }
    for label, command in measured.items():
        on_next(label)
        yield _row(label, within(BUDGET, runs, partial(_once, command())))


def _once(command: Command) -> Run:
    return run(command, look=True)


def _row(label: str, runs: tuple[Run, ...]) -> Row:
    took = wall(runs)
    return Row(f"{label} ÷ {_MOST:g} s", len(runs), took, _MOST, took / _MOST, 1, cpu(runs), took, peak(runs))


def commit_all(place: Workplace, folder: Path) -> None:
    """Make a folder a git repository with everything committed."""
    named = ("-c", "user.name=bench", "-c", "user.email=bench@example.com")
    for words in (("init", "--quiet"), ("add", "--all"), (*named, "commit", "--quiet", "--message", "begin")):
        output(place.command("git", *words, cwd=folder))


def changed_example(place: Workplace) -> Path:
    """Return a copy of the example in which somebody has another role, and a role may do more, since its commit."""
    folder = place.folder / "changed-example"
    shutil.copytree(place.example, folder)
    commit_all(place, folder)
    change_access(folder / "users.py")
    return folder


def change_access(users: Path) -> None:
    """Let somebody have another role, and OpsR do more, in users.py."""
    text = users.read_text(encoding="utf-8")
    users.write_text(text.replace('"s3", "sts"', '"s3", "sqs", "sts"').replace('"OpsR"', '"ReadR"', 1), "utf-8")


def policies(place: Workplace) -> tuple[Path, Path]:
    """Return a policy that fills IAM's limit, and one that says the same with a statement for each resource."""
    statements: list[dict[str, object]] = []
    while len(_text(statements)) < LARGEST - 300:
        statements.append(_statement(len(statements)))
    one_by_one = [
        {**statement, "Resource": resource}
        for statement in reversed(statements)
        for resource in reversed(statement["Resource"])  # type: ignore[call-overload]  # it is a list
    ]
    old, new = place.folder / "old.json", place.folder / "new.json"
    old.write_text(_text(statements), encoding="utf-8")
    new.write_text(_text(one_by_one), encoding="utf-8")
    return old, new


def _statement(number: int) -> dict[str, object]:
    conditions = {"StringEquals": {"aws:PrincipalTag/team": [f"team-{number}", "platform"]}}
    return {
        "Effect": "Deny" if number % 3 == 2 else "Allow",  # noqa: PLR2004  # every third one
        "Action": [f"s3:Get*{number}", "s3:PutObject", "dynamodb:*Item", "sqs:SendMessage"],
        "Resource": [f"arn:aws:s3:::bucket-{number}-{place}/*" for place in range(4)],
        **({"Condition": conditions} if number % 2 else {}),
    }


def _text(statements: list[dict[str, object]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, separators=(",", ":"))
