"""Find what CloudFormation would replace in a template's values. iamgen allows only `Ref` and `Fn::GetAtt`.

Everything else would make of the text that was looked at another one, after it was looked at: functions, transforms
(`AWS::Include` is put in while the change set is made), and dynamic references, `{{resolve:…}}`, which CloudFormation
replaces in names and descriptions too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

ValuePath = tuple[str | int, ...]

REFERENCE, ATTRIBUTE = "Ref", "Fn::GetAtt"
_PAIR = 2  # a resource and its attribute
NO_VALUE = "AWS::NoValue"
PSEUDO_PARAMETERS = frozenset(
    f"AWS::{name}"
    for name in ("AccountId", "NotificationARNs", "Partition", "Region", "StackId", "StackName", "URLSuffix")
)
"""What `Ref` may name besides a resource. `AWS::NoValue` is not among them: what has it vanishes."""

_DYNAMIC = r"(?i)\{\s*\{\s*resolve\s*:"
_WRITE_IT = "write what is meant: CONST.inc, `vars` and `account` are there for what differs from account to account"


def is_function(key: str) -> bool:
    """Return whether a key is a function of CloudFormation other than `Ref`, also if written with blanks or other
    capitals."""
    return key.strip().casefold().startswith("fn::")


class Replaced(NamedTuple):
    """A place that CloudFormation would replace, which iamgen refuses."""

    path: ValuePath
    """Where it is in the value."""
    content: str
    """What stands there."""
    hint: str
    """What to do about it."""


def has_dynamic_reference(text: str) -> bool:
    """Return whether CloudFormation would look up something in the text; written with blanks or capitals counts too."""
    return "{" in text and re.search(_DYNAMIC, text) is not None


def replaced(value: object) -> Iterator[Replaced]:
    """Yield every place of a template, or of a part of it, that CloudFormation would replace and that may not come out.

    The value may be nested in any way, and contain itself.
    """
    for place in places(value):
        yield from _in_text(place)
        if place.holder is not None:
            yield from _in_key(place.text, place.holder, place.path)


_COLLECTIONS = (dict, list, tuple, Mapping)  # the first by far the most often, and the last the slowest to ask about


class ValuePlace(NamedTuple):
    """A text within a value."""

    path: ValuePath
    """Where it is in the value."""
    text: str
    """The text."""
    holder: Mapping[object, object] | None = None
    """The mapping of which it is a key; None where it is no key."""


def places(value: object) -> Iterator[ValuePlace]:
    """Yield every text within a value, keys too, in its order; a value may be nested in any way, and contain itself."""
    waiting: list[tuple[object, ValuePath]] = [(value, ())]
    visited: set[int] = set()
    while waiting:
        current, at = waiting.pop()
        if isinstance(current, str):
            yield ValuePlace(at, current)
        elif isinstance(current, _COLLECTIONS) and id(current) not in visited:
            visited.add(id(current))
            if isinstance(current, Mapping):
                yield from (ValuePlace((*at, key), key, current) for key in current if isinstance(key, str))
            waiting += reversed([(inner, (*at, step)) for step, inner in _steps(current)])


def not_finite(value: object, path: ValuePath = ()) -> Iterator[ValuePath]:
    """Yield the place of every number that JSON does not have: `NaN`, `Infinity`, and what is too large."""
    if isinstance(value, float) and not math.isfinite(value):
        yield path
    elif isinstance(value, _COLLECTIONS):
        for step, inner in _steps(value):
            yield from not_finite(inner, (*path, step))


def _steps(value: Mapping[object, object] | list[object] | tuple[object, ...]) -> list[tuple[str | int, object]]:
    if isinstance(value, Mapping):
        return [(str(key), inner) for key, inner in value.items()]
    return list(enumerate(value))


def _in_text(place: ValuePlace) -> Iterator[Replaced]:
    if has_dynamic_reference(place.text):
        problem = "a dynamic reference, {{resolve:…}}, which CloudFormation would replace with something else"
        yield Replaced(place.path, problem, _WRITE_IT)


def _in_key(key: str, holder: Mapping[object, object], at: ValuePath) -> Iterator[Replaced]:
    name = key.strip().casefold()
    if key in (REFERENCE, ATTRIBUTE):
        yield from _in_reference(key, holder, at)
    elif is_function(key) or name == "transform":
        problem = f"{key}, which CloudFormation would replace; {REFERENCE} and {ATTRIBUTE} alone may come out"
        yield Replaced(at, problem, _WRITE_IT)
    elif name == "condition" and isinstance(holder[key], str):
        problem = f"{key} with text, which refers to a condition of the template, and it has none"
        yield Replaced(at, problem, "a statement's Condition is of the form {operator: {key: value}}")


def _in_reference(key: str, holder: Mapping[object, object], at: ValuePath) -> Iterator[Replaced]:
    """Find a reference that has other keys beside it, and one that removes the value for which it stands."""
    argument = holder[key]
    if len(holder) > 1:
        yield Replaced(at, f"{key} beside other keys", f'a reference stands alone: {{"{key}": …}}')
    elif argument == NO_VALUE:
        problem = f"{key} {NO_VALUE}, with which CloudFormation leaves out what it stands for"
        yield Replaced(at, problem, "leave it out yourself: {% if … %}")
    elif not _names(key, argument):
        example = '{"Ref": "OpsR"}' if key == REFERENCE else '{"Fn::GetAtt": ["OpsR", "Arn"]}'
        yield Replaced(at, f"{key} that names no resource", f"write {example}")


def _names(key: str, argument: object) -> bool:
    """Return whether the argument has the form that the function takes: what it names is judged elsewhere."""
    if key == REFERENCE:
        return isinstance(argument, str)
    return referred(key, argument) != ""


def referred(key: str, argument: object) -> str:
    """Return the logical id that a function names, or nothing where it has another form."""
    if isinstance(argument, str):
        return argument if key == REFERENCE else argument.partition(".")[0] if "." in argument else ""
    if key != ATTRIBUTE or not isinstance(argument, list | tuple) or len(argument) != _PAIR:
        return ""
    return str(argument[0]) if all(isinstance(part, str) for part in argument) else ""
