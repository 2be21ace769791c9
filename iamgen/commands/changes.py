"""`iamgen changes`: print what changes in the templates from one revision to another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from iamgen.access_changes import AccessChanges, access_changes
from iamgen.access_diff.fail_on import FailOn, failure
from iamgen.clock import now
from iamgen.diff.accounts import (
    AccountChanges,
    account_lines,
    across,
    changes_of,
    equal_accounts,
    head,
    total,
    unchanged,
)
from iamgen.diff.lines import brief, plan_line, signed
from iamgen.project import Project
from iamgen.release.repository import open_repository
from iamgen.revision import Comparison, compared, rendered_at, revision_named
from iamgen.ui.console import Console
from iamgen.ui.fenced_block import fenced
from iamgen.ui.plan_line import PlanLine

_PENDING = 4


@dataclass(frozen=True)
class ChangesRequest:
    """Which two revisions to compare, and how to print the changes."""

    root: Path
    """The folder that has users.py."""
    before: str = "HEAD"
    """The earlier revision, as git names it."""
    after: str | None = None
    """The later revision; None is the working tree."""
    form: Literal["text", "markdown", "json"] = "text"
    """The format of the changes."""
    exit_code: bool = False
    """Whether the exit code is 4 when something changes."""
    brief: bool = False
    """Whether to name the resources alone, and not what changes in each."""
    fail_on: FailOn | None = None
    """For which differences of access the exit code is 1; None for none."""


def changes(request: ChangesRequest, console: Console) -> int:
    """Print who gains and loses access and what changes in the templates, and return 0; return 1 if `fail_on` says so;
    under `exit_code`, return 4 when something does or may change.

    Raises IamgenError for a revision that does not exist, and with every fault of either revision. The summary of a CI
    job (markdown) only warns of faults in the earlier revision: the commit that mends them has to get through.
    """
    comparison = _comparison(request, console)
    access = access_changes(comparison)
    accounts = comparison.accounts
    if request.form == "markdown":
        console.product("\n\n".join((*access.paragraphs(), *_paragraphs(accounts))) + "\n")
    elif request.form == "json":
        console.product(_json(accounts or (), access))
    else:
        console.show_plan(_text_lines(accounts or (), access, is_brief=request.brief), asks=False)
    fault = failure("changes", access.difference, request.fail_on)
    if fault:
        console.error(fault)
        return 1
    changed = accounts is None or any(account.state != "same" for account in accounts)
    return _PENDING if request.exit_code and changed else 0


def _comparison(request: ChangesRequest, console: Console) -> Comparison:
    repository, moment = open_repository(request.root), now()
    before = revision_named(repository, request.before)
    if request.after is None:
        after = Project.load(request.root, moment).render()
    else:
        after = rendered_at(revision_named(repository, request.after), moment)
    if request.form == "markdown":
        return compared(before, after, console)
    earlier = rendered_at(before, moment)
    return Comparison(earlier, after, across(earlier.templates, after.templates))


def _text_lines(accounts: tuple[AccountChanges, ...], access: AccessChanges, *, is_brief: bool) -> tuple[PlanLine, ...]:
    if is_brief:
        return (*access.summary, PlanLine(""), *brief(account_lines(accounts), depth=1), plan_line(total(accounts)))
    return (*access.lines, PlanLine(""), *account_lines(accounts), plan_line(total(accounts)))


def _json(accounts: tuple[AccountChanges, ...], access: AccessChanges) -> str:
    plain = {"accounts": [account.plain() for account in accounts], **total(accounts).plain(), "access": access.plain()}
    return json.dumps(plain, indent=2) + "\n"


def _paragraphs(accounts: tuple[AccountChanges, ...] | None) -> Iterator[str]:
    yield "## What changes in the templates"
    if accounts is None:
        yield "No difference is shown: what this is compared with cannot be rendered. The log says why."
        return
    for together in equal_accounts(accounts):
        yield f"**{head(together)}**"
        if together[0].changes:
            yield fenced("\n".join(line.as_diff for line in signed(changes_of(together))), "diff")
    yield from unchanged(accounts)
    yield str(plan_line(total(accounts)))
