"""Resources of a stack that ministack does not make by itself, registered with its own."""

from __future__ import annotations

from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]
Made = tuple[str, dict[str, str]]


def register() -> None:
    """Let stacks have groups, memberships, access keys and OIDC providers."""
    provisioners._RESOURCE_HANDLERS |= {
        "AWS::IAM::Group": {"create": make_group, "update": change_group, "delete": delete_group},
        "AWS::IAM::UserToGroupAddition": {
            "create": make_members,
            "update": change_members,
            "delete": delete_members,
        },
        "AWS::IAM::AccessKey": {"create": make_key, "update": change_key, "delete": delete_key},
        "AWS::IAM::OIDCProvider": {"create": make_provider, "update": change_provider, "delete": delete_provider},
    }
    provisioners._REPLACING_PROPERTIES |= {
        "AWS::IAM::Group": ("GroupName",),
        "AWS::IAM::UserToGroupAddition": ("GroupName",),
        "AWS::IAM::AccessKey": ("Serial", "UserName"),
        "AWS::IAM::OIDCProvider": ("Url",),
    }


def call(function: Any, **parameters: Any) -> None:  # one of the emulator's own
    """Run one of the emulator's own actions. Raises ValueError with what it refuses."""
    status, _, body = function(parameters)
    if status >= 400:
        raise ValueError(body.decode() if isinstance(body, bytes) else str(body))


def members(name: str, values: list[str]) -> dict[str, str]:
    """Return a list as the Query API spells it."""
    return {f"{name}.member.{number}": value for number, value in enumerate(values, 1)}


def make_group(logical_id: str, props: Properties, stack: str) -> Made:
    name = props.get("GroupName") or f"{stack}-{logical_id}"
    call(iam._create_group, GroupName=name, Path=props.get("Path", "/"))
    change_group(name, {}, props, stack)
    return name, {"Arn": iam._groups[name]["Arn"]}


def change_group(name: str, before: Properties, after: Properties, _stack: str) -> Made:
    old, new = set(before.get("ManagedPolicyArns", ())), set(after.get("ManagedPolicyArns", ()))
    for arn in sorted(old - new):
        call(iam._detach_group_policy, GroupName=name, PolicyArn=arn)
    for arn in sorted(new - old):
        call(iam._attach_group_policy, GroupName=name, PolicyArn=arn)
    return name, {"Arn": iam._groups[name]["Arn"]}


def delete_group(name: str, props: Properties) -> None:
    """As AWS does: a group goes only when empty of people, and of policies that the stack did not give it."""
    group = iam._groups.get(name)
    if group is None:
        return
    change_group(name, props, {}, "")
    if group["Users"]:
        raise ValueError("Cannot delete entity, must remove users from group first. (Service: Iam, Status Code: 409)")
    if group["AttachedPolicies"] or iam._group_inline_policies.get(name):
        raise ValueError("Cannot delete entity, must delete policies first. (Service: Iam, Status Code: 409)")
    call(iam._delete_group, GroupName=name)


def make_members(logical_id: str, props: Properties, stack: str) -> Made:
    change_members(props["GroupName"], {}, props, stack)
    return f"{stack}-{logical_id}", {}


def change_members(physical_id: str, before: Properties, after: Properties, _stack: str) -> Made:
    group, old, new = after["GroupName"], set(before.get("Users", ())), set(after["Users"])
    for user in sorted(old - new):
        call(iam._remove_user_from_group, GroupName=group, UserName=user)
    for user in sorted(new - old):
        call(iam._add_user_to_group, GroupName=group, UserName=user)
    return physical_id, {}


def delete_members(_physical_id: str, props: Properties) -> None:
    group = iam._groups.get(props["GroupName"])
    for user in set(props["Users"]) & set(group["Users"] if group else ()):
        group["Users"].remove(user)


def make_key(_logical_id: str, props: Properties, stack: str) -> Made:
    before = set(iam._access_keys)
    call(iam._create_access_key, UserName=props["UserName"])
    (key,) = set(iam._access_keys) - before
    change_key(key, {}, props, stack)
    return key, {"SecretAccessKey": iam._access_keys[key]["SecretAccessKey"]}


def change_key(key: str, _before: Properties, after: Properties, _stack: str) -> Made:
    call(iam._update_access_key, AccessKeyId=key, Status=after.get("Status", "Active"), UserName=after["UserName"])
    return key, {"SecretAccessKey": iam._access_keys[key]["SecretAccessKey"]}


def delete_key(key: str, _props: Properties) -> None:
    iam._access_keys.pop(key, None)


def make_provider(_logical_id: str, props: Properties, _stack: str) -> Made:
    lists = members("ClientIDList", props.get("ClientIdList", [])) | members(
        "ThumbprintList", props.get("ThumbprintList", [])
    )
    before = set(iam._oidc_providers)
    call(iam._create_oidc_provider, Url=props["Url"], **lists)
    (arn,) = set(iam._oidc_providers) - before
    return arn, {"Arn": arn}


def change_provider(arn: str, _before: Properties, after: Properties, _stack: str) -> Made:
    iam._oidc_providers[arn] |= {
        "ClientIDList": list(after.get("ClientIdList", [])),
        "ThumbprintList": list(after.get("ThumbprintList", [])),
    }
    return arn, {"Arn": arn}


def delete_provider(arn: str, _props: Properties) -> None:
    iam._oidc_providers.pop(arn, None)
