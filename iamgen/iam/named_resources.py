"""The resources of a template under the names and ARNs that they will have in AWS, references to them resolved.

`Template` leaves references to resources as holes, `⟨AdminR.Arn⟩`: rules speak of logical ids. Whoever asks what the
account will be like needs the names. What nobody can know before the deployment stays a named hole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from iamgen.aws.iam_types import IAM_TYPES, OIDC_PROVIDER
from iamgen.iam.holes import HOLE, function, hole, text
from iamgen.iam.template import Resource, Template
from iamgen.iam.values import Value

RANDOM = f"-{hole('random characters')}"
"""How CloudFormation ends the names that it makes itself."""


@dataclass(frozen=True)
class NamedResource:
    """A resource of a template with its name and ARN."""

    logical_id: str
    """Its name within the template."""
    type: str
    """Its type, such as `AWS::IAM::Role`."""
    name: str
    """Its name in IAM, with holes for what is not known; empty for a type that has none."""
    arn: str
    """Its ARN, with holes for what is not known; empty for a type that has none."""
    properties: Mapping[str, object]
    """Its properties. References are replaced by names and ARNs; of functions only `Fn::If` is left."""
    is_certain: bool = True
    """Whether it will exist whatever conditions say."""

    @property
    def path(self) -> str:
        """Its path in IAM: `/`, unless the template gives it another."""
        return text(self.properties.get("Path", "/"))

    @property
    def has_known_name(self) -> bool:
        """Whether its ARN is known before the deployment."""
        return not HOLE.search(self.arn)


class Actual(dict[str, tuple[str, str]]):
    """The name and the ARN that resources have in AWS, by logical id, where the stack has been deployed."""


@dataclass(frozen=True, eq=False)
class NamedResources:
    """All resources of one template. Make them with `NamedResources.of`."""

    template: Template
    """The template that they are read from."""
    resources: tuple[NamedResource, ...]
    """The resources, in the order of the template."""
    references: Mapping[str, str] = field(default_factory=dict)
    """What `Ref` and `Fn::GetAtt` give, by `AdminR` and `AdminR.Arn`."""

    @classmethod
    def of(cls, template: Template, actual: Actual | None = None, ending: str = RANDOM) -> NamedResources:
        """Return the resources of a template.

        `actual` has the names of a deployed stack. Without it, a resource without a name gets the one that
        CloudFormation would make of the stack's name and the logical id; `ending` stands for the random part of it.
        """
        names = _ResourceNames(template, actual or Actual(), ending)
        references = dict(entry for resource in template.resources for entry in names.references(resource))
        references = {key: _filled(written, references) for key, written in references.items()}
        bare = cls(template, (), references)
        return replace(bare, resources=tuple(bare._named(resource, names) for resource in template.resources))

    def text(self, written: str) -> str:
        """Return a text with the names and ARNs of resources in place of references to them."""
        return _filled(written, self.references)

    def value(self, value: object) -> object:
        """Return a value with every reference replaced. Of functions only `Fn::If` is left, with both branches."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        name = function(value)
        if name and name != "Fn::If":
            return self.text(text(value))
        return {self.text(str(key)): self.value(item) for key, item in value.items()}

    def document(self, value: object) -> object:
        """Return a policy document, also one that is written as a text of JSON."""
        written = self.value(value)
        if isinstance(written, str) and written.lstrip().startswith("{"):
            with suppress(ValueError, RecursionError):
                return json.loads(written)
        return written

    def of_type(self, *types: str) -> tuple[NamedResource, ...]:
        """Return the resources of these types."""
        return tuple(resource for resource in self.resources if resource.type in types)

    def find(self, value: Value | str, *types: str) -> NamedResource | None:
        """Return the resource of one of these types that a value refers to, or is the name or the ARN of.

        IAM compares names without case. An ARN of another account is none of the template's resources.
        """
        written = value.text if isinstance(value, Value) else value
        reference = HOLE.fullmatch(written)
        if reference and reference[1].partition(".")[0] in self._by_id:
            referred = self._by_id[reference[1].partition(".")[0]]
            return referred if referred.type in types else None
        named = self.text(written)
        return next((self._by_name[kind, named.lower()] for kind in types if (kind, named.lower()) in self._by_name),
                    next((resource for resource in self.of_type(*types) if resource.arn == named), None))  # fmt: skip

    @cached_property
    def _by_id(self) -> dict[str, NamedResource]:
        return {resource.logical_id: resource for resource in self.resources}

    @cached_property
    def _by_name(self) -> dict[tuple[str, str], NamedResource]:
        return {
            (resource.type, resource.name.lower()): resource
            for resource in self.resources
            if resource.name and resource.type in IAM_TYPES and not IAM_TYPES[resource.type].ref_is_arn
        }

    def _named(self, resource: Resource, names: _ResourceNames) -> NamedResource:
        name, arn = (self.text(written) for written in names.of(resource))
        properties = {key: self.value(value) for key, value in resource.properties.items()}
        return NamedResource(resource.logical_id, resource.type, name, arn, properties, resource.is_certain)


def _filled(written: str, references: Mapping[str, str]) -> str:
    if "⟨" not in written:
        return written
    return HOLE.sub(lambda match: references.get(match[1], match[0]), written)


@dataclass(frozen=True)
class _ResourceNames:
    """Names and ARNs as the properties of each resource give them, references in them not yet replaced."""

    template: Template
    actual: Actual
    ending: str

    def of(self, resource: Resource) -> tuple[str, str]:
        """Return name and ARN, both empty for a type that has none."""
        if resource.logical_id in self.actual:
            return self.actual[resource.logical_id]
        if resource.type not in IAM_TYPES:
            return "", ""
        name = self._name(resource)
        iam_type, environment = IAM_TYPES[resource.type], self.template.environment
        path = text(resource.properties.get("Path", "/")) if iam_type.has_path else "/"
        partition = environment.partition or hole("AWS::Partition")
        account = environment.account_id or hole("AWS::AccountId")
        return name, f"arn:{partition}:iam::{account}:{iam_type.kind}{path}{name}"

    def references(self, resource: Resource) -> Iterator[tuple[str, str]]:
        name, arn = self.of(resource)
        if resource.type in IAM_TYPES:
            iam_type = IAM_TYPES[resource.type]
            yield resource.logical_id, arn if iam_type.ref_is_arn else name
            yield f"{resource.logical_id}.{iam_type.arn_attribute}", arn
        elif name:
            yield resource.logical_id, name

    def _name(self, resource: Resource) -> str:
        written = resource.values(IAM_TYPES[resource.type].name_property)
        if not written:
            stack = self.template.environment.stack or hole("AWS::StackName")
            return f"{stack}-{resource.logical_id}{self.ending}"
        if len(written) > 1 or not written[0].is_certain:
            return hole(f"name of {resource.logical_id}")
        return re.sub("^https://", "", written[0].text) if resource.type == OIDC_PROVIDER else written[0].text
