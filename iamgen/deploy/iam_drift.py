"""Find what the groups, roles and users of a stack have in AWS besides what CloudFormation looks at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from iamgen.deploy.authorization_details import Everybody, PrincipalState
from iamgen.deploy.revocation import is_in_force
from iamgen.deploy.stack import StackResource
from iamgen.diff.change import Change, Detail
from iamgen.diff.difference import statement_differences

DifferenceKind = Literal["inline", "attached", "member", "trust", "boundary", "tag", "holder", "group"]
_LISTED = {"member", "holder"}  # of these, all of a resource are told in one line
# The unique id that a deleted user (AIDA) or role (AROA) leaves in a trust: the IAM User Guide, identifiers.
_GONE = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,}")


@dataclass(frozen=True)
class IamDifference:
    """Something that is in AWS and should not be, or that should be there and is not."""

    resource: StackResource
    """What has it: a resource of the stack, or a person, whose logical id is `user/NAME`."""
    kind: DifferenceKind
    """What it is: such as a policy of its own, a member of a group, or a tag."""
    sign: Literal["+", "-"]
    """`+` for what is there and should not be; `-` for what should be and is not."""
    value: str
    """Its name or ARN."""
    document: Mapping[str, Any] | None = None
    """The document of an inline policy."""
    holder: tuple[str, str] = ("", "")
    """The type and name of whoever holds a policy of the stack."""
    text: str = ""
    """The value of a tag."""

    def is_in(self, group: str) -> bool:
        """Whether it is about who is in the group, named by its logical id."""
        return self.kind == "member" and self.resource.logical_id == group

    @property
    def detail(self) -> Detail:
        """Return it as a person reads it, below its resource."""
        return _detail(self, self.value)


def _detail(iam_difference: IamDifference, value: str) -> Detail:
    if iam_difference.kind == "inline":
        return Detail(iam_difference.sign, "Policies", value, statement_differences(None, iam_difference.document))
    if iam_difference.kind == "trust":
        return Detail("+", "AssumeRolePolicyDocument", f"{value}, whose user or role was deleted")
    where = {
        "attached": "ManagedPolicyArns",
        "member": "members added by hand" if iam_difference.sign == "+" else "members missing",
        "holder": "attached outside the stack",
        "boundary": "PermissionsBoundary",
        "tag": f"Tags.{value}",
        "group": "Groups",
    }[iam_difference.kind]
    text = {"tag": iam_difference.text, "group": f"{value}, which is not of the stack"}.get(iam_difference.kind, value)
    return Detail(iam_difference.sign, where, text)


def beside(
    resources: Iterable[StackResource], should: Mapping[str, PrincipalState], has: Everybody
) -> Iterator[IamDifference]:
    """Yield what differs, resource by resource. What is gone as a whole is not told again: CloudFormation sees it."""
    for resource in resources:
        expected, held = should.get(resource.logical_id), has.get((resource.type, resource.physical_id))
        if expected is not None and held is not None:
            yield from _differing(resource, expected, held)


def _differing(resource: StackResource, expected: PrincipalState, held: PrincipalState) -> Iterator[IamDifference]:
    for name in sorted(held.inline.keys() - expected.inline.keys()):
        if not is_in_force(name, held.inline[name]):
            yield IamDifference(resource, "inline", "+", name, held.inline[name])
    yield from (IamDifference(resource, "attached", "+", arn) for arn in sorted(held.attached - expected.attached))
    yield from (IamDifference(resource, "member", "+", name) for name in sorted(held.members - expected.members))
    yield from (IamDifference(resource, "member", "-", name) for name in sorted(expected.members - held.members))
    yield from (IamDifference(resource, "trust", "+", id_) for id_ in sorted(_gone(held.trust)))
    if held.boundary and not expected.boundary:
        yield IamDifference(resource, "boundary", "+", held.boundary)
    for key in sorted(held.tags.keys() - expected.tags.keys()):
        if not key.startswith("aws:"):  # CloudFormation's own
            yield IamDifference(resource, "tag", "+", key, text=held.tags[key])


def members(
    resources: Iterable[StackResource], should: Mapping[str, PrincipalState], has: Everybody
) -> dict[str, frozenset[str]]:
    """Return who is in each group and belongs there, by the group's logical id."""
    return {
        resource.logical_id: should[resource.logical_id].members & has[resource.type, resource.physical_id].members
        for resource in resources
        if resource.logical_id in should and (resource.type, resource.physical_id) in has
    }


def _gone(trust: Mapping[str, Any]) -> set[str]:
    """Return the ids in a trust policy that are nobody's any more."""
    statements = trust.get("Statement", [])
    result = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal", {})
        named = principal.get("AWS", ()) if isinstance(principal, Mapping) else ()
        result |= {item for item in ([named] if isinstance(named, str) else named) if _GONE.fullmatch(item)}
    return result


def as_changes(several: Iterable[IamDifference], *, is_plan: bool = False) -> tuple[Change, ...]:
    """Return them as changes from the template to AWS, one for each resource, those in a list in one line.

    Drift says of members that they are missing, or were added by hand; a plan says with its sign what it does to them.
    """
    by_resource: dict[StackResource, list[IamDifference]] = {}
    for iam_difference in several:
        by_resource.setdefault(iam_difference.resource, []).append(iam_difference)
    return tuple(
        Change("~", resource.logical_id, resource.type, replaced=False, details=tuple(_details(items, is_plan)))
        for resource, items in by_resource.items()
    )


def _details(several: Iterable[IamDifference], is_plan: bool) -> Iterator[Detail]:
    for (kind, _), items in groupby(several, key=lambda difference: (difference.kind, difference.sign)):
        alike = list(items)
        if kind in _LISTED:
            listed = _detail(alike[0], ", ".join(item.value for item in alike))
            yield replace(listed, where="members") if is_plan and kind == "member" else listed
        else:
            yield from (element.detail for element in alike)
