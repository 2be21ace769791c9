"""Refuse a template if something in it that decides about access is not understood, or not certain.

`iamgen.iam` reads every template, and leaves holes and branches where something is not known before the deployment.
Here it is said where that would make an answer doubtful: such a template is refused, with the place and the reason.
"""

from __future__ import annotations

from collections.abc import Mapping

from iamgen.access.errors import located, undecided
from iamgen.access.unknown_values import unknown_parts
from iamgen.aws.iam_types import (
    GROUP,
    IAM_TYPES,
    INLINE,
    INSTANCE_PROFILE,
    MEMBERSHIP,
    OIDC_PROVIDER,
    POLICY,
    ROLE,
    USER,
)
from iamgen.iam.named_resources import NamedResource, NamedResources

_SECTIONS = frozenset({"AWSTemplateFormatVersion", "Description", "Metadata", "Outputs", "Resources"})
_PARTS = frozenset({"Type", "Properties", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy"})
UNDERSTOOD = frozenset({USER, GROUP, ROLE, POLICY, INSTANCE_PROFILE, OIDC_PROVIDER, MEMBERSHIP, *INLINE})
"""The types of resources that a template may have."""
_LISTS = {
    USER: ("Groups", "ManagedPolicyArns"),
    GROUP: ("ManagedPolicyArns",),
    ROLE: ("ManagedPolicyArns",),
    POLICY: ("Users", "Groups", "Roles"),
    INSTANCE_PROFILE: ("Roles",),
    MEMBERSHIP: ("Users",),
    "AWS::IAM::Policy": ("Users", "Groups", "Roles"),
}
"""The properties of each type that are lists of names or ARNs."""
_NAMES = {
    MEMBERSHIP: "GroupName",
    "AWS::IAM::UserPolicy": "UserName",
    "AWS::IAM::GroupPolicy": "GroupName",
    "AWS::IAM::RolePolicy": "RoleName",
}
"""The property of each type that names what it is about."""


def check(named: NamedResources) -> None:
    """Raise AccessError for what could change who may do what and is not understood, or not certain.

    That is a section or a type of resource that is not known, a condition, a function whose value is not known before
    the deployment, a resource without a name of its own, and properties of another shape.
    """
    body = named.template.body
    for section in body:
        if section not in _SECTIONS:
            raise undecided(str(section), "is a section of the template that is not understood")
    for part in named.template.unread:
        raise undecided(".".join(map(str, part.path)), part.reason)
    written = body["Resources"]
    for logical_id, resource in written.items() if isinstance(written, Mapping) else ():
        with located(str(logical_id)):
            _check_written(resource)
    for item in named.resources:
        with located(item.logical_id):
            _check_resource(item)


def _check_written(resource: object) -> None:
    if not isinstance(resource, Mapping) or not set(resource) <= _PARTS:
        raise undecided("resource", "has something beside Type and Properties that is not understood")
    if not isinstance(resource.get("Properties", {}), Mapping):
        raise undecided("Properties", "is not a block")
    if resource.get("Type") not in UNDERSTOOD:
        raise undecided(str(resource.get("Type")), "is a type of resource that is not understood")


def _check_resource(resource: NamedResource) -> None:
    for element, value in resource.properties.items():
        for doubt in unknown_parts(value):
            raise undecided(element, doubt, "write it out, or give the region and the stack")
    _check_name(resource)
    for element in _LISTS.get(resource.type, ()):
        values = resource.properties.get(element, [])
        if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            raise undecided(element, "is not a list of texts")
    for element in ("Policies", "Tags"):
        blocks(resource, element)
    if "PermissionsBoundary" in resource.properties or resource.type in _NAMES:
        element = _NAMES.get(resource.type, "PermissionsBoundary")
        value = resource.properties.get(element)
        if not isinstance(value, str) or not value:
            raise undecided(element, "is not a text")


def _check_name(resource: NamedResource) -> None:
    if resource.type not in IAM_TYPES:
        return
    element = IAM_TYPES[resource.type].name_property
    written = resource.properties.get(element)
    if resource.type == OIDC_PROVIDER and not str(written).startswith("https://"):
        raise undecided(element, f"{written!r} is not an https address")
    if not isinstance(written, str) or not written:
        raise undecided(element, "is not written out, so AWS would make up a name", "give it one")
    path = resource.properties.get("Path", "/")
    if not isinstance(path, str) or not path.startswith("/") or not path.endswith("/"):
        raise undecided("Path", f"{path!r} does not begin and end with a slash")


def blocks(resource: NamedResource, element: str) -> tuple[Mapping[str, object], ...]:
    """Return a property that is a list of blocks, empty when missing. Raises AccessError otherwise."""
    values = resource.properties.get(element, [])
    if not isinstance(values, list | tuple) or not all(isinstance(value, Mapping) for value in values):
        raise undecided(element, "is not a list of blocks")
    return tuple(values)
