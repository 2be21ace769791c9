"""Find which policies a template attaches to whom, and who is in which group, in every way of writing it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from iamgen.aws.iam_types import MEMBERSHIP
from iamgen.iam.holes import hole
from iamgen.iam.template import GROUP, HOLDERS, INLINE, NAMES, POLICY, USER, Document, Resource, Template
from iamgen.iam.values import Value

POLICIES = (POLICY, *INLINE)
"""Types of resources that are a policy, managed or inline."""
# Rules run over one template after the other, and several ask for the same.
_of_last = lru_cache(maxsize=1)


class Membership(NamedTuple):
    """A user who is put into a group; each is named by its name, or by a reference to a resource."""

    user: Value
    """The user."""
    group: Value
    """The group."""
    is_certain: bool
    """Whether that is so whatever conditions say."""


class Attachment(NamedTuple):
    """A policy that is attached to a user, group or role; a resource of the template is named by a reference to it."""

    kind: str
    """The type of what the policy is attached to: `AWS::IAM::Role` and its like."""
    holder: Value
    """Who holds the policy: a name, or a reference to a resource."""
    policy: Value
    """The ARN of a managed policy, or a reference to a policy that is a resource, managed or inline."""
    is_certain: bool
    """Whether that is so whatever conditions say."""


@dataclass(frozen=True)
class TemplateHolder:
    """A role, user or group, or a managed policy that the template attaches to nobody."""

    resource: Resource
    """The role, user, group or policy."""
    documents: tuple[Document, ...]
    """Its inline policies, and the managed ones that are in the template."""
    aws: tuple[Value, ...] = ()
    """The ARNs of AWS's managed policies."""


@_of_last
def holders(template: Template) -> tuple[TemplateHolder, ...]:
    """Return all users, groups and roles that have policies, with these policies."""
    documents = _by_owner(template)
    owners = _owners(template)
    held = {owner for of_holder in owners.values() for owner in of_holder}
    listed = [
        TemplateHolder(
            resource,
            tuple(doc for owner in owners[resource.logical_id] for doc in documents.get(owner, ())),
            aws(resource),
        )
        for resource in template.of_type(*HOLDERS)
    ]
    loose = (resource for resource in template.of_type(POLICY) if resource.logical_id in documents.keys() - held)
    listed += (TemplateHolder(policy, tuple(documents[policy.logical_id])) for policy in loose)
    return tuple(listed)


def aws(holder: Resource) -> tuple[Value, ...]:
    """Return the managed policies of AWS that a resource names."""
    return tuple(value for value in holder.values("ManagedPolicyArns") if ":iam::aws:policy/" in value.shape)


def is_declared(document: Document, template: Template, declared: frozenset[str]) -> bool:
    """Return whether a policy, or everybody who holds it, is among those that are declared to."""
    owner = document.owner
    holding = {holder for holder, owners in _owners(template).items() if owner in owners}
    return owner in declared or (bool(holding) and holding <= declared)


@_of_last
def members(template: Template) -> tuple[Membership, ...]:
    """Return everybody whom the template puts into a group, by a user's Groups or by a UserToGroupAddition."""
    return tuple(_members(template))


def _members(template: Template) -> Iterator[Membership]:
    for resource in template.of_type(USER):
        for group in resource.values("Groups"):
            yield Membership(_reference(resource), group, group.is_certain)
    for addition in template.of_type(MEMBERSHIP):
        for group in addition.values("GroupName"):
            for user in addition.values("Users"):
                is_certain = addition.is_certain and group.is_certain and user.is_certain
                yield Membership(user, group, is_certain)


@_of_last
def memberships(template: Template) -> dict[str, tuple[Value, ...]]:
    """Return the groups of each user who is a resource of the template, by the user's logical id."""
    groups_by_user: dict[str, list[Value]] = {user.logical_id: [] for user in template.of_type(USER)}
    for membership in members(template):
        user = template.referred(membership.user, USER)
        if user:
            groups_by_user[user.logical_id].append(membership.group)
    return {user: tuple(groups) for user, groups in groups_by_user.items()}


def groups(template: Template) -> dict[str, set[str]]:
    """Return the logical ids of the groups of the template that each user is in."""
    pairs = memberships(template).items()
    known = {user: (template.referred(value, GROUP) for value in named) for user, named in pairs}
    return {user: {group.logical_id for group in named_groups if group} for user, named_groups in known.items()}


@_of_last
def attachments(template: Template) -> tuple[Attachment, ...]:
    """Return every attachment of a policy, whether the template has the policy and its holder or only names them.

    The inline policies that a holder has among its own properties are not among them.
    """
    return tuple(_attachments(template))


def _attachments(template: Template) -> Iterator[Attachment]:
    for holder in template.of_type(*HOLDERS):
        for policy in holder.values("ManagedPolicyArns"):
            yield Attachment(holder.type, _reference(holder), policy, policy.is_certain)
    for resource in template.of_type(*POLICIES):
        for kind, listed in HOLDERS.items():
            for name in (*resource.values(listed), *resource.values(NAMES[kind])):
                yield Attachment(kind, name, _reference(resource), resource.is_certain and name.is_certain)


@_of_last
def attached(template: Template) -> tuple[tuple[Resource, Resource], ...]:
    """Return each holder with each policy that is a resource of the template and attached to it."""
    pairs = (
        (template.referred(attachment.holder, attachment.kind), template.referred(attachment.policy, *POLICIES))
        for attachment in attachments(template)
    )
    return tuple((holder, policy) for holder, policy in pairs if holder and policy)


def _reference(resource: Resource) -> Value:
    return Value(hole(resource.logical_id), resource.path)


@_of_last
def _owners(template: Template) -> dict[str, dict[str, None]]:
    """Return, for each holder, in order, the resources that have its policies' documents: itself is one of them."""
    owners: dict[str, dict[str, None]] = {
        holder.logical_id: {holder.logical_id: None} for holder in template.of_type(*HOLDERS)
    }
    for holder, policy in attached(template):
        owners[holder.logical_id][policy.logical_id] = None
    return owners


def _by_owner(template: Template) -> dict[str, list[Document]]:
    documents: dict[str, list[Document]] = {}
    for document in template.documents:
        if document.kind in ("identity", "inline"):
            documents.setdefault(document.owner, []).append(document)
    return documents
