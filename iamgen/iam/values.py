"""Read values of a template with their places: each branch of a condition, each item of a list, as text.

What only CloudFormation can know is a hole in a text, see `holes`. Of a condition (`Fn::If`) both branches are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from iamgen.iam.holes import HOLE, NO_VALUE, function, hole, is_known, text
from iamgen.iam.syntax import Path

Placed = tuple[object, Path]
Block = Mapping[str, object]


class Value(NamedTuple):
    """A text of the template and where it is."""

    text: str
    """The text, with holes for what only the deployment tells."""
    path: Path
    """Where it is in the template."""

    @property
    def known(self) -> bool:
        """Whether the text is all there: without a hole."""
        return is_known(self.text)

    @property
    def is_certain(self) -> bool:
        """Whether it is there whatever conditions say."""
        return "Fn::If" not in self.path

    @property
    def shape(self) -> str:
        """The text with its holes unnamed, `arn:aws:iam::⟨⟩:root`: for patterns, since names have colons."""
        return self.text if self.known else HOLE.sub("⟨⟩", self.text)


def branches(value: object, path: Path) -> Iterator[Placed]:
    """Yield the value, or, of an `Fn::If`, each value that it may have: None for `AWS::NoValue`."""
    if function(value) == "Fn::If" and isinstance(value, Mapping):
        chosen = value["Fn::If"]
        for index in range(1, len(chosen) if isinstance(chosen, list) else 0):
            yield from branches(chosen[index], (*path, "Fn::If", index))
    else:
        yield (None if value == NO_VALUE else value), path


def items(value: object, path: Path) -> Iterator[Placed]:
    """Yield the elements of a list, or the value itself, in each of its branches; what is absent not at all."""
    for branch, where in branches(value, path):
        if isinstance(branch, list | tuple):
            for index, entry in enumerate(branch):
                yield from items(entry, (*where, index))
        elif branch is not None:
            yield branch, where


def values(value: object, path: Path) -> tuple[Value, ...]:
    """Return a list's elements, or the one value, as texts."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (Value(value, path),)
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(Value(item, (*path, index)) for index, item in enumerate(value))
    return tuple(Value(text(item), where) for item, where in items(value, path))


def single(value: object, name: str, default: str = "") -> str:
    """Return the text of a property that has one; a hole of that name where a condition decides, or it is a list."""
    texts = values(value, ())
    if value is None or value == NO_VALUE:
        return default
    return texts[0].text if len(texts) == 1 and not texts[0].path else hole(name)


def block_of(value: object) -> Block:
    """Return a mapping as it is, and anything else as an empty one."""
    return value if isinstance(value, Mapping) else {}
