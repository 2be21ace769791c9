"""Find everything in AWS that differs from a deployed stack: what CloudFormation detects, and what it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from iamgen.aws_client.clients import Clients
from iamgen.aws_client.polling import Pace
from iamgen.deploy import stack as stacks
from iamgen.deploy.authorization_details import USER, Everybody, held
from iamgen.deploy.effects import merged
from iamgen.deploy.iam_drift import IamDifference, as_changes, beside, members
from iamgen.deploy.iam_expectation import as_deployed, environment_of, expected, trust
from iamgen.deploy.stack import StackResource
from iamgen.deploy.stack_drift import Drift, Unchecked, detect
from iamgen.deploy.undeclared import PERSON, Undeclared, holders, of_people, undeclared
from iamgen.diff.change import Change

# What is never compared. docs/drift.md has the same list.
NOT_COMPARED = (
    "passwords, access keys, MFA devices",
    "boundaries and tags of people outside the stack",
    "tags of policies and providers",
    "thumbprints of OIDC providers",
    "old versions of policies",
    "roles and groups outside the stack, except the stack's policies",
)
# CloudFormation compares no membership, and iamgen all of them: in `beside`.
_COMPARED_HERE = "AWS::IAM::UserToGroupAddition"


class Inspected(Protocol):
    """What an inspection needs to know about an account."""

    @property
    def where(self) -> str:
        """Its name in messages."""

    @property
    def stack(self) -> str:
        """Its stack's name."""

    @property
    def members(self) -> Mapping[str, frozenset[str]]:
        """The members of groups that people are put into by hand, by the group's logical id."""

    @property
    def users(self) -> frozenset[str] | None:
        """The names of the declared people, where the account holds them; None in any other account."""

    @property
    def people_alone(self) -> bool:
        """Whether the account contains only people."""


@dataclass(frozen=True)
class Inspection:
    """What differs in an account from what is declared, and what was not looked at."""

    drift: Drift
    """What CloudFormation sees."""
    iam_differences: tuple[IamDifference, ...]
    """What CloudFormation does not see: of the stack's groups, roles, users and policies, and of declared people."""
    trusts: Mapping[str, Mapping[str, Any]]
    """The trust policies that roles should have which trust somebody who is gone, by logical id."""
    resources: int
    """How many resources there are."""
    declared_members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Who is in a group and belongs there, by the group's logical id."""
    users: frozenset[str] = frozenset()
    """The name of every user."""
    undeclared: tuple[Undeclared, ...] = ()
    """The users who are in no file, in an account that holds people."""
    memberships: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The groups that each user is in, by the user's name."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """Return the differences, from the template to AWS: a change for each resource, and for each person."""
        return merged(self.drift.changes, as_changes(self.iam_differences))

    @property
    def resource_changes(self) -> tuple[Change, ...]:
        """Return those changes that are about the stack's resources."""
        return tuple(change for change in self.changes if not change.logical_id.startswith(PERSON))

    @property
    def unchecked(self) -> tuple[Unchecked, ...]:
        """Return the resources that neither CloudFormation nor iamgen compared."""
        return tuple(resource for resource in self.drift.unchecked if resource.type != _COMPARED_HERE)

    @property
    def differs(self) -> bool:
        """Whether anything is not as it should be."""
        return bool(self.changes) or any(user.is_drift for user in self.undeclared)


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
    has = held(clients.iam, account.where)
    stack = stacks.read(clients.cloudformation, account.stack)
    named = as_deployed(template, resources, has, environment_of(stack.id if stack else ""))
    should = expected(named, has, account.members, stack.tags if stack else {})
    by_hand = account.users or frozenset() if account.members else frozenset[str]()
    rest = (
        *beside(resources, should, has),
        *holders(named, resources, has, by_hand),
        *of_people(by_hand, resources, has),
    )
    trusts = {item.resource.logical_id: trust(named, item.resource.logical_id) for item in rest if item.kind == "trust"}
    memberships = {name: user.groups for (kind, name), user in has.items() if kind == USER}
    return Inspection(
        drift,
        rest,
        trusts,
        len(resources),
        members(resources, should, has),
        frozenset(memberships),
        _strangers(account, resources, has),
        memberships,
    )


def _strangers(account: Inspected, resources: tuple[StackResource, ...], has: Everybody) -> tuple[Undeclared, ...]:
    if account.users is None:
        return ()
    return tuple(undeclared(account.users, resources, has, people_alone=account.people_alone))
