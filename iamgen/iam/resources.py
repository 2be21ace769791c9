"""One resource of a template, with the place of each of its properties, and the names of IAM's types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iamgen.aws import iam_types
from iamgen.iam.syntax import Path
from iamgen.iam.values import Placed, Value, values

ROLE, USER, GROUP, POLICY, INLINE = iam_types.ROLE, iam_types.USER, iam_types.GROUP, iam_types.POLICY, iam_types.INLINE
NAMES = {kind: iam_types.IAM_TYPES[kind].name_property for kind in (ROLE, USER, GROUP, POLICY)}
"""Which property holds the name of a resource of that type."""
HOLDERS = {ROLE: "Roles", USER: "Users", GROUP: "Groups"}
"""What policies can be attached to, and the property of a policy that lists those it is attached to."""


@dataclass(frozen=True)
class Resource:
    """A resource of a template as it is written there; references in it are holes."""

    logical_id: str
    """Its name within the template."""
    type: str
    """Its type, such as `AWS::IAM::Role`."""
    properties: Mapping[str, object]
    """Its properties, functions replaced as far as they can be."""
    is_certain: bool = True
    """Whether no condition decides that it will exist."""

    @property
    def path(self) -> Path:
        """Where it is in the template."""
        return ("Resources", self.logical_id)

    def under(self, name: str) -> Placed:
        """Return a property, or None where it is absent, and its path."""
        return self.properties.get(name), (*self.path, "Properties", name)

    def values(self, name: str) -> tuple[Value, ...]:
        """Return a property's texts, whether it is a list or a single text."""
        return values(*self.under(name))

    @property
    def name(self) -> str:
        """Its name as far as the template gives it, or empty."""
        return next((value.text for value in self.values(NAMES.get(self.type, ""))), "")
