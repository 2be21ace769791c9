"""Turn permission sets of IAM Identity Center into the roles that they become in accounts, so that rules read them."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.iam.syntax import Path
from iamgen.iam.template import ROLE, Resource, Template

PERMISSION_SET = "AWS::SSO::PermissionSet"
_PROPERTIES = {"ManagedPolicyArns": "ManagedPolicies", "Policies": "InlinePolicy"}
RULES = frozenset(
    (
        "escalation-by-target",
        "full-power",
        "malformed-policy",
        "missing-version",
        "pass-any-role",
        "undeclared-escalation",
        "unknown-action",
        "unknown-condition-key",
        "unknown-managed-policy",
        "variables-without-version",
        "wildcard-in-string-equals",
    )
)
"""The names of the rules that are about what a role may do, and not about who may assume it."""


def as_roles(template: Template) -> Template | None:
    """Return a template of the roles that its permission sets become; None where it has no permission set."""
    roles = dict(_roles(template))
    return Template.of({"Resources": roles}, 0) if roles else None


def _roles(template: Template) -> Iterator[tuple[str, dict[str, object]]]:
    for resource in template.of_type(PERMISSION_SET):
        yield resource.logical_id, {"Type": ROLE, "Properties": _role(resource)}


def _role(resource: Resource) -> dict[str, object]:
    properties: dict[str, object] = {"ManagedPolicyArns": resource.properties.get("ManagedPolicies", [])}
    inline = resource.properties.get("InlinePolicy")
    if inline is not None:
        properties["Policies"] = [{"PolicyName": "InlinePolicy", "PolicyDocument": inline}]
    return properties


def written(path: Path) -> Path:
    """Return where something is in the permission set, for a path in its role."""
    _, logical_id, *rest = path
    if not rest[1:]:
        return path
    start = ("Resources", logical_id, "Properties", _PROPERTIES.get(str(rest[1]), rest[1]))
    is_inline = rest[1] == "Policies" and rest[3:4] == ["PolicyDocument"]
    return (*start, *(rest[4:] if is_inline else rest[2:]))
