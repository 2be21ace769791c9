"""The users, groups and roles of a template with their policies, read so that nothing is refused.

What is not known, such as a policy of another stack or a document that cannot be read, stays there as a policy
without statements: whoever decides has to treat it as one that might say anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from iamgen.access.documents import Statement, parse
from iamgen.access.errors import AccessError
from iamgen.aws.managed_policies import managed_documents
from iamgen.deploy.references import Place, Resource, Template, resources

USER, GROUP, ROLE = (f"AWS::IAM::{kind}" for kind in ("User", "Group", "Role"))
_AWS_POLICY = ":iam::aws:policy/"
_LISTS = {"Users": USER, "Groups": GROUP, "Roles": ROLE}
_ATTACHING = {"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"}
_INLINE = {
    "AWS::IAM::GroupPolicy": (GROUP, "GroupName"),
    "AWS::IAM::RolePolicy": (ROLE, "RoleName"),
    "AWS::IAM::UserPolicy": (USER, "UserName"),
}
Key = tuple[str, str]
"""The type and the name of a user, group or role; the name in lower case, as IAM compares names without case."""


@dataclass(frozen=True)
class PolicyText:
    """A policy that is attached somewhere, or a trust policy."""

    name: str
    """What names it in messages."""
    statements: tuple[Statement, ...] | None
    """Its statements; None where its document is not known or cannot be read."""
    unreadable: str = ""
    """The document that cannot be read, so that two different ones are never taken for the same."""


@dataclass(frozen=True)
class Holder:
    """A user, group or role of the template."""

    resource: Resource
    """The resource that makes it."""
    policies: tuple[PolicyText, ...]
    """The policies that are attached to it itself, managed and inline."""
    boundary: PolicyText | None = None
    """Its permissions boundary."""
    trust: PolicyText | None = None
    """A role's trust policy."""


@dataclass(frozen=True)
class Holders:
    """All users, groups and roles of one template."""

    place: Place
    """Where the stack is."""
    by_key: Mapping[Key, Holder] = field(default_factory=dict)
    """Each of them, by type and name."""
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The users whom the template puts into a group, by the group's name in lower case."""
    resources: tuple[Resource, ...] = ()
    """All resources of the template."""

    @classmethod
    def of(cls, template: Template, place: Place) -> Holders:
        """Return those of the template of a stack at that place."""
        made = resources(template, place)
        reading = _Reading(made, _managed(made))
        holders = {(one.type, one.name.lower()): reading.holder(one) for one in made if one.type in _LISTS.values()}
        return cls(place, holders, _members(made), made)

    def named(self, kind: str, name: str) -> Holder | None:
        """Return the user, group or role of that name, None when the template has none."""
        return self.by_key.get((kind, name.lower()))

    def of_logical_id(self, logical_id: str) -> Holder | None:
        """Return the user, group or role of that logical id, None when the template has none."""
        return next((one for one in self.by_key.values() if one.resource.logical_id == logical_id), None)

    def members_of(self, group: Holder | None) -> frozenset[str]:
        """Return the names of the users whom the template puts into the group."""
        return self.members.get(group.resource.name.lower(), frozenset()) if group else frozenset()

    def groups_of(self, user: str) -> tuple[Holder, ...]:
        """Return the groups of the template into which it puts the user."""
        names = [group for group, users in self.members.items() if user.lower() in {one.lower() for one in users}]
        found = (self.named(GROUP, name) for name in names)
        return tuple(one for one in found if one)

    def attached_to(self, kind: str, name: str) -> tuple[PolicyText, ...]:
        """Return what the template attaches to a user or role that it does not make."""
        foreign = Resource("", kind, name, "", {})
        return _Reading(self.resources, _managed(self.resources)).policies(foreign)


@dataclass(frozen=True)
class _Reading:
    resources: tuple[Resource, ...]
    managed: Mapping[str, Resource]

    def holder(self, resource: Resource) -> Holder:
        boundary = resource.properties.get("PermissionsBoundary")
        trust = resource.properties.get("AssumeRolePolicyDocument") if resource.type == ROLE else None
        return Holder(
            resource,
            self.policies(resource),
            self._managed(boundary) if boundary else None,
            policy_text(f"the trust policy of {resource.name}", trust) if resource.type == ROLE else None,
        )

    def policies(self, holder: Resource) -> tuple[PolicyText, ...]:
        return tuple(dict.fromkeys(self._policies(holder)))

    def _policies(self, holder: Resource) -> Iterator[PolicyText]:
        yield from (self._managed(arn) for arn in as_list(holder.properties.get("ManagedPolicyArns")))
        yield from (_inline(block) for block in as_list(holder.properties.get("Policies")))
        for other in self.resources:
            if other.type in _ATTACHING and _is_named(holder, other):
                yield policy_text(other.name or other.logical_id, other.properties.get("PolicyDocument"))
            kind, element = _INLINE.get(other.type, ("", ""))
            if kind == holder.type and _same(other.properties.get(element), holder.name):
                yield _inline(other.properties)

    def _managed(self, arn: object) -> PolicyText:
        """Return the managed policy of that ARN: the template's own, one of AWS's that is known, or an unknown one."""
        own = self.managed.get(arn) if isinstance(arn, str) else None
        if own:
            return policy_text(own.name, own.properties.get("PolicyDocument"))
        return _of_aws(arn) if isinstance(arn, str) else PolicyText(_text(arn), None)


@cache
def _of_aws(arn: str) -> PolicyText:
    """Return AWS's managed policy of that ARN; unknown where it is none, or its document is not known here."""
    known = managed_documents().get(arn.partition(_AWS_POLICY)[2])
    return policy_text(arn, known) if known else PolicyText(arn, None)


def policy_text(name: str, document: object) -> PolicyText:
    """Return the policy with that document."""
    try:
        body = json.loads(document) if isinstance(document, str) else document
        return PolicyText(name, parse(body if isinstance(body, Mapping) else {}, name))
    except (AccessError, ValueError):
        return PolicyText(name, None, _text(document))


def _managed(made: Iterable[Resource]) -> dict[str, Resource]:
    return {one.arn: one for one in made if one.type == "AWS::IAM::ManagedPolicy"}


def _inline(block: object) -> PolicyText:
    written = block if isinstance(block, Mapping) else {}
    return policy_text(f"the inline policy {written.get('PolicyName')}", written.get("PolicyDocument"))


def _is_named(holder: Resource, policy: Resource) -> bool:
    elements = [element for element, kind in _LISTS.items() if kind == holder.type]
    return any(_same(name, holder.name) for one in elements for name in as_list(policy.properties.get(one)))


def _members(made: Iterable[Resource]) -> dict[str, frozenset[str]]:
    members: dict[str, set[str]] = {}
    for one in made:
        if one.type == USER:
            for group in as_list(one.properties.get("Groups")):
                members.setdefault(str(group).lower(), set()).add(one.name)
        elif one.type == "AWS::IAM::UserToGroupAddition":
            users = {str(user) for user in as_list(one.properties.get("Users"))}
            members.setdefault(str(one.properties.get("GroupName")).lower(), set()).update(users)
    return {group: frozenset(users) for group, users in members.items()}


def _same(name: object, other: str) -> bool:
    return isinstance(name, str) and name.lower() == other.lower()


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def as_list(value: object) -> list[Any]:
    """Return the elements of a list, a single value as a list of one, and nothing as an empty list."""
    return list(value) if isinstance(value, list | tuple) else [value] if value else []
