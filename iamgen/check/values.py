"""Values of a template: texts with their places, and what a function stands for.

What only CloudFormation can know is a hole in a text, in brackets that no policy can contain:
`arn:aws:iam::⟨AWS::AccountId⟩:root`. Of a condition (`Fn::If`) both branches are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

Path = tuple[str | int, ...]
Placed = tuple[object, Path]
HOLE = re.compile("⟨([^⟨⟩]*)⟩")
_SUBSTITUTED = re.compile(r"\$\{(!?)([^}]*)\}")
_NO_VALUE = {"Ref": "AWS::NoValue"}


class Value(NamedTuple):
    """A text of the template and where it is."""

    text: str
    path: Path

    @property
    def known(self) -> bool:
        """Whether the text is all there: without a hole."""
        return "⟨" not in self.text

    @property
    def shape(self) -> str:
        """The text with its holes unnamed, `arn:aws:iam::⟨⟩:root`: for patterns, since names have colons."""
        return self.text if self.known else HOLE.sub("⟨⟩", self.text)


def text(value: object) -> str:
    """Return a scalar, or what a function gives, as text: with holes for what is not known."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, Mapping | list | tuple):
        return str(value)
    name = function(value)
    return _called(name, value[name]) if name and isinstance(value, Mapping) else "⟨object⟩"


def function(value: object) -> str:
    """Return the name of the function that a value is, `Ref` or `Fn::…`, or nothing."""
    if isinstance(value, Mapping) and len(value) == 1:
        name = next(iter(value))
        if isinstance(name, str) and (name == "Ref" or name.startswith("Fn::")):
            return name
    return ""


def shown(message: str) -> str:
    """Return a message with its holes as people write them, `${AWS::AccountId}`."""
    return HOLE.sub(r"${\1}", message)


def branches(value: object, path: Path) -> Iterator[Placed]:
    """Yield the value, or, of an `Fn::If`, each value that it may have: None for `AWS::NoValue`."""
    if function(value) == "Fn::If" and isinstance(value, Mapping):
        chosen = value["Fn::If"]
        for index in range(1, len(chosen) if isinstance(chosen, list) else 0):
            yield from branches(chosen[index], (*path, "Fn::If", index))
    else:
        yield (None if value == _NO_VALUE else value), path


def items(value: object, path: Path) -> Iterator[Placed]:
    """Yield the elements of a list, or the value itself, in each of its branches; what is absent not at all."""
    for one, where in branches(value, path):
        if isinstance(one, list | tuple):
            for index, element in enumerate(one):
                yield from items(element, (*where, index))
        elif one is not None:
            yield one, where


def values(value: object, path: Path) -> tuple[Value, ...]:
    """Return a list's elements, or the one value, as texts."""
    if value is None:
        return ()
    if isinstance(value, str):
        return (Value(value, path),)
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return tuple(Value(one, (*path, index)) for index, one in enumerate(value))
    return tuple(Value(text(one), where) for one, where in items(value, path))


def _called(name: str, argument: object) -> str:
    match name, argument:
        case "Fn::Sub", str():
            return _substitute(argument, {})
        case "Fn::Sub", [str(pattern), Mapping() as given]:
            return _substitute(pattern, given)
        case "Fn::Join", [str(between), list(parts)]:
            return between.join(text(part) for part in parts if part != _NO_VALUE)
        case "Fn::GetAtt", [logical_id, attribute]:
            return _hole(f"{text(logical_id)}.{text(attribute)}")
        case (("Ref" | "Fn::GetAtt"), str()):
            return _hole(argument)
    return _hole(name)


def _substitute(pattern: str, given: Mapping[str, object]) -> str:
    def put(found: re.Match[str]) -> str:
        name = found[2].strip()
        if found[1]:
            return f"${{{name}}}"
        return text(given[name]) if name in given else _hole(name)

    return _SUBSTITUTED.sub(put, pattern)


def _hole(name: str) -> str:
    return f"⟨{name.replace('⟨', '').replace('⟩', '')}⟩"


def block_of(value: object) -> Mapping[str, object]:
    """Return a mapping as it is, and anything else as an empty one."""
    return value if isinstance(value, Mapping) else {}
