"""Evaluate functions of CloudFormation whose argument depends on conditions, in each branch of an `Fn::If`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iamgen.iam.holes import NO_VALUE, function

_MAX_CONDITIONS = 6
"""How many conditions one argument is taken apart by; two branches each make 64 values."""


def distributed(argument: object, apply: Callable[[object], object], depth: int = _MAX_CONDITIONS) -> object:
    """Return what a function gives, or, where its argument depends on conditions, each value that it may give."""
    condition = _first_condition(argument)
    if not condition or not depth:
        return apply(argument)
    first, second = (distributed(_chosen(argument, condition, branch), apply, depth - 1) for branch in (0, 1))
    return first if first == second else {"Fn::If": [condition, first, second]}


def _choice(value: object) -> tuple[str, object, object] | None:
    """Return condition and branches of an `Fn::If`, None for anything else."""
    if function(value) == "Fn::If" and isinstance(value, Mapping):
        match value["Fn::If"]:
            case [str(condition), first, second]:
                return condition, first, second
    return None


def _first_condition(value: object) -> str:
    choice = _choice(value)
    if choice:
        return choice[0]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return next(filter(None, map(_first_condition, inner)), "")


def _chosen(value: object, condition: str, branch: int) -> object:
    """Return the value with one branch of a condition in place of every choice by it."""
    choice = _choice(value)
    if choice and choice[0] == condition:
        return _chosen(choice[branch + 1], condition, branch)
    if isinstance(value, Mapping):
        return {key: _chosen(part, condition, branch) for key, part in value.items()}
    if isinstance(value, list):
        chosen = (_chosen(part, condition, branch) for part in value)
        return [part for part in chosen if part != NO_VALUE]
    return value
