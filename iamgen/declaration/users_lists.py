"""Check the lists of users.py: whether one is missing, is not a list, or has a wrong entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from iamgen.declaration.declared_type import (
    Acceptance,
    Assertion,
    Declared,
    Faulty,
    MisDeclared,
    label,
    without_fault,
)
from iamgen.declaration.model import CIUser, Group, Pipeline, Policy, Role, Settings, User
from iamgen.declaration.origin import Origin
from iamgen.declaration.source import assignment

LISTS: Mapping[str, type] = {
    "USERS": User,
    "CI_USERS": CIUser,
    "PIPELINES": Pipeline,
    "ROLES": Role,
    "GROUPS": Group,
    "POLICIES": Policy,
    "ASSERTIONS": Assertion,
    "ACCEPTED": Acceptance,
    "OPS_SERVICES": str,
}
"""The lists of users.py, and the type of what is in each."""
_EXAMPLES: Mapping[type, str] = {Assertion: "Forbid(…)", Acceptance: "Accept(…)"}
_SHOWN = 40  # characters of a wrong value in a message
_REQUIRED = ("USERS", "OPS_SERVICES")


def services(value: object) -> tuple[str, ...] | None:
    """Return the services, or None where the list itself is at fault."""
    return (
        tuple(sound_entries(value, str))
        if isinstance(value, list | tuple) and (not value or any(sound_entries(value, str)))
        else None
    )


def strays(every_declared: Iterable[Declared], names: Mapping[str, Any]) -> Iterator[MisDeclared]:
    """Find what was made and then left lying: a list that does not have it, or a misspelt name."""
    lists = [names[name] for name in LISTS if isinstance(names.get(name), list | tuple)]
    listed = {id(declared) for list_ in lists for declared in list_} | {id(names.get("SETTINGS"))}
    for declared in every_declared:
        home = "SETTINGS" if isinstance(declared, Settings) else _home(declared)
        if home and id(declared) not in listed:
            problem = f"{label(declared)} is made, but not in {home}"
            written = _in_other_letters(home, names)
            hint = _capitals(home, written) if written else f"add it to {home}, or remove it"
            yield MisDeclared(declared.origin, problem, hint, getattr(declared, "name", ""))


def _home(declared: object) -> str:
    """Return the list into which a value belongs; nothing where it belongs into none."""
    return next((name for name, kind in LISTS.items() if kind is not str and isinstance(declared, kind)), "")


def incomplete(names: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lists of which names are unknown: those that are no list, or have an entry without a name."""
    for name, kind in LISTS.items():
        value = names.get(name, ())
        entries = value if isinstance(value, list | tuple) else [None]
        if not all(isinstance(without_fault(entry), kind) for entry in entries):
            yield name


def _in_other_letters(name: str, names: Mapping[str, Any]) -> str:
    """Return how the file writes a name that it has in other letters only, such as `users`; else nothing."""
    values = (list, tuple, Declared, Faulty)  # neither the type Settings nor a module
    same = (own for own, value in names.items() if own.upper() == name and isinstance(value, values))
    return next(same, "") if name not in names else ""


def _capitals(name: str, written: str) -> str:
    return f"write {name} instead of {written}: names that iamgen reads are in capitals"


def sound_entries(value: object, kind: type) -> Iterator[Any]:
    """Yield the entries of a list that are of its type; of one that was declared wrongly what is left of it."""
    if isinstance(value, list | tuple):
        yield from (item for item in map(without_fault, value) if isinstance(item, kind))


def shape_faults(file: Path, names: Mapping[str, Any]) -> Iterator[MisDeclared]:
    """Yield what is wrong with the lists among the names that the file has, and with SETTINGS."""
    for name, kind in LISTS.items():
        if name in names:
            yield from _list_faults(assignment(file, name), name, names[name], kind)
        elif name in _REQUIRED:
            yield _missing(file, name, names)
    settings = names.get("SETTINGS")
    if settings is not None and not isinstance(settings, Settings | Faulty):
        yield MisDeclared(assignment(file, "SETTINGS"), f"SETTINGS is {_a(settings)}", "write SETTINGS = Settings(…)")


def _missing(file: Path, name: str, names: Mapping[str, Any]) -> MisDeclared:
    """Return the fault for a list that has to be there; a name that iamgen reads as another list is not meant."""
    from iamgen.similar_names import nearest  # slow to import, and only needed after a mistake

    written = _in_other_letters(name, names)
    if written:
        return MisDeclared(assignment(file, written), f"there is no {name}", _capitals(name, written))
    meant = nearest(name, [own for own in names if own.isupper() and own not in (*LISTS, "SETTINGS")])
    hint = f"did you mean {name} by {meant}?" if meant else f"write {name} = (…)"
    return MisDeclared(assignment(file, meant or name), f"there is no {name}", hint)


def _list_faults(at: Origin, name: str, value: object, kind: type) -> Iterator[MisDeclared]:
    entry = _example(kind)
    if isinstance(value, Iterator):
        yield MisDeclared(at, f"{name} is a {type(value).__name__}, not a tuple or list", f"write {name} = tuple(…)")
        return
    if not isinstance(value, list | tuple):
        hint = (
            f"write {name} = ({entry},), with the comma" if isinstance(value, kind) else f"write {name} = ({entry}, …)"
        )
        yield MisDeclared(at, f"{name} is {_a(value)}, not a tuple or list", hint)
        return
    for number, item in enumerate(value, 1):
        if not isinstance(item, kind | Faulty):
            yield _entry_fault(at, name, number, item)


def _entry_fault(at: Origin, name: str, number: int, item: object) -> MisDeclared:
    """Return the fault for an entry of a wrong type, with the list that it belongs into where there is one."""
    kind = LISTS[name]
    home = _home(item)
    hint = f"move it to {home}" if home else f"write {_example(kind)}"
    place, about = (item.origin, "") if isinstance(item, Declared) else (at, item if isinstance(item, str) else "")
    return MisDeclared(place, f"entry {number} of {name} is {_a(item)}", hint, about)


def _example(kind: type) -> str:
    """Return an entry of a list as a message shows it."""
    if kind in _EXAMPLES:
        return _EXAMPLES[kind]
    return f"{kind.__name__}(…)" if issubclass(kind, Declared) else '"ec2"'


def _a(value: object) -> str:
    word = "text" if isinstance(value, str) else type(value).__name__
    text = repr(value)
    return f"{word} {text}" if not isinstance(value, Declared) and len(text) <= _SHOWN else f"a {word}"
