"""A change of a resource, or of a part of it, as a value that is shown or written as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TEMPLATE = "Template"
Sign = Literal["+", "~", "-"]


@dataclass(frozen=True)
class Detail:
    """What comes, changes or goes inside a resource.

    `where` is the property, dotted (`AssumeRolePolicyDocument`, `Tags.team`), or, within a statement, its element
    (`Principal`). `text` is the value, `before -> after`, or a statement in a line; of a changed statement it is what
    stays as it was, and `details` is what does not.
    """

    sign: Sign
    """Whether it comes, changes or goes."""
    where: str
    """The property or element."""
    text: str
    """What comes, changes or goes."""
    details: tuple[Detail, ...] = ()
    """What changes within a statement."""

    def plain(self) -> dict[str, object]:
        """Return the detail as JSON values, by the names of its fields."""
        return {
            "sign": self.sign,
            "where": self.where,
            "text": self.text,
            "details": [detail.plain() for detail in self.details],
        }


@dataclass(frozen=True)
class Change:
    """A resource that comes, changes or goes; `replaced` when AWS makes a new one in its place.

    What is no resource is a section of the template, such as `Outputs`, and has `Template` as its type.
    """

    sign: Sign
    """Whether it comes, changes or goes."""
    logical_id: str
    """The name of the resource, or of the section, within the template."""
    type: str
    """The type of the resource."""
    replaced: bool
    """Whether AWS makes a new one in its place."""
    details: tuple[Detail, ...]
    """What changes in it."""

    @property
    def is_of_resource(self) -> bool:
        """Whether it is a resource that changes."""
        return self.type != TEMPLATE

    def plain(self) -> dict[str, object]:
        """Return the change as JSON values, by the names of its fields."""
        return {
            "sign": self.sign,
            "logical_id": self.logical_id,
            "type": self.type,
            "replaced": self.replaced,
            "details": [detail.plain() for detail in self.details],
        }
