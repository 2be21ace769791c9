"""Say what is wrong with a value in users.py that does not fit its field, and what to write instead of it.

Nothing here is imported before there is such a value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from iamgen.similar_names import did_you_mean

_SHOWN = 60  # characters of a wrong value in a message
_TUPLE = "a tuple of "
_NAME_AND_ROLE = 2


class Field(NamedTuple):
    """A field of a type of users.py."""

    name: str
    """Its name."""
    words: str
    """What it takes, in words: `True or False`."""
    choices: tuple[str, ...]
    """The words of which it takes one; none where it takes something else."""
    fits: Callable[[object], bool]
    """Whether it takes a value."""


def problems(field: Field, value: object) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the value, and what to write instead: of a dict, each entry that is wrong."""
    entries = _wrong_entries(field, value) if isinstance(value, Mapping) else []
    if not entries:
        yield f"{field.name} is {shown(value)}", _hint(field, value)
    for key, item in entries:
        yield f"{field.name}: {shown(key)} has {shown(item)}", _entry_hint(field, item)


def shown(value: object) -> str:
    """Return a wrong value as a message shows it: the same each time, and without an object's address in memory."""
    if isinstance(value, Iterator):
        return f"a {type(value).__name__}"
    if isinstance(value, set | frozenset):
        return f"the set {{{', '.join(sorted(map(repr, value)))}}}" if value else "an empty set"
    text = re.sub(r"<([\w.]+)( object)? at 0x[0-9a-f]+>", r"a \1", repr(value))
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _wrong_entries(field: Field, value: Mapping[object, object]) -> list[tuple[object, object]]:
    """Return the entries of a dict that alone are wrong; none where a key is, or the field takes no dict."""
    if not field.fits({}) or not all(isinstance(key, str) for key in value):
        return []
    return [(key, item) for key, item in value.items() if not field.fits({key: item})]


def _hint(field: Field, value: object) -> str:
    if field.choices and isinstance(value, str):
        return did_you_mean(value, field.choices, f"write {field.words}")
    if isinstance(value, Iterator):  # such as a generator: (name for name in …)
        return f"write {field.name}=tuple(…) around it: {field.words}"
    if field.words.startswith(_TUPLE) and isinstance(value, str):
        return f"write {field.name}=({value!r},), with the comma"
    if isinstance(value, set | frozenset) and all(isinstance(item, str) for item in value):
        return f"that is a set; write {field.name}={_as_tuple(value)}"
    if field.name == "access":
        return _access_hint(value) or f"give {field.words}"
    return f"give {field.words}"


def _access_hint(value: object) -> str:
    """Return what to write instead of an `access` that is no dict, or whose keys are no text."""
    if isinstance(value, str):
        if value[:1].islower():  # as accounts are called, and no role
            return f"say as which role: {{{value!r}: 'ReadR'}}"
        return f"say in which account: {{'dev': {value!r}}}"
    if (
        isinstance(value, list | tuple)
        and len(value) == _NAME_AND_ROLE
        and all(isinstance(item, str) for item in value)
    ):
        return f"write {{{value[0]!r}: {value[1]!r}}}"
    if isinstance(value, Mapping) and any(isinstance(key, tuple) for key in value):
        return "write an entry for each account, or a pattern such as '*-dev'"
    return ""


def _entry_hint(field: Field, item: object) -> str:
    if isinstance(item, set | frozenset) and item and all(isinstance(inner, str) for inner in item):
        return f"that is a set; several go into a tuple: {_as_tuple(item)}"
    if isinstance(item, Iterator):
        return "write tuple(…) around it"
    return f"give {field.words}"


def several(text: str) -> tuple[str, ...]:
    """Return the names in a text that has several of them, with blanks, commas or the like between them."""
    return tuple(part for part in re.split(r"[\s,;|+&/]+", text) if part)


def _as_tuple(value: set[str] | frozenset[str]) -> str:
    return repr(tuple(sorted(value)))
