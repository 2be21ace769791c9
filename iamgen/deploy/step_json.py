"""Write the steps of a plan as JSON values, and read them back, for a file that keeps the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from iamgen.deploy.steps import (
    AddToGroup,
    DeleteBoundary,
    DeleteInlinePolicy,
    DetachPolicy,
    ExecuteChangeSet,
    ProtectStack,
    RemoveFromGroup,
    RemoveTag,
    SetStackPolicy,
    Step,
    StepPrincipal,
    UpdateTrust,
)

REPAIRS: tuple[type, ...] = (
    AddToGroup,
    DeleteBoundary,
    DeleteInlinePolicy,
    DetachPolicy,
    RemoveFromGroup,
    RemoveTag,
    UpdateTrust,
)
"""The steps that undo drift in IAM."""
# A failed stack that is deleted first is in no file, and a file has the change set that was made, not how to make one.
_KEPT = {step.__name__: step for step in (*REPAIRS, ExecuteChangeSet, ProtectStack, SetStackPolicy)}
_JSON_TYPES: dict[str, type] = {"document": dict, "allow_replacement": bool}  # of fields that are not texts


def as_json(step: Step) -> dict[str, Any]:
    """Return a step as JSON values."""
    return {"step": type(step).__name__, **asdict(step)}


def from_json(value: Mapping[str, Any]) -> Step:
    """Return the step that JSON values are; `is_step` says whether they are one."""
    known = {name: part for name, part in value.items() if name != "step"}
    if "principal" in known:
        known["principal"] = StepPrincipal(**known["principal"])
    return _KEPT[value["step"]](**known)  # type: ignore[no-any-return]  # a class of the table


def is_step(value: object) -> bool:
    """Whether JSON values are a step that a file keeps, with every field and no other."""
    if not isinstance(value, dict) or not isinstance(value.get("step"), str) or value["step"] not in _KEPT:
        return False
    names = {field.name for field in fields(_KEPT[value["step"]])}
    return value.keys() - {"step"} == names and all(_is_part(name, value[name]) for name in names)


def _is_part(name: str, value: object) -> bool:
    if name == "principal":
        names = {field.name for field in fields(StepPrincipal)}
        return (
            isinstance(value, dict) and value.keys() == names and all(isinstance(part, str) for part in value.values())
        )
    return isinstance(value, _JSON_TYPES.get(name, str))
