"""Find IAM users in a stack's groups whom no declaration names: mostly people who have left."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.aws_client.errors import code_of
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault
from iamgen.iam.holes import HOLE
from iamgen.iam.named_resources import NamedResources
from iamgen.iam.template import Template

_GROUP, _USER = "AWS::IAM::Group", "AWS::IAM::User"


def undeclared_members(
    iam: Client,
    account: TargetAccount,
    declared: frozenset[str],
    template: Mapping[str, Any],
    *,
    repairing: bool = False,
) -> Iterator[Fault]:
    """Yield a warning for each user who is in a group of the deployed template and is not `declared`.

    Where nobody is declared the account holds no people, and AWS is not asked. Users whom the deployed template makes
    itself are left out: they go with it. A group that cannot be looked at is said. `repairing` says that they are about
    to be taken out of the groups.
    """
    if not declared:
        return
    result = NamedResources.of(Template.of(template, 0)).resources
    known = {name.lower() for name in (*declared, *(element.name for element in result if element.type == _USER))}
    groups_by_user: dict[str, list[str]] = {}
    not_looked_at: dict[str, list[str]] = {}
    unnamed: list[str] = []
    for group in (item for item in result if item.type == _GROUP):
        if HOLE.search(group.name):
            unnamed.append(group.logical_id)
            continue
        members = _members(iam, group.name)
        if isinstance(members, str):
            not_looked_at.setdefault(members, []).append(group.logical_id)
            continue
        for user in members:
            if user.lower() not in known:
                groups_by_user.setdefault(user, []).append(group.logical_id)
    yield from _not_looked_at(account, not_looked_at, unnamed)
    for user, groups in sorted(groups_by_user.items()):
        message = f"the IAM user {user} is in {', '.join(groups)}, and users.py does not declare {user}"
        command = f"take {user} out of the groups alone with: iamgen deploy {account.name} --repair"
        repair = "the repair takes them out of the groups" if repairing else command
        yield Fault(
            str(account), message, f"{repair}; to take everything from somebody who left: iamgen user offboard {user}"
        )


def _not_looked_at(
    account: TargetAccount, refused: Mapping[str, list[str]], unnamed: Collection[str]
) -> Iterator[Fault]:
    """Yield a warning for groups that nobody looked at: `refused` has them by the code of AWS's refusal."""
    for code, groups in refused.items():
        message = f"who is in {', '.join(groups)} was not looked at: AWS refuses GetGroup ({code})"
        yield Fault(str(account), message, "with iam:GetGroup iamgen would say who is in them and not in users.py")
    if unnamed:
        message = f"who is in {', '.join(unnamed)} was not looked at: the template leaves the name to CloudFormation"
        yield Fault(str(account), message, "give the group a name")


def _members(iam: Client, group: str) -> list[str] | str:
    """Return the names of a group's members, or why they cannot be looked at; nobody is in a group that is gone."""
    from botocore.exceptions import ClientError

    try:
        pages = iam.get_paginator("get_group").paginate(GroupName=group)
        return [user["UserName"] for page in pages for user in page["Users"]]
    except ClientError as exc:
        code = code_of(exc)
        return [] if code == "NoSuchEntity" else code
