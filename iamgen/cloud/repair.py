"""Putting right what CloudFormation does not see: each thing by the one call that undoes it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from iamgen.cloud.beside import Beside
from iamgen.cloud.clients import Client
from iamgen.cloud.errors import code_of
from iamgen.errors import Fault

Call = Callable[[Client, str, str], object]
_DELETE_INLINE: dict[str, Call] = {
    "AWS::IAM::Group": lambda iam, name, policy: iam.delete_group_policy(GroupName=name, PolicyName=policy),
    "AWS::IAM::Role": lambda iam, name, policy: iam.delete_role_policy(RoleName=name, PolicyName=policy),
    "AWS::IAM::User": lambda iam, name, policy: iam.delete_user_policy(UserName=name, PolicyName=policy),
}
_DETACH: dict[str, Call] = {
    "AWS::IAM::Group": lambda iam, name, arn: iam.detach_group_policy(GroupName=name, PolicyArn=arn),
    "AWS::IAM::Role": lambda iam, name, arn: iam.detach_role_policy(RoleName=name, PolicyArn=arn),
    "AWS::IAM::User": lambda iam, name, arn: iam.detach_user_policy(UserName=name, PolicyArn=arn),
}


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
        case _:
            document = json.dumps(trusts[one.resource.logical_id])
            iam.update_assume_role_policy(RoleName=name, PolicyDocument=document)


def _failed(where: str, one: Beside, exc: Exception) -> Fault:
    place = f"{where} {one.resource.logical_id}"
    if code_of(exc) == "NoSuchEntity":
        what = f"{one.value} cannot be put into {one.resource.physical_id}: there is no such user"
        return Fault(place, what, f"create {one.value}, or take {one.value} out of users.py")
    return Fault(place, f"{one.detail.where} {one.value}: {exc}", "put it right by hand, and look again: iamgen drift")
