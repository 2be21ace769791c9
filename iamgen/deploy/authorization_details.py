"""What every group, role and user of an account has, as GetAccountAuthorizationDetails tells it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.errors import refuse

GROUP, ROLE, USER = "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User"
KINDS = {GROUP: "Group", ROLE: "Role", USER: "User"}


@dataclass(frozen=True)
class Held:
    """What a group, role or user has.

    `inline` has its own policies by name, `attached` the ARNs of the managed ones.
    `members` are the users in a group, `groups` the groups of a user, by name.
    `trust` is a role's trust policy.
    `boundary` is the ARN of the permissions boundary of a role or user; empty where there is none.
    `tags` are those of a role or user; a group has none.
    `arn` is empty where it is not known.
    """

    inline: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    attached: frozenset[str] = frozenset()
    members: frozenset[str] = frozenset()
    trust: Mapping[str, Any] = field(default_factory=dict)
    arn: str = ""
    groups: frozenset[str] = frozenset()
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


Everybody = Mapping[tuple[str, str], Held]
"""What each group, role and user has, by type and name."""


def held(iam: Client, where: str) -> dict[tuple[str, str], Held]:
    """Return what each group, role and user of the account has, by type and name: one request, in pages.

    Raises IamgenError when the answer breaks off before its end.
    """
    found: dict[tuple[str, str], Held] = {}
    members: dict[str, set[str]] = {}
    for page in _pages(iam, where):
        for kind, short in KINDS.items():
            for one in page.get(f"{short}DetailList", ()):
                found[kind, one[f"{short}Name"]] = _held(short, one)
                for group in one.get("GroupList", ()):
                    members.setdefault(group, set()).add(one["UserName"])
    for (kind, name), one in found.items():
        if kind == GROUP:
            found[kind, name] = replace(one, members=frozenset(members.get(name, ())))
    return found


def _pages(iam: Client, where: str) -> Iterator[Mapping[str, Any]]:
    more: dict[str, str] = {}
    while True:
        page = iam.get_account_authorization_details(Filter=list(KINDS.values()), **more)
        yield page
        if not page.get("IsTruncated"):
            return
        if not page.get("Marker"):
            raise refuse(where, "AWS's answer about groups, roles and users breaks off before its end", "look again")
        more = {"Marker": page["Marker"]}


def _held(short: str, one: Mapping[str, Any]) -> Held:
    return Held(
        inline={policy["PolicyName"]: policy["PolicyDocument"] for policy in one.get(f"{short}PolicyList", ())},
        attached=frozenset(policy["PolicyArn"] for policy in one.get("AttachedManagedPolicies", ())),
        trust=one.get("AssumeRolePolicyDocument", {}),
        arn=one["Arn"],
        groups=frozenset(one.get("GroupList", ())),
        boundary=one.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        tags={tag["Key"]: tag["Value"] for tag in one.get("Tags", ())},
    )
