"""Check names of declared users, roles, groups and policies: their form, their length, and that each is used once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from iamgen.aws import quotas
from iamgen.declaration.declared_type import MisDeclared, label
from iamgen.declaration.naming import Naming
from iamgen.declaration.standard import DEFAULT_STACK

if TYPE_CHECKING:
    from iamgen.declaration.types.ci_user import CIUser
    from iamgen.declaration.types.group import Group
    from iamgen.declaration.types.policy import Policy
    from iamgen.declaration.types.role import Role
    from iamgen.declaration.types.user import User
    from iamgen.declaration.users_file import Written

_RESERVED = r"AssumeRole\d+P|CIUser.*|User.*|OIDC.*|.*ServicesP"


class NameForm(NamedTuple):
    """The form that the names of one type have."""

    ending: str
    """The capital with which each name ends."""
    longest: int
    """The most characters that AWS allows, once the name has the stack's prefix and an account's id."""
    standard: tuple[str, ...]
    """Names that exist without being declared."""


def name_faults(declared: Role | Group | Policy, form: NameForm, written: Written) -> Iterator[MisDeclared]:
    """Yield what is wrong with the name of a declared role, group or policy."""
    name = declared.name
    if not re.fullmatch(rf"[A-Z][A-Za-z0-9]*{form.ending}", name):
        example = _well_formed(name, form, written) or f"Data{form.ending}"
        hint = f"a name of letters and digits, with a capital at its start, that ends in {form.ending}: {example}"
        yield MisDeclared(declared.origin, f"{label(declared)}: this is no name for it", hint, name)
    if name.casefold() in {standard.casefold() for standard in form.standard} or re.fullmatch(_RESERVED, name):
        problem = f"{label(declared)}: iamgen makes one of that name itself"
        yield MisDeclared(declared.origin, problem, "choose another name", name)
    stack = written.settings.stack if written.settings else DEFAULT_STACK
    over = len(Naming(stack, "aws", "0" * quotas.ACCOUNT_ID).full(name)) - form.longest
    if over > 0:
        problem = f"{label(declared)} is too long once it is {stack}-{name}-ACCOUNT"
        yield MisDeclared(declared.origin, problem, f"{form.longest} characters at most: {over} too many", name)


def _well_formed(name: str, form: NameForm, written: Written) -> str:
    """Return the name in the form that it should have; nothing where that is taken, or no name at all."""
    words = re.split(r"[^A-Za-z0-9]+", name)
    formed = "".join(word[:1].upper() + word[1:] for word in words).removesuffix(form.ending) + form.ending
    taken = {
        *form.standard,
        *(entry.name for list_ in (written.roles, written.groups, written.policies) for entry in list_),
    }
    return formed if re.fullmatch(rf"[A-Z][A-Za-z0-9]+{form.ending}", formed) and formed not in taken else ""


def duplicates(declared: Iterable[User | CIUser | Role | Group | Policy]) -> Iterator[MisDeclared]:
    """Yield a fault for each declared value whose name an earlier one has, in whatever case."""
    first_by_name: dict[str, User | CIUser | Role | Group | Policy] = {}
    for value in declared:
        first = first_by_name.setdefault(value.name.casefold(), value)
        if first is not value:
            yield _duplicate(value, first)


def _duplicate(
    value: User | CIUser | Role | Group | Policy, first: User | CIUser | Role | Group | Policy
) -> MisDeclared:
    if value.origin == first.origin:
        hint = "take it out of the list once; a loop that repeats a name makes two of it"
        return MisDeclared(value.origin, f"{label(value)} is in the list twice", hint, value.name)
    spelled = "" if first.name == value.name else f" as {first.name!r}"
    problem = f"{label(value)} is declared already{spelled} (line {first.origin.line})"
    return MisDeclared(value.origin, problem, "IAM compares names without case: keep one of the two", value.name)
