"""IAM and STS of some accounts in this process, for tests that run an offboarding a hundred times.

It knows what an offboarding asks, and AWS's rules for it: a user is deleted only when nothing of theirs is left, a virtual
MFA device only when nobody has it. A test may let any request fail, before or after it has taken effect.
"""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from iamgen.aws_client.clients import Clients, Credentials
from iamgen.deploy.targets import CredentialChoice
from tests.conftest import ACCOUNTS

GROUPS = tuple(f"infra-{name}-111111111111" for name in ("AssumeRoleG", "ManageOwnUserG", "PowerG"))
ALICE = "arn:aws:iam::111111111111:user/alice"
CREATED = datetime(2026, 1, 1, tzinfo=UTC)
Json = dict[str, Any]
CREDENTIALS = {
    "access_key": ("keys", "AccessKeyId"),
    "signing_certificate": ("certificates", "CertificateId"),
    "ssh_public_key": ("ssh_keys", "SSHPublicKeyId"),
    "service_specific_credential": ("service_credentials", "ServiceSpecificCredentialId"),
}
LISTS = {
    "list_mfa_devices": ("MFADevices", "mfa"),
    "list_access_keys": ("AccessKeyMetadata", "keys"),
    "list_signing_certificates": ("Certificates", "certificates"),
    "list_ssh_public_keys": ("SSHPublicKeys", "ssh_keys"),
    "list_service_specific_credentials": ("ServiceSpecificCredentials", "service_credentials"),
}


def refuse(code: str, operation: str) -> NoReturn:
    answer = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": {"HTTPStatusCode": 400}}
    raise ClientError(answer, operation)


@dataclass
class MemoryUser:
    """A user with everything that a user can have."""

    name: str
    path: str = "/"
    password: bool = True
    mfa: list[Json] = field(default_factory=list)
    keys: list[Json] = field(default_factory=list)
    certificates: list[Json] = field(default_factory=list)
    ssh_keys: list[Json] = field(default_factory=list)
    service_credentials: list[Json] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    inline: dict[str, Json] = field(default_factory=dict)
    boundary: str = ""
    tags: list[Json] = field(default_factory=list)
    must_change: bool = False

    @classmethod
    def full(cls, name: str, groups: tuple[str, ...]) -> MemoryUser:
        """Return one that has everything."""
        user = cls(name, groups=list(groups), attached=["arn:aws:iam::aws:policy/ReadOnlyAccess"])
        user.inline["by-hand"], user.boundary = {"Statement": []}, "arn:aws:iam::aws:policy/ReadOnlyAccess"
        for number, device in enumerate(("phone", "tablet"), 1):
            user.mfa.append({"SerialNumber": f"arn:aws:iam::111111111111:mfa/{name}-{device}", "EnableDate": CREATED})
            user.keys.append({"AccessKeyId": f"AKIA{number}", "Status": "Active", "CreateDate": CREATED})
        user.mfa.append({"SerialNumber": f"arn:aws:iam::111111111111:u2f/user/{name}/key", "EnableDate": CREATED})
        for attribute, key in list(CREDENTIALS.values())[1:]:
            item = {key: f"{attribute}-1", "Status": "Active", "UploadDate": CREATED, "CreateDate": CREATED}
            getattr(user, attribute).append({**item, "ServiceName": "codecommit.amazonaws.com"})
        return user


