"""`iamgen release`: check the current commit, show what it changes, tag it as a release and push the tag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from iamgen.access_changes import access_changes
from iamgen.clock import now
from iamgen.commands.requests import Consent, Output
from iamgen.errors import Fault
from iamgen.project import Project
from iamgen.release.notes import Effects, release_notes
from iamgen.release.releasing import Release, named_version, planned, publish
from iamgen.release.repository import open_repository
from iamgen.release.versions import LEVELS, following
from iamgen.revision import Revision, checked_at, compared
from iamgen.ui.confirm import Action, Confirmation
from iamgen.ui.console import Console
from iamgen.ui.layout import plain_text


@dataclass(frozen=True)
class ReleaseRequest:
    """Which version the current commit becomes, and where its tag goes."""

    root: Path
    """The folder that has users.py."""
    version: str = "bugfix"
    """The version, or the level by which it follows the last release."""
    remote: str | None = None
    """The git remote to push to; None takes the usual one."""
    consent: Consent = field(default_factory=Consent)
    """Whether the question is answered beforehand."""
    output: Output = field(default_factory=Output)
    """Whether stdout is JSON."""


def release(request: ReleaseRequest, console: Console) -> int:
    """Release the current commit; return 0, also when there is nothing new, and 1 when the answer was no.

    Raises IamgenError with whatever is in the way, and then nothing has changed.
    """
    named_version(request.version)
    consent = request.consent
    if not consent.dry_run:
        console.require_answer("release", yes=consent.yes)
    moment = now()
    settings = Project.load(request.root, moment).declaration.settings
    repository = open_repository(request.root)
    plan = planned(repository, request.version, settings.main_branch, request.remote)
    confirmation = Confirmation(console, consent.yes, consent.dry_run, request.output.as_json)
    if plan.is_there:
        console.note("there is nothing to release: the last release is this very commit")
        confirmation.report({**_plain(plan, Effects(())), "access": None, "released": False})
        return 0
    console.warnings((*plan.warnings, *_understated(plan, request.version)))
    after = checked_at(Revision(repository, plan.commit, "HEAD"), moment, console)
    before = Revision(repository, plan.previous_commit, str(plan.previous)) if plan.previous_commit else None
    comparison = compared(before, after, console)
    access = access_changes(comparison)
    effects = Effects(comparison.accounts, comparison.refusals, access=access.lines)
    notes = release_notes(plan, effects)
    target = f"{plan.version}, {plan.branch} at {plan.commit[:10]}, to {plan.remote.name}"
    action = Action(
        "release",
        "released",
        target,
        lambda: publish(plan, plain_text(notes)),
        next_step=f"iamgen promote {settings.channels[0]} {plan.version}",
    )
    return confirmation.carry_out(action, notes, {**_plain(plan, effects), "access": access.plain()})


def _understated(plan: Release, version: str) -> Iterator[Fault]:
    """Yield a warning when a commit breaks something and the level does not say so."""
    if plan.previous and version in LEVELS and any(commit.breaking for commit in plan.commits):
        fitting = following(plan.previous, "breaking")
        if plan.version < fitting:
            problem = f"a commit breaks something, and {plan.version} does not say so"
            yield Fault("release", problem, f"iamgen release breaking makes it {fitting}")


def _plain(plan: Release, effects: Effects) -> dict[str, object]:
    return {
        "version": str(plan.version),
        "previous": str(plan.previous) if plan.previous else None,
        "branch": plan.branch,
        "commit": plan.commit,
        "remote": plan.remote.name,
        "commits": [commit.plain() for commit in plan.commits],
        **effects.plain(),
    }
