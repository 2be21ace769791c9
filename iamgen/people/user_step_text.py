"""Show the steps that are done to users: one function for each kind of step."""

from __future__ import annotations

from collections.abc import Mapping

from iamgen.deploy.step_text import step_text
from iamgen.people.user_steps import (
    CreateAccessKey,
    CreateUser,
    DeactivateCredential,
    DeleteCredential,
    DeleteMFADevice,
    DeletePassword,
    DeleteUser,
    DenyEverything,
    GivePassword,
    RemoveMFADevice,
    RenameUser,
    ResetPassword,
    RevokeSessions,
    TagUser,
    UserStep,
)


def text_of_step(step: UserStep) -> str:
    """Return what a step does, for a person."""
    return step_text(step)


@step_text.register
def _create_user(step: CreateUser) -> str:
    path = f" with the path {step.path}" if step.path != "/" else ""
    tags = f", tagged {_pairs(step.tags)}" if step.tags else ""
    return f"create the user {step.user}{path}{tags}"


@step_text.register
def _rename_user(step: RenameUser) -> str:
    return f"rename the user {step.user} to {step.new_name}"


@step_text.register
def _create_access_key(step: CreateAccessKey) -> str:
    return f"make another access key for {step.user}, and hand it over"


@step_text.register
def _tag_user(step: TagUser) -> str:
    return f"tag the user {step.user} with {_pairs(step.tags)}"


def _pairs(tags: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={text}" for key, text in tags.items())


@step_text.register
def _give_password(step: GivePassword) -> str:
    return f"give {step.user} a temporary password, to be changed at the first sign-in"


@step_text.register
def _reset_password(step: ResetPassword) -> str:
    return f"replace the password of {step.user} by a temporary one, to be changed at the next sign-in"


@step_text.register
def _deny_everything(step: DenyEverything) -> str:
    return f"deny everything to the user {step.user}, at once and in every session"


@step_text.register
def _revoke_sessions(step: RevokeSessions) -> str:
    whose = "everybody's sessions" if step.every_session else f"the sessions called {step.user}"
    return f"end {whose} of the role {step.role}, as far as they run already"


@step_text.register
def _deactivate_credential(step: DeactivateCredential) -> str:
    return f"make the {step.kind} {step.id} of {step.user} inactive"


@step_text.register
def _delete_credential(step: DeleteCredential) -> str:
    return f"delete the {step.kind} {step.id} of {step.user}"


@step_text.register
def _delete_password(step: DeletePassword) -> str:
    return f"delete the password of {step.user}"


@step_text.register
def _remove_mfa_device(step: RemoveMFADevice) -> str:
    return f"take the MFA device {step.serial} from {step.user}"


@step_text.register
def _delete_mfa_device(step: DeleteMFADevice) -> str:
    return f"delete the MFA device {step.serial}, which nobody has any more"


@step_text.register
def _delete_user(step: DeleteUser) -> str:
    return f"delete the user {step.user}"
