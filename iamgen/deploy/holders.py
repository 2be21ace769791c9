"""Read the users, groups and roles of a template with their policies, without refusing anything.

What is not known, such as a policy of another stack or a document that cannot be read, stays there as a policy
without statements: whoever decides has to treat it as one that might say anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from iamgen.access.documents import Statement, parse
from iamgen.access.errors import AccessError
from iamgen.aws.iam_types import GROUP, INLINE, POLICY, ROLE, USER
from iamgen.aws.managed_policies import managed_documents
from iamgen.deploy.references import Place, StackTemplate
from iamgen.iam import template as iam
from iamgen.iam.attachments import POLICIES, Attachment, Membership, attachments, members
from iamgen.iam.holes import HOLE
from iamgen.iam.named_resources import NamedResource, NamedResources

_AWS_POLICY = ":iam::aws:policy/"
HolderKey = tuple[str, str]
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

    resource: NamedResource
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
    by_key: Mapping[HolderKey, Holder] = field(default_factory=dict)
    """Each of them, by type and name."""
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """The users whom the template puts into a group, by the group's name in lower case."""
    certain_members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Those of them whom it puts there whatever its conditions say."""
    resources: tuple[NamedResource, ...] = ()
    """All resources of the template."""
    attached: Mapping[HolderKey, tuple[PolicyText, ...]] = field(default_factory=dict)
    """What the template attaches to a user, group or role, by type and name, also where it does not make it."""

    @classmethod
    def of(cls, template: StackTemplate, place: Place) -> Holders:
        """Return those of the template of a stack at that place."""
        named = NamedResources.of(iam.Template.of(template, 0, place), ending="")
        reading = _HoldersReading(named, attachments(named.template))
        attached = reading.attached()
        holders = {
            _key(resource.type, resource.name): reading.holder(
                resource, attached.get(_key(resource.type, resource.name), ())
            )
            for resource in named.of_type(USER, GROUP, ROLE)
        }
        memberships = members(named.template)
        certain = [membership for membership in memberships if membership.is_certain]
        groups, certain_groups = _members(named, memberships), _members(named, certain)
        return cls(place, holders, groups, certain_groups, named.resources, attached)

    def named(self, kind: str, name: str) -> Holder | None:
        """Return the user, group or role of that name, None when the template has none."""
        return self.by_key.get(_key(kind, name))

    def of_logical_id(self, logical_id: str) -> Holder | None:
        """Return the user, group or role of that logical id, None when the template has none."""
        return next((holder for holder in self.by_key.values() if holder.resource.logical_id == logical_id), None)

    def members_of(self, group: Holder | None, *, certain: bool = False) -> frozenset[str]:
        """Return the names of the users whom the template puts into the group, or may put there by a condition."""
        members = self.certain_members if certain else self.members
        return members.get(group.resource.name.lower(), frozenset()) if group else frozenset()

    def groups_of(self, user: str) -> tuple[Holder, ...]:
        """Return the groups of the template into which it puts the user."""
        names = [group for group, users in self.members.items() if user.lower() in {item.lower() for item in users}]
        generator_type = (self.named(GROUP, name) for name in names)
        return tuple(holder for holder in generator_type if holder)

    def attached_to(self, kind: str, name: str) -> tuple[PolicyText, ...]:
        """Return what the template attaches to a user or role that it does not make."""
        return self.attached.get(_key(kind, name), ())


@dataclass(frozen=True)
class _HoldersReading:
    """The policies of a template on their way to those who hold them."""

    named: NamedResources
    attachments: tuple[Attachment, ...]

    def holder(self, resource: NamedResource, attached: tuple[PolicyText, ...]) -> Holder:
        boundary = resource.properties.get("PermissionsBoundary")
        trust = resource.properties.get("AssumeRolePolicyDocument") if resource.type == ROLE else None
        inline = (_inline(block) for block in as_list(resource.properties.get("Policies")))
        unread = (PolicyText(f"{resource.logical_id}, as {part.reason}", None) for part in self.named.template.unread)
        return Holder(
            resource,
            tuple(dict.fromkeys((*inline, *attached, *unread))),
            self._managed(boundary) if boundary else None,
            policy_text(f"the trust policy of {resource.name}", trust) if resource.type == ROLE else None,
        )

    def attached(self) -> dict[HolderKey, tuple[PolicyText, ...]]:
        attached: dict[HolderKey, dict[PolicyText, None]] = {}
        for attachment in self.attachments:
            for key in self._keys(attachment):
                attached.setdefault(key, {})[self._policy(attachment, key)] = None
        return {key: tuple(policies) for key, policies in attached.items()}

    def _keys(self, attachment: Attachment) -> list[HolderKey]:
        """Return who has the policy; everybody who may have it where that is not known before the deployment."""
        holder = self.named.find(attachment.holder, attachment.kind)
        name = holder.name if holder else self.named.text(attachment.holder.text)
        if holder or not HOLE.search(name):
            return [_key(attachment.kind, name)]
        return [_key(resource.type, resource.name) for resource in self.named.of_type(attachment.kind)]

    def _policy(self, attachment: Attachment, key: HolderKey) -> PolicyText:
        own = self.named.find(attachment.policy, *POLICIES)
        policy = self._own(own) if own else self._managed(self.named.text(attachment.policy.text))
        holder = self.named.find(attachment.holder, attachment.kind)
        if attachment.is_certain and _key(attachment.kind, holder.name if holder else attachment.holder.text) == key:
            return policy
        return PolicyText(f"{policy.name}, which may be attached to {key[1]}", None, repr(policy))

    def _own(self, policy: NamedResource) -> PolicyText:
        if policy.type in INLINE:
            return _inline(policy.properties)
        return policy_text(policy.name, policy.properties.get("PolicyDocument"))

    def _managed(self, arn: object) -> PolicyText:
        """Return the managed policy of that ARN: the template's own, one of AWS's that is known, or an unknown one."""
        own = self.named.find(arn, POLICY) if isinstance(arn, str) else None
        if own:
            return self._own(own)
        return _of_aws(arn) if isinstance(arn, str) else PolicyText(_text(arn), None)


@cache
def _of_aws(arn: str) -> PolicyText:
    """Return AWS's managed policy with that ARN; unknown if it is not one, or if its document is not known here."""
    start, _, name = arn.partition(_AWS_POLICY)
    known = managed_documents(start.removeprefix("arn:")).get(name)
    return policy_text(arn, known) if known else PolicyText(arn, None)


