"""Read the users, groups and roles of a parsed template, with everything that is attached to them.

Strictly, whatever is in doubt is an AccessError. Tolerantly, a doubt becomes a policy whose statements are unknown:
an answer that depends on it is unknown, and no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from iamgen.access.alternative_entities import without_alternatives
from iamgen.access.documents import Statement
from iamgen.access.entities import (
    DEFAULT_SESSION,
    AttachedPolicy,
    HandMadeUser,
    IamGroup,
    IamRole,
    IamUser,
    InstanceProfile,
    Tags,
    named,
    session_seconds,
)
from iamgen.access.errors import located, undecided
from iamgen.access.partial_reading import unread_policy
from iamgen.access.policies import Policies, possible, unknown_policy
from iamgen.access.strict_reading import blocks
from iamgen.aws.iam_types import GROUP, INSTANCE_PROFILE, ROLE, USER
from iamgen.errors import Fault
from iamgen.iam.attachments import Attachment, Membership, attachments, members
from iamgen.iam.holes import HOLE, shown
from iamgen.iam.named_resources import NamedResource, NamedResources
from iamgen.iam.values import Value, values

_T = TypeVar("_T")
PolicyHolder = tuple[str, str]
"""Type and name, the name in lower case: IAM compares names without case."""


@dataclass(frozen=True)
class AccountReading:
    """The resources of a template, while they are turned into an account."""

    named: NamedResources
    """The resources."""
    policies: Policies
    """The policies that are attached to them."""
    people: tuple[HandMadeUser, ...]
    """The people who are in the account by hand."""

    def check(self) -> None:
        """Raise AccessError if two resources of a type have the same name, or if something is attached to an unknown
        holder."""
        holders: set[PolicyHolder] = set()
        resources = ((resource.type, resource.name) for resource in self.named.of_type(USER, GROUP, ROLE))
        for kind, name in (*resources, *((USER, person.name) for person in self.people)):
            if (kind, name.lower()) in holders:
                raise undecided(name, f"is the name of two of type {kind}: IAM compares names without case")
            holders.add((kind, name.lower()))
        for _ in (self._attached, self._memberships):  # reading them raises
            pass

    @cached_property
    def groups(self) -> tuple[IamGroup, ...]:
        """The groups of the template."""
        return without_alternatives(
            IamGroup(group.name, group.logical_id, group.arn, group.path, self._policies(group))
            for group in self.named.of_type(GROUP)
        )

    @cached_property
    def users(self) -> tuple[IamUser, ...]:
        """The users of the template, and the people who are there by hand."""
        return (*without_alternatives(map(self._user, self.named.of_type(USER))), *map(self._person, self.people))

    @cached_property
    def roles(self) -> tuple[IamRole, ...]:
        """The roles of the template."""
        return without_alternatives(map(self._role, self.named.of_type(ROLE)))

    @cached_property
    def instance_profiles(self) -> tuple[InstanceProfile, ...]:
        """The instance profiles of the template."""
        return tuple(map(self._instance_profile, self.named.of_type(INSTANCE_PROFILE)))

    def _user(self, resource: NamedResource) -> IamUser:
        with located(resource.logical_id):
            groups, doubtful = self._groups_of(resource.name, resource.logical_id)
            return IamUser(
                resource.name,
                resource.logical_id,
                resource.arn,
                resource.path,
                _distinct((*self._policies(resource), *doubtful)),
                groups=groups,
                boundary=self._boundary(resource),
                tags=self._tags(resource),
            )

    def _person(self, person: HandMadeUser) -> IamUser:
        with located(person.name):
            groups, doubtful = self._groups_of(person.name)
            by_hand = tuple(named(name, self.groups) for name in person.groups)
            return IamUser(
                person.name,
                person.name,
                self.named.template.place.arn(f"user{person.path}{person.name}"),
                person.path,
                _distinct((*self._attached.get((USER, person.name.lower()), ()), *doubtful)),
                groups=_distinct((*by_hand, *groups)),
                tags=person.tags,
            )

    def _role(self, resource: NamedResource) -> IamRole:
        with located(resource.logical_id):
            return IamRole(
                resource.name,
                resource.logical_id,
                resource.arn,
                resource.path,
                self._policies(resource),
                trust=self._trust(resource),
                boundary=self._boundary(resource),
                session_seconds=self._session_seconds(resource),
                tags=self._tags(resource),
            )

    def _instance_profile(self, resource: NamedResource) -> InstanceProfile:
        with located(resource.logical_id):
            names = values(resource.properties.get("Roles"), ())
            roles_or_none = [self.named.find(value, ROLE) for value in names]
            if not self.policies.tolerant and not all(roles_or_none):
                raise undecided("Roles", "names a role that the template does not have")
            roles = tuple(role.name for role in roles_or_none if role)
            return InstanceProfile(resource.name, resource.logical_id, resource.arn, roles)

    def _trust(self, role: NamedResource) -> tuple[Statement, ...]:
        name = shown(role.name)
        trust = self.policies.trust(name, role.properties.get("AssumeRolePolicyDocument"))
        doubts = (unread_policy(fault, name, trust=True) for fault in self._doubts(role))
        return (*trust, *(statement for several in doubts for statement in several))

    def _policies(self, resource: NamedResource) -> tuple[AttachedPolicy, ...]:
        """Return the policies of a user, group or role: inline ones, those attached, and what is in doubt."""
        with located(resource.logical_id):
            inline = (self._inline(resource, value) for value in self._blocks(resource, "Policies"))
            keys = ((resource.type, resource.name.lower()), (resource.type, _of_one(resource.logical_id)))
            attached = (policy for key in keys for policy in self._attached.get(key, ()))
            doubts = (unknown_policy(f"doubt about {resource.logical_id}", fault) for fault in self._doubts(resource))
            return _distinct((*inline, *attached, *doubts))

    def _inline(self, resource: NamedResource, block: object) -> AttachedPolicy:
        if isinstance(block, Mapping) and "PolicyDocument" in block:
            return self.policies.inline(block)
        if self.policies.tolerant:
            return unknown_policy("inline policy", Fault(resource.logical_id, "has an inline policy that is not known"))
        raise undecided("inline policy", "has no policy document")

    def _blocks(self, resource: NamedResource, element: str) -> tuple[object, ...]:
        if not self.policies.tolerant:
            return blocks(resource, element)
        written = resource.properties.get(element, [])
        return tuple(written) if isinstance(written, list) else (written,)

    def _boundary(self, resource: NamedResource) -> AttachedPolicy | None:
        boundary = resource.properties.get("PermissionsBoundary")
        if boundary is None:
            return None
        if isinstance(boundary, str):
            return self.policies.at(boundary)
        return unknown_policy("boundary", Fault(resource.logical_id, "has a permissions boundary that is not known"))

    def _tags(self, resource: NamedResource) -> Tags:
        return tuple((tag.key, tag.value) for tag in resource.tags if tag.has_known_key)

    def _session_seconds(self, role: NamedResource) -> str:
        seconds = role.single("MaxSessionDuration", str(DEFAULT_SESSION))
        if not self.policies.tolerant:
            session_seconds(seconds)  # raises AccessError
        return seconds

    def _doubts(self, resource: NamedResource) -> tuple[Fault, ...]:
        """Return what could not be read in the template and may change this resource."""
        template = self.named.template
        own = template.written(("Resources", resource.logical_id))[:2]
        places = {template.written(("Resources", item.logical_id))[:2] for item in self.named.resources}
        unread = [part for part in template.unread if part.path[:2] == own or part.path[:2] not in places]
        reasons = [part.reason for part in unread]
        if not all(tag.has_known_key for tag in resource.tags):
            reasons.append("has tags whose keys are not known before the deployment")
        return tuple(Fault(resource.logical_id, reason) for reason in reasons)

    @cached_property
    def _attached(self) -> Mapping[PolicyHolder, tuple[AttachedPolicy, ...]]:
        attached: dict[PolicyHolder, dict[AttachedPolicy, None]] = {}
        for attachment in attachments(self.named.template):
            with located(str(attachment.policy.path[1])):
                for holder, policy in self._attachments(attachment):
                    attached.setdefault(holder, {})[policy] = None
        return {holder: tuple(policies) for holder, policies in attached.items()}

    def _attachments(self, attachment: Attachment) -> Iterator[tuple[PolicyHolder, AttachedPolicy]]:
        policy, name = self.policies.at(attachment.policy), self._name(attachment.holder, attachment.kind)
        fault = Fault(policy.name, f"may be attached to {shown(name)}, which is not known before the deployment")
        if HOLE.search(name) and not self.named.find(attachment.holder, attachment.kind):
            for item in self._names(attachment.kind):
                yield (attachment.kind, item), possible(policy, fault)
            return
        if not self.policies.tolerant and name.lower() not in self._names(attachment.kind):
            raise undecided(name, f"is named in the template, and no such {attachment.kind} is known",
                            "describe people who are not in the template as Person")  # fmt: skip
        place = attachment.policy.path[1]
        holder = _of_one(place) if place in self._alternatives(attachment.kind, name) else name.lower()
        yield (attachment.kind, holder), policy if attachment.is_certain else possible(policy, fault)

    def _alternatives(self, kind: str, name: str) -> frozenset[object]:
        """Return the logical ids of users, groups or roles of one name, between which conditions choose; none where
        there are not several."""
        alike = frozenset(resource.logical_id for resource in self._resources.get((kind, name.lower()), ()))
        return alike if len(alike) > 1 else frozenset()

    @cached_property
    def _resources(self) -> Mapping[PolicyHolder, list[NamedResource]]:
        by_name: dict[PolicyHolder, list[NamedResource]] = {}
        for resource in self.named.of_type(USER, GROUP, ROLE):
            by_name.setdefault((resource.type, resource.name.lower()), []).append(resource)
        return by_name

    def _groups_of(self, user: str, logical_id: str = "") -> tuple[tuple[IamGroup, ...], tuple[AttachedPolicy, ...]]:
        """Return the groups of a user, and policies in place of groups of which the user may be a member."""
        groups: list[IamGroup] = []
        doubtful: list[AttachedPolicy] = []
        elsewhere = self._alternatives(USER, user) - {logical_id}
        written_here = (item for item in self._memberships.get(user.lower(), ()) if item.group.path[1] not in elsewhere)
        for membership in written_here:
            group = self.named.find(membership.group, GROUP)
            written = self.named.text(membership.group.text)
            name = shown(written)
            if group is None and not self.policies.tolerant:
                raise undecided(name, "is not a group of the account")
            is_elsewhere = group is None and not HOLE.search(written)
            why = "not among those that were read" if is_elsewhere else "not known before the deployment"
            fault = Fault(shown(user), f"may be in the group {name}, which is {why}")
            if group is None:
                doubtful.append(unknown_policy(name, fault))
            elif membership.is_certain:
                groups.append(named(group.name, self.groups))
            else:
                doubtful += [possible(policy, fault) for policy in named(group.name, self.groups).policies]
        return _distinct(groups), _distinct(doubtful)

    @cached_property
    def _memberships(self) -> Mapping[str, list[Membership]]:
        by_user: dict[str, list[Membership]] = {}
        for membership in members(self.named.template):
            name = self._name(membership.user, USER).lower()
            if name in self._names(USER):
                by_user.setdefault(name, []).append(membership)
            elif HOLE.search(name):
                for item in self._names(USER):
                    by_user.setdefault(item, []).append(membership._replace(is_certain=False))
            elif not self.policies.tolerant:
                raise undecided(name, f"is named in the template, and no such {USER} is known",
                                "describe people who are not in the template as Person")  # fmt: skip
        return by_user

    def _name(self, value: Value, kind: str) -> str:
        resource = self.named.find(value, kind)
        return resource.name if resource else self.named.text(value.text)

    def _names(self, kind: str) -> frozenset[str]:
        people = [person.name for person in self.people] if kind == USER else []
        return frozenset(name.lower() for name in (*(resource.name for resource in self.named.of_type(kind)), *people))


def _of_one(logical_id: object) -> str:
    """Return by what a policy is kept that is attached to one of several of the same name: no name has a slash."""
    return f"/{logical_id}"


def _distinct(several: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(several))
