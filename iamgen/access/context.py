"""The request context: what AWS knows about a request, by condition key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from iamgen.access.errors import undecided
from iamgen.access.multivalued_keys import is_multivalued


class Unsaid(Enum):
    """The value of a key that every real request has and that nobody told us: to depend on it is an error."""

    UNSAID = "unsaid"


UNSAID = Unsaid.UNSAID

ContextValue = str | tuple[str, ...] | Unsaid
"""One value, the several values of a multivalued key (none of them: the key is absent), or `UNSAID`."""


@dataclass(frozen=True)
class Context:
    """The keys of one request. Names of keys are compared without case, as IAM does.

    Source: IAM User Guide, "IAM policy elements: Variables and tags" (key names are case-insensitive).
    """

    keys: Mapping[str, ContextValue]

    @classmethod
    def of(cls, block: Mapping[str, ContextValue]) -> Context:
        """Return the context of those keys. Raises AccessError when two of them differ in case only."""
        keys: dict[str, ContextValue] = {}
        for key, value in block.items():
            if key.lower() in keys:
                raise undecided(key, "the request context has this key twice, in different case")
            keys[key.lower()] = value
        return cls(keys)

    def unsaid(self, key: str) -> bool:
        """Return whether the key is in the request with a value that nobody told us."""
        return self.keys.get(key.lower()) is UNSAID

    def has(self, key: str) -> bool:
        """Return whether the key is in the request, with a value that is known or not."""
        return self.keys.get(key.lower(), ()) != ()

    def values(self, key: str) -> tuple[str, ...]:
        """Return the key's values, none when it is absent. Raises AccessError when its value is unsaid."""
        value = self.keys.get(key.lower(), ())
        if isinstance(value, Unsaid):
            raise undecided(key, "a policy depends on this key, and the question does not say its value",
                            f"give it: context={{{key!r}: ...}}, or at=... for the time")  # fmt: skip
        return (value,) if isinstance(value, str) else value

    def single(self, key: str) -> str | None:
        """Return the key's only value, None when it is absent.

        Raises AccessError when it has several, or could have: such a key is no policy variable and needs a set
        operator. Source: IAM User Guide, "Single-valued vs. multivalued context keys" ("Multivalued context keys
        require a condition set operator"; what happens without is not documented).
        """
        values = self.values(key)
        if values and is_multivalued(key):
            raise undecided(key, "is a multivalued key, and has a meaning under a set operator only",
                            "compare it with ForAllValues: or ForAnyValue:")  # fmt: skip
        if len(values) > 1:
            raise undecided(key, f"has {len(values)} values where only a single-valued key has a meaning",
                            "compare it with ForAllValues: or ForAnyValue:")  # fmt: skip
        return values[0] if values else None


def merged(block: Mapping[str, ContextValue], more: Mapping[str, ContextValue]) -> dict[str, ContextValue]:
    """Return both, `more` taking the place of the same keys of `given` whatever their case."""
    replaced = {key.lower() for key in more}
    return {key: value for key, value in block.items() if key.lower() not in replaced} | dict(more)
