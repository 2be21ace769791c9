"""Putting right what CloudFormation does not see: each thing by the one call that undoes it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.aws_client.errors import code_of
from iamgen.deploy.authorization_details import GROUP, ROLE, USER
from iamgen.deploy.iam_drift import Beside
from iamgen.deploy.template_change import POWER
from iamgen.errors import Fault

Call = Callable[[Client, str, str], object]
_DELETE_INLINE: dict[str, Call] = {
    GROUP: lambda iam, name, policy: iam.delete_group_policy(GroupName=name, PolicyName=policy),
    ROLE: lambda iam, name, policy: iam.delete_role_policy(RoleName=name, PolicyName=policy),
    USER: lambda iam, name, policy: iam.delete_user_policy(UserName=name, PolicyName=policy),
}
_DETACH: dict[str, Call] = {
    GROUP: lambda iam, name, arn: iam.detach_group_policy(GroupName=name, PolicyArn=arn),
    ROLE: lambda iam, name, arn: iam.detach_role_policy(RoleName=name, PolicyArn=arn),
    USER: lambda iam, name, arn: iam.detach_user_policy(UserName=name, PolicyArn=arn),
}
_DELETE_BOUNDARY: dict[str, Callable[[Client, str], object]] = {
    ROLE: lambda iam, name: iam.delete_role_permissions_boundary(RoleName=name),
    USER: lambda iam, name: iam.delete_user_permissions_boundary(UserName=name),
}
_UNTAG: dict[str, Call] = {
    ROLE: lambda iam, name, key: iam.untag_role(RoleName=name, TagKeys=[key]),
    USER: lambda iam, name, key: iam.untag_user(UserName=name, TagKeys=[key]),
}
_CALLER = re.compile(r"arn:[\w-]+:(?:sts::\d+:assumed-role/(?P<role>[^/]+)/.+|iam::\d+:user/(?:.*/)?(?P<user>[^/]+))")


def own_losses(
    where: str, differences: Iterable[Beside], caller: str, memberships: Mapping[str, frozenset[str]]
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


def _loser(difference: Beside) -> tuple[str, str] | None:
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
    iam: Client,
    where: str,
    others: Iterable[Beside],
    trusts: Mapping[str, Mapping[str, Any]],
    bare: Collection[str] = (),
) -> list[Fault]:
    """Undo what differs; return what could not be undone. `trusts` has the trust policy of each role that needs a new
    one, by logical id. What is gone already is as it should be.

    Who is missing is put in before anybody is taken out. `bare` are groups, by logical id, in which nobody is who
    belongs there: nobody is taken out of one as long as nobody could be put in.
    """
    faults, empty = [], set(bare)
    for one in sorted(others, key=lambda one: one.sign == "+"):
        if one.kind == "member" and one.sign == "+" and one.resource.logical_id in empty:
            faults.append(_last(where, one))
            continue
        fault = _tried(iam, where, one, trusts)
        if fault:
            faults.append(fault)
        elif one.kind == "member":
            empty.discard(one.resource.logical_id)
    return faults


def _tried(iam: Client, where: str, one: Beside, trusts: Mapping[str, Mapping[str, Any]]) -> Fault | None:
    from botocore.exceptions import ClientError

    try:
        _undo(iam, one, trusts)
    except ClientError as exc:
        if code_of(exc) != "NoSuchEntity" or one.sign == "-":
            return _failed(where, one, exc)
    return None


def _last(where: str, one: Beside) -> Fault:
    group = one.resource.logical_id
    what = f"{one.value} stays in {one.resource.physical_id}: nobody who belongs there could be put in"
    return Fault(f"{where} {group}", what, "put somebody in who belongs there, and repair again")


def _undo(iam: Client, one: Beside, trusts: Mapping[str, Mapping[str, Any]]) -> None:
    name = one.resource.physical_id
    match one.kind, one.sign:
        case "inline", _:
            _DELETE_INLINE[one.resource.type](iam, name, one.value)
        case "attached", _:
            _DETACH[one.resource.type](iam, name, one.value)
        case "member", "+":
            iam.remove_user_from_group(GroupName=name, UserName=one.value)
        case "member", _:
            iam.add_user_to_group(GroupName=name, UserName=one.value)
        case "group", _:
            iam.remove_user_from_group(GroupName=one.value, UserName=name)
        case "holder", _:
            kind, holder = one.holder
            _DETACH[kind](iam, holder, name)
        case "boundary", _:
            _DELETE_BOUNDARY[one.resource.type](iam, name)
        case "tag", _:
            _UNTAG[one.resource.type](iam, name, one.value)
        case _:
            document = json.dumps(trusts[one.resource.logical_id])
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)


def _failed(where: str, one: Beside, exc: Exception) -> Fault:
    place = f"{where} {one.resource.logical_id}"
    if code_of(exc) == "NoSuchEntity":
        what = f"{one.value} cannot be put into {one.resource.physical_id}: there is no such user"
        return Fault(place, what, f"create {one.value}, or take {one.value} out of users.py")
    return Fault(place, f"{one.detail.where} {one.value}: {exc}", "put it right by hand, and look again: iamgen drift")
