"""Collect what the checks of a declaration say for the report: findings, quotas, and assertions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from iamgen.check.finding import LEVELS
from iamgen.check.quota_usage.headroom import Headroom, fullest
from iamgen.check.shared_findings import by_place, shared_findings

if TYPE_CHECKING:
    from iamgen.assertions.outcomes import AssertionOutcome
    from iamgen.declaration.declared_type import Assertion
    from iamgen.project import Checked

_FULLEST = 10


@dataclass(frozen=True)
class FindingRow:
    """A finding, once for all accounts whose templates have it."""

    level: str
    """`error`, `warning` or `info`."""
    rule: str
    """The rule's id and name."""
    message: str
    """What it says."""
    cause: str
    """Where in the declaration it comes from; empty where no line is known."""
    owner: str
    """The logical id of the resource that has it; empty where it is about the whole template."""
    source: str
    """The address of a page about the rule; empty without one."""
    accounts: tuple[str, ...]
    """The names of the accounts."""


@dataclass(frozen=True)
class AssertionRow:
    """An assertion, and its outcome."""

    label: str
    """How messages call it: `Forbid 'iam:*'`."""
    place: str
    """Where it is written."""
    because: str
    """Why it is asserted; empty where nobody says it."""
    status: Literal["holds", "fails"]
    """`fails` where it does not hold, and where it cannot be decided."""
    notes: tuple[str, ...]
    """What is to be said about it."""


@dataclass(frozen=True)
class DeclaredChecks:
    """What the checks of a declaration say."""

    findings: tuple[FindingRow, ...]
    """The findings of iamgen's rules that users.py does not ignore, errors first."""
    ignored: tuple[tuple[str, str, int], ...]
    """The rules that users.py ignores, each with the reason, and the number of findings that it leaves out."""
    headroom: tuple[Headroom, ...]
    """The fullest quotas."""
    assertions: tuple[AssertionRow, ...]
    """The assertions in the order of users.py."""

    @classmethod
    def of(cls, checked: Checked) -> DeclaredChecks:
        """Return what the checks of a project say; the project's folder is still needed."""
        declaration = checked.project.declaration
        return cls(
            tuple(_rows(checked)),
            tuple(_ignored(checked)),
            fullest(checked.headroom, _FULLEST),
            tuple(_assertion(item, checked) for item in declaration.assertions),
        )

    @property
    def by_level(self) -> dict[str, int]:
        """How many findings there are of each level, in all accounts."""
        counted = Counter[str]()
        for row in self.findings:
            counted[row.level] += len(row.accounts)
        return {level: counted[level] for level in LEVELS}


def _rows(checked: Checked) -> Iterator[FindingRow]:
    shared = shared_findings(by_place(checked.findings()), lambda _account, _finding: True)
    for finding, accounts in sorted(shared, key=lambda item: LEVELS.index(item.finding.level)):
        yield FindingRow(
            finding.level,
            f"{finding.rule} {finding.name}".strip(),
            finding.message,
            finding.cause,
            str(finding.path[1]) if len(finding.path) > 1 else "",
            finding.source,
            accounts,
        )


def _ignored(checked: Checked) -> Iterator[tuple[str, str, int]]:
    findings = [finding for of_account in checked.every_finding.values() for finding in of_account]
    for word, reason in checked.project.declaration.settings.ignore.items():
        yield word, reason, sum(word in (finding.rule, finding.name) for finding in findings)


def _assertion(assertion: Assertion, checked: Checked) -> AssertionRow:
    from iamgen.declaration.source import shown

    outcomes: list[AssertionOutcome] = [item for item in checked.assertions if item.assertion is assertion]
    root: Path = checked.project.root
    return AssertionRow(
        assertion.label,
        f"{shown(assertion.origin.file, root)}:{assertion.origin.line}",
        assertion.because,
        "fails" if any(item.level == "error" for item in outcomes) else "holds",
        tuple(item.fault.problem for item in outcomes),
    )
