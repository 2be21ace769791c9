"""`iamgen release`: check what is committed, show what it changes, tag it, push the tag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from iamgen.clock import now
from iamgen.declaration.load import load
from iamgen.deploy.expected_refusals import objections
from iamgen.errors import Fault
from iamgen.release.notes import Effects, release_notes
from iamgen.release.releasing import Release, planned, publish, require_wanted
from iamgen.release.repository import open_repository
from iamgen.release.versions import LEVELS, following
from iamgen.rendered import Comparison, checked_at, compared
from iamgen.ui.confirm import Asking, Deed
from iamgen.ui.console import Console


@dataclass(frozen=True)
class Releasing:
    """What to release, `asked` being a level or a version, and where to."""

    root: Path
    asked: str = "bugfix"
    remote: str | None = None
    yes: bool = False
    dry_run: bool = False
    as_json: bool = False


def release(wanted: Releasing, console: Console) -> int:
    """Release the current commit; return 0, also when there is nothing new, and 1 when the answer was no.

    Raises IamgenError with whatever is in the way, and then nothing has changed.
    """
    require_wanted(wanted.asked)
    if not wanted.dry_run:
        console.require_answer("release", yes=wanted.yes)
    moment = now()
    settings = load(wanted.root, moment).declaration.settings
    repository = open_repository(wanted.root)
    plan = planned(repository, wanted.asked, settings.main_branch, wanted.remote)
    asking = Asking(console, wanted.yes, wanted.dry_run, wanted.as_json)
    if plan.is_there:
        console.note("there is nothing to release: the last release is this very commit")
        asking.tell({**_plain(plan, Effects(())), "released": False})
        return 0
    for warning in (*plan.warnings, *_understated(plan, wanted.asked)):
        console.warning(warning)
    after = checked_at(repository, plan.commit, "HEAD", moment, console)
    effects = _effects(compared(repository, plan.previous_commit, str(plan.previous), after, console))
    notes = release_notes(plan, effects)
    what = f"{plan.version}, {plan.branch} at {plan.commit[:10]}, to {plan.remote.name}"
    deed = Deed("release", "released", what, lambda: publish(plan, notes))
    return asking.carry_out(deed, notes, _plain(plan, effects))


def _effects(comparison: Comparison) -> Effects:
    before, after = comparison.before, comparison.after
    return Effects(
        comparison.accounts,
        objections(before.templates, after.templates, after.declaration, after.moment) if before else (),
    )


def _understated(plan: Release, asked: str) -> Iterator[Fault]:
    """Yield a warning when a commit breaks something and the level does not say so."""
    if plan.previous and asked in LEVELS and any(one.breaking for one in plan.commits):
        fitting = following(plan.previous, "breaking")
        if plan.version < fitting:
            what = f"a commit breaks something, and {plan.version} does not say so"
            yield Fault("release", what, f"iamgen release breaking makes it {fitting}")


def _plain(plan: Release, effects: Effects) -> dict[str, object]:
    return {
        "version": str(plan.version),
        "previous": str(plan.previous) if plan.previous else None,
        "branch": plan.branch,
        "commit": plan.commit,
        "remote": plan.remote.name,
        "commits": [one.plain() for one in plan.commits],
        **effects.plain(),
    }