class MemoryIAM:
    """IAM of one account."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.users: dict[str, MemoryUser] = {}
        self.roles: dict[str, tuple[Json, dict[str, Json]]] = {}
        self.devices: set[str] = set()
        self.numbers = itertools.count(1)
        self.ids: dict[str, str] = {}
        self.used: dict[str, datetime] = {}
        """When access keys were used, by their ids."""

    def add_user(self, user: MemoryUser) -> None:
        self.users[user.name] = user
        self.ids[user.name] = f"AIDA{next(self.numbers)}"
        self.devices |= {device["SerialNumber"] for device in user.mfa if ":mfa/" in device["SerialNumber"]}

    def add_role(self, name: str, *principals: str) -> None:
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(principals)}}
        self.roles[name] = ({"Version": "2012-10-17", "Statement": [statement] if principals else []}, {})

    def user(self, operation: str, name: str) -> MemoryUser:
        if name not in self.users:
            refuse("NoSuchEntity", operation)
        return self.users[name]

    def snapshot(self) -> Json:
        """Return all that it has, but for the moments at which something was denied."""
        roles = {name: sorted(inline) for name, (_, inline) in self.roles.items()}
        return {"users": copy.deepcopy(self.users), "roles": roles, "devices": set(self.devices)}

    # what a test calls by the names of boto3

    def get_user(self, *, UserName: str) -> Json:  # noqa: N803
        user = self.user("GetUser", UserName)
        arn = f"arn:aws:iam::{self.account}:user{user.path}{user.name}"
        described = {"UserName": user.name, "UserId": self.ids[user.name], "Arn": arn, "Path": user.path}
        boundary = {"PermissionsBoundary": {"PermissionsBoundaryArn": user.boundary}} if user.boundary else {}
        return {"User": {**described, "CreateDate": CREATED, "Tags": user.tags, **boundary}}

    def get_login_profile(self, *, UserName: str) -> Json:  # noqa: N803
        user = self.user("GetLoginProfile", UserName)
        if not user.password:
            refuse("NoSuchEntity", "GetLoginProfile")
        profile = {"UserName": UserName, "CreateDate": CREATED, "PasswordResetRequired": user.must_change}
        return {"LoginProfile": profile}

    def get_access_key_last_used(self, *, AccessKeyId: str) -> Json:  # noqa: N803
        date = {"LastUsedDate": self.used[AccessKeyId]} if AccessKeyId in self.used else {}
        return {"AccessKeyLastUsed": {"ServiceName": "sts" if date else "N/A", "Region": "N/A", **date}}

    def get_user_policy(self, *, UserName: str, PolicyName: str) -> Json:  # noqa: N803
        return {"PolicyDocument": self.user("GetUserPolicy", UserName).inline[PolicyName]}

    def get_group(self, *, GroupName: str) -> Json:  # noqa: N803
        return {"Users": [{"UserName": name} for name, user in self.users.items() if GroupName in user.groups]}

    def list_groups_for_user(self, *, UserName: str) -> Json:  # noqa: N803
        return {"Groups": [{"GroupName": group} for group in self.user("ListGroupsForUser", UserName).groups]}

    def list_attached_user_policies(self, *, UserName: str) -> Json:  # noqa: N803
        attached = self.user("ListAttachedUserPolicies", UserName).attached
        return {"AttachedPolicies": [{"PolicyArn": arn, "PolicyName": arn} for arn in attached]}

    def list_user_policies(self, *, UserName: str) -> Json:  # noqa: N803
        return {"PolicyNames": list(self.user("ListUserPolicies", UserName).inline)}

    def list_virtual_mfa_devices(self, **_: str) -> Json:
        used = {device["SerialNumber"] for user in self.users.values() for device in user.mfa}
        return {"VirtualMFADevices": [{"SerialNumber": serial} for serial in self.devices - used]}

    def get_account_authorization_details(self, **_: Any) -> Json:
        return {
            "RoleDetailList": [
                {
                    "RoleName": name, "Arn": f"arn:aws:iam::{self.account}:role/{name}",
                    "AssumeRolePolicyDocument": trust,
                    "RolePolicyList": [{"PolicyName": key, "PolicyDocument": text} for key, text in inline.items()],
                }
                for name, (trust, inline) in self.roles.items()
            ],
            "UserDetailList": [
                {"UserName": name, "Arn": f"arn:aws:iam::{self.account}:user/{name}"} for name in self.users
            ],
        }  # fmt: skip

    def put_user_policy(self, *, UserName: str, PolicyName: str, PolicyDocument: str) -> None:  # noqa: N803
        import json

        self.user("PutUserPolicy", UserName).inline[PolicyName] = json.loads(PolicyDocument)

    def put_role_policy(self, *, RoleName: str, PolicyName: str, PolicyDocument: str) -> Json:  # noqa: N803
        import json

        self.roles[RoleName][1][PolicyName] = json.loads(PolicyDocument)
        return {}

    def delete_role_policy(self, *, RoleName: str, PolicyName: str) -> None:  # noqa: N803
        del self.roles[RoleName][1][PolicyName]

    def delete_user_policy(self, *, UserName: str, PolicyName: str) -> None:  # noqa: N803
        if self.user("DeleteUserPolicy", UserName).inline.pop(PolicyName, None) is None:
            refuse("NoSuchEntity", "DeleteUserPolicy")

    def attach_user_policy(self, *, UserName: str, PolicyArn: str) -> None:  # noqa: N803
        attached = self.user("AttachUserPolicy", UserName).attached
        attached += [] if PolicyArn in attached else [PolicyArn]

    def detach_user_policy(self, *, UserName: str, PolicyArn: str) -> None:  # noqa: N803
        attached = self.user("DetachUserPolicy", UserName).attached
        if PolicyArn not in attached:
            refuse("NoSuchEntity", "DetachUserPolicy")
        attached.remove(PolicyArn)

    def remove_user_from_group(self, *, UserName: str, GroupName: str) -> None:  # noqa: N803
        groups = self.user("RemoveUserFromGroup", UserName).groups
        groups[:] = [group for group in groups if group != GroupName]

    def delete_user_permissions_boundary(self, *, UserName: str) -> None:  # noqa: N803
        self.user("DeleteUserPermissionsBoundary", UserName).boundary = ""

    def delete_login_profile(self, *, UserName: str) -> None:  # noqa: N803
        user = self.user("DeleteLoginProfile", UserName)
        if not user.password:
            refuse("NoSuchEntity", "DeleteLoginProfile")
        user.password = False

    def deactivate_mfa_device(self, *, UserName: str, SerialNumber: str) -> None:  # noqa: N803
        user = self.user("DeactivateMFADevice", UserName)
        rest = [device for device in user.mfa if device["SerialNumber"] != SerialNumber]
        if len(rest) == len(user.mfa):
            refuse("NoSuchEntity", "DeactivateMFADevice")
        user.mfa = rest

    def delete_virtual_mfa_device(self, *, SerialNumber: str) -> None:  # noqa: N803
        if any(device["SerialNumber"] == SerialNumber for user in self.users.values() for device in user.mfa):
            refuse("DeleteConflict", "DeleteVirtualMFADevice")
        if SerialNumber not in self.devices:
            refuse("NoSuchEntity", "DeleteVirtualMFADevice")
        self.devices.remove(SerialNumber)

    def create_user(self, *, UserName: str, Path: str, Tags: list[Json]) -> Json:  # noqa: N803
        if UserName in self.users:
            refuse("EntityAlreadyExists", "CreateUser")
        self.add_user(MemoryUser(UserName, Path, password=False, tags=Tags))
        return {}

    def tag_user(self, *, UserName: str, Tags: list[Json]) -> None:  # noqa: N803
        self.user("TagUser", UserName).tags = Tags

    def list_groups(self) -> Json:
        return {"Groups": [{"GroupName": group} for group in (*GROUPS, "infra-AuditG-111111111111")]}

    def add_user_to_group(self, *, UserName: str, GroupName: str) -> None:  # noqa: N803
        groups = self.user("AddUserToGroup", UserName).groups
        groups += [] if GroupName in groups else [GroupName]

    def get_account_password_policy(self) -> Json:
        return {"PasswordPolicy": {"MinimumPasswordLength": 128, "PasswordReusePrevention": 24}}

    def create_login_profile(self, *, UserName: str, Password: str, PasswordResetRequired: bool) -> None:  # noqa: N803
        user = self.user("CreateLoginProfile", UserName)
        if user.password:
            refuse("EntityAlreadyExists", "CreateLoginProfile")
        assert (len(Password), PasswordResetRequired) == (128, True)
        user.password = user.must_change = True

    def create_access_key(self, *, UserName: str) -> Json:  # noqa: N803
        keys = self.user("CreateAccessKey", UserName).keys
        if len(keys) > 1:
            refuse("LimitExceeded", "CreateAccessKey")
        id_ = f"AKIA{next(self.numbers)}"
        keys.append({"AccessKeyId": id_, "Status": "Active", "CreateDate": datetime.now(UTC)})
        return {"AccessKey": {"UserName": UserName, "AccessKeyId": id_, "SecretAccessKey": f"secret of {id_}"}}

    def delete_user(self, *, UserName: str) -> None:  # noqa: N803
        user = self.user("DeleteUser", UserName)
        credentials = (user.keys, user.certificates, user.ssh_keys, user.service_credentials)
        if user.password or user.mfa or user.groups or user.attached or user.inline or any(credentials):
            refuse("DeleteConflict", "DeleteUser")
        del self.users[UserName]

    def change(self, operation: str, **asked: str) -> Json:
        """Carry out what all kinds of credentials have alike."""
        verb, _, kind = operation.partition("_")
        if operation in LISTS:
            key, attribute = LISTS[operation]
            return {key: [dict(item) for item in getattr(self.user(operation, asked["UserName"]), attribute)]}
        attribute, id_key = CREDENTIALS[kind]
        items: list[Json] = getattr(self.user(operation, asked["UserName"]), attribute)
        item = next((item for item in items if item[id_key] == asked[id_key]), None)
        if item is None:
            refuse("NoSuchEntity", operation)
        if verb == "delete":
            items.remove(item)
        else:
            item["Status"] = asked["Status"]
        return {}


class MemorySTS:
    """STS of one account."""

    def __init__(self, account: str, arn: str) -> None:
        self.identity = {"Account": account, "Arn": arn}

    def get_caller_identity(self) -> Json:
        return self.identity


Fail = Callable[[int, str, bool], None]


class MemoryAWS:
    """Some accounts. `fail` is called with each request's number and name, before it takes effect and after."""

    def __init__(self, accounts: dict[str, str], caller: str = "arn:aws:iam::111111111111:user/ops") -> None:
        self.iam = {name: MemoryIAM(id_) for name, id_ in accounts.items()}
        self.sts = {name: MemorySTS(id_, caller) for name, id_ in accounts.items()}
        self.requests: list[str] = []
        self.fail: Fail = lambda _number, _name, _is_after: None
        self.lock = threading.Lock()

    def clients(self, name: str) -> Clients:
        services = {"iam": MemoryClient(self, self.iam[name]), "sts": MemoryClient(self, self.sts[name])}
        return Clients(services.__getitem__, Credentials(f"of-{name}"), "eu-west-1")

    def snapshot(self) -> Json:
        return {name: iam.snapshot() for name, iam in self.iam.items()}

    def request(self, operation: str, ask: Callable[..., Any], **asked: Any) -> Any:
        with self.lock:  # accounts are worked on side by side
            self.requests.append(operation)
            number = len(self.requests)
            self.fail(number, operation, False)
            answer = ask(**asked)
            self.fail(number, operation, True)
        return answer


