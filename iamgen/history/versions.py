"""Versions of releases: vX.Y.Z by Semantic Versioning 2.0.0 (https://semver.org), pre-releases too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import total_ordering

from iamgen.errors import Fault, UsageError, refuse
from iamgen.nearest import did_you_mean

LEVELS = ("bugfix", "feature", "breaking", "patch", "minor", "major", "public")
_NUMBER = r"(0|[1-9]\d{0,8})"
_PART = r"(?:0|[1-9]\d{0,8}|\d*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(rf"v{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-({_PART}(?:\.{_PART})*))?", re.ASCII)
_LONGEST = 100
# What the levels mean that speak of the change, before 1.0.0 and from then on.
_MEANS = {"bugfix": ("patch", "patch"), "feature": ("patch", "minor"), "breaking": ("minor", "major")}


@total_ordering
@dataclass(frozen=True)
class Version:
    """A version; `pre` is what makes it a pre-release, `hotfix.1`, or empty."""

    major: int
    minor: int
    patch: int
    pre: str = ""

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
        return self.core, not self.pre, [(not one.isdigit(), int(one) if one.isdigit() else 0, one) for one in parts]


FIRST, PUBLIC = Version(0, 0, 1), Version(1, 0, 0)


def parse(text: str) -> Version | None:
    """Return the version that a text is, or None."""
    found = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    return Version(int(found[1]), int(found[2]), int(found[3]), found[4] or "") if found else None


def wanted(text: str, where: str) -> Version:
    """Return the version that a person typed. Raises UsageError when it is none."""
    version = parse(text)
    if version is None:
        hint = f"did you mean v{text}?" if parse(f"v{text}") else "a version is v1.2.3, or v1.2.3-hotfix.1"
        raise UsageError([Fault(where, f"{text!r} is no version", hint)])
    return version


def following(last: Version | None, level: str) -> Version:
    """Return the version after `last` at that level. Raises UsageError for an unknown level, and
    IamgenError for a second `public`."""
    if level not in LEVELS:
        hint = did_you_mean(level, LEVELS, f"levels are {', '.join(LEVELS)}; a version is v1.2.3")
        raise UsageError([Fault("release", f"there is no level {level!r}", hint)])
    if level == "public":
        return _public(last)
    if last is None:
        return FIRST
    step = _MEANS[level][last.major > 0] if level in _MEANS else level
    return _after(last, step)


def _public(last: Version | None) -> Version:
    if last is not None and last >= PUBLIC:
        what = f"{last} is public already, and that happens once"
        raise refuse("release public", what, "choose bugfix, feature or breaking")
    return PUBLIC


def _after(last: Version, step: str) -> Version:
    """Return the next version; that of a pre-release may be the release it led up to."""
    major, minor, patch = last.core
    waiting = bool(last.pre)
    if step == "major":
        return Version(major, 0, 0) if waiting and not minor and not patch else Version(major + 1, 0, 0)
    if step == "minor":
        return Version(major, minor, 0) if waiting and not patch else Version(major, minor + 1, 0)
    return Version(major, minor, patch) if waiting else Version(major, minor, patch + 1)
