"""Which policies a template attaches to whom, and who is in which group: each of the ways to say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar

from iamgen.access.documents import Statement, parse
from iamgen.access.entities import Policy
from iamgen.access.errors import AccessError, located, undecided
from iamgen.access.partial_reading import parse_partly, unread_policy
from iamgen.access.resources import Resource

Documents = Mapping[str, Mapping[str, object]]
NO_DOCUMENTS: Documents = MappingProxyType({})

USER, GROUP, ROLE, POLICY = (f"AWS::IAM::{kind}" for kind in ("User", "Group", "Role", "ManagedPolicy"))

Holder = tuple[str, str]
"""Type and name, the name in lower case: IAM compares names without case."""

_LISTS = {"Users": USER, "Groups": GROUP, "Roles": ROLE}
_INLINE = {
    "AWS::IAM::UserPolicy": (USER, "UserName"),
    "AWS::IAM::GroupPolicy": (GROUP, "GroupName"),
    "AWS::IAM::RolePolicy": (ROLE, "RoleName"),
}
_T = TypeVar("_T")


@dataclass(frozen=True)
class Policies:
    """Every managed policy that can be attached: `own` by ARN, the documents of AWS's by name."""

    own: Mapping[str, Policy]
    aws: Documents
    tolerant: bool = False
    """Whether a policy that cannot be read, or whose document is not known, may mean anything instead of being
    an error."""
    parsed: dict[str, Policy] = field(default_factory=dict, compare=False, repr=False)
    """Those of AWS that were asked for: each is parsed once, however often it is attached."""

    @classmethod
    def of(cls, resources: Iterable[Resource], aws: Documents, *, tolerant: bool = False) -> Policies:
        """Return those of a template's resources and of AWS. Raises AccessError for a malformed document."""
        known = cls({}, aws, tolerant)
        own: dict[str, Policy] = {}
        for one in resources:
            if one.type == POLICY:
                with located(one.logical_id):
                    own[one.arn] = known.identity(one.name, one.properties.get("PolicyDocument"))
        return cls(own, aws, tolerant)

    def at(self, arn: str) -> Policy:
        """Return the policy of that ARN. Raises AccessError when its document is not known."""
        if arn in self.own:
            return self.own[arn]
        if arn not in self.parsed:
            self.parsed[arn] = self._elsewhere(arn)
        return self.parsed[arn]

    def identity(self, name: str, document: object) -> Policy:
        """Return a policy that can be attached. Raises AccessError when it is malformed."""
        return Policy(name, parse_partly(document, name)) if self.tolerant else identity_policy(name, document)

    def trust(self, name: str, document: object) -> tuple[Statement, ...]:
        """Return the statements of a role's trust policy. Raises AccessError when it is malformed."""
        if self.tolerant:
            return parse_partly(document, f"trust policy of {name}", trust=True)
        return trust_policy(name, document)

    def _elsewhere(self, arn: str) -> Policy:
        name = arn.rpartition("/")[2]
        try:
            return self.identity(name, self._document_elsewhere(arn, name))
        except AccessError as error:
            if not self.tolerant:
                raise
            return Policy(name, unread_policy(error.faults[0], name))

    def _document_elsewhere(self, arn: str, name: str) -> object:
        if ":iam::aws:policy/" not in arn:
            raise undecided(arn, "is a policy that this template does not have, so its document is not known")
        if name not in self.aws:
            raise undecided(arn, "is an AWS managed policy whose document is not known", f"pass {name} in managed")
        return self.aws[name]


@dataclass(frozen=True)
class Attachments:
    """What is attached to whom. A policy that is attached twice counts once."""

    policies: Mapping[Holder, tuple[Policy, ...]]
    memberships: Mapping[Holder, tuple[str, ...]]

    @classmethod
    def of(cls, resources: tuple[Resource, ...], known: Policies) -> Attachments:
        """Return the attachments of a template. Raises AccessError for a policy that is not known."""
        return cls(_collected(_attached(resources, known)), _collected(_joined(resources)))

    def to(self, kind: str, name: str) -> tuple[Policy, ...]:
        """Return the policies of a user, group or role."""
        return self.policies.get((kind, name.lower()), ())

    def groups_of(self, user: str) -> tuple[str, ...]:
        """Return the names of the groups a user is added to, other than by the user's own Groups."""
        return self.memberships.get((USER, user.lower()), ())

    def check(self, holders: Iterable[Holder]) -> None:
        """Raise AccessError when two holders share a name, or something is attached to none of them."""
        known: set[Holder] = set()
        for kind, name in holders:
            if (kind, name.lower()) in known:
                raise undecided(name, f"is the name of two of type {kind}: IAM compares names without case")
            known.add((kind, name.lower()))
        for kind, name in (*self.policies, *self.memberships):
            if (kind, name) not in known:
                raise undecided(name, f"is named in the template, and no such {kind} is known",
                                "describe people who are not in the template as Person")  # fmt: skip


def identity_policy(name: str, document: object) -> Policy:
    """Return a policy that can be attached. Raises AccessError when it is malformed or names principals."""
    statements = _document(name, document)
    if any(one.principals or one.not_principals for one in statements):
        raise undecided(name, "has a Principal, which only a trust policy may have")
    return Policy(name, statements)


def trust_policy(name: str, document: object) -> tuple[Statement, ...]:
    """Return the statements of a role's trust policy. Raises AccessError when it is malformed or not one."""
    statements = _document(f"trust policy of {name}", document)
    for one in statements:
        if not one.principals and not one.not_principals:
            raise undecided(name, "has a trust policy without a Principal")
        if one.resources or one.not_resources:
            raise undecided(name, "has a trust policy with a Resource, which IAM refuses")
    return statements


def _document(name: str, document: object) -> tuple[Statement, ...]:
    if not isinstance(document, Mapping):
        raise undecided(name, "has no policy document")
    return parse(document, name)


def _attached(resources: Iterable[Resource], known: Policies) -> Iterator[tuple[Holder, Policy]]:
    for one in resources:
        with located(one.logical_id):
            if one.type == POLICY:
                for element, kind in _LISTS.items():
                    yield from (((kind, name.lower()), known.own[one.arn]) for name in one.texts(element))
            elif one.type in _INLINE:
                kind, element = _INLINE[one.type]
                yield (kind, one.text(element).lower()), _inline(one.properties, known)
            elif one.type in _LISTS.values():
                holder = (one.type, one.name.lower())
                yield from ((holder, _inline(block, known)) for block in one.blocks("Policies"))
                yield from ((holder, known.at(arn)) for arn in one.texts("ManagedPolicyArns"))


def _joined(resources: Iterable[Resource]) -> Iterator[tuple[Holder, str]]:
    for one in resources:
        if one.type == "AWS::IAM::UserToGroupAddition":
            with located(one.logical_id):
                group = one.text("GroupName")
                yield from (((USER, name.lower()), group) for name in one.texts("Users"))


def _inline(block: Mapping[str, object], known: Policies) -> Policy:
    return known.identity(str(block.get("PolicyName", "inline policy")), block.get("PolicyDocument"))


def _collected(pairs: Iterable[tuple[Holder, _T]]) -> dict[Holder, tuple[_T, ...]]:
    collected: dict[Holder, dict[_T, None]] = {}
    for holder, one in pairs:
        collected.setdefault(holder, {})[one] = None
    return {holder: tuple(ones) for holder, ones in collected.items()}
