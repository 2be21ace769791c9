"""The base of every type of users.py: it checks the values of a call against the fields, and knows the call's line.

A class statement in users.py such as `User("bob", {"dev": "OpsR"}, powr=True)` would end the reading at
the first mistake. Here a wrong call becomes a `Faulty` and a noted fault, so that one reading finds all.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Self, Union, get_args, get_origin, get_type_hints

from iamgen.declaration.origin import Origin, origin_of_caller
from iamgen.errors import Fault, IamgenError

if TYPE_CHECKING:
    from iamgen.source_place import Extent

    About = str | int | tuple[str, ...] | Extent
    """What of a value a fault is about: a word of its source; the number of an argument without a name; words of which
    each is behind the one before it, such as a key and what it stands for; or where it is in the file. Empty means the
    value as a whole."""


class MisDeclared(NamedTuple):
    """A fault in one declared value."""

    origin: Origin
    """Where the value is written."""
    problem: str
    """What is wrong with it."""
    hint: str
    """What to do about it; may be empty."""
    about: About = ""
    """What of the value the fault is about."""


@dataclasses.dataclass(frozen=True)
class Faulty:
    """Takes the place of a value that was declared wrongly; its faults are already noted."""

    origin: Origin
    """Where the value is written."""
    kind: type
    """The type that it was to be."""
    rest: Declared | None
    """The value without what is wrong about it, so that its other faults can be found; None when too little remains."""

    def __repr__(self) -> str:
        return f"a wrong {self.kind.__name__}"


_DEEPEST = 100  # collections within each other; a policy document has about ten


class Notes(NamedTuple):
    """Everything that was noted while users.py was read."""

    faults: list[MisDeclared]
    """The faults of wrong values."""
    declared: list[Declared]
    """The values without a fault, in the order in which they were declared."""


_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)


@contextmanager
def noting() -> Iterator[Notes]:
    """Collect what is declared inside the block, and its faults, instead of raising them."""
    notes = Notes([], [])
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


class _CallSignature:
    """The signature of a type's call: that of the `__init__` which its fields make."""

    def __get__(self, _: object, cls: type) -> inspect.Signature:
        """Return the signature without `self`."""
        signature = inspect.signature(vars(cls).get("__init__", cls.__init__))  # type: ignore[misc]  # a class has it
        return signature.replace(parameters=list(signature.parameters.values())[1:])


class Declared:
    """What every type of users.py derives from; fields are those of a frozen dataclass.

    Raises IamgenError for a wrong call, except while a declaration is read: then the call returns a
    `Faulty`, and the fault is noted.
    """

    __signature__ = _CallSignature()
    """What `help` and editors show of a call: the fields, not the arguments of `__new__`."""
    origin: Origin
    """Where it was written; an attribute, not a field: two values are equal wherever they were written."""

    # This returns the value, or the `Faulty` that stands for it; the arguments are held against the fields. It has no
    # docstring because an editor would show that, instead of the type's own, to whoever points at a call.
    def __new__(cls, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401, D102  # whatever the person wrote
        origin = origin_of_caller()
        if faults := _faults_of_call(cls, origin, args, kwargs):
            _note(faults)
            rest = _rest(cls, args, kwargs, origin)
            return Faulty(origin, cls, rest)  # type: ignore[return-value]  # so that __init__ is not run
        self = super().__new__(cls)
        object.__setattr__(self, "origin", origin)
        if notes := _notes.get():
            notes.declared.append(self)
        return self

    # Written once for all types: the dataclass decorator would compile them for each, at every start of the program.
    def __eq__(self, other: object) -> bool:
        return _values(self) == _values(other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), *_values(self)))

    def __repr__(self) -> str:
        names = [field.name for field in dataclasses.fields(self)]  # type: ignore[arg-type]  # each type is a dataclass
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    def __copy__(self) -> Self:
        return self  # it never changes

    def __deepcopy__(self, _memo: object) -> Self:
        return self


