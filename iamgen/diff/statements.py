"""Read a policy statement into its elements, however it is written, and write it as one line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from iamgen.diff.values import as_list, is_block, key, shown

_ACTIONS = ("Action", "NotAction")
_PRINCIPALS = ("Principal", "NotPrincipal")
_READS = {  # in the order of a line
    "Action": "",
    "NotAction": "all but ",
    "Resource": "on ",
    "NotResource": "on all but ",
    "Principal": "for ",
    "NotPrincipal": "for all but ",
    "Condition": "if ",
}
_BETWEEN = {"Condition": " and "}  # elsewhere a comma
_FEW = 3  # of what stays as it was, so many are named


class Atom(NamedTuple):
    """The least that can come or go: an action, a principal, a value of a condition. `group` says of what it is one:
    `Service`, `StringEquals aws:username`. Two are the same when element, group and `key` are."""

    element: str
    """The element of the statement: `Action`, `Principal`."""
    group: str
    """Of what it is a value: `Service`, `StringEquals aws:username`."""
    key: str
    """What two atoms share exactly when IAM takes their values for the same."""
    text: str
    """The value as a person reads it."""


@dataclass(frozen=True)
class DiffStatement:
    """What a statement says, without the order in which it says it, and whether a single value is in a list."""

    sid: str
    """Its Sid; empty where there is none."""
    effect: str
    """Its Effect."""
    atoms: Mapping[tuple[str, str, str], Atom]
    """All that it says, each once, by element, group and key."""

    @property
    def identity(self) -> tuple[str, str, frozenset[tuple[str, str, str]]]:
        """Return what two statements share exactly when they are the same."""
        return self.sid, self.effect, frozenset(self.atoms)

    @cached_property
    def line(self) -> str:
        """All of the statement."""
        return _line(self.sid, self.effect, list(self.atoms.values()), everything=True)

    def line_of(self, chosen: frozenset[tuple[str, str, str]]) -> str:
        """Return a line of the atoms that are named, of many only a few."""
        return _line(
            self.sid,
            self.effect,
            [self.atoms[identity] for identity in self.atoms if identity in chosen],
            everything=False,
        )


def statements(document: Mapping[str, object] | None) -> dict[object, DiffStatement]:
    """Return a policy document's statements by their identity: one that stands twice says nothing more."""
    read = (_statement(block) for block in as_list((document or {}).get("Statement")))
    return {statement.identity: statement for statement in read}


def value_of(atom: Atom) -> str:
    """Return the atom as a person reads it, below its element."""
    if atom.element == "Condition":
        return f"{atom.group} = {atom.text}"
    return f"{atom.group} {atom.text}".strip()


def _statement(block: object) -> DiffStatement:
    if not isinstance(block, Mapping) or not is_block(block):  # an Fn::If, or what is no statement
        return DiffStatement("", "", {("", "", key(block)): Atom("", "", key(block), shown(block))})
    atoms = sorted(atom for name, value in block.items() for atom in _atoms(str(name), value))
    sid = block.get("Sid")
    by_key = {(atom.element, atom.group, atom.key): atom for atom in reversed(atoms)}
    return DiffStatement("" if sid is None else shown(sid), shown(block.get("Effect")), dict(sorted(by_key.items())))


def _atoms(element: str, value: object) -> Iterator[Atom]:
    if element in {"Sid", "Effect"}:
        return
    if element in _PRINCIPALS:
        for kind, names in _principals(value):
            yield from _values(element, "" if kind == "AWS" else kind, names)
    elif element == "Condition":
        yield from _conditions(value)
    else:
        yield from _values(element, "", value)


def _principals(value: object) -> Iterator[tuple[str, object]]:
    """Yield each kind of principal with its names; the bare `"*"` is everybody of AWS."""
    if isinstance(value, Mapping) and is_block(value):
        yield from ((shown(kind), names) for kind, names in value.items())
        if value:
            return
    yield "AWS", value if value else []


def _conditions(value: object) -> Iterator[Atom]:
    if not isinstance(value, Mapping) or not is_block(value):
        yield from _values("Condition", "", value)
        return
    for operator, keys in value.items():
        if isinstance(keys, Mapping) and is_block(keys) and keys:
            for name, values in keys.items():
                yield from _values("Condition", f"{shown(operator)} {shown(name)}", values)
        else:
            yield from _values("Condition", shown(operator), keys)


def _values(element: str, group: str, value: object) -> Iterator[Atom]:
    """Yield an atom for each value; of an empty list one too, for it is not the same as no list at all."""
    values = as_list(value)
    if not values:
        yield Atom(element, group, "", "(none)")
    for item in values:
        # IAM compares actions without case
        same = item.lower() if element in _ACTIONS and isinstance(item, str) else item
        yield Atom(element, group, key(same), _value_text(item))


def _value_text(value: object) -> str:
    """Return a value, in quotes if it could be mistaken for several values or for words of the line around it."""
    text = shown(value)
    ambiguous = isinstance(value, str) and (not value or set(text) & set(' ,"'))
    return json.dumps(value) if ambiguous else text


def _line(sid: str, effect: str, atoms: list[Atom], *, everything: bool) -> str:
    parts = [f"{sid}:" if sid else "", effect]
    for element in (*_READS, *sorted({atom.element for atom in atoms} - set(_READS))):
        grouped: dict[str, list[str]] = {}
        for atom in atoms:
            if atom.element == element:
                grouped.setdefault(atom.group, []).append(atom.text)
        if grouped:
            parts.append(
                f"{_READS.get(element, f'{element} ').lstrip()}{_element_text(element, grouped, everything=everything)}"
            )
    return " ".join(part for part in parts if part.strip()) or "(nothing)"


def _element_text(element: str, grouped: Mapping[str, list[str]], *, everything: bool) -> str:
    between = " = " if element == "Condition" else " "
    groups = (
        f"{group}{between if group else ''}{_listed(texts, everything=everything)}" for group, texts in grouped.items()
    )
    return _BETWEEN.get(element, ", ").join(groups)


def _listed(texts: list[str], *, everything: bool) -> str:
    if everything or len(texts) <= _FEW:
        return ", ".join(texts)
    return f"{', '.join(texts[: _FEW - 1])} and {len(texts) - _FEW + 1} more"
