"""Carry out in AWS the steps that are done to users: one function for each kind of step."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iamgen.aws_client.clients import Client
from iamgen.aws_client.errors import code_of
from iamgen.deploy.consequences import is_refusal
from iamgen.deploy.step_execution import carry_out
from iamgen.people.temporary_password import temporary_password
from iamgen.people.user_execution import UserExecution
from iamgen.people.user_reading import find_user
from iamgen.people.user_steps import (
    CreateUser,
    GivePassword,
    ResetPassword,
    TagUser,
    UserStep,
)


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
