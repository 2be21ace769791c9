"""Everything that differs in AWS from what a stack made: what CloudFormation sees, and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from iamgen.cloud import stack as stacks
from iamgen.cloud.beside import Beside, as_change, beside, expected, held, members, trust
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
    trust somebody who is gone; `there`, by logical id, who is in a group and belongs there; `users` has
    every user's name."""

    drift: Drift
    beside: tuple[Beside, ...]
    trusts: Mapping[str, Mapping[str, Any]]
    resources: int
    there: Mapping[str, frozenset[str]] = field(default_factory=dict)
    users: frozenset[str] = frozenset()

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
    should = expected(template, resources, account.members)
    others = tuple(beside(resources, should, has))
    trusts = {
        one.resource.logical_id: trust(template, one.resource.logical_id, resources, has)
        for one in others
        if one.kind == "trust"
    }
    users = frozenset(name for kind, name in has if kind == "AWS::IAM::User")
    return Inspection(drift, others, trusts, len(resources), members(resources, should, has), users)
