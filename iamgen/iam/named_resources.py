"""List the resources of a template with the names and ARNs that they will have in AWS, with references resolved.

`Template` leaves references to resources as holes, `⟨AdminR.Arn⟩`: rules speak of logical ids. Whoever asks what the
account will be like needs the names. What nobody can know before the deployment stays a named hole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

from iamgen.iam.holes import NO_VALUE, function, is_known, text
from iamgen.iam.resource_names import RANDOM, Actual, ResourceNames
from iamgen.iam.tags import ReadTag, tags
from iamgen.iam.template import Template
from iamgen.iam.values import Value, single

__all__ = ("RANDOM", "Actual", "NamedResource", "NamedResources")


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
        return self.single("Path", "/")

    @property
    def tags(self) -> tuple[ReadTag, ...]:
        """Its tags."""
        return tags(self.properties.get("Tags"))

    def single(self, name: str, default: str) -> str:
        """Return the text of a property that has one; a hole of the property's name where a condition decides."""
        return single(self.properties.get(name), name, default)

    @property
    def has_known_name(self) -> bool:
        """Whether its ARN is known before the deployment."""
        return is_known(self.arn)


@dataclass(frozen=True, eq=False)
class NamedResources:
    """All resources of one template. Make them with `NamedResources.of`."""

    template: Template
    """The template that they are read from."""
    names: ResourceNames = field(default_factory=ResourceNames)
    """What the resources are called, and what references to them give."""

    @classmethod
    def of(cls, template: Template, actual: Actual | None = None, ending: str = RANDOM) -> NamedResources:
        """Return the resources of a template; `actual` and `ending` are as `ResourceNames.of` takes them."""
        is_as_read = not actual and ending == RANDOM
        names = template.names if is_as_read else ResourceNames.of(template.resources, template.place, actual, ending)
        return cls(template, names)

    @cached_property
    def resources(self) -> tuple[NamedResource, ...]:
        """The resources, in the order of the template."""
        return tuple(
            NamedResource(
                resource.logical_id,
                resource.type,
                self.names.by_id[resource.logical_id].name,
                self.names.by_id[resource.logical_id].arn,
                {key: self.value(value) for key, value in resource.properties.items()},
                resource.is_certain,
            )
            for resource in self.template.resources
        )

    def text(self, written: str) -> str:
        """Return a text with the names and ARNs of resources in place of references to them."""
        return self.names.text(written)

    def value(self, value: object) -> object:
        """Return a value with every reference replaced. Of functions only `Fn::If` is left, with both branches."""
        if isinstance(value, str):
            return value if is_known(value) else self.text(value)
        if isinstance(value, list | tuple):
            return [self.value(part) for part in value]
        if not isinstance(value, Mapping) or value == NO_VALUE:
            return value
        name = function(value)
        if name and name != "Fn::If":
            return self.text(text(value))
        return {
            (key if is_known(key) else self.text(key)): self.value(part)
            for key, part in zip(map(str, value), value.values(), strict=True)
        }

    def document(self, written: object) -> object:
        """Return a policy document, also one that is written as a text of JSON."""
        filled = self.value(written)
        if isinstance(filled, str) and filled.lstrip().startswith("{"):
            with suppress(ValueError, RecursionError):
                return json.loads(filled)
        return filled

    def of_type(self, *types: str) -> tuple[NamedResource, ...]:
        """Return the resources of these types."""
        return tuple(resource for resource in self.resources if resource.type in types)

    def find(self, reference: Value | str, *types: str) -> NamedResource | None:
        """Return the resource of one of these types that a reference, a name or an ARN means."""
        return self._by_id.get(self.names.find(reference, *types) or "")

    @cached_property
    def _by_id(self) -> dict[str, NamedResource]:
        return {resource.logical_id: resource for resource in self.resources}