class Assertion(Declared):
    """What `Forbid` and `Require` have in common: something that must never, or always, be possible.

    It is no module of its own, so that a users.py without assertions loads nothing for them.
    """

    actions: str | Iterable[str]
    """Actions or patterns of actions."""
    on: str | Iterable[str]
    """ARNs or patterns of ARNs; `*` for every resource."""
    accounts: str | Iterable[str]
    """Names or patterns of the accounts in which it holds."""
    who: str | Iterable[str]
    """Names or patterns of those whom it is about."""
    but: str | Iterable[str]
    """Names or patterns of those of them whom it is not about."""
    mfa: bool | None
    """How users have signed in: with MFA, without, or None for what each type takes for usual."""
    because: str
    """Why."""

    @property
    def label(self) -> str:
        """How messages call it: `Forbid 'iam:*'`."""
        listed = texts_of(self.actions)
        more = f" and {len(listed) - 1} more" if len(listed) > 1 else ""
        return f"{type(self).__name__} {listed[0]!r}{more}" if listed else type(self).__name__


class Acceptance(Declared):
    """What `Accept` derives from. It is no module of its own, so that a users.py that accepts nothing loads nothing."""

    rule: str
    """The rule of the finding."""
    subject: str
    """Whom or what the finding is about: a name, or a pattern of names."""
    reason: str
    """Why it may stay."""
    accounts: str | Iterable[str]
    """Names or patterns of the accounts in which it may stay."""
    detail: str
    """What exactly is accepted, as the finding has it."""

    @property
    def label(self) -> str:
        """How messages call it: `Accept 'old-key' of 'bob' (2026-03-02)`."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{type(self).__name__} {self.rule!r} of {self.subject!r}{detail}"


def texts_of(field: str | Iterable[str]) -> tuple[str, ...]:
    """Return the texts of a field that takes one or several."""
    return (field,) if isinstance(field, str) else tuple(field)


def _values(declared: object) -> tuple[Any, ...]:
    fields = dataclasses.fields(declared)  # type: ignore[arg-type]  # each type of users.py is a dataclass
    return tuple(getattr(declared, field.name) for field in fields)


def declared_at(cls: type[Declared], origin: Origin, values: Mapping[str, Any]) -> Declared:
    """Return what `cls(**values)` written there is, or the `Faulty` that stands for it; its faults are noted."""
    if faults := _faults_of_call(cls, origin, (), values):
        _note(faults)
        return Faulty(origin, cls, _rest(cls, (), values, origin))  # type: ignore[return-value]  # as __new__ does
    return _built(cls, origin, values)


def without_fault(value: object) -> object:
    """Return a value as it is or, if it was declared wrongly, what remains of it: perhaps None."""
    return value.rest if isinstance(value, Faulty) else value


def _note(faults: list[MisDeclared]) -> None:
    notes = _notes.get()
    if notes is None:
        raise IamgenError(Fault(f"{at.file}:{at.line}", problem, hint) for at, problem, hint, _ in faults)
    notes.faults.extend(faults)


def _rest(cls: type, args: tuple[Any, ...], kwargs: Mapping[str, Any], origin: Origin) -> Declared | None:
    fields = {field.name: field for field in dataclasses.fields(cls)}
    values = values_by_field(fields.values(), args, kwargs)
    good = {name: values[name] for name in fields if name in values and fits_type(values[name], hints(cls)[name])}
    if any(is_required(field) and name not in good for name, field in fields.items()):
        return None
    return _built(cls, origin, good)


def _built(cls: type, origin: Origin, values: Mapping[str, Any]) -> Declared:
    built: Declared = object.__new__(cls)
    object.__setattr__(built, "origin", origin)
    built.__init__(**values)  # type: ignore[misc]  # what a subclass's fields take
    return built


def label(declared: Declared) -> str:
    """Return how a message calls a declared value: its type with its name or provider, `User 'alice'`."""
    if isinstance(declared, Assertion | Acceptance):
        return declared.label
    name = getattr(declared, "name", None) or getattr(declared, "provider", None)
    return type(declared).__name__ if name is None else f"{type(declared).__name__} {name!r}"


def _faults_of_call(cls: type, origin: Origin, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[MisDeclared]:
    """Return every fault of a call. They alone decide: what merely does not look sound is no fault yet."""
    if _is_sound(cls, args, kwargs):
        return []
    from iamgen.declaration.call_faults import call_faults  # slow to import, and only needed after a mistake

    return [MisDeclared(origin, *fault) for fault in call_faults(cls, args, kwargs)]


def _is_sound(cls: type, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
    """Return whether nothing is wrong with a call: the answer for nearly all, and quicker than to look for faults."""
    checks = _call_checks(cls)
    values = {**dict(zip(checks.positional, args, strict=False)), **kwargs}
    each_once = len(values) == len(args) + len(kwargs)
    is_whole = each_once and checks.required <= values.keys() <= checks.fits.keys()
    return is_whole and all(checks.fits[name](value) for name, value in values.items())


def positional_names(fields: Iterable[dataclasses.Field[Any]]) -> list[str]:
    """Return the names of the fields whose values a call may have without the name, in their order."""
    return [field.name for field in fields if not field.kw_only]


def values_by_field(
    fields: Iterable[dataclasses.Field[Any]], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values of a call by the names of their fields; an argument too many is left out."""
    return {**dict(zip(positional_names(fields), args, strict=False)), **kwargs}


