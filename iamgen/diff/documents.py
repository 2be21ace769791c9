"""Compare two policy documents, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from iamgen.diff.change import Detail, Sign
from iamgen.diff.statements import DiffStatement, statements, value_of
from iamgen.diff.values import key, shown

DiffDocument = Mapping[str, object]
Pair = tuple[DiffStatement, DiffStatement]
# Statements that have so much in common, of all that either says, are one that changed, not one that went and one
# that came: a user takes the place of another in a trust of an action and a condition.
_ALIKE = 0.5
_VERSION = "2012-10-17"


def document_details(where: str, before: DiffDocument | None, after: DiffDocument | None) -> tuple[Detail, ...]:
    """Return what comes, changes and goes; `where` is the property that has the document, or None has none.

    Neither the order of statements counts, nor that of values, nor whether one value stands in a list. Statements
    are the same by their Sid; those without one by how much they have in common.
    """
    elements = {*(before or {}), *(after or {})} - {"Statement"}
    if before is None or after is None:
        elements -= _expected(before or after or {})
    elsewhere = [
        _element(f"{where}.{name}", (before or {}).get(name), (after or {}).get(name)) for name in sorted(elements)
    ]
    return (
        *(detail for detail in elsewhere if detail),
        *_statement_details(where, statements(before), statements(after)),
    )


def _expected(document: DiffDocument) -> set[str]:
    """Return what goes without saying in a document that comes or goes: that it is of today's version."""
    return {"Version"} if document.get("Version") == _VERSION else set()


def _element(where: str, before: object, after: object) -> Detail | None:
    if key(before) == key(after):
        return None
    if before is None or after is None:
        return Detail("+", where, shown(after)) if before is None else Detail("-", where, shown(before))
    return Detail("~", where, f"{shown(before)} -> {shown(after)}")


def _statement_details(
    where: str, before: Mapping[object, DiffStatement], after: Mapping[object, DiffStatement]
) -> Iterator[Detail]:
    gone = [statement for name, statement in before.items() if name not in after]
    come = [statement for name, statement in after.items() if name not in before]
    pairs = _pairs(gone, come)
    paired = {id(statement) for pair in pairs for statement in pair}
    details = [_changed(where, *pair) for pair in pairs]
    details += [Detail("-", where, statement.line) for statement in gone if id(statement) not in paired]
    details += [Detail("+", where, statement.line) for statement in come if id(statement) not in paired]
    yield from sorted(
        details, key=lambda statement: ("~-+".index(statement.sign), statement.text, str(statement.details))
    )


def _pairs(gone: list[DiffStatement], come: list[DiffStatement]) -> list[Pair]:
    """Return the statements that belong together: by Sid, then the most alike first."""
    candidates = sorted(product(gone, come), key=_closeness)
    pairs: list[Pair] = []
    taken: set[int] = set()
    for pair in candidates:
        if _belong_together(*pair) and not taken & {id(statement) for statement in pair}:
            pairs.append(pair)
            taken |= {id(statement) for statement in pair}
    return pairs


def _belong_together(before: DiffStatement, after: DiffStatement) -> bool:
    if before.sid and before.sid == after.sid:
        return True
    return before.effect == after.effect and _likeness(before, after) >= _ALIKE


def _closeness(pair: Pair) -> tuple[bool, float, list[str]]:
    """Order pairs, the closest first; the same whichever of two documents is the older."""
    before, after = pair
    same_sid = bool(before.sid) and before.sid == after.sid
    return not same_sid, -_likeness(before, after), sorted((before.line, after.line))


def _likeness(before: DiffStatement, after: DiffStatement) -> float:
    every = {*before.atoms, *after.atoms}
    return len(before.atoms.keys() & after.atoms.keys()) / len(every) if every else 1.0


def _changed(where: str, before: DiffStatement, after: DiffStatement) -> Detail:
    unchanged = frozenset(before.atoms.keys() & after.atoms.keys())
    details = [
        _element(name, was, now)
        for name, was, now in (
            ("Sid", before.sid or None, after.sid or None),
            ("Effect", before.effect, after.effect),
        )
    ]
    details += [_atom_detail("-", before, atom) for atom in before.atoms if atom not in unchanged]
    details += [_atom_detail("+", after, atom) for atom in after.atoms if atom not in unchanged]
    distinct = [detail for detail in details if detail]
    return Detail(
        "~", where, after.line_of(unchanged), tuple(sorted(distinct, key=lambda detail: _ELEMENTS.get(detail.where, 9)))
    )


_ELEMENTS = {"Sid": 0, "Effect": 1, "Action": 2, "NotAction": 3, "Resource": 4, "NotResource": 5, "Principal": 6}


def _atom_detail(sign: Sign, statement: DiffStatement, name: tuple[str, str, str]) -> Detail:
    atom = statement.atoms[name]
    return Detail(sign, atom.element or "Statement", value_of(atom))
