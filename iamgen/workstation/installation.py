"""Put what the templates make into a person's `~/.aws`: show the change, ask, write, and say what is next."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from iamgen.errors import Fault
from iamgen.ui.console import Console
from iamgen.ui.files import write_all
from iamgen.workstation import home
from iamgen.workstation.base_source import SourceOptions, cautions, keyless, next_step
from iamgen.workstation.colleague import Colleague
from iamgen.workstation.merge import MergeStep
from iamgen.workstation.preview import preview
from iamgen.workstation.section_marks import SectionIdentity
from iamgen.workstation.texts import FileTexts, role_names
from iamgen.workstation.update import Update, contents, updates


class Installation(NamedTuple):
    """What is written for whom, and what the person has decided beforehand."""

    texts: FileTexts
    """What the templates make."""
    colleague: Colleague
    """The person."""
    secret: str | None
    """The secret in the texts, which no message shows; None without one."""
    now: datetime
    """The time (UTC), for the names of copies."""
    source: SourceOptions = SourceOptions()
    """Where the person's own profile gets its credentials from, other than a key."""
    keeps_key: bool = False
    """Whether there is to be a key in the file already."""
    yes: bool = False
    """Whether to write without a question; what is the person's own then stays."""
    replaces: bool = False
    """Whether to write over what is the person's own, too, without a question."""
    dry_run: bool = False
    """Whether to stop before anything is written."""

    def __repr__(self) -> str:
        """Show whom it is for; the texts have a secret."""
        return f"Installation(for {self.colleague.user})"


def install(work: Installation, console: Console) -> int:
    """Show what would be done to the person's files, ask, and do it; return 1 if they declined.

    Raises IamgenError for what is wrong with their files, before anything is written.
    """
    file_updates, update_warnings = updates(work.texts, work.colleague, os.environ)
    console.warnings((*update_warnings, *_cautions(work, file_updates)))
    for update in file_updates:
        console.note("\n".join([update.place.shown, *preview(update.steps, work.secret), *_mode(update)]))
    if not any(update.changes() for update in file_updates):
        console.note("nothing to change")
    elif not work.dry_run:
        return _written(work, file_updates, console)
    return 0


def _cautions(work: Installation, file_updates: tuple[Update, ...]) -> Iterator[Fault]:
    yield from cautions(work.source, work.colleague, os.environ)
    if work.keeps_key:
        config = next(update for update in file_updates if update.place.kind == "config")
        yield from keyless(work.colleague, os.environ, config.text(()))


def _written(work: Installation, file_updates: tuple[Update, ...], console: Console) -> int:
    declined = _declined(work, file_updates, console)
    is_agreed = work.yes or work.replaces
    if not any(update.changes(declined) for update in file_updates):
        console.note("nothing else to change" if is_agreed else "nothing was written")
        return 0 if is_agreed else 1
    if not is_agreed and not console.confirm("Write this?"):
        console.note("nothing was written")
        return 1
    files = contents(file_updates, declined, work.now)
    write_all(files, private=True)
    _report(work, files, console)
    return 0


def _mode(update: Update) -> list[str]:
    return ["  ~ mode 0600: others may read it now"] if home.is_open(update.place) else []


def _declined(work: Installation, file_updates: tuple[Update, ...], console: Console) -> frozenset[SectionIdentity]:
    """Return which sections of the person's own stay, having asked about each or said that it stays."""
    conflicts = [(update, step) for update in file_updates for step in update.conflicts]
    if work.replaces:
        return frozenset()
    if work.yes:
        console.warnings(_stays(update, step) for update, step in conflicts)
        return frozenset(step.identity for _, step in conflicts)
    return frozenset(
        step.identity
        for update, step in conflicts
        if not console.confirm(f"[{step.header}] in {update.place.shown} was {step.why}. Replace it?")
    )


def _stays(update: Update, step: MergeStep) -> Fault:
    problem = f"[{step.header}] was {step.why}, and stays as it is"
    return Fault(update.place.shown, problem, "--replace puts the template's in its place; without --yes you are asked")


def _report(work: Installation, files: Mapping[Path, str], console: Console) -> None:
    """Say what was written, and which command shows that it works."""
    for path in files:
        copy = "  (what it was before)" if path.suffix == ".bak" else ""
        console.note(f"written: {home.shown(path, os.environ)}{copy}")
    own = work.colleague.source.profile
    profile = min(role_names(work.texts["config"]), key=_least_power_first, default=own)
    commands = [next_step(work.source, own), f"aws sts get-caller-identity --profile {profile}"]
    console.note(f"next: {', then '.join(command for command in commands if command)}")


def _least_power_first(profile: str) -> tuple[bool, bool, str]:
    """Order profiles so that one that only reads is tried before others, and AdminR's after all of them."""
    return not profile.endswith("_read"), profile.endswith("_admin"), profile
