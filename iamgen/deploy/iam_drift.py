"""What is in AWS beside a stack: what its groups, roles and users have that CloudFormation does not look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Literal

from iamgen.deploy.authorization_details import KINDS, Everybody, Held
from iamgen.deploy.stack import Resource
from iamgen.diff.change import Change, Detail
from iamgen.diff.difference import statement_differences

Template = Mapping[str, Any]
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


def expected(
    template: Template,
    resources: Iterable[Resource],
    declared: Mapping[str, frozenset[str]],
    stack_tags: Mapping[str, str],
) -> dict[str, Held]:
    """Return what each group, role and user of the stack should have, by logical id.

    `declared` has the members of groups that people are put into by hand; `stack_tags` are the stack's own, which
    CloudFormation gives to each of them. Of a boundary counts only whether there is any, and of tags their keys: the
    values that a template sets are compared by CloudFormation.
    """
    made = {one.logical_id: one.physical_id for one in resources}
    body = template.get("Resources") or {}
    return {
        logical_id: Held(
            {policy["PolicyName"]: policy["PolicyDocument"] for policy in _properties(one).get("Policies", ())},
            frozenset(_attached(logical_id, body, made)),
            frozenset(_members(logical_id, body, made)) | declared.get(logical_id, frozenset()),
            boundary=str(_properties(one).get("PermissionsBoundary", "")),
            tags={**stack_tags, **{str(tag["Key"]): "" for tag in _properties(one).get("Tags", ())}},
        )
        for logical_id, one in body.items()
        if one.get("Type") in KINDS and logical_id in made
    }


def _attached(logical_id: str, body: Template, made: Mapping[str, str]) -> Iterator[str]:
    """Yield the policies that the resource names, and those that name it."""
    yield from (_physical(one, made) for one in _properties(body[logical_id]).get("ManagedPolicyArns", ()))
    for other, one in body.items():
        if one.get("Type") == "AWS::IAM::ManagedPolicy" and other in made:
            holders = [holder for key in ("Groups", "Roles", "Users") for holder in _properties(one).get(key, ())]
            if made[logical_id] in {_physical(holder, made) for holder in holders}:
                yield made[other]


def _members(group: str, body: Template, made: Mapping[str, str]) -> Iterator[str]:
    for one in body.values():
        properties = _properties(one)
        if one.get("Type") == "AWS::IAM::User":
            if made[group] in {_physical(name, made) for name in properties.get("Groups", ())}:
                yield str(properties["UserName"])
        elif _is_addition_to(made[group], one, made):
            yield from (_physical(name, made) for name in properties["Users"])


def _is_addition_to(group: str, resource: Template, made: Mapping[str, str]) -> bool:
    kind, properties = resource.get("Type"), _properties(resource)
    return kind == "AWS::IAM::UserToGroupAddition" and _physical(properties["GroupName"], made) == group


def _physical(value: object, made: Mapping[str, str]) -> str:
    if isinstance(value, Mapping) and value.keys() == {"Ref"}:
        return made.get(value["Ref"], str(value["Ref"]))
    return str(value)


def _properties(resource: Template) -> Mapping[str, Any]:
    return resource.get("Properties") or {}


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


def trust(template: Template, logical_id: str, resources: Iterable[Resource], has: Everybody) -> Mapping[str, Any]:
    """Return the trust policy that the template gives a role, with the ARNs of what it refers to."""
    made = {one.logical_id: one for one in resources}
    arns = {name: has.get((one.type, one.physical_id), Held()).arn or one.physical_id for name, one in made.items()}
    document = _properties(template["Resources"][logical_id])["AssumeRolePolicyDocument"]
    return _resolved(document, arns)  # type: ignore[no-any-return]  # a document stays one


def _resolved(value: Any, arns: Mapping[str, str]) -> Any:  # noqa: ANN401  # JSON of any shape
    match value:
        case {"Fn::GetAtt": [str(name), "Arn"], **others} if not others:
            return arns[name]
        case {"Ref": str(name), **others} if not others:
            return arns[name]
        case dict():
            return {key: _resolved(one, arns) for key, one in value.items()}
        case list():
            return [_resolved(one, arns) for one in value]
    return value


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
