"""Read what an IAM user has, with a dozen requests. If AWS refuses one of them, the others are still used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from iamgen.aws_client.clients import Client
from iamgen.aws_client.errors import DENIED_CODES, code_of
from iamgen.people.user_state import AccessKeyState, MFADevice, OtherCredential, Password, UserState

Part = TypeVar("Part")
ABSENT = "NoSuchEntity"


def read_user(iam: Client, name: str) -> UserState | None:
    """Return what a user has, None when there is no such user.

    What the credentials may not ask for is left empty, and named in `not_looked_at`. Raises what boto3 raises when
    the user itself cannot be looked at, or for any other reason.
    """
    user = find_user(iam, name)
    if user is None:
        return None
    reading = _Reading(iam, user["UserName"])
    parts = {part: reading.part(part, *question) for part, question in _QUESTIONS.items()}
    return UserState(
        name=user["UserName"],
        id=user["UserId"],
        arn=user["Arn"],
        path=user["Path"],
        created=user["CreateDate"],
        last_sign_in=user.get("PasswordLastUsed"),
        boundary=user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        tags={tag["Key"]: tag["Value"] for tag in user.get("Tags", ())},
        not_looked_at=reading.refused,
        **parts,
    )


def find_user(iam: Client, name: str) -> dict[str, Any] | None:
    """Return AWS's description of a user, or None if there is no user with that name."""
    from botocore.exceptions import ClientError

    try:
        return dict(iam.get_user(UserName=name)["User"])
    except ClientError as exc:
        if code_of(exc) != ABSENT:
            raise
        return None


@dataclass
class _Reading:
    """One user while it is read."""

    iam: Client
    """The client of the user's account."""
    name: str
    """The user's name."""
    refused: dict[str, str] = field(default_factory=dict)
    """What AWS refused, with the action that is missing."""

    def part(self, part: str, ask: Callable[[_Reading], Part], empty: Part, action: str) -> Part:
        """Return a part of what the user has, or an empty value if AWS refuses to show it."""
        from botocore.exceptions import ClientError

        try:
            return ask(self)
        except ClientError as exc:
            if code_of(exc) == ABSENT:  # somebody has deleted it meanwhile
                return empty
            if code_of(exc) not in DENIED_CODES:
                raise
            self.refused[part] = f"iam:{action}"
            return empty

    def pages(self, operation: str, key: str) -> Iterator[Any]:
        """Yield what a list of the user's has, all pages of it."""
        if self.iam.can_paginate(operation):
            for page in self.iam.get_paginator(operation).paginate(UserName=self.name):
                yield from page[key]
        else:
            yield from _unpaginated(getattr(self.iam, operation), key, self.name)


def _unpaginated(ask: Callable[..., Mapping[str, Any]], key: str, name: str) -> Iterator[Any]:
    """Yield all of a list for which boto3 has no paginator."""
    more: dict[str, str] = {}
    while True:
        page = ask(UserName=name, **more)
        yield from page.get(key, ())
        if not page.get("IsTruncated") or not page.get("Marker"):
            return
        more = {"Marker": page["Marker"]}


def _password(reading: _Reading) -> Password | None:
    profile = reading.iam.get_login_profile(UserName=reading.name)["LoginProfile"]
    return Password(profile["CreateDate"], profile.get("PasswordResetRequired", False))


def _mfa_devices(reading: _Reading) -> tuple[MFADevice, ...]:
    devices = reading.pages("list_mfa_devices", "MFADevices")
    listed = [MFADevice(device["SerialNumber"], device["EnableDate"]) for device in devices]
    return tuple(sorted(listed, key=lambda device: device.serial))


def _keys(reading: _Reading) -> tuple[AccessKeyState, ...]:
    listed = reading.pages("list_access_keys", "AccessKeyMetadata")
    return tuple(sorted((_key(reading, key) for key in listed), key=lambda key: key.id))


def _key(reading: _Reading, key: Mapping[str, Any]) -> AccessKeyState:
    use = reading.part(f"use of {key['AccessKeyId']}", lambda _: _use(reading, key), None, "GetAccessKeyLastUsed")
    return AccessKeyState(
        key["AccessKeyId"],
        key["Status"] == "Active",
        key["CreateDate"],
        (use or {}).get("LastUsedDate"),
        "" if use is None or use["ServiceName"] == "N/A" else use["ServiceName"],
        is_use_known=use is not None,
    )


def _use(reading: _Reading, key: Mapping[str, Any]) -> Mapping[str, Any] | None:
    answer = reading.iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    use: Mapping[str, Any] = answer["AccessKeyLastUsed"]
    return use


def _others(operation: str, key: str, id_key: str) -> Callable[[_Reading], tuple[OtherCredential, ...]]:
    def ask(reading: _Reading) -> tuple[OtherCredential, ...]:
        listed = [
            OtherCredential(
                item[id_key],
                item["Status"] == "Active",
                item.get("UploadDate") or item["CreateDate"],
                item.get("ServiceName", ""),
            )
            for item in reading.pages(operation, key)
        ]
        return tuple(sorted(listed, key=lambda credential: credential.id))

    return ask


def _names(operation: str, key: str, name_key: str = "") -> Callable[[_Reading], tuple[str, ...]]:
    def ask(reading: _Reading) -> tuple[str, ...]:
        return tuple(sorted(item[name_key] if name_key else item for item in reading.pages(operation, key)))

    return ask


_QUESTIONS: Mapping[str, tuple[Callable[[_Reading], Any], Any, str]] = {
    "password": (_password, None, "GetLoginProfile"),
    "mfa_devices": (_mfa_devices, (), "ListMFADevices"),
    "keys": (_keys, (), "ListAccessKeys"),
    "certificates": (
        _others("list_signing_certificates", "Certificates", "CertificateId"),
        (),
        "ListSigningCertificates",
    ),
    "ssh_keys": (_others("list_ssh_public_keys", "SSHPublicKeys", "SSHPublicKeyId"), (), "ListSSHPublicKeys"),
    "service_credentials": (
        _others("list_service_specific_credentials", "ServiceSpecificCredentials", "ServiceSpecificCredentialId"),
        (),
        "ListServiceSpecificCredentials",
    ),
    "groups": (_names("list_groups_for_user", "Groups", "GroupName"), (), "ListGroupsForUser"),
    "attached": (
        _names("list_attached_user_policies", "AttachedPolicies", "PolicyArn"),
        (),
        "ListAttachedUserPolicies",
    ),
    "inline": (_names("list_user_policies", "PolicyNames"), (), "ListUserPolicies"),
}
"""By the field of `UserState`: how it is asked for, what it is where AWS refuses, and the action that this needs."""
