"""The request context: what AWS knows about a request, by condition key.

A caller's requests carry much the same keys. `ContextKeys` holds them so that they are read once for all of the
requests, and so that a condition that was answered for one request need not be answered again for the next.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property

from iamgen.access.answers import Answer
from iamgen.access.errors import undecided
from iamgen.access.multivalued_keys import is_multivalued


class Unsaid(Enum):
    """The value of a key that every real request has, but that the question does not state: a decision must not depend
    on it."""

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
    """The keys in lower case, with their values."""
    answers: dict[object, Answer] = field(default_factory=dict, compare=False, repr=False)
    """What was answered in this context before, by what was asked. An answer depends on nothing else than that."""

    @classmethod
    def of(cls, block: Mapping[str, ContextValue]) -> Context:
        """Return the context of those keys. Raises AccessError when two of them differ in case only."""
        return block.context if isinstance(block, ContextKeys) else cls._read(block)

    @classmethod
    def _read(cls, block: Mapping[str, ContextValue]) -> Context:
        keys: dict[str, ContextValue] = {}
        for key, value in block.items():
            if key.lower() in keys:
                raise undecided(key, "the request context has this key twice, in different case")
            keys[key.lower()] = value
        return cls(keys)

    def remembered(self, question: object, answer: Callable[[Context], Answer]) -> Answer:
        """Return the answer to a question about this context, which is computed when it is asked for the first time.

        Questions are told apart by identity or equality, as keys of a dictionary are.
        """
        known = self.answers.get(question)
        if known is None:
            known = self.answers[question] = answer(self)
        return known

    def unsaid(self, key: str) -> bool:
        """Return whether the key is in the request with a value that the question does not state."""
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


class ContextKeys(Mapping[str, ContextValue]):
    """Condition keys as they are written, with their values. They never change, so they are read only once.

    It can stand wherever a mapping of keys is expected; `Context.of` then returns the same context each time.
    """

    def __init__(self, keys: Mapping[str, ContextValue]) -> None:
        """`keys` is copied, so that later changes of it have no effect."""
        self._keys = dict(keys)

    def __getitem__(self, key: str) -> ContextValue:
        return self._keys[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"ContextKeys({self._keys!r})"

    def items(self) -> ItemsView[str, ContextValue]:
        """Return the keys with their values, faster than a mapping does by itself."""
        return self._keys.items()

    @cached_property
    def context(self) -> Context:
        """The keys as statements are compared with them. Raises AccessError when two differ in case only."""
        return Context.of(self._keys)

    def with_more(self, more: Mapping[str, ContextValue]) -> ContextKeys:
        """Return these keys and `more`, which replace keys of the same name whatever their case."""
        if not more:
            return self
        known, added = self.context.keys, {key.lower(): value for key, value in more.items()}
        if len(added) < len(more) or not known.keys().isdisjoint(added):
            return ContextKeys(merged(self._keys, more))
        result = ContextKeys({**self._keys, **more})
        vars(result)["context"] = Context({**known, **added})  # so that keys which are read already are not read again
        return result


def merged(block: Mapping[str, ContextValue], more: Mapping[str, ContextValue]) -> dict[str, ContextValue]:
    """Return both, `more` taking the place of the same keys of `block` whatever their case."""
    replaced = {key.lower() for key in more}
    return {key: value for key, value in block.items() if key.lower() not in replaced} | dict(more)
