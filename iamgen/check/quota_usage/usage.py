"""The use of one quota by a part of a template, and what to do if it is too much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from iamgen.check.quota_usage.lengths import Ruler
from iamgen.check.rule_context import Facts
from iamgen.iam.syntax import Path
from iamgen.iam.template import Resource, Template
from iamgen.iam.values import Value


@dataclass(frozen=True)
class Usage:
    """How much of one quota is used, counting only what no condition can take away."""

    owner: str
    """What uses it: a resource's logical id, a name, or a kind of resource."""
    label: str
    """How headroom calls it, such as `OpsR trust policy`."""
    used: int
    """How much is used, in `unit`."""
    limit: int
    """How much AWS allows."""
    unit: str
    """What is counted, in the singular: `character`, `managed policy`."""
    path: Path
    """Where it is in the template."""
    remedy: str = ""
    """What to do where more is used than AWS allows."""
    more: str = ""
    """What fits besides, such as `3 more users fit`; empty where that follows from `unit`."""
    grows: bool = True
    """Whether a further person, role or account fills it. A name is as long as it is."""

    @property
    def is_exceeded(self) -> bool:
        """Whether AWS would refuse it."""
        return self.used > self.limit

    @property
    def over(self) -> str:
        """How much too long it is, in words."""
        excess = self.used - self.limit
        return f"{self.used:,} {plural(self.unit)}, {excess:,} over the quota of {self.limit:,}"

    @property
    def next(self) -> str:
        """What fits besides, in words; where too much is used already, how much that is."""
        return self.more if self.more and not self.is_exceeded else fits(self.limit - self.used, self.unit)


@dataclass(frozen=True)
class Measured:
    """A template, and what is needed to measure it."""

    template: Template
    """The template that is measured."""
    facts: Facts = field(default_factory=Facts)
    """What is known of it besides: the quotas that AWS has raised, the partition."""
    people: int = 0
    """Users of the account that are created by hand, so that they are not in the template."""

    @cached_property
    def ruler(self) -> Ruler:
        """What measures texts and documents of the template."""
        return Ruler(self.template, self.facts)

    def longest(self, values: Sequence[Value]) -> int:
        """Return the length of the longest text."""
        return max(self.ruler.text(value.text) for value in values)


Quota = Callable[[Measured], Iterator[Usage]]
"""A quota is known by what measures it: a function that yields each use of it in a template."""


def exceeded(quota: Quota, template: Template, facts: Facts) -> Iterator[Usage]:
    """Yield each use of a quota that is over its limit."""
    return (usage for usage in quota(Measured(template, facts)) if usage.is_exceeded)


def fits(room: int, unit: str) -> str:
    """Return in words how many more there is room for: `3 more users fit`, or `2 too many`."""
    if room < 0:
        return f"{-room:,} too many"
    amount = f"{room:,}" if room else "no"
    return f"{amount} more {unit if room == 1 else plural(unit)} {'fits' if room == 1 else 'fit'}"


def plural(unit: str) -> str:
    """Return the plural of a unit."""
    return f"{unit[:-1]}ies" if unit.endswith("cy") else f"{unit}s"


def label(resource: Resource) -> str:
    """Return a user's name where it is known, else the logical id."""
    known = [value.text for value in resource.values("UserName") if value.known]
    return known[0] if known else resource.logical_id
