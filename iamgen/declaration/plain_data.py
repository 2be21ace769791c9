"""Write declared values as JSON and read them back, between the process that ran users.py and iamgen.

JSON, because the reader must be safe whatever users.py wrote into the pipe. A tuple is an array and a dict with keys of
text is an object; everything else is an object whose only key is empty, with an array of its kind and its content.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import iamgen
from iamgen.declaration import model
from iamgen.declaration.declared_type import Declared, Faulty, declared_at
from iamgen.declaration.origin import Origin
from iamgen.errors import Fault

if TYPE_CHECKING:
    from iamgen.source_place import SourceSpan

_KINDS: Mapping[str, type[Declared]] = {
    kind.__name__: kind
    for kind in (
        model.CIUser,
        model.Emergency,
        model.Grant,
        model.Group,
        model.Pipeline,
        model.Policy,
        model.Role,
        model.Settings,
        model.User,
    )
}
_LOADED_LATER = frozenset(iamgen.__all__) - _KINDS.keys()
"""Types of which the module is loaded where there is a value of it, so that others need not wait for it."""
_TAG = ""
_ABSENT = object()


class NotPlainError(Exception):
    """A value is not plain data; `origin` is where the declared value that contains it was written, if known."""

    def __init__(self, value: object, origin: Origin | None = None) -> None:
        super().__init__(f"a {type(value).__name__} is not plain data")
        self.value, self.origin = value, origin


def encode(value: object) -> bytes:
    """Return the value as JSON. Raises NotPlainError for what is neither plain data nor declared."""
    return json.dumps(_plain(value), separators=(",", ":")).encode()


def decode(text: bytes) -> Any:  # noqa: ANN401  # whatever it is
    """Return what was encoded; declared values that do not fit their types become `Faulty`, and are noted.

    Raises ValueError or RecursionError for what `encode` never makes.
    """
    return _value(json.loads(text))


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    for kind, convert in _CONVERSIONS:
        if isinstance(value, kind):
            return convert(value)
    raise NotPlainError(value)


def _plain_mapping(value: Mapping[Any, Any]) -> object:
    if all(isinstance(key, str) and key for key in value):
        return {str.__str__(key): _plain(item) for key, item in value.items()}
    return _tagged("dict", [[_plain(key), _plain(item)] for key, item in value.items()])


def _plain_declared(value: Declared) -> object:
    kind = next(kind for kind in type(value).__mro__ if _kind(kind.__name__) is kind)
    try:
        content = {
            name: _plain(given)
            for name, default in _defaults(kind).items()  # type: ignore[arg-type]  # a class is hashable
            if (given := getattr(value, name)) is not default
        }
    except NotPlainError as exc:
        raise NotPlainError(exc.value, exc.origin or value.origin) from exc
    return _tagged(kind.__name__, *value.origin, content)


def _kind(name: str) -> type[Declared] | None:
    """Return the type of users.py that has a name, None where none has it."""
    if name in _LOADED_LATER:
        return cast("type[Declared]", getattr(iamgen, name))
    return _KINDS.get(name)


def _plain_faulty(value: Faulty) -> object:
    return _tagged("faulty", *value.origin, value.kind.__name__, _plain(value.rest))


def _tagged(kind: str, *content: object) -> object:
    return {_TAG: [kind, *content]}


@cache
def _defaults(kind: type) -> Mapping[str, object]:
    return {field.name: _ABSENT if field.default is MISSING else field.default for field in fields(kind)}


# Subclasses of text and numbers, such as members of an enum, are handed over as what they are made of.
_CONVERSIONS: tuple[tuple[type | tuple[type, ...], Callable[[Any], object]], ...] = (
    (str, str.__str__),
    (int, int),
    (float, float.__float__),
    (tuple, lambda value: [_plain(item) for item in value]),
    (list, lambda value: _tagged("list", [_plain(item) for item in value])),
    (Declared, _plain_declared),
    (Faulty, _plain_faulty),
    (Mapping, _plain_mapping),
    ((set, frozenset), lambda value: _tagged("set", [_plain(item) for item in value])),
)


def _value(data: Any) -> Any:  # noqa: ANN401  # whatever JSON has
    if isinstance(data, list):
        return tuple(map(_value, data))
    if not isinstance(data, dict):
        return data
    if _TAG not in data:
        return {key: _value(item) for key, item in data.items()}
    kind, *content = data[_TAG]
    if declared_kind := _kind(kind):
        return _declared(declared_kind, *content)
    return _RESTORERS[kind](*content)


def _declared(kind: type[Declared], *origin_and_content: Any) -> Declared:  # noqa: ANN401  # whatever JSON has
    *place, content = origin_and_content
    return declared_at(kind, origin(*place), {name: _value(item) for name, item in content.items()})


def _faulty(*origin_and_content: Any) -> Faulty:  # noqa: ANN401  # whatever JSON has
    *place, name, rest = origin_and_content
    value, kind = _value(rest), _kind(name)
    if kind is None:
        raise ValueError("a wrong value is of one of the types")
    return Faulty(origin(*place), kind, value if isinstance(value, Declared) else None)


def origin(file: object, line: object, code: object, instruction: object) -> Origin:
    """Return the origin that was handed over as these values. Raises TypeError if they are not an origin."""
    numbers = (line, code, instruction)
    if not isinstance(file, str) or not all(isinstance(number, int) for number in numbers):
        raise TypeError("a place is a file, a line and an instruction")
    return Origin(sys.intern(file), *numbers)  # type: ignore[arg-type]  # they are numbers


_RESTORERS: Mapping[str, Callable[..., Any]] = {
    "dict": lambda items: {_value(key): _value(item) for key, item in items},
    "list": lambda items: list(map(_value, items)),
    "set": lambda items: frozenset(map(_value, items)),
    "faulty": _faulty,
}


def plain_fault(fault: Fault) -> tuple[object, ...]:
    """Return a fault as plain data, together with the source line that it is about."""
    span = None if type(fault.where) is str else tuple(fault.where.span)  # type: ignore[attr-defined]  # a SourcePlace
    return (str(fault.where), fault.problem, fault.hint, span)


def restored_fault(where: object, problem: object, hint: object, span: object) -> Fault:
    """Return the fault that `plain_fault` made plain. Raises TypeError for what it never makes."""
    if not (isinstance(where, str) and isinstance(problem, str) and isinstance(hint, str)):
        raise TypeError("a fault is three texts")
    if span is None:
        return Fault(where, problem, hint)
    from iamgen.source_place import SourcePlace  # slow to import, and only needed for a fault

    return Fault(SourcePlace(where, _span(span)), problem, hint)


def _span(span: object) -> SourceSpan:
    from iamgen.source_place import SourceSpan  # slow to import, and only needed for a fault

    match span:
        case (str(text), int(column), int(length), int(skipped)):
            return SourceSpan(text, column, length, skipped)
    raise TypeError("a span is a line and three numbers")
