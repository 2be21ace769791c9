"""Versions of releases: vX.Y.Z by Semantic Versioning 2.0.0 (https://semver.org), pre-releases too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from iamgen.errors import Fault, IamgenError, UsageError, refuse
from iamgen.similar_names import did_you_mean

LEVELS = ("bugfix", "feature", "breaking", "patch", "minor", "major", "public")
_NUMBER = r"(0|[1-9]\d{0,8})"
_PART = r"(?:0|[1-9]\d{0,8}|\d*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(rf"v{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_PART}(?:\.{_PART})*))?", re.ASCII)
_LONGEST = 100
# What the levels mean that speak of the change, before 1.0.0 and from then on.
_STEPS = ("patch", "minor", "major")
_MEANS = {"bugfix": ("patch", "patch"), "feature": ("patch", "minor"), "breaking": ("minor", "major")}


@total_ordering
@dataclass(frozen=True)
class Version:
    """A version of a repository."""

    major: int
    """Its first number."""
    minor: int
    """Its second number."""
    patch: int
    """Its third number."""
    pre: str = ""
    """What makes it a pre-release, `hotfix.1`; else empty."""

    def __str__(self) -> str:
        return f"v{self.major}.{self.minor}.{self.patch}{'-' if self.pre else ''}{self.pre}"

    def __lt__(self, other: Version) -> bool:
        return self._order < other._order

    @property
    def core(self) -> tuple[int, int, int]:
        """The three numbers."""
        return self.major, self.minor, self.patch

    @property
    def _order(self) -> tuple[tuple[int, int, int], bool, list[tuple[bool, int, str]]]:
        """A pre-release comes before its release; its parts are compared as numbers where they are numbers."""
        parts = self.pre.split(".") if self.pre else []
        return (
            self.core,
            not self.pre,
            [
                (not identifier.isdigit(), int(identifier) if identifier.isdigit() else 0, identifier)
                for identifier in parts
            ],
        )


FIRST, PUBLIC = Version(0, 0, 1), Version(1, 0, 0)


def parse(text: str) -> Version | None:
    """Return the version that a text is, or None."""
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    return Version(int(match[1]), int(match[2]), int(match[3]), match[4] or "") if match else None


def require_version(text: str, where: str) -> Version:
    """Return the version that a person typed. Raises UsageError if it is not a version."""
    version = parse(text)
    if version is None:
        hint = f"did you mean v{text}?" if parse(f"v{text}") else "a version is v1.2.3, or v1.2.3-hotfix.1"
        raise UsageError([Fault(where, f"{text!r} is no version", hint)])
    return version


def following(last: Version | None, level: str) -> Version:
    """Return the version after `last` at that level. Raises UsageError for an unknown level, and
    IamgenError for a second `public`, for a level too low to end a pre-release, and where numbers end."""
    if level not in LEVELS:
        hint = did_you_mean(level, LEVELS, f"levels are {', '.join(LEVELS)}; a version is v1.2.3")
        raise UsageError([Fault("release", f"there is no level {level!r}", hint)])
    if level == "public":
        return _public(last)
    if last is None:
        return FIRST
    current = _after(last, _MEANS[level][last >= PUBLIC] if level in _MEANS else level)
    if parse(str(current)) is None:
        problem = f"{current} would come after {last}, and a number has at most nine digits"
        raise refuse(f"release {level}", problem, _no_room(last))
    return current


def _no_room(last: Version) -> str:
    lead = "choose a higher level, or name the version: iamgen release v1.2.3"
    return f"{lead}; if nobody meant {last}, delete it there: git push --delete REMOTE refs/tags/{last}"


def _public(last: Version | None) -> Version:
    if last is not None and last >= PUBLIC:
        problem = f"{last} is public already, and that happens once"
        raise refuse("release public", problem, "choose bugfix, feature or breaking")
    return PUBLIC


def _after(last: Version, step: str) -> Version:
    """Return the next version; that of a pre-release may be the release it leads to."""
    major, minor, patch = last.core
    if last.pre:
        due = _due(last)
        if _STEPS.index(step) < _STEPS.index(due):
            raise _too_low(last, due)
        if step == due:
            return Version(*last.core)
    if step == "major":
        return Version(major + 1, 0, 0)
    return Version(major, minor + 1, 0) if step == "minor" else Version(major, minor, patch + 1)


def _due(last: Version) -> str:
    """Return the step that the release is to which a pre-release leads."""
    major, minor, patch = last.core
    if patch or not (minor or major):
        return "patch"
    return "minor" if minor else "major"


def _too_low(last: Version, due: str) -> IamgenError:
    release = Version(*last.core)
    level = (
        "public" if release == PUBLIC else next(text for text, steps in _MEANS.items() if steps[last >= PUBLIC] == due)
    )
    hint = f"iamgen release {level} makes it; or name the version you want"
    return refuse("release", f"{last} leads to {release}, and that is more than this level", hint)
