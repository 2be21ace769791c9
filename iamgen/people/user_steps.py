"""Steps that change an IAM user, as values: those that a deployment does not have.

Memberships, policies and boundaries are changed by the steps of `deploy.steps`. No step has a password in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from iamgen.deploy.steps import AddToGroup, DeleteBoundary, DeleteInlinePolicy, DetachPolicy, RemoveFromGroup
from iamgen.people.user_state import CredentialKind


@dataclass(frozen=True)
class CreateUser:
    """Create an IAM user."""

    user: str
    """The user's name."""
    path: str
    """The user's path."""
    tags: Mapping[str, str]
    """The user's tags."""


@dataclass(frozen=True)
class RenameUser:
    """Give a user another name; all that the user has stays, and so does the unique id."""

    user: str
    """The user's name."""
    new_name: str
    """The name from then on."""


@dataclass(frozen=True)
class TagUser:
    """Set tags of a user."""

    user: str
    """The user's name."""
    tags: Mapping[str, str]
    """The tags; others of the user stay."""


@dataclass(frozen=True)
class GivePassword:
    """Give a user access to the console, with a temporary password."""

    user: str
    """The user's name."""


@dataclass(frozen=True)
class ResetPassword:
    """Replace a user's password by a temporary one."""

    user: str
    """The user's name."""


@dataclass(frozen=True)
class CreateAccessKey:
    """Make an access key, and hand its secret over."""

    user: str
    """The user's name."""


@dataclass(frozen=True)
class DenyEverything:
    """Put a policy on a user that denies everything, also to sessions that are going on."""

    user: str
    """The user's name."""


@dataclass(frozen=True)
class RevokeSessions:
    """Put a policy on a role that denies everything to sessions issued up to then."""

    role: str
    """The role's name."""
    user: str
    """The user whose sessions are meant."""
    every_session: bool = False
    """Whether the sessions of everybody are meant, since any of them may be the user's."""


@dataclass(frozen=True)
class DeactivateCredential:
    """Deactivate a credential, so that it no longer works."""

    user: str
    """The user's name."""
    kind: CredentialKind
    """What sort of credential it is."""
    id: str
    """Its id."""


@dataclass(frozen=True)
class DeleteCredential:
    """Delete a credential."""

    user: str
    """The user's name."""
    kind: CredentialKind
    """What sort of credential it is."""
    id: str
    """Its id."""


@dataclass(frozen=True)
class DeletePassword:
    """Take a user's access to the console away."""

    user: str
    """The user's name."""


@dataclass(frozen=True)
class RemoveMFADevice:
    """Take an MFA device from a user."""

    user: str
    """The user's name."""
    serial: str
    """The device's serial number."""


@dataclass(frozen=True)
class DeleteMFADevice:
    """Delete a virtual MFA device, which nobody has any more."""

    serial: str
    """The device's serial number, an ARN."""


@dataclass(frozen=True)
class DeleteUser:
    """Delete a user."""

    user: str
    """The user's name."""


UserStep = (
    AddToGroup
    | CreateAccessKey
    | CreateUser
    | DeactivateCredential
    | DeleteBoundary
    | DeleteCredential
    | DeleteInlinePolicy
    | DeleteMFADevice
    | DeletePassword
    | DeleteUser
    | DenyEverything
    | DetachPolicy
    | GivePassword
    | RemoveFromGroup
    | RemoveMFADevice
    | RenameUser
    | ResetPassword
    | RevokeSessions
    | TagUser
)
