"""Say how full each AWS quota is for an account's template, and what will fill it next.

Whatever else the account has is not known here, and counts besides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from iamgen.check.quota_usage.documents import managed_policies
from iamgen.check.quota_usage.table import QUOTAS
from iamgen.check.quota_usage.usage import Measured, Usage, plural
from iamgen.check.rule_context import Facts
from iamgen.errors import Fault
from iamgen.iam.template import Template

WARN_FROM = 80
"""From how many percent on a quota is worth a warning."""


@dataclass(frozen=True)
class Headroom:
    """How full one quota of an account is, for a person or a program to read."""

    account: str
    """The account's name in CONST.inc."""
    subject: str
    """What uses the quota: `OpsR trust policy`, `longest role name`."""
    used: int
    """How much is used, in `unit`."""
    limit: int
    """How much AWS allows."""
    unit: str
    """What is counted, in the plural."""
    next: str
    """What fills it next, in words: `3 more users fit`."""
    grows: bool = True
    """Whether a further person, role or account fills it. It is not part of what programs read."""

    @property
    def percent(self) -> int:
        """How full it is; 100 only when nothing more fits."""
        return self.used * 100 // self.limit

    @property
    def warning(self) -> Fault:
        """A warning for the people who own the declaration."""
        usage = f"{self.used:,} of {self.limit:,} {self.unit}, {self.percent} %"
        return Fault(f"{self.account} {self.subject}", usage, self.next)

    def plain(self) -> dict[str, object]:
        """Return it as JSON values, with `percent`; the key of the subject is `what`."""
        names = {"subject": "what"}
        values = {names.get(name, name): value for name, value in asdict(self).items() if name != "grows"}
        return {**values, "percent": self.percent}


def headroom(account: str, template: Template, facts: Facts, people: int = 0) -> tuple[Headroom, ...]:
    """Return every quota that the account's template uses.

    `people` are the users of the account that are made by hand, and so are not in its template.
    """
    measured = Measured(template, facts, people)
    usages = (usage for quota in QUOTAS for usage in quota(measured) if usage.grows or quota is not managed_policies)
    return tuple(
        Headroom(account, usage.label, usage.used, usage.limit, plural(usage.unit), usage.next, usage.grows)
        for usage in _longest_of_each(usages)
        if usage.used
    )


def notable(rows: Sequence[Headroom]) -> tuple[Headroom, ...]:
    """Return the quotas that are worth a warning, those of WARN_FROM percent and more."""
    return tuple(row for row in rows if row.percent >= WARN_FROM)


def fullest(rows: Sequence[Headroom], count: int) -> tuple[Headroom, ...]:
    """Return the fullest quotas, without names that are as long as they are, unless they are worth a warning."""
    growing = (row for row in rows if row.grows or row.percent >= WARN_FROM)
    return tuple(sorted(growing, key=lambda row: -row.percent)[:count])


def _longest_of_each(usages: Iterable[Usage]) -> Iterator[Usage]:
    """Yield all usages. There are many names under one label: yield only the longest of them."""
    longest: dict[str, Usage] = {}
    for usage in usages:
        if usage.grows:
            yield usage
        elif usage.label not in longest or usage.used > longest[usage.label].used:
            longest[usage.label] = usage
    yield from longest.values()
