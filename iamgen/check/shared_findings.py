"""Combine findings that several accounts have, so that each is shown once, with the accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from iamgen.check.finding import Finding


class SharedFinding(NamedTuple):
    """A finding, and the accounts that have it."""

    finding: Finding
    """The finding. Its line is 0 where it stands for several places: it is another line in each of them."""
    places: tuple[str, ...]
    """The names of the accounts, or the one file, that have it."""


def shared_findings(
    findings: Iterable[tuple[str, Finding]], may_be_shared: Callable[[str, Finding], object]
) -> tuple[SharedFinding, ...]:
    """Return the findings, each given with its place, in the order in which they first come.

    Those of different places become one where they differ in nothing but the line, and `may_be_shared` allows it for
    each of them.
    """
    places: dict[tuple[Finding, str], list[str]] = {}
    for place, finding in findings:
        key = (finding._replace(line=0), "") if may_be_shared(place, finding) else (finding, place)
        places.setdefault(key, []).append(place)
    return tuple(SharedFinding(finding, tuple(names)) for (finding, _), names in places.items())


def by_place(findings: Mapping[str, Sequence[Finding]]) -> Iterator[tuple[str, Finding]]:
    """Yield each finding with its place, in the order in which they are."""
    yield from ((place, finding) for place, of_place in findings.items() for finding in of_place)
