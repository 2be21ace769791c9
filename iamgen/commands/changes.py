"""`iamgen changes`: what changes in the templates from one revision to another."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from iamgen.clock import now
from iamgen.diff.accounts import AccountChanges, account_lines, across, total, unchanged
from iamgen.diff.lines import signed
from iamgen.errors import refuse
from iamgen.release.repository import Repository, open_repository
from iamgen.rendered import compared, rendered, rendered_at
from iamgen.ui.console import Console

_PENDING = 4
_FENCE = 3


@dataclass(frozen=True)
class Changing:
    """Two revisions, `after` None being the working tree, and how to tell what changes."""

    root: Path
    before: str = "HEAD"
    after: str | None = None
    form: Literal["text", "markdown", "json"] = "text"
    exit_code: bool = False


def changes(wanted: Changing, console: Console) -> int:
    """Print what changes; return 0, or 4 when something does, or may, and that was asked for.

    Raises IamgenError for a revision that there is not, and with every fault of either. In the summary of a CI job it
    is but said when it is the first that has faults: what mends it has to get through.
    """
    repository, moment = open_repository(wanted.root), now()
    before = _commit(repository, wanted.before)
    if wanted.after is None:
        after = rendered(wanted.root, moment)
    else:
        after = rendered_at(repository, _commit(repository, wanted.after), wanted.after, moment)
    found: tuple[AccountChanges, ...] | None
    if wanted.form == "markdown":
        found = compared(repository, before, wanted.before, after, console).accounts
        console.product(_markdown(found))
    else:
        found = across(rendered_at(repository, before, wanted.before, moment).templates, after.templates)
        console.product(_text(found) if wanted.form == "text" else _json(found))
    changed = found is None or any(one.state != "same" for one in found)
    return _PENDING if wanted.exit_code and changed else 0


def _commit(repository: Repository, revision: str) -> str:
    commit = repository.commit_of(revision)
    if commit is None:
        raise refuse(revision, "there is no such revision", "a tag, a branch or a commit; git fetch may bring it")
    if repository.is_ambiguous(revision):
        what = "it may mean several things: a tag, a branch, or an id that begins so"
        raise refuse(revision, what, "write it in full: refs/heads/…, refs/tags/…, or all of the commit's id")
    return commit


def _text(accounts: tuple[AccountChanges, ...]) -> str:
    return "\n".join([*account_lines(accounts), f"Plan: {total(accounts)}."]) + "\n"


def _json(accounts: tuple[AccountChanges, ...]) -> str:
    plain = {"accounts": [one.plain() for one in accounts], **total(accounts).plain()}
    return json.dumps(plain, indent=2) + "\n"


def _markdown(accounts: tuple[AccountChanges, ...] | None) -> str:
    return "\n\n".join(_paragraphs(accounts)) + "\n"


def _paragraphs(accounts: tuple[AccountChanges, ...] | None) -> Iterator[str]:
    yield "## What changes in the templates"
    if accounts is None:
        yield "No difference is shown: what this is compared with cannot be rendered. The log says why."
        return
    for one in accounts:
        if one.state != "same":
            yield f"**{one.head}**"
        if one.changes:
            yield _fenced("\n".join(line.as_diff for line in signed(one.changes)))
    yield from unchanged(accounts)
    yield f"Plan: {total(accounts)}."


def _fenced(text: str) -> str:
    """Return the text in a block that nothing in it ends."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(_FENCE, longest + 1)
    return f"{fence}diff\n{text}\n{fence}"
