"""Find everything that is wrong with a call of one of the types of users.py, such as `User("bob", powr=True)`.

Nothing here is imported before there is such a call.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, get_args, get_origin

from iamgen.declaration.declared_type import fits_type, hints, is_required, positional_names, values_by_field
from iamgen.declaration.unfit_value import Field, problems
from iamgen.similar_names import did_you_mean, nearest

if TYPE_CHECKING:
    from iamgen.declaration.declared_type import About


class CallFault(NamedTuple):
    """What is wrong with a call of one of the types of users.py."""

    problem: str
    """What is wrong."""
    hint: str
    """What to write instead."""
    about: About = ""
    """What of the call the fault is about."""


def call_faults(cls: type, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Iterator[CallFault]:
    """Yield every fault of a call of `cls` with these arguments; nothing where it is sound."""
    fields = {field.name: field for field in dataclasses.fields(cls)}
    positional = positional_names(fields.values())
    values = values_by_field(fields.values(), args, kwargs)
    call = _call_name(cls, values)
    if len(args) > len(positional):
        yield CallFault(
            f"{call} takes {len(positional)} values without a name ({', '.join(positional)}), not {len(args)}",
            f"write the others with their name: {', '.join(name for name in fields if name not in positional)}",
        )
    missing = [name for name, field in fields.items() if name not in values and is_required(field)]
    for name in kwargs:
        if name not in fields:
            free = [field for field in fields if field not in values]
            yield CallFault(f"{call} has no {name}", did_you_mean(name, free, f"it has {', '.join(fields)}"), name)
            missing = [field for field in missing if field != nearest(name, free)]
        elif name in positional[: len(args)]:
            yield CallFault(f"{call} has {name} twice", "remove one of the two", name)
    for name in fields:
        if name in missing:
            yield CallFault(f"{call} lacks its {name}", f"give {_in_words(cls, name)}")
        elif name in values and not fits_type(values[name], hints(cls)[name]):
            about = positional.index(name) if name in positional[: len(args)] else name
            yield from (
                CallFault(f"{call}: {problem}", hint, about) for problem, hint in _unfit(cls, name, values[name])
            )


def _unfit(cls: type, name: str, value: object) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a value that does not fit its field, and what to write instead."""
    hint = hints(cls)[name]
    yield from problems(Field(name, _in_words(cls, name), _choices(hint), partial(fits_type, hint=hint)), value)


def _choices(hint: Any) -> tuple[str, ...]:  # noqa: ANN401  # a type expression
    """Return the words that a field accepts; nothing if it accepts other values as well."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _choices(args[0])
    return args if origin is Literal else ()


def _call_name(cls: type, values: Mapping[str, Any]) -> str:
    name = values.get("name")
    return f"{cls.__name__} {name!r}" if isinstance(name, str) else cls.__name__


def _in_words(cls: type, name: str) -> str:
    """Return what a field expects, in the words of its `Annotated` type."""
    return str(get_args(hints(cls)[name])[1])
