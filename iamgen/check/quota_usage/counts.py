"""Count attached policies, memberships, tags, and the resources of a template and of an account."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.quota_usage.usage import Measured, Usage, label, plural
from iamgen.check.rule_context import Facts
from iamgen.iam.attachments import attached, memberships
from iamgen.iam.holes import function, text
from iamgen.iam.template import GROUP, HOLDERS, POLICY, ROLE, USER, Resource, Template
from iamgen.iam.values import Value, branches, items

_JOIN = "join policies, or"
_IN_ACCOUNT = {
    ROLE: ("role", quotas.ROLES, quotas.ROLES_RAISED),
    GROUP: ("group", quotas.GROUPS, quotas.GROUPS_RAISED),
    POLICY: ("customer policy", quotas.POLICIES, quotas.POLICIES_RAISED),
    USER: ("user", quotas.USERS, quotas.USERS),
    "AWS::IAM::OIDCProvider": ("OIDC provider", quotas.OIDC_PROVIDERS, quotas.OIDC_PROVIDERS_RAISED),
}


def attachments(measured: Measured) -> Iterator[Usage]:
    """Yield how many managed policies are attached to each role, user and group."""
    for holder in measured.template.of_type(*HOLDERS):
        used = _least_count(holder, measured.template)
        if used:
            limit, remedy = _attachable(holder, measured.facts)
            yield Usage(holder.logical_id, label(holder), used, limit, "managed policy", holder.path, remedy)


def groups_of_users(measured: Measured) -> Iterator[Usage]:
    """Yield how many groups each user is in."""
    template, remedy = measured.template, "join groups by what they are for"
    joined = memberships(template)
    for user in template.of_type(USER):
        used = len({group.text for group in joined[user.logical_id] if _is_certain(group, template)})
        if used:
            yield Usage(user.logical_id, label(user), used, quotas.GROUPS_OF_A_USER, "group", user.path, remedy)


def tags_of_users(measured: Measured) -> Iterator[Usage]:
    """Yield how many tags each user has."""
    for user in measured.template.of_type(USER):
        tags, path = user.under("Tags")
        used = sum("Fn::If" not in place for _, place in items(tags, path))
        if used:
            yield Usage(user.logical_id, label(user), used, quotas.TAGS, "tag", path, "leave some out")


def resources(measured: Measured) -> Iterator[Usage]:
    """Yield how many resources the template has."""
    used, remedy = len(measured.template.resources), "divide it into several stacks"
    yield Usage("template", "template", used, quotas.RESOURCES, "resource", ("Resources",), remedy)


def resources_of_account(measured: Measured) -> Iterator[Usage]:
    """Yield how many resources of each kind the account has, as far as they are known."""
    for kind, (unit, limit, raised) in _IN_ACCOUNT.items():
        used = sum(resource.is_certain for resource in measured.template.of_type(kind))
        used += measured.people if kind == USER else 0
        can_be_raised = raised > limit
        remedy = f"AWS raises it to {raised} at most, on request" if can_be_raised else "this quota cannot be raised"
        if used:
            yield Usage(plural(unit), "account", used, limit, unit, ("Resources",), remedy)


def _attachable(holder: Resource, facts: Facts) -> tuple[int, str]:
    """Return how many managed policies can be attached to a role, user or group, and what to do about more."""
    if holder.type == GROUP:
        return quotas.POLICIES_OF_A_GROUP, f"{_JOIN} divide the group; this quota cannot be raised"
    if holder.type == USER:
        most = quotas.POLICIES_OF_A_USER_RAISED
        ask = f"{_JOIN} ask AWS to raise the quota, to {most} at most, and ignore this rule"
        return quotas.POLICIES_OF_A_USER, ask
    limit, most = facts.managed_policies_quota, quotas.POLICIES_OF_A_ROLE_RAISED
    if limit >= most:
        return limit, f"{_JOIN} divide the role; this is the most that AWS raises the quota to"
    return limit, f"{_JOIN} ask AWS to raise the quota and set Settings(managed_policies_quota=…), {most} at most"


def _least_count(holder: Resource, template: Template) -> int:
    """Return how many policies it has at least, whatever conditions say. One that is attached twice counts once."""
    listed, _ = holder.under("ManagedPolicyArns")
    entries = listed if isinstance(listed, list) else [listed]
    plain = {text(entry) for entry in entries if entry is not None and function(entry) != "Fn::If"}
    chosen = sum(_least(entry) for entry in entries if function(entry) == "Fn::If")
    own = {f"⟨{policy.logical_id}⟩" for policy in _attached(holder, template) if policy.is_certain}
    return len((plain | own) - {"⟨AWS::NoValue⟩"}) + chosen


def _attached(holder: Resource, template: Template) -> Iterator[Resource]:
    """Yield the policies that list the holder. One that the holder lists itself is among its plain entries."""
    for resource, policy in attached(template):
        if resource is holder and policy.type == POLICY and any(map(policy.values, HOLDERS.values())):
            yield policy


def _least(chosen: object) -> int:
    values = (value for value, _ in branches(chosen, ()))
    return min((len(value) if isinstance(value, list) else int(value is not None) for value in values), default=0)


def _is_certain(group: Value, template: Template) -> bool:
    """Whether no condition decides about the membership."""
    conditional = {resource.logical_id for resource in template.resources if not resource.is_certain}
    return "Fn::If" not in group.path and group.path[1] not in conditional
