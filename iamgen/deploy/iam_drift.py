"""What is in AWS beside a stack: what its groups, roles and users have that CloudFormation does not look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from iamgen.deploy.authorization_details import Everybody, Held
from iamgen.deploy.stack import Resource
from iamgen.diff.change import Change, Detail
from iamgen.diff.difference import statement_differences

Kind = Literal["inline", "attached", "member", "trust", "boundary", "tag", "holder", "group"]
_LISTED = {"member", "holder"}  # of these, all of a resource are told in one line
# The unique id that a deleted user (AIDA) or role (AROA) leaves in a trust: the IAM User Guide, identifiers.
_GONE = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,}")


@dataclass(frozen=True)
class IamDifference:
    """Something that is there and should not be (`+`), or the other way round (`-`).

    `resource` is what has it: a resource of the stack, or a person, whose logical id is `user/NAME`.
    `kind` is what it is: an inline policy, an attached one, a member of a group, a deleted principal that is trusted, a
    permissions boundary, a tag, a holder of a policy of the stack, a group outside the stack that a person is in.
    `value` names it.
    `document` is an inline policy's.
    `holder` is the type and name of whoever holds a policy of the stack.
    `text` is a tag's value.
    """

    resource: Resource
    kind: Kind
    sign: Literal["+", "-"]
    value: str
    document: Mapping[str, Any] | None = None
    holder: tuple[str, str] = ("", "")
    text: str = ""

    def is_in(self, group: str) -> bool:
        """Whether it is about who is in the group, named by its logical id."""
        return self.kind == "member" and self.resource.logical_id == group

    @property
    def detail(self) -> Detail:
        """Return it as a person reads it, below its resource."""
        return _detail(self, self.value)


def _detail(one: IamDifference, value: str) -> Detail:
    if one.kind == "inline":
        return Detail(one.sign, "Policies", value, statement_differences(None, one.document))
    if one.kind == "trust":
        return Detail("+", "AssumeRolePolicyDocument", f"{value}, whose user or role was deleted")
    where = {
        "attached": "ManagedPolicyArns",
        "member": "members added by hand" if one.sign == "+" else "members missing",
        "holder": "attached outside the stack",
        "boundary": "PermissionsBoundary",
        "tag": f"Tags.{value}",
        "group": "Groups",
    }[one.kind]
    text = {"tag": one.text, "group": f"{value}, which is not of the stack"}.get(one.kind, value)
    return Detail(one.sign, where, text)


def beside(resources: Iterable[Resource], should: Mapping[str, Held], has: Everybody) -> Iterator[IamDifference]:
    """Yield what differs, resource by resource. What is gone as a whole is not told again: CloudFormation sees it."""
    for resource in resources:
        wanted, found = should.get(resource.logical_id), has.get((resource.type, resource.physical_id))
        if wanted is not None and found is not None:
            yield from _differing(resource, wanted, found)


def _differing(resource: Resource, wanted: Held, found: Held) -> Iterator[IamDifference]:
    for name in sorted(found.inline.keys() - wanted.inline.keys()):
        yield IamDifference(resource, "inline", "+", name, found.inline[name])
    yield from (IamDifference(resource, "attached", "+", arn) for arn in sorted(found.attached - wanted.attached))
    yield from (IamDifference(resource, "member", "+", name) for name in sorted(found.members - wanted.members))
    yield from (IamDifference(resource, "member", "-", name) for name in sorted(wanted.members - found.members))
    yield from (IamDifference(resource, "trust", "+", id_) for id_ in sorted(_gone(found.trust)))
    if found.boundary and not wanted.boundary:
        yield IamDifference(resource, "boundary", "+", found.boundary)
    for key in sorted(found.tags.keys() - wanted.tags.keys()):
        if not key.startswith("aws:"):  # CloudFormation's own
            yield IamDifference(resource, "tag", "+", key, text=found.tags[key])


def members(resources: Iterable[Resource], should: Mapping[str, Held], has: Everybody) -> dict[str, frozenset[str]]:
    """Return who is in each group and belongs there, by the group's logical id."""
    return {
        one.logical_id: should[one.logical_id].members & has[one.type, one.physical_id].members
        for one in resources
        if one.logical_id in should and (one.type, one.physical_id) in has
    }


def _gone(trust: Mapping[str, Any]) -> set[str]:
    """Return the ids in a trust policy that are nobody's any more."""
    statements = trust.get("Statement", [])
    found = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal", {})
        named = principal.get("AWS", ()) if isinstance(principal, Mapping) else ()
        found |= {one for one in ([named] if isinstance(named, str) else named) if _GONE.fullmatch(one)}
    return found


def as_changes(several: Iterable[IamDifference], *, is_plan: bool = False) -> tuple[Change, ...]:
    """Return them as changes from the template to AWS, one for each resource, those in a list in one line.

    Drift says of members that they are missing, or were added by hand; a plan says with its sign what it does to them.
    """
    by_resource: dict[Resource, list[IamDifference]] = {}
    for one in several:
        by_resource.setdefault(one.resource, []).append(one)
    return tuple(
        Change("~", resource.logical_id, resource.type, replaced=False, details=tuple(_details(some, is_plan)))
        for resource, some in by_resource.items()
    )


def _details(several: Iterable[IamDifference], is_plan: bool) -> Iterator[Detail]:
    for (kind, _), some in groupby(several, key=lambda one: (one.kind, one.sign)):
        alike = list(some)
        if kind in _LISTED:
            listed = _detail(alike[0], ", ".join(one.value for one in alike))
            yield replace(listed, where="members") if is_plan and kind == "member" else listed
        else:
            yield from (one.detail for one in alike)
