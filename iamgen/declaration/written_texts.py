"""Refuse texts in users.py that CloudFormation would replace by other text, in every field."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from iamgen.declaration.cloudformation import ATTRIBUTE, ValuePlace, has_dynamic_reference, is_function, places
from iamgen.declaration.declared_type import Declared, MisDeclared, label, without_fault
from iamgen.declaration.types.grant import grants
from iamgen.declaration.users_file import Written

_HINT = "write the value itself: CloudFormation would put in another one after the template was looked at"


def replaced_faults(written: Written) -> Iterator[MisDeclared]:
    """Yield a fault for every dynamic reference, and for every function of CloudFormation's, in users.py."""
    settings = (written.settings,) if written.settings else ()
    everybody = (*written.users, *written.ci_users, *written.pipelines)
    for declared in (*everybody, *written.roles, *written.groups, *written.policies, *settings):
        yield from _faults(declared, label(declared))
    at = written.at("OPS_SERVICES")
    for service in written.ops_services or ():
        if has_dynamic_reference(service):
            yield MisDeclared(at, "OPS_SERVICES has a dynamic reference, {{resolve:…}}", _HINT, service)


def _faults(declared: Declared, shown: str) -> Iterator[MisDeclared]:
    for field in dataclasses.fields(declared):  # type: ignore[arg-type]  # each type of users.py is a dataclass
        for place in places(getattr(declared, field.name)):
            problem = _replaced_part(place, field.name)
            if problem:
                yield MisDeclared(declared.origin, f"{shown}: {field.name} has {problem}", _HINT, place.text)
    for inner in _inner(declared):
        yield from _faults(inner, f"{shown}: {type(inner).__name__}")


def _inner(declared: Declared) -> Iterator[Declared]:
    """Yield the grants that somebody has, and the emergency of a role."""
    for roles in getattr(declared, "access", {}).values():
        yield from (grant for _, grant in grants(roles) if grant)
    emergency = without_fault(getattr(declared, "emergency", None))
    if isinstance(emergency, Declared):
        yield emergency


def _replaced_part(place: ValuePlace, field: str) -> str:
    if has_dynamic_reference(place.text):
        return "a dynamic reference, {{resolve:…}}"
    if field == "vars" and place.holder is not None and is_function(place.text) and place.text != ATTRIBUTE:
        return f"the function {place.text}"
    return ""
