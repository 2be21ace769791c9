"""Carry out in AWS the steps that are done to users: one function for each kind of step."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from iamgen.aws_client.clients import Client
from iamgen.aws_client.errors import code_of
from iamgen.deploy.consequences import is_refusal
from iamgen.deploy.revocation import (
    DENY_ALL,
    OFFBOARDED_POLICY,
    SPREADING,
    deny_everything,
    revocation_name,
    revoke_sessions,
)
from iamgen.deploy.step_execution import carry_out
from iamgen.people.key_delivery import NewKey
from iamgen.people.temporary_password import temporary_password
from iamgen.people.user_execution import UserExecution
from iamgen.people.user_reading import find_user
from iamgen.people.user_state import CredentialKind
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

_CLOCKS_AGREE = timedelta(seconds=20)
Call = Callable[[Client, str, str], object]
_DEACTIVATE: Mapping[CredentialKind, Call] = {
    "access key": lambda iam, user, id_: iam.update_access_key(UserName=user, AccessKeyId=id_, Status="Inactive"),
    "signing certificate": lambda iam, user, id_: iam.update_signing_certificate(
        UserName=user, CertificateId=id_, Status="Inactive"
    ),
    "SSH key": lambda iam, user, id_: iam.update_ssh_public_key(UserName=user, SSHPublicKeyId=id_, Status="Inactive"),
    "service credential": lambda iam, user, id_: iam.update_service_specific_credential(
        UserName=user, ServiceSpecificCredentialId=id_, Status="Inactive"
    ),
}
_DELETE: Mapping[CredentialKind, Call] = {
    "access key": lambda iam, user, id_: iam.delete_access_key(UserName=user, AccessKeyId=id_),
    "signing certificate": lambda iam, user, id_: iam.delete_signing_certificate(UserName=user, CertificateId=id_),
    "SSH key": lambda iam, user, id_: iam.delete_ssh_public_key(UserName=user, SSHPublicKeyId=id_),
    "service credential": lambda iam, user, id_: iam.delete_service_specific_credential(
        UserName=user, ServiceSpecificCredentialId=id_
    ),
}


def carry_out_step(step: UserStep, execution: UserExecution) -> None:
    """Carry out a step. Raises what boto3 raises."""
    carry_out(step, execution)


@carry_out.register
def _create_user(step: CreateUser, execution: UserExecution) -> None:
    from botocore.exceptions import ClientError

    try:
        execution.clients.iam.create_user(UserName=step.user, Path=step.path, Tags=_tags(step.tags))
    except ClientError as exc:
        # somebody else may create the same user at this moment; but IAM has no two whose names differ in case alone
        is_same = code_of(exc) == "EntityAlreadyExists" and find_user(execution.clients.iam, step.user)
        if not is_same:
            raise


@carry_out.register
def _rename_user(step: RenameUser, execution: UserExecution) -> None:
    execution.clients.iam.update_user(UserName=step.user, NewUserName=step.new_name)


@carry_out.register
def _tag_user(step: TagUser, execution: UserExecution) -> None:
    execution.clients.iam.tag_user(UserName=step.user, Tags=_tags(step.tags))


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": text} for key, text in tags.items()]


@carry_out.register
def _give_password(step: GivePassword, execution: UserExecution) -> None:
    _set_password(step.user, execution, lambda iam, **asked: iam.create_login_profile(**asked))


@carry_out.register
def _reset_password(step: ResetPassword, execution: UserExecution) -> None:
    _set_password(step.user, execution, lambda iam, **asked: iam.update_login_profile(**asked))


def _set_password(user: str, execution: UserExecution, ask: Callable[..., object]) -> None:
    delivery, password = execution.passwords, temporary_password(execution.password_length)
    if delivery is None:
        raise NotImplementedError(user)
    delivery.prepare(user, password)
    try:
        iam: Client = execution.clients.iam
        ask(iam, UserName=user, Password=password, PasswordResetRequired=True)
    except BaseException as exc:
        if is_refusal(exc):
            delivery.withdraw(user)
        raise
    delivery.confirm(user, password)


@carry_out.register
def _deny_everything(step: DenyEverything, execution: UserExecution) -> None:
    """Deny everything by an inline policy, or by AWS's own policy where the user's inline policies fill their quota."""
    from botocore.exceptions import ClientError

    iam, document = execution.clients.iam, json.dumps(deny_everything(execution.clock()))
    try:
        iam.put_user_policy(UserName=step.user, PolicyName=OFFBOARDED_POLICY, PolicyDocument=document)
    except ClientError as exc:
        if code_of(exc) != "LimitExceeded":
            raise
        iam.attach_user_policy(UserName=step.user, PolicyArn=deny_all_arn(execution.partition))
        execution.is_denied_by_attachment = True


def deny_all_arn(partition: str) -> str:
    """Return the ARN of AWS's own policy that denies everything."""
    return f"arn:{partition}{DENY_ALL}"


