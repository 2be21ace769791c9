"""Read the tags of a resource, each key once. If a condition decides about a tag, it is unknown, and not absent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from iamgen.iam.holes import function, hole, is_known
from iamgen.iam.values import items, single


class ReadTag(NamedTuple):
    """A tag of a resource."""

    key: str
    """Its key, with a hole where only the deployment tells it."""
    value: str
    """Its value; a hole where only the deployment tells it, or whether the tag will be there at all."""

    @property
    def has_known_key(self) -> bool:
        """Whether the key is known before the deployment."""
        return is_known(self.key)


def tags(written: object) -> tuple[ReadTag, ...]:
    """Return the tags that the property `Tags` of a resource has, in any of the branches of its conditions."""
    values_by_key: dict[str, list[str]] = {}
    for key, value in _written(written):
        values_by_key.setdefault(key, []).append(value)
    return tuple(
        ReadTag(key, values[0] if len(values) == 1 else hole(f"tag {key}")) for key, values in values_by_key.items()
    )


def _written(written: object) -> Iterator[tuple[str, str]]:
    for block, path in items(written, ()):
        if isinstance(block, Mapping) and not function(block):
            key = single(block.get("Key"), "Key")
            yield key, single(block.get("Value"), "Value") if "Fn::If" not in path else hole(f"tag {key}")
        else:
            yield hole("Tags"), hole("Tags")
