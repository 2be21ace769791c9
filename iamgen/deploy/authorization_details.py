"""Read what every group, role and user of an account has, from GetAccountAuthorizationDetails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.errors import refuse

GROUP, ROLE, USER = "AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User"
KINDS = {GROUP: "Group", ROLE: "Role", USER: "User"}


@dataclass(frozen=True)
class PrincipalState:
    """What a group, role or user has."""

    inline: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Its own policies, by name."""
    attached: frozenset[str] = frozenset()
    """The ARNs of the managed policies that are attached to it."""
    members: frozenset[str] = frozenset()
    """The names of the users in a group."""
    trust: Mapping[str, Any] = field(default_factory=dict)
    """A role's trust policy."""
    arn: str = ""
    """Its ARN; empty where it is not known."""
    groups: frozenset[str] = frozenset()
    """The names of the groups of a user."""
    boundary: str = ""
    """The ARN of the permissions boundary of a role or user; empty where there is none."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The tags of a role or user; a group has none."""


Everybody = Mapping[tuple[str, str], PrincipalState]
"""What each group, role and user has, by type and name."""


def held(iam: Client, where: str, kinds: Mapping[str, str] = KINDS) -> dict[tuple[str, str], PrincipalState]:
    """Return what each group, role and user of the account has, by type and name: one request, in pages. With `kinds`,
    an extract of `KINDS`, return that of those types alone.

    Raises IamgenError when the answer breaks off before its end.
    """
    result: dict[tuple[str, str], PrincipalState] = {}
    members: dict[str, set[str]] = {}
    for page in detail_pages(iam, where, kinds):
        for kind, short in kinds.items():
            for item in page.get(f"{short}DetailList", ()):
                result[kind, item[f"{short}Name"]] = _held(short, item)
                for group in item.get("GroupList", ()):
                    members.setdefault(group, set()).add(item["UserName"])
    for (kind, name), item in result.items():
        if kind == GROUP:
            result[kind, name] = replace(item, members=frozenset(members.get(name, ())))
    return result


def detail_pages(iam: Client, where: str, kinds: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Yield the pages of AWS's answer about principals of these types, as they come.

    Raises IamgenError when the answer breaks off before its end.
    """
    more: dict[str, str] = {}
    while True:
        page = iam.get_account_authorization_details(Filter=list(kinds.values()), **more)
        yield page
        if not page.get("IsTruncated"):
            return
        if not page.get("Marker"):
            raise refuse(where, "AWS's answer about groups, roles and users breaks off before its end", "look again")
        more = {"Marker": page["Marker"]}


def _held(short: str, item: Mapping[str, Any]) -> PrincipalState:
    return PrincipalState(
        inline={policy["PolicyName"]: policy["PolicyDocument"] for policy in item.get(f"{short}PolicyList", ())},
        attached=frozenset(policy["PolicyArn"] for policy in item.get("AttachedManagedPolicies", ())),
        trust=item.get("AssumeRolePolicyDocument", {}),
        arn=item["Arn"],
        groups=frozenset(item.get("GroupList", ())),
        boundary=item.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        tags={tag["Key"]: tag["Value"] for tag in item.get("Tags", ())},
    )
