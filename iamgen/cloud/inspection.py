"""Everything that differs in AWS from what a stack made: what CloudFormation sees, and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from iamgen.cloud import stack as stacks
from iamgen.cloud.beside import Beside, as_change, beside, expected, held, trust
from iamgen.cloud.clients import Clients
from iamgen.cloud.drift import Drift, detect
from iamgen.cloud.pace import Pace
from iamgen.cloud.planned import merged
from iamgen.plan.change import Change


class Inspected(Protocol):
    """What an inspection has to know of an account."""

    @property
    def where(self) -> str:
        """Its name in messages."""

    @property
    def stack(self) -> str:
        """Its stack's name."""

    @property
    def members(self) -> Mapping[str, frozenset[str]]:
        """The members of groups that people are put into by hand, by the group's logical id."""


@dataclass(frozen=True)
class Inspection:
    """What was found. `resources` is how many there are; `trusts` the trust policies that roles should have which
    trust somebody who is gone."""

    drift: Drift
    beside: tuple[Beside, ...]
    trusts: Mapping[str, Mapping[str, Any]]
    resources: int

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return what differs, from the template to AWS, a change for each resource."""
        return merged(self.drift.changes, map(as_change, self.beside))


def inspect(
    clients: Clients,
    account: Inspected,
    template: Mapping[str, Any],
    pace: Pace,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Inspection:
    """Look at everything that the stack with this template made. Raises IamgenError when CloudFormation cannot."""
    drift = detect(clients.cloudformation, account.stack, account.where, pace, on_progress)
    resources = stacks.resources(clients.cloudformation, account.stack)
    on_progress("reading groups, roles and users")
    has = held(clients.iam)
    others = tuple(beside(resources, expected(template, resources, account.members), has))
    trusts = {
        one.resource.logical_id: trust(template, one.resource.logical_id, resources, has)
        for one in others
        if one.kind == "trust"
    }
    return Inspection(drift, others, trusts, len(resources))