def policy_text(name: str, document: object) -> PolicyText:
    """Return the policy with that document."""
    try:
        body = json.loads(document) if isinstance(document, str) else document
        return PolicyText(name, parse(body if isinstance(body, Mapping) else {}, name))
    except (AccessError, ValueError):
        return PolicyText(name, None, _text(document))


def _inline(block: object) -> PolicyText:
    written = block if isinstance(block, Mapping) else {}
    return policy_text(f"the inline policy {written.get('PolicyName')}", written.get("PolicyDocument"))


def _members(named: NamedResources, memberships: Iterable[Membership]) -> dict[str, frozenset[str]]:
    members: dict[str, set[str]] = {}
    for membership in memberships:
        group, user = named.find(membership.group, GROUP), named.find(membership.user, USER)
        group_name = group.name if group else named.text(membership.group.text)
        user_name = user.name if user else named.text(membership.user.text)
        members.setdefault(group_name.lower(), set()).add(user_name)
    return {group: frozenset(users) for group, users in members.items()}


def _key(kind: str, name: str) -> HolderKey:
    return kind, name.lower()


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def as_list(value: object) -> list[Any]:
    """Return the elements of a list, a single value as a list of one, and nothing as an empty list."""
    return list(value) if isinstance(value, list | tuple) else [value] if value else []
