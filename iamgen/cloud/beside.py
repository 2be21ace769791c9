"""What is in AWS beside a stack: what its groups, roles and users have that CloudFormation does not look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from iamgen.cloud.clients import Client
from iamgen.cloud.stack import Resource
from iamgen.plan.change import Change, Detail
from iamgen.plan.difference import statement_differences

Template = Mapping[str, Any]
Kind = Literal["inline", "attached", "member", "trust"]
_KINDS = {"AWS::IAM::Group": "Group", "AWS::IAM::Role": "Role", "AWS::IAM::User": "User"}
# The unique id that a deleted user (AIDA) or role (AROA) leaves in a trust: the IAM User Guide, identifiers.
_GONE = re.compile(r"A(?:IDA|ROA)[A-Z0-9]{12,}")


@dataclass(frozen=True)
class Held:
    """What a group, role or user has; `members` of a group, `trust` of a role. `arn` is empty where it is not known."""

    inline: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    attached: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    trust: Mapping[str, Any] = field(default_factory=dict)
    arn: str = ""


@dataclass(frozen=True)
class Beside:
    """One thing that is there and should not be (`+`), or the other way round (`-`); `value` names it."""

    resource: Resource
    kind: Kind
    sign: Literal["+", "-"]
    value: str
    document: Mapping[str, Any] | None = None

    def is_in(self, group: str) -> bool:
        """Whether it is about who is in the group, named by its logical id."""
        return self.kind == "member" and self.resource.logical_id == group

    @property
    def detail(self) -> Detail:
        """Return it as a person reads it, below its resource."""
        if self.kind == "inline":
            return Detail(self.sign, "Policies", self.value, statement_differences(None, self.document))
        if self.kind == "trust":
            return Detail("+", "AssumeRolePolicyDocument", f"{self.value}, whose user or role was deleted")
        where = "ManagedPolicyArns" if self.kind == "attached" else "members"
        return Detail(self.sign, where, self.value)


def held(iam: Client) -> dict[tuple[str, str], Held]:
    """Return what each group, role and user of the account has, by type and name: one request, in pages."""
    found: dict[tuple[str, str], Held] = {}
    members: dict[str, set[str]] = {}
    pages = iam.get_paginator("get_account_authorization_details").paginate(Filter=list(_KINDS.values()))
    for page in pages:
        for kind, short in _KINDS.items():
            for one in page.get(f"{short}DetailList", ()):
                found[kind, one[f"{short}Name"]] = _held(short, one)
                for group in one.get("GroupList", ()):
                    members.setdefault(group, set()).add(one["UserName"])
    for (kind, name), one in found.items():
        if kind == "AWS::IAM::Group":
            found[kind, name] = replace(one, members=frozenset(members.get(name, ())))
    return found


def _held(short: str, one: Mapping[str, Any]) -> Held:
    inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in one.get(f"{short}PolicyList", ())}
    attached = frozenset(policy["PolicyArn"] for policy in one.get("AttachedManagedPolicies", ()))
    return Held(inline, attached, trust=one.get("AssumeRolePolicyDocument", {}), arn=one["Arn"])


def expected(
    template: Template, resources: Iterable[Resource], declared: Mapping[str, frozenset[str]]
) -> dict[str, Held]:
    """Return what each group, role and user of the stack should have, by logical id.

    `declared` has the members of groups that people are put into by hand.
    """
    made = {one.logical_id: one.physical_id for one in resources}
    body = template.get("Resources") or {}
    return {
        logical_id: Held(
            {policy["PolicyName"]: policy["PolicyDocument"] for policy in _properties(one).get("Policies", ())},
            frozenset(_attached(logical_id, body, made)),
            frozenset(_members(logical_id, body, made)) | declared.get(logical_id, frozenset()),
        )
        for logical_id, one in body.items()
        if one.get("Type") in _KINDS and logical_id in made
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


def beside(
    resources: Iterable[Resource], should: Mapping[str, Held], has: Mapping[tuple[str, str], Held]
) -> Iterator[Beside]:
    """Yield what differs, resource by resource. What is gone as a whole is not told again: CloudFormation sees it."""
    for resource in resources:
        wanted, found = should.get(resource.logical_id), has.get((resource.type, resource.physical_id))
        if wanted is None or found is None:
            continue
        for name in sorted(found.inline.keys() - wanted.inline.keys()):
            yield Beside(resource, "inline", "+", name, found.inline[name])
        yield from (Beside(resource, "attached", "+", arn) for arn in sorted(found.attached - wanted.attached))
        yield from (Beside(resource, "member", "+", name) for name in sorted(found.members - wanted.members))
        yield from (Beside(resource, "member", "-", name) for name in sorted(wanted.members - found.members))
        yield from (Beside(resource, "trust", "+", id_) for id_ in sorted(_gone(found.trust)))


def members(
    resources: Iterable[Resource], should: Mapping[str, Held], has: Mapping[tuple[str, str], Held]
) -> dict[str, frozenset[str]]:
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


def trust(
    template: Template, logical_id: str, resources: Iterable[Resource], has: Mapping[tuple[str, str], Held]
) -> Mapping[str, Any]:
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


def as_change(one: Beside) -> Change:
    """Return it as a change of its resource, from the template to AWS."""
    return Change("~", one.resource.logical_id, one.resource.type, replaced=False, details=(one.detail,))
