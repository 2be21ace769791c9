"""Which policies of a template are attached to whom, by each of the ways to say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from iamgen.check.facts import Facts
from iamgen.check.template import GROUP, HOLDERS, INLINE, NAMES, POLICY, ROLE, USER, Document, Resource, Template
from iamgen.check.values import Value
from iamgen.declaration import quotas

# Rules run over one template after the other, and several ask for the same.
_of_last = lru_cache(maxsize=1)


@dataclass(frozen=True)
class Holder:
    """A role, user or group, or a managed policy that the template attaches to nobody."""

    resource: Resource
    documents: tuple[Document, ...]
    """Its inline policies, and the managed ones that are in the template."""
    aws: tuple[Value, ...] = ()
    """The ARNs of AWS's managed policies."""


@_of_last
def holders(template: Template) -> tuple[Holder, ...]:
    """Return whoever holds policies, with them."""
    documents = _by_owner(template)
    owners = _owners(template)
    held = {owner for of_holder in owners.values() for owner in of_holder}
    found = [
        Holder(one, tuple(doc for owner in owners[one.logical_id] for doc in documents.get(owner, ())), aws(one))
        for one in template.of_type(*HOLDERS)
    ]
    loose = (one for one in template.of_type(POLICY) if one.logical_id in documents.keys() - held)
    found += (Holder(one, tuple(documents[one.logical_id])) for one in loose)
    return tuple(found)


def attachable(holder: Resource, facts: Facts) -> int:
    """Return how many managed policies can be attached to a role, user or group."""
    if holder.type == ROLE:
        return facts.managed_policies_quota
    return quotas.POLICIES_OF_A_GROUP if holder.type == GROUP else quotas.POLICIES_OF_A_USER


def aws(holder: Resource) -> tuple[Value, ...]:
    """Return the managed policies of AWS that a resource names."""
    return tuple(value for value in holder.values("ManagedPolicyArns") if ":iam::aws:policy/" in value.shape)


def is_declared(document: Document, template: Template, declared: frozenset[str]) -> bool:
    """Return whether a policy, or everybody who holds it, is among those that are declared to."""
    owner = document.owner
    holding = {holder for holder, owners in _owners(template).items() if owner in owners}
    return owner in declared or (bool(holding) and holding <= declared)


@_of_last
def memberships(template: Template) -> dict[str, tuple[Value, ...]]:
    """Return the groups of each user, by the user's logical id."""
    found = {user.logical_id: list(user.values("Groups")) for user in template.of_type(USER)}
    for addition in template.of_type("AWS::IAM::UserToGroupAddition"):
        users = (template.referred(value, USER) for value in addition.values("Users"))
        for user in filter(None, users):
            found[user.logical_id] += addition.values("GroupName")
    return {user: tuple(groups) for user, groups in found.items()}


def groups(template: Template) -> dict[str, set[str]]:
    """Return the logical ids of the groups of the template that each user is in."""
    found = memberships(template).items()
    known = {user: (template.referred(value, GROUP) for value in named) for user, named in found}
    return {user: {group.logical_id for group in some if group} for user, some in known.items()}


@_of_last
def attached(template: Template) -> tuple[tuple[Resource, Resource], ...]:
    """Return each holder with each policy that is a resource of the template and attached to it."""
    return tuple(_attached(template))


def _attached(template: Template) -> Iterator[tuple[Resource, Resource]]:
    for one in template.of_type(*HOLDERS):
        policies = (template.referred(value, POLICY) for value in one.values("ManagedPolicyArns"))
        yield from ((one, policy) for policy in policies if policy)
    for policy in template.of_type(POLICY, *INLINE):
        for kind, listed in HOLDERS.items():
            named = (*policy.values(listed), *policy.values(NAMES[kind]))
            found = (template.referred(value, kind) for value in named)
            yield from ((holder, policy) for holder in found if holder)


@_of_last
def _owners(template: Template) -> dict[str, dict[str, None]]:
    """Return, for each holder, in order, the resources that have its policies' documents: itself is one of them."""
    owners: dict[str, dict[str, None]] = {one.logical_id: {one.logical_id: None} for one in template.of_type(*HOLDERS)}
    for holder, policy in attached(template):
        owners[holder.logical_id][policy.logical_id] = None
    return owners


def _by_owner(template: Template) -> dict[str, list[Document]]:
    documents: dict[str, list[Document]] = {}
    for document in template.documents:
        if document.kind in ("identity", "inline"):
            documents.setdefault(document.owner, []).append(document)
    return documents
