"""What an IAM user has, as values: credentials, memberships, policies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from iamgen.deploy.revocation import DENY_ALL

CredentialKind = Literal["access key", "signing certificate", "SSH key", "service credential"]


@dataclass(frozen=True)
class Password:
    """The password with which somebody signs in to the console."""

    created: datetime
    """When console access was given."""
    must_change: bool
    """Whether it has to be changed at the next sign-in."""


@dataclass(frozen=True)
class MFADevice:
    """A device that gives codes, or proves that somebody is there."""

    serial: str
    """Its serial number; the ARN where it is a virtual device or a passkey."""
    enabled: datetime
    """Since when it is in use."""

    @property
    def is_virtual(self) -> bool:
        """Whether it is a virtual device, which remains in the account when it is taken from its user."""
        return ":mfa/" in self.serial


@dataclass(frozen=True)
class AccessKeyState:
    """An access key without its secret, which AWS never shows again."""

    id: str
    """Its id."""
    is_active: bool
    """Whether it works."""
    created: datetime
    """When it was made."""
    last_used: datetime | None = None
    """When it was used last; None when AWS knows of no use."""
    last_service: str = ""
    """The service that it was used for last."""
    is_use_known: bool = True
    """Whether AWS said when it was used last."""


@dataclass(frozen=True)
class OtherCredential:
    """A signing certificate, an SSH key, or a credential of one service, such as one for git."""

    id: str
    """Its id."""
    is_active: bool
    """Whether it works."""
    created: datetime
    """When it was uploaded or made."""
    service: str = ""
    """The service that it is for; empty for certificates and SSH keys."""


@dataclass(frozen=True)
class UserState:
    """Everything that an IAM user has. What could not be looked at is named in `not_looked_at`, and empty here."""

    name: str
    """The user's name."""
    id: str
    """The user's unique id, `AIDA…`: another user of the same name has another."""
    arn: str
    """The user's ARN."""
    path: str
    """The user's path."""
    created: datetime
    """When the user was created."""
    last_sign_in: datetime | None = None
    """When the password was used last; None when AWS knows of no use."""
    password: Password | None = None
    """The password; None where there is none."""
    mfa_devices: tuple[MFADevice, ...] = ()
    """The MFA devices, by serial number."""
    keys: tuple[AccessKeyState, ...] = ()
    """The access keys, by id."""
    certificates: tuple[OtherCredential, ...] = ()
    """The signing certificates, by id."""
    ssh_keys: tuple[OtherCredential, ...] = ()
    """The SSH keys, by id."""
    service_credentials: tuple[OtherCredential, ...] = ()
    """The credentials of single services, by id."""
    groups: tuple[str, ...] = ()
    """The names of the groups that the user is in, sorted."""
    attached: tuple[str, ...] = ()
    """The ARNs of the managed policies that are attached to the user, sorted."""
    inline: tuple[str, ...] = ()
    """The names of the user's inline policies, sorted."""
    boundary: str = ""
    """The ARN of the permissions boundary; empty where there is none."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The user's tags."""
    not_looked_at: Mapping[str, str] = field(default_factory=dict)
    """What AWS refused to say, by the name of the part, with the action that is missing."""

    @property
    def denying_attachments(self) -> tuple[str, ...]:
        """The ARNs of the attached policies that deny everything: AWS has one."""
        return tuple(arn for arn in self.attached if arn.endswith(DENY_ALL))

    @property
    def unread_belongings(self) -> Mapping[str, str]:
        """What the user may have, and AWS refused to say: all of `not_looked_at` but when keys were used."""
        return {part: action for part, action in self.not_looked_at.items() if not part.startswith("use of ")}

    @property
    def credentials(self) -> tuple[tuple[CredentialKind, str, bool], ...]:
        """The kind and the id of each credential but the password, and whether it works."""
        return (
            *(("access key", key.id, key.is_active) for key in self.keys),
            *(("signing certificate", item.id, item.is_active) for item in self.certificates),
            *(("SSH key", item.id, item.is_active) for item in self.ssh_keys),
            *(("service credential", item.id, item.is_active) for item in self.service_credentials),
        )
