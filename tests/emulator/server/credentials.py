"""What a user can have beside keys and a password: certificates, SSH keys, credentials of one service; and what AWS
refuses about users. ministack has none of it.

A user is deleted only when nothing of theirs is left, a password has to meet the account's password policy, and a name
may change. What is added lies in the user's own record, so that it goes when the emulator is emptied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from ministack.services import iam

Parameters = dict[str, Any]
Answer = Any
Handler = Callable[[Parameters], Answer]

CLASSES = {
    "RequireUppercaseCharacters": "[A-Z]",
    "RequireLowercaseCharacters": "[a-z]",
    "RequireNumbers": "[0-9]",
    "RequireSymbols": r"[!@#$%^&*()_+\-=\[\]{}|']",
}
KINDS = {
    # the kind: its operations' singular and plural, the key of its id, the list in an answer, the date's name
    "certificates": ("SigningCertificate", "SigningCertificates", "CertificateId", "Certificates", "UploadDate"),
    "ssh_keys": ("SSHPublicKey", "SSHPublicKeys", "SSHPublicKeyId", "SSHPublicKeys", "UploadDate"),
    "service_credentials": (
        "ServiceSpecificCredential", "ServiceSpecificCredentials", "ServiceSpecificCredentialId",
        "ServiceSpecificCredentials", "CreateDate",
    ),
}  # fmt: skip


def register() -> None:
    """Add the actions, and let those that ministack has refuse what AWS refuses."""
    handlers = iam._IAM_HANDLERS
    for kind, (singular, plural, *_) in KINDS.items():
        begin = "Create" if kind == "service_credentials" else "Upload"
        handlers[f"{begin}{singular}"] = adding(kind)
        handlers[f"List{plural}"] = listing(kind)
        handlers[f"Update{singular}"] = changing(kind)
        handlers[f"Delete{singular}"] = deleting(kind)
    handlers["UpdateUser"] = update_user
    handlers["DeleteUser"] = only_when_empty(handlers["DeleteUser"])
    for action in ("CreateLoginProfile", "UpdateLoginProfile"):
        handlers[action] = only_with_good_password(handlers[action])


def value(parameters: Parameters, name: str) -> str:
    return str(iam._p(parameters, name))


def user_of(parameters: Parameters) -> Any:
    return iam._users.get(value(parameters, "UserName"))


def absent(parameters: Parameters) -> Answer:
    return iam._error(404, "NoSuchEntity", f"The user with name {value(parameters, 'UserName')} cannot be found.")


def answered(action: str, inner: str = "") -> Answer:
    return iam._xml(200, f"{action}Response", f"<{action}Result>{inner}</{action}Result>")


def adding(kind: str) -> Handler:
    singular, _, id_key, _, date = KINDS[kind]
    action = f"{'Create' if kind == 'service_credentials' else 'Upload'}{singular}"
    element = {"certificates": "Certificate"}.get(kind, singular)

    def add(parameters: Parameters) -> Answer:
        user = user_of(parameters)
        if user is None:
            return absent(parameters)
        item = {
            id_key: iam._gen_id("ACCA") + "0000",
            "Status": "Active",
            date: iam._now(),
            "UserName": user["UserName"],
        }
        if value(parameters, "ServiceName"):
            item |= {
                "ServiceName": value(parameters, "ServiceName"),
                "ServiceUserName": "any",
                "ServicePassword": "any",
            }
        user.setdefault(kind, []).append(item)
        body = {"CertificateBody": "x", "SSHPublicKeyBody": "x", "Fingerprint": "x"}
        return answered(action, f"<{element}>{elements({**item, **body})}</{element}>")

    return add


def elements(item: dict[str, str]) -> str:
    return "".join(f"<{name}>{text}</{name}>" for name, text in item.items())


def listing(kind: str) -> Handler:
    _, plural, _, key, _ = KINDS[kind]

    def listed(parameters: Parameters) -> Answer:
        user = user_of(parameters)
        if user is None:
            return absent(parameters)
        members = "".join(
            f"<member>{elements({**item, 'CertificateBody': 'x'})}</member>" for item in user.get(kind, ())
        )
        return answered(f"List{plural}", f"<{key}>{members}</{key}><IsTruncated>false</IsTruncated>")

    return listed


def item_of(kind: str, parameters: Parameters) -> Any:
    id_key, user = KINDS[kind][2], user_of(parameters) or {}
    return next((item for item in user.get(kind, ()) if item[id_key] == value(parameters, id_key)), None)


def changing(kind: str) -> Handler:
    def change(parameters: Parameters) -> Answer:
        item = item_of(kind, parameters)
        if item is None:
            return absent(parameters)
        item["Status"] = value(parameters, "Status")
        return answered(f"Update{KINDS[kind][0]}")

    return change


def deleting(kind: str) -> Handler:
    def delete(parameters: Parameters) -> Answer:
        item = item_of(kind, parameters)
        if item is None:
            return absent(parameters)
        user_of(parameters)[kind].remove(item)
        return answered(f"Delete{KINDS[kind][0]}")

    return delete


def update_user(parameters: Parameters) -> Answer:
    """Change a user's name or path, and the ARN with them; what the user has stays."""
    name, new = value(parameters, "UserName"), value(parameters, "NewUserName")
    user = iam._users.get(name)
    if user is None:
        return absent(parameters)
    if new and new.lower() != name.lower() and new.lower() in {known.lower() for known in iam._users}:
        return iam._error(409, "EntityAlreadyExists", f"User with name {new} already exists.")
    path, last = value(parameters, "NewPath") or user["Path"], new or name
    user |= {"UserName": last, "Path": path, "Arn": f"arn:aws:iam::{iam.get_account_id()}:user{path}{last}"}
    del iam._users[name]
    iam._users[last] = user
    move(name, last)
    return answered("UpdateUser")


