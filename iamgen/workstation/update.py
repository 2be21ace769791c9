"""The two files of a person's `~/.aws`: as they are, as they should be, and how to get there."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from iamgen.errors import Fault, IamgenError, each, refuse
from iamgen.workstation import aws_reading, home
from iamgen.workstation.colleague import Colleague
from iamgen.workstation.merge import File, MergeStep, WantedSection, merged, steps, unreadable
from iamgen.workstation.section_marks import SectionIdentity
from iamgen.workstation.sections import FileKind
from iamgen.workstation.texts import FileTexts


class Update(NamedTuple):
    """What is done to one file."""

    place: home.FilePath
    """Where it is."""
    file: File
    """What is in it."""
    section: WantedSection
    """What is to be in it."""
    steps: tuple[MergeStep, ...]
    """The way from the one to the other."""

    @property
    def conflicts(self) -> tuple[MergeStep, ...]:
        """Return the steps that would overwrite what a person wrote."""
        return tuple(step for step in self.steps if step.kind == "conflict")

    def text(self, declined: Container[SectionIdentity]) -> str:
        """Return the new text of the file, without the sections that the person declined."""
        return merged(self.file, self.section, self.steps, declined)

    def damage(self, declined: Container[SectionIdentity] = ()) -> tuple[Fault, ...]:
        """Return why the file may not be written: what the AWS CLI would read otherwise than it should."""
        after = self.text(declined)
        if after == self.file.text:
            return ()
        taken = [step for step in self.steps if step.identity not in declined]
        return aws_reading.damage(self.file, after, self.section, taken)

    def changes(self, declined: Container[SectionIdentity] = ()) -> bool:
        """Tell whether anything is to be done: to the text, or because others may read the file."""
        return self.text(declined) != self.file.text or home.is_open(self.place)


def updates(
    texts: FileTexts, colleague: Colleague, environment: Mapping[str, str]
) -> tuple[tuple[Update, ...], tuple[Fault, ...]]:
    """Return how each file gets what its template makes, and warnings about what the AWS CLI cannot read in it.

    A profile that iamgen wrote for the person goes when it is of one of the repository's roles that is not theirs.

    Raises IamgenError, with every fault, where a file cannot be read or has a section in question twice, and where the
    AWS CLI would afterwards read a section otherwise than it should.
    """
    places = {kind: home.place(kind, environment) for kind in texts}
    if len({place.path for place in places.values()}) < len(places):
        raise refuse(places["config"].shown, "config and credentials are one file", "give each its own")

    not_theirs = {role.arn for role in colleague.every} - {role.arn for role in colleague.roles}

    def stale(options: Mapping[str, str]) -> bool:
        return options.get("role_arn") in not_theirs

    def update(kind: FileKind, place: home.FilePath) -> Update:
        file, expected = home.read(place), WantedSection(texts[kind].text, colleague.owner, stale)
        return Update(place, file, expected, steps(file, expected))

    result = tuple(each(places, update).values())
    damaged = [fault for item in result for fault in item.damage()]
    if damaged:
        raise IamgenError(damaged)
    return result, tuple(fault for item in result for fault in unreadable(item.file))


def contents(updates: tuple[Update, ...], declined: Container[SectionIdentity], now: datetime) -> dict[Path, str]:
    """Return what to write: first a copy of each file that changes, then the files.

    Raises IamgenError when a file is no longer what it was when the steps were made, and where the AWS CLI would read
    it otherwise than it should.
    """
    changing = [update for update in updates if update.changes(declined)]
    damaged = [fault for update in changing for fault in update.damage(declined)]
    if damaged:
        raise IamgenError(damaged)
    moved = [update for update in changing if home.read(update.place) != update.file]
    if moved:
        problem, hint = "it was changed meanwhile, by something else", "nothing was written; run it again"
        raise IamgenError(Fault(update.place.shown, problem, hint) for update in moved)
    copies = {home.backup(update.place, now): update.file.text for update in changing if update.file.text}
    return {**copies, **{update.place.path: update.text(declined) for update in changing}}
