"""Find what people and strangers have besides a stack, and neither its template nor users.py gives them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from iamgen.deploy.authorization_details import GROUP, KINDS, USER, Everybody, PrincipalState
from iamgen.deploy.iam_drift import IamDifference
from iamgen.deploy.iam_expectation import named_holders
from iamgen.deploy.revocation import is_in_force
from iamgen.deploy.stack import StackResource
from iamgen.iam.named_resources import NamedResources

PERSON = "user/"  # before a person's name, where a resource has its logical id: no logical id has a slash
_POLICY = "AWS::IAM::ManagedPolicy"


@dataclass(frozen=True)
class Undeclared:
    """An IAM user of the account that holds people, whom neither users.py nor the stack knows: a leaver, perhaps."""

    name: str
    """The user's name."""
    groups: tuple[str, ...]
    """The groups that the user is in."""
    policies: tuple[str, ...]
    """The policies of the user's own."""
    is_drift: bool
    """Whether there should be no such user: in an account of people alone, and in the stack's groups. An account that
    stands in for user-only may have users of other purposes."""

    @property
    def text(self) -> str:
        """Return who it is and what they have, in one line."""
        groups = f", in {', '.join(self.groups)}" if self.groups else ""
        policies = f", with {', '.join(self.policies)}" if self.policies else ""
        return f"the IAM user {self.name} is in no file{groups}{policies}"

    def plain(self) -> dict[str, object]:
        """Return it as JSON values, by the names of its fields."""
        lists = {"groups": list(self.groups), "policies": list(self.policies)}
        return {"user": self.name, **lists, "is_drift": self.is_drift}


def of_people(people: Iterable[str], resources: Collection[StackResource], has: Everybody) -> Iterator[IamDifference]:
    """Yield the policies that declared people have of their own, and the groups outside the stack that they are in.

    `people` are the names of those who are put into the stack's groups by hand. Nothing gives them a policy but these.
    """
    own_groups = {resource.physical_id for resource in resources if resource.type == GROUP}
    for name in sorted(people):
        user = has.get((USER, name))
        if user is None:
            continue
        person = StackResource(f"{PERSON}{name}", name, USER, "", "")
        for policy in sorted(user.inline):
            if not is_in_force(policy, user.inline[policy]):
                yield IamDifference(person, "inline", "+", policy, user.inline[policy])
        yield from (IamDifference(person, "attached", "+", arn) for arn in sorted(user.attached))
        yield from (IamDifference(person, "group", "+", group) for group in sorted(user.groups - own_groups))


def holders(
    template: NamedResources, resources: Collection[StackResource], has: Everybody, people: Collection[str]
) -> Iterator[IamDifference]:
    """Yield who has one of the stack's managed policies and is not of the stack. `people` are looked at apart."""
    own = {(resource.type, resource.physical_id) for resource in resources} | {(USER, name) for name in people}
    for policy in (resource for resource in resources if resource.type == _POLICY):
        named = named_holders(template, policy.logical_id)
        for (kind, name), principal in sorted(has.items(), key=lambda item: item[0]):
            if policy.physical_id in principal.attached and (kind, name) not in own | named:
                yield IamDifference(policy, "holder", "+", f"{KINDS[kind].lower()} {name}", holder=(kind, name))


def undeclared(
    declared: Collection[str], resources: Collection[StackResource], has: Everybody, *, people_alone: bool
) -> Iterator[Undeclared]:
    """Yield the users whom neither the stack nor users.py knows, in an account that holds people.

    `declared` are the names in users.py, `people_alone` is whether the account has people and nothing else.
    """
    known = {*declared, *(resource.physical_id for resource in resources if resource.type == USER)}
    own_groups = {resource.physical_id for resource in resources if resource.type == GROUP}
    for (kind, name), principal in sorted(has.items(), key=lambda item: item[0]):
        if kind == USER and name not in known:
            is_drift = people_alone or bool(principal.groups & own_groups)
            yield Undeclared(name, tuple(sorted(principal.groups)), _policies(principal), is_drift)


def _policies(principal: PrincipalState) -> tuple[str, ...]:
    attached = sorted(arn.rpartition("/")[2] for arn in principal.attached)
    return (*attached, *(f"inline {name}" for name in sorted(principal.inline)))
