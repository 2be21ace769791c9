"""Declared values as JSON and back: what the process that ran users.py hands over.

JSON, because the reader must be safe whatever users.py wrote into the pipe. A tuple is an array and a dict with keys of
text is an object; everything else is an object whose only key is empty, with an array of its kind and its content.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from functools import cache
from typing import Any

from iamgen.declaration import model
from iamgen.declaration.declared_type import Declared, Faulty, Origin, declared_at

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
_TAG = ""
_ABSENT = object()


class NotPlainError(Exception):
    """A value is no plain data; `origin` is where the declared value that holds it was written, if it is known."""

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
    kind = next(kind for kind in type(value).__mro__ if _KINDS.get(kind.__name__) is kind)
    try:
        content = {
            name: _plain(given)
            for name, default in _defaults(kind).items()  # type: ignore[arg-type]  # a class is hashable
            if (given := getattr(value, name)) is not default
        }
    except NotPlainError as exc:
        raise NotPlainError(exc.value, exc.origin or value.origin) from exc
    return _tagged(kind.__name__, *value.origin, content)


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
    if kind in _KINDS:
        return _declared(_KINDS[kind], *content)
    return _RESTORERS[kind](*content)


def _declared(kind: type[Declared], file: str, line: int, content: Mapping[str, Any]) -> Declared:
    return declared_at(kind, _origin(file, line), {name: _value(item) for name, item in content.items()})


def _faulty(file: str, line: int, kind: str, rest: Any) -> Faulty:  # noqa: ANN401  # whatever JSON has
    value = _value(rest)
    return Faulty(_origin(file, line), _KINDS[kind], value if isinstance(value, Declared) else None)


def _origin(file: object, line: object) -> Origin:
    if not isinstance(file, str) or not isinstance(line, int):
        raise TypeError("a place is a file and a line")
    return Origin(sys.intern(file), line)


_RESTORERS: Mapping[str, Callable[..., Any]] = {
    "dict": lambda items: {_value(key): _value(item) for key, item in items},
    "list": lambda items: list(map(_value, items)),
    "set": lambda items: frozenset(map(_value, items)),
    "faulty": _faulty,
}