class MemoryClient:
    """A client of a service, as boto3 has it."""

    def __init__(self, aws: MemoryAWS, service: Any) -> None:
        self.aws, self.service = aws, service

    def __getattr__(self, operation: str) -> Any:
        ask = getattr(self.service, operation, None) or partial(self.service.change, operation)
        return partial(self.aws.request, operation, ask)

    def can_paginate(self, operation: str) -> bool:
        return operation != "list_service_specific_credentials"

    def get_paginator(self, operation: str) -> Any:
        return Paginator(getattr(self, operation))


class Paginator:
    """The single page of an answer."""

    def __init__(self, ask: Callable[..., Json]) -> None:
        self.ask = ask

    def paginate(self, **asked: Any) -> Iterator[Json]:
        yield self.ask(**asked)


def world() -> MemoryAWS:
    """Return three accounts, and alice with everything."""
    aws = MemoryAWS(ACCOUNTS)
    aws.iam["user-only"].add_user(MemoryUser.full("alice", GROUPS))
    aws.iam["user-only"].add_user(MemoryUser("erin", groups=[GROUPS[2]]))
    aws.iam["dev"].add_role(f"infra-AdminR-{ACCOUNTS['dev']}", ALICE)
    aws.iam["dev"].add_role("legacy", "arn:aws:iam::111111111111:root")
    aws.iam["prod"].add_role(f"infra-OpsR-{ACCOUNTS['prod']}")
    return aws


def use(aws: MemoryAWS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CredentialChoice, "clients", lambda _self, _declaration, account: aws.clients(account.name))
