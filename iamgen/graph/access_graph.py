"""The content of the picture of who reaches what, as values without places or a format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

LinkForm = Literal["certain", "ending", "perhaps"]
"""How a link is drawn: it holds without an end, until some time, or nobody can know beforehand."""
TargetKind = Literal["group", "own policies", "role"]
"""What somebody reaches: a role, a group, or what policies of their own let their user do."""
MACHINES = ("CI user", "pipeline", "service", "other account")
"""The kinds that stand on the side of machines."""


@dataclass(frozen=True)
class GraphSubject:
    """Somebody, or several people with equal access who are drawn as one."""

    key: str
    """Its name within the picture."""
    kind: str
    """What they are: `person`, `CI user`, `pipeline`, …"""
    names: tuple[str, ...]
    """Who they are."""
    heading: str
    """The words under which they stand, such as `people, team blue`."""
    title: tuple[str, ...]
    """The lines that are shown when somebody points at it."""

    @property
    def is_machine(self) -> bool:
        """Whether it stands on the side of machines."""
        return self.kind in MACHINES


@dataclass(frozen=True)
class GraphTarget:
    """A role, a group, or policies that users have themselves."""

    key: str
    """Its name within the picture."""
    kind: TargetKind
    """What it is."""
    label: str
    """Its short name."""
    notes: tuple[str, ...]
    """What is to be said about it: emergencies that are in force, or that everybody is in a group."""
    terms: tuple[str, ...]
    """Until when somebody can act as it, or that nobody can know it: a line for each."""
    title: tuple[str, ...]
    """The lines that are shown when somebody points at it."""

    @property
    def words(self) -> str:
        """Its label, with what it is where it is no role."""
        return self.label if self.kind == "role" else f"{self.kind} {self.label}"


@dataclass(frozen=True)
class GraphAccount:
    """An account, or several accounts that are drawn as one, because the same people have the same access in them."""

    key: str
    """Its name within the picture."""
    names: tuple[str, ...]
    """The names of the accounts."""
    ids: tuple[str, ...]
    """Their ids, in the same order."""
    is_production: bool
    """Whether they are known to be production."""
    targets: tuple[GraphTarget, ...]
    """The roles and groups that somebody reaches."""
    unreached: tuple[str, ...]
    """The roles as which nobody can act."""


@dataclass(frozen=True)
class GraphLink:
    """A line from somebody, or from a role, to a role or a group."""

    source: str
    """The key of the subject or of the role where it begins."""
    target: str
    """The key of the role or of the group where it ends."""
    form: LinkForm
    """How it is drawn."""
    terms: str
    """Until when it holds, or that nobody can know it, in words; empty for a certain link without an end."""
    names: tuple[str, ...]
    """Whose link it is, of those who are drawn as one."""
    is_partial: bool
    """Whether only part of those who are drawn as one have it."""
    title: tuple[str, ...]
    """The lines that are shown when somebody points at it: the path."""
    subjects: tuple[str, ...]
    """The keys of the subjects whose way it is a part of."""


@dataclass(frozen=True)
class AccessGraph:
    """Everything that a picture shows."""

    subjects: tuple[GraphSubject, ...]
    """Who reaches something, or nothing."""
    accounts: tuple[GraphAccount, ...]
    """What they reach."""
    links: tuple[GraphLink, ...]
    """The lines between them."""
    origin: str
    """What was read, in words."""
    remarks: tuple[str, ...]
    """What whoever looks at the picture has to know besides: what was not looked at."""

    @cached_property
    def subject_by_key(self) -> Mapping[str, GraphSubject]:
        """The subjects by their keys."""
        return {subject.key: subject for subject in self.subjects}

    @cached_property
    def subjects_by_heading(self) -> Mapping[str, tuple[GraphSubject, ...]]:
        """Those who stand under the same words, in the order in which they come."""
        blocks: dict[str, list[GraphSubject]] = defaultdict(list)
        for subject in self.subjects:
            blocks[subject.heading].append(subject)
        return {heading: tuple(subjects) for heading, subjects in blocks.items()}

    @cached_property
    def account_of(self) -> Mapping[str, GraphAccount]:
        """The account of each target, by the target's key."""
        return {target.key: account for account in self.accounts for target in account.targets}

    @cached_property
    def targets(self) -> Mapping[str, GraphTarget]:
        """The targets by their keys."""
        return {target.key: target for account in self.accounts for target in account.targets}
