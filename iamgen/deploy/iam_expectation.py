"""What the groups, roles and users of a deployed stack should have in IAM, by the stack's template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from iamgen.aws.iam_types import GROUP, IAM_TYPES, INLINE, POLICY, USER
from iamgen.deploy.authorization_details import KINDS, Everybody, PrincipalState
from iamgen.deploy.holders import as_list
from iamgen.deploy.stack import StackResource
from iamgen.iam.attachments import POLICIES, attachments, members
from iamgen.iam.holes import text
from iamgen.iam.named_resources import Actual, NamedResource, NamedResources
from iamgen.iam.place import NOWHERE, Place
from iamgen.iam.template import Template

ExpectationKey = tuple[str, str]
"""The type and the name of a user, group or role."""


def environment_of(stack_id: str) -> Place:
    """Return where a stack is, by its id: `arn:aws:cloudformation:eu-west-1:111111111111:stack/infra/…`."""
    match stack_id.split(":", 5):
        case ["arn", partition, "cloudformation", region, account, name]:
            return Place(account, partition, region, name.split("/")[1])
    return NOWHERE


def as_deployed(
    template: Mapping[str, Any], resources: Iterable[StackResource], has: Everybody, place: Place = NOWHERE
) -> NamedResources:
    """Return the resources of a template under the names that they have in AWS."""
    actual = Actual((resource.logical_id, _name_and_arn(resource, has)) for resource in resources)
    return NamedResources.of(Template.of(template, 0, place), actual)


def _name_and_arn(resource: StackResource, has: Everybody) -> tuple[str, str]:
    iam_type = IAM_TYPES.get(resource.type)
    if iam_type and iam_type.ref_is_arn:
        return resource.physical_id.rpartition("/")[2], resource.physical_id
    arn = has.get((resource.type, resource.physical_id), PrincipalState()).arn
    return resource.physical_id, arn or resource.physical_id


def expected(
    named: NamedResources, has: Everybody, declared: Mapping[str, frozenset[str]], stack_tags: Mapping[str, str]
) -> dict[str, PrincipalState]:
    """Return what each group, role and user of the stack should have, by logical id.

    `declared` has the members of groups that people are put into by hand; `stack_tags` are the stack's own, which
    CloudFormation gives to each of them. Of a boundary counts only whether there is any, and of tags their keys: the
    values that a template sets are compared by CloudFormation. What a condition decides may be as it is.
    """
    attached, inline, in_group = _attached(named, has), _inline(named), _members(named, has)
    return {
        resource.logical_id: PrincipalState(
            {**_own_inline(named, resource), **inline.get((resource.type, resource.name), {})},
            frozenset(attached.get((resource.type, resource.name), ())),
            frozenset(in_group.get(resource.name, ())) | declared.get(resource.logical_id, frozenset()),
            boundary=text(resource.properties.get("PermissionsBoundary", "")),
            tags={**stack_tags, **{tag.key: "" for tag in resource.tags}},
        )
        for resource in named.of_type(*KINDS)
    }


def named_holders(named: NamedResources, policy: str) -> set[ExpectationKey]:
    """Return whom the template gives the policy of that logical id."""
    result = set()
    for attachment in attachments(named.template):
        own = named.find(attachment.policy, POLICY)
        if own and own.logical_id == policy:
            holder = named.find(attachment.holder, attachment.kind)
            result.add((attachment.kind, holder.name if holder else named.text(attachment.holder.text)))
    return result


def trust(named: NamedResources, logical_id: str) -> Mapping[str, Any]:
    """Return the trust policy that the template gives a role, with the ARNs of what it refers to."""
    (role,) = (resource for resource in named.resources if resource.logical_id == logical_id)
    return named.document(role.properties["AssumeRolePolicyDocument"])  # type: ignore[return-value]  # it is a document


def _attached(named: NamedResources, has: Everybody) -> dict[ExpectationKey, set[str]]:
    """Return the ARNs of the managed policies of each user, group and role of the template."""
    attached: dict[ExpectationKey, set[str]] = {}
    for attachment in attachments(named.template):
        holder, policy = named.find(attachment.holder, attachment.kind), named.find(attachment.policy, *POLICIES)
        if holder is None or (policy and policy.type in INLINE):
            continue
        arn = policy.arn if policy else named.text(attachment.policy.text)
        if attachment.is_certain or arn in has.get((holder.type, holder.name), PrincipalState()).attached:
            attached.setdefault((holder.type, holder.name), set()).add(arn)
    return attached


def _inline(named: NamedResources) -> dict[ExpectationKey, dict[str, Mapping[str, Any]]]:
    """Return the inline policies that are resources of their own, by their holders."""
    inline: dict[ExpectationKey, dict[str, Mapping[str, Any]]] = {}
    for attachment in attachments(named.template):
        holder, policy = named.find(attachment.holder, attachment.kind), named.find(attachment.policy, *INLINE)
        if holder and policy:
            inline.setdefault((holder.type, holder.name), {}).update(_documents(named, policy.properties))
    return inline


def _own_inline(named: NamedResources, holder: NamedResource) -> dict[str, Mapping[str, Any]]:
    blocks = (block for block in as_list(holder.properties.get("Policies")) if isinstance(block, Mapping))
    return dict(entry for block in blocks for entry in _documents(named, block))


def _documents(named: NamedResources, block: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    document = named.document(block.get("PolicyDocument"))
    yield text(block.get("PolicyName", "")), document if isinstance(document, Mapping) else {}


def _members(named: NamedResources, has: Everybody) -> dict[str, set[str]]:
    """Return the names of the users whom the template puts into each group of its own, by the group's name."""
    result: dict[str, set[str]] = {}
    for membership in members(named.template):
        group, user = named.find(membership.group, GROUP), named.find(membership.user, USER)
        name = user.name if user else named.text(membership.user.text)
        if group and (membership.is_certain or name in has.get((GROUP, group.name), PrincipalState()).members):
            result.setdefault(group.name, set()).add(name)
    return result