@carry_out.register
def _revoke_sessions(step: RevokeSessions, execution: UserExecution) -> None:
    """End sessions up to now, by AWS's clock where ours is behind."""
    until = execution.clock() + SPREADING
    actual = _put_revocation(step, execution, until) + SPREADING
    if actual > until + _CLOCKS_AGREE:
        _put_revocation(step, execution, actual)


def _put_revocation(step: RevokeSessions, execution: UserExecution, until: datetime) -> datetime:
    """Put the policy on the role, and return what time it is for AWS."""
    document = revoke_sessions(step.user, until, every_session=step.every_session)
    answer: Mapping[str, Any] = execution.clients.iam.put_role_policy(
        RoleName=step.role, PolicyName=revocation_name(step.user), PolicyDocument=json.dumps(document)
    )
    return _time_of(answer) or execution.clock()


def _time_of(answer: Mapping[str, Any]) -> datetime | None:
    """Return what time it is for AWS by an answer of it; None where its header does not say, as behind some proxies."""
    try:
        time = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    except (KeyError, ValueError):
        return None
    return time if time.tzinfo else None


@carry_out.register
def _deactivate_credential(step: DeactivateCredential, execution: UserExecution) -> None:
    _DEACTIVATE[step.kind](execution.clients.iam, step.user, step.id)


@carry_out.register
def _delete_credential(step: DeleteCredential, execution: UserExecution) -> None:
    _DELETE[step.kind](execution.clients.iam, step.user, step.id)


@carry_out.register
def _delete_password(step: DeletePassword, execution: UserExecution) -> None:
    execution.clients.iam.delete_login_profile(UserName=step.user)


@carry_out.register
def _remove_mfa_device(step: RemoveMFADevice, execution: UserExecution) -> None:
    execution.clients.iam.deactivate_mfa_device(UserName=step.user, SerialNumber=step.serial)


@carry_out.register
def _delete_mfa_device(step: DeleteMFADevice, execution: UserExecution) -> None:
    execution.clients.iam.delete_virtual_mfa_device(SerialNumber=step.serial)


@carry_out.register
def _delete_user(step: DeleteUser, execution: UserExecution) -> None:
    execution.clients.iam.delete_user(UserName=step.user)


@carry_out.register
def _create_access_key(step: CreateAccessKey, execution: UserExecution) -> None:
    """Make a key and hand it over; one that was not handed over is deleted, for nobody can ever use it. One that may
    have arrived stays: the next run waits for its first use, or discards it."""
    if execution.keys is None:
        raise NotImplementedError(step.user)
    execution.keys.prepare()
    iam = execution.clients.iam
    try:
        answer = iam.create_access_key(UserName=step.user)["AccessKey"]
    except BaseException:
        execution.keys.withdraw()
        raise
    try:
        execution.keys.hand_over(NewKey(step.user, answer["AccessKeyId"], answer["SecretAccessKey"]))
    except BaseException as exc:
        if not execution.keys.may_have_key(exc):
            iam.delete_access_key(UserName=step.user, AccessKeyId=answer["AccessKeyId"])
            execution.keys.withdraw()
        raise