def is_required(field: dataclasses.Field[Any]) -> bool:
    """Return whether a call has to have a value for the field."""
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


class _CallChecks(NamedTuple):
    positional: tuple[str, ...]
    required: frozenset[str]
    fits: Mapping[str, Callable[[object], bool]]


@cache
def _call_checks(cls: type) -> _CallChecks:
    """Return what a call must have and may have, by the fields of the type."""
    fields = dataclasses.fields(cls)
    return _CallChecks(
        tuple(positional_names(fields)),
        frozenset(field.name for field in fields if is_required(field)),
        {field.name: _fitting(hints(cls)[field.name]) for field in fields},
    )


@cache
def hints(cls: type) -> dict[str, Any]:
    """Return the type of each field, with the words in which its `Annotated` says what the field takes."""
    return get_type_hints(cls, include_extras=True)


def fits_type(value: object, hint: Any) -> bool:  # noqa: ANN401  # a type expression
    """Return whether a value has the type. True is not a number, a text is not a list, and a Faulty is what it stands
    for."""
    return _fitting(hint)(value)


@cache
def _fitting(hint: Any) -> Callable[[object], bool]:  # noqa: ANN401  # a type expression
    """Return a function that decides whether a value has the type. A type is analysed only once."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _fitting(args[0])
    if origin in (Union, UnionType):
        kinds = tuple(map(_fitting, args))
        return lambda value: any(fits(value) for fits in kinds)
    if origin is Literal:
        return lambda value: isinstance(value, str) and value in args
    if origin is None:
        return partial(_is_of, hint)
    inner = tuple(map(_fitting, args[:2] if issubclass(origin, Mapping) else args[:1]))
    return partial(_is_mapping_of if issubclass(origin, Mapping) else _is_list_of, *inner)


def _is_of(kind: Any, value: object) -> bool:  # noqa: ANN401  # a type or None
    if isinstance(value, Faulty):
        return isinstance(kind, type) and issubclass(value.kind, kind)
    if kind is object:
        return _is_plain(value)
    return value is None if kind is None else isinstance(value, kind) and (kind is int) == (type(value) is int)


def _is_mapping_of(key_fits: Callable[[object], bool], fits: Callable[[object], bool], value: object) -> bool:
    return isinstance(value, Mapping) and all(key_fits(key) and fits(item) for key, item in value.items())


def _is_list_of(fits: Callable[[object], bool], value: object) -> bool:
    return isinstance(value, list | tuple) and all(map(fits, value))


def _is_plain(value: object, around: tuple[int, ...] = ()) -> bool:
    """Return whether a value is plain data that can be handed to another process, and does not contain itself.

    `around` has the ids of the collections that the value is in.
    """
    if not isinstance(value, Mapping | list | tuple | set | frozenset):
        return value is None or isinstance(value, str | int | float | Declared)
    if id(value) in around or len(around) == _DEEPEST:
        return False
    inner = (*value.keys(), *value.values()) if isinstance(value, Mapping) else value
    return all(_is_plain(item, (*around, id(value))) for item in inner)
