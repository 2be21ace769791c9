"""The resources of a rendered template, with names, ARNs and references resolved.

Source: CloudFormation User Guide, "Ref" and "Fn::GetAtt" of each AWS::IAM resource.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from iamgen.access.errors import located, undecided

_TEMPLATE = frozenset({"AWSTemplateFormatVersion", "Description", "Metadata", "Outputs", "Resources"})
_NAMED = {
    "AWS::IAM::User": ("user", "UserName"),
    "AWS::IAM::Group": ("group", "GroupName"),
    "AWS::IAM::Role": ("role", "RoleName"),
    "AWS::IAM::ManagedPolicy": ("policy", "ManagedPolicyName"),
}
_ATTACHED = frozenset({
    "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserToGroupAddition",
})  # fmt: skip
_RESOURCE = frozenset({
    "Type", "Properties", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy",
})  # fmt: skip


@dataclass(frozen=True)
class Resource:
    """One resource. `properties` hold no references any more; `name` is empty where the type has none."""

    logical_id: str
    type: str
    name: str
    arn: str
    properties: Mapping[str, object]

    @property
    def path(self) -> str:
        """The IAM path, `/` when the template gives none."""
        return _path(self.properties)

    def text(self, element: str) -> str:
        """Return a property that is one text. Raises AccessError when it is missing or something else."""
        value = self.properties.get(element)
        if not isinstance(value, str) or not value:
            raise undecided(element, "is not a text")
        return value

    def texts(self, element: str) -> tuple[str, ...]:
        """Return a property that is a list of texts, empty when missing. Raises AccessError otherwise."""
        values = self.properties.get(element, [])
        if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
            raise undecided(element, "is not a list of texts")
        return tuple(values)

    def blocks(self, element: str) -> tuple[Mapping[str, object], ...]:
        """Return a property that is a list of blocks, empty when missing. Raises AccessError otherwise."""
        values = self.properties.get(element, [])
        if not isinstance(values, list | tuple) or not all(isinstance(value, Mapping) for value in values):
            raise undecided(element, "is not a list of blocks")
        return tuple(values)


@dataclass(frozen=True)
class _References:
    """What `Ref` and `Fn::GetAtt` come out as, by logical id and by logical id and attribute."""

    refs: Mapping[str, str]
    attributes: Mapping[tuple[str, str], str]

    def resolved(self, value: object) -> object:
        """Return the value with every reference replaced. Raises AccessError for any other function."""
        if isinstance(value, list | tuple):
            return [self.resolved(one) for one in value]
        if not isinstance(value, Mapping):
            return value
        for key in value:
            if key == "Ref" or str(key).startswith("Fn::"):
                return self._function(key, value[key], alone=len(value) == 1)
        return {key: self.resolved(one) for key, one in value.items()}

    def _function(self, name: str, argument: object, *, alone: bool) -> str:
        found: str | None = None
        if name == "Ref" and alone and isinstance(argument, str):
            found = self.refs.get(argument)
        if name == "Fn::GetAtt" and alone and isinstance(argument, list | tuple):
            logical_id, attribute = argument if len(argument) == len(("id", "attribute")) else ("", "")
            found = self.attributes.get((str(logical_id), str(attribute)))
        if found is None:
            raise undecided(name, f"{argument!r} is not known", "only Ref and Fn::GetAtt of IAM resources are")
        return found


def read(template: Mapping[str, object], account_id: str, partition: str) -> tuple[Resource, ...]:
    """Return the IAM resources of a template, in its order.

    Raises AccessError for what could change who may do what and is not understood: a resource type, a
    function, parameters, conditions, a resource without a name of its own.
    """
    for section in template:
        if section not in _TEMPLATE:
            raise undecided(str(section), "is a section of the template that is not understood")
    given = tuple(_given(template.get("Resources"), f"arn:{partition}:iam::{account_id}:"))
    references = _references(given)
    return tuple(_resolved(resource, references) for resource in given)


def _given(resources: object, prefix: str) -> Iterator[Resource]:
    if not isinstance(resources, Mapping):
        raise undecided("Resources", "is not a block of resources")
    for logical_id, resource in resources.items():
        with located(str(logical_id)):
            yield _identified(logical_id, resource, prefix)


def _identified(logical_id: str, resource: object, prefix: str) -> Resource:
    if not isinstance(resource, Mapping) or not set(resource) <= _RESOURCE:
        raise undecided("resource", "has something beside Type and Properties that is not understood")
    kind, properties = resource.get("Type"), resource.get("Properties", {})
    if not isinstance(properties, Mapping):
        raise undecided("Properties", "is not a block")
    if kind in _NAMED:
        sort, element = _NAMED[kind]
        name = properties.get(element)
        if not isinstance(name, str) or not name:
            raise undecided(element, "is not written out, so AWS would make up a name", "give it one")
        return Resource(logical_id, kind, name, f"{prefix}{sort}{_path(properties)}{name}", properties)
    if kind == "AWS::IAM::OIDCProvider":
        url = _url(properties)
        return Resource(logical_id, kind, url, f"{prefix}oidc-provider/{url}", properties)
    if kind in _ATTACHED:
        return Resource(logical_id, kind, "", "", properties)
    raise undecided(str(kind), "is a type of resource that is not understood")


def _references(resources: tuple[Resource, ...]) -> _References:
    by_arn = ("AWS::IAM::ManagedPolicy", "AWS::IAM::OIDCProvider")
    refs = {one.logical_id: one.arn if one.type in by_arn else one.name for one in resources if one.name}
    attributes = {(one.logical_id, _arn_attribute(one.type)): one.arn for one in resources if one.arn}
    return _References(refs, attributes)


def _arn_attribute(kind: str) -> str:
    return "PolicyArn" if kind == "AWS::IAM::ManagedPolicy" else "Arn"


def _resolved(resource: Resource, references: _References) -> Resource:
    with located(resource.logical_id):
        properties = {key: references.resolved(value) for key, value in resource.properties.items()}
    return Resource(resource.logical_id, resource.type, resource.name, resource.arn, properties)


def _url(properties: Mapping[str, object]) -> str:
    url = properties.get("Url")
    if not isinstance(url, str) or not url.startswith("https://"):
        raise undecided("Url", f"{url!r} is not an https address")
    return url.removeprefix("https://")


def _path(properties: Mapping[str, object]) -> str:
    path = properties.get("Path", "/")
    if not isinstance(path, str) or not path.startswith("/") or not path.endswith("/"):
        raise undecided("Path", f"{path!r} does not begin and end with a slash")
    return path
