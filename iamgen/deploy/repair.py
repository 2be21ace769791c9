"""Repair IAM drift that CloudFormation does not detect, with one step for each difference."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from iamgen.aws_client.errors import code_of
from iamgen.deploy.authorization_details import GROUP, ROLE, USER
from iamgen.deploy.iam_drift import IamDifference
from iamgen.deploy.steps import (
    AddToGroup,
    DeleteBoundary,
    DeleteInlinePolicy,
    DetachPolicy,
    RemoveFromGroup,
    RemoveTag,
    Step,
    StepPrincipal,
    UpdateTrust,
)
from iamgen.deploy.template_change import POWER
from iamgen.errors import Fault

Executor = Callable[[Step], object]
"""What carries out a step, or does something else with it: a dry run records it."""
_CALLER = re.compile(r"arn:[\w-]+:(?:sts::\d+:assumed-role/(?P<role>[^/]+)/.+|iam::\d+:user/(?:.*/)?(?P<user>[^/]+))")


def own_losses(
    where: str, differences: Iterable[IamDifference], caller: str, memberships: Mapping[str, frozenset[str]]
) -> Iterator[Fault]:
    """Yield what a repair would take from the role or user that deploys, which may be what lets it go on.

    `caller` is its ARN, `memberships` are the groups of each user. Who is taken out of PowerG is looked at elsewhere.
    """
    arn = _CALLER.fullmatch(caller)
    if not arn:
        return
    name = arn["role"] or arn["user"]
    principals = {(ROLE if arn["role"] else USER, name)}
    if arn["user"]:
        principals |= {(GROUP, group) for group in memberships.get(name, ())}
    for difference in differences:
        if difference.sign == "+" and _loser(difference) in principals:
            loss = f"{difference.detail.where} {difference.value}"
            fault = f"{name}, who deploys, would lose what is there by hand: {loss}"
            place = f"{where} {difference.resource.logical_id}"
            yield Fault(place, fault, "declare it, or --lock-me-out, if it is meant")


def _loser(difference: IamDifference) -> tuple[str, str] | None:
    """Return the principal that loses power when a difference is undone, by type and name."""
    match difference.kind:
        case "inline" | "attached" | "group":
            return difference.resource.type, difference.resource.physical_id
        case "holder":
            return difference.holder
        case "member" if not difference.is_in(POWER):
            return USER, difference.value
    return None


def repair(
    execute: Executor,
    where: str,
    differences: Iterable[IamDifference],
    trusts: Mapping[str, Mapping[str, Any]],
    bare: Collection[str] = (),
) -> list[Fault]:
    """Undo differences, each by a step that `execute` carries out or records, and return what could not be undone.

    `trusts` has the trust policy of each role that needs a new one, by logical id. What is gone already is as it should
    be. Who is missing is put in before anybody is taken out. `bare` are groups, by logical id, in which nobody is who
    belongs there: nobody is taken out of one as long as nobody could be put in.
    """
    faults, empty = [], set(bare)
    for difference in sorted(differences, key=lambda difference: difference.sign == "+"):
        if difference.kind == "member" and difference.sign == "+" and difference.resource.logical_id in empty:
            faults.append(_last(where, difference))
            continue
        fault = _tried(execute, where, difference, trusts)
        if fault:
            faults.append(fault)
        elif difference.kind == "member":
            empty.discard(difference.resource.logical_id)
    return faults


def repair_steps(
    differences: Iterable[IamDifference], trusts: Mapping[str, Mapping[str, Any]], bare: Collection[str] = ()
) -> tuple[Step, ...]:
    """Return the steps of a repair in their order, as they are when each of them succeeds."""
    steps: list[Step] = []
    repair(steps.append, "", differences, trusts, bare)
    return tuple(steps)


def _tried(
    execute: Executor, where: str, difference: IamDifference, trusts: Mapping[str, Mapping[str, Any]]
) -> Fault | None:
    from botocore.exceptions import ClientError

    try:
        execute(repair_step(difference, trusts))
    except ClientError as exc:
        if code_of(exc) != "NoSuchEntity" or difference.sign == "-":
            return _failed(where, difference, exc)
    return None


def _last(where: str, difference: IamDifference) -> Fault:
    group = difference.resource.logical_id
    message = f"{difference.value} stays in {difference.resource.physical_id}: nobody who belongs there could be put in"
    return Fault(f"{where} {group}", message, "put somebody in who belongs there, and repair again")


def repair_step(difference: IamDifference, trusts: Mapping[str, Mapping[str, Any]]) -> Step:  # noqa: PLR0911  # one for each kind of difference
    """Return the step that undoes a difference."""
    name, value = difference.resource.physical_id, difference.value
    principal = StepPrincipal(difference.resource.type, name)
    match difference.kind:
        case "inline":
            return DeleteInlinePolicy(principal, value)
        case "attached":
            return DetachPolicy(principal, value)
        case "member":
            return RemoveFromGroup(name, value) if difference.sign == "+" else AddToGroup(name, value)
        case "group":
            return RemoveFromGroup(value, name)
        case "holder":
            return DetachPolicy(StepPrincipal(*difference.holder), name)
        case "boundary":
            return DeleteBoundary(principal)
        case "tag":
            return RemoveTag(principal, value)
        case "trust":
            return UpdateTrust(name, trusts[difference.resource.logical_id])


def _failed(where: str, difference: IamDifference, exc: Exception) -> Fault:
    place, value = f"{where} {difference.resource.logical_id}", difference.value
    if code_of(exc) == "NoSuchEntity":
        message = f"{value} cannot be put into {difference.resource.physical_id}: there is no such user"
        return Fault(place, message, f"create {value}, or take {value} out of users.py")
    hint = "put it right by hand, and look again: iamgen drift"
    return Fault(place, f"{difference.detail.where} {value}: {exc}", hint)
