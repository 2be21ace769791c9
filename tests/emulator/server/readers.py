"""What drift detection sees: ministack reads roles alone, and of those not the policies."""

from __future__ import annotations

import json
from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import drift

Properties = dict[str, Any]


def register() -> None:
    """Let drift detection see policies, groups, users and providers too, as AWS's does."""
    role, of_role = drift._DRIFT_READERS["AWS::IAM::Role"]
    drift._DRIFT_READERS |= {
        "AWS::IAM::Role": (lambda name, props: read_role(role(name, props), name), of_role | {"ManagedPolicyArns"}),
        "AWS::IAM::ManagedPolicy": (read_policy, frozenset({"PolicyDocument", "Groups", "Roles", "Users"})),
        "AWS::IAM::Group": (read_group, frozenset({"GroupName", "Path", "ManagedPolicyArns"})),
        "AWS::IAM::User": (read_user, frozenset({"UserName", "Path", "ManagedPolicyArns", "Groups"})),
        "AWS::IAM::OIDCProvider": (read_provider, frozenset({"Url", "ClientIdList"})),
    }


def read_role(expected: Properties | None, name: str) -> Properties | None:
    return expected and {**expected, "ManagedPolicyArns": iam._roles[name]["AttachedPolicies"]}


def read_policy(arn: str, _props: Properties) -> Properties | None:
    policy = iam._policies.get(arn)
    if policy is None:
        return None
    document = policy["Versions"][policy["DefaultVersionId"]]["Document"]
    holders = {"Groups": iam._groups, "Roles": iam._roles, "Users": iam._users}
    return {
        "PolicyDocument": json.loads(document) if isinstance(document, str) else document,
        **{
            kind: [name for name, item in store.items() if arn in item.get("AttachedPolicies", ())]
            for kind, store in holders.items()
        },
    }


def read_group(name: str, _props: Properties) -> Properties | None:
    group = iam._groups.get(name)
    return group and {"GroupName": name, "Path": group["Path"], "ManagedPolicyArns": group["AttachedPolicies"]}


def read_user(name: str, _props: Properties) -> Properties | None:
    user = iam._users.get(name)
    groups = [group for group, entry in iam._groups.items() if name in entry["Users"]]
    return user and {
        "UserName": name,
        "Path": user["Path"],
        "ManagedPolicyArns": user.get("AttachedPolicies", []),
        "Groups": groups,
    }


def read_provider(arn: str, _props: Properties) -> Properties | None:
    provider = iam._oidc_providers.get(arn)
    return provider and {"Url": provider["Url"], "ClientIdList": provider["ClientIDList"]}