def move(name: str, last: str) -> None:
    """Let what belongs to a user belong to the user's new name."""
    for store in (iam._user_inline_policies, iam._login_profiles):
        if name in store:
            store[last] = store.pop(name)
    for key in iam._access_keys.values():
        key["UserName"] = last if key["UserName"] == name else key["UserName"]
    for group in iam._groups.values():
        group["Users"] = [last if member == name else member for member in group["Users"]]
    for device in iam._mfa_devices.values():
        device["User"] = last if device.get("User") == name else device.get("User")


def only_when_empty(delete: Handler) -> Handler:
    def checked(parameters: Parameters) -> Answer:
        user = user_of(parameters)
        rest = next(belongings(user), "") if user else ""
        if rest:
            return iam._error(409, "DeleteConflict", f"Cannot delete entity, must remove {rest} first.")
        return delete(parameters)

    return checked


def belongings(user: Any) -> Iterator[str]:
    name = user["UserName"]
    yield from (kind for kind in KINDS if user.get(kind))
    if name in iam._login_profiles:
        yield "login profile"
    if any(device.get("User") == name for device in iam._mfa_devices.values()):
        yield "MFA device"
    if any(name in group["Users"] for group in iam._groups.values()):
        yield "users from group"
    if iam._user_inline_policies.get(name):
        yield "policies"


def only_with_good_password(handler: Handler) -> Handler:
    def checked(parameters: Parameters) -> Answer:
        policy = iam._account_password_policy.get("policy") or {}
        password = value(parameters, "Password")
        shortest = policy.get("MinimumPasswordLength", 8)
        is_good = shortest <= len(password) <= 128
        for name, pattern in CLASSES.items():
            is_good = is_good and (not policy.get(name) or bool(re.search(pattern, password)))
        if password and not is_good:
            return iam._error(400, "PasswordPolicyViolation", "Password does not conform to the account policy.")
        return handler(parameters)

    return checked
