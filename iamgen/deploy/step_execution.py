"""Carry out the steps of a plan in AWS: one function for each kind of step."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import singledispatch

from iamgen.aws_client.clients import Client
from iamgen.deploy.authorization_details import GROUP, ROLE, USER
from iamgen.deploy.execution import Execution
from iamgen.deploy.stack_operations import create_change_set, delete_stack, execute_change_set
from iamgen.deploy.stack_policy import set_stack_policy
from iamgen.deploy.stack_protection import protect
from iamgen.deploy.steps import (
    AddToGroup,
    CreateChangeSet,
    DeleteBoundary,
    DeleteInlinePolicy,
    DeleteStack,
    DetachPolicy,
    ExecuteChangeSet,
    ProtectStack,
    RemoveFromGroup,
    RemoveTag,
    SetStackPolicy,
    UpdateTrust,
)

# Operations of IAM that groups, roles and users have each by another name, by the type of the principal.
Call = Callable[[Client, str, str], object]
_DELETE_INLINE: dict[str, Call] = {
    GROUP: lambda iam, name, policy: iam.delete_group_policy(GroupName=name, PolicyName=policy),
    ROLE: lambda iam, name, policy: iam.delete_role_policy(RoleName=name, PolicyName=policy),
    USER: lambda iam, name, policy: iam.delete_user_policy(UserName=name, PolicyName=policy),
}
_DETACH: dict[str, Call] = {
    GROUP: lambda iam, name, arn: iam.detach_group_policy(GroupName=name, PolicyArn=arn),
    ROLE: lambda iam, name, arn: iam.detach_role_policy(RoleName=name, PolicyArn=arn),
    USER: lambda iam, name, arn: iam.detach_user_policy(UserName=name, PolicyArn=arn),
}
_DELETE_BOUNDARY: dict[str, Callable[[Client, str], object]] = {
    ROLE: lambda iam, name: iam.delete_role_permissions_boundary(RoleName=name),
    USER: lambda iam, name: iam.delete_user_permissions_boundary(UserName=name),
}
_UNTAG: dict[str, Call] = {
    ROLE: lambda iam, name, key: iam.untag_role(RoleName=name, TagKeys=[key]),
    USER: lambda iam, name, key: iam.untag_user(UserName=name, TagKeys=[key]),
}


@singledispatch
def carry_out(step: object, execution: Execution) -> None:
    """Carry out a step. `execution` has what earlier steps have made, and gets what this step makes.

    Raises what boto3 raises, and IamgenError where AWS has begun something by then.
    """
    raise NotImplementedError(step)


carry_out.register(DeleteStack, delete_stack)
carry_out.register(CreateChangeSet, create_change_set)
carry_out.register(ExecuteChangeSet, execute_change_set)


@carry_out.register
def _set_stack_policy(step: SetStackPolicy, execution: Execution) -> None:
    set_stack_policy(execution, step.stack, allow_replacement=step.allow_replacement)


@carry_out.register
def _protect_stack(step: ProtectStack, execution: Execution) -> None:
    protect(execution.clients.cloudformation, step.stack)


@carry_out.register
def _add_to_group(step: AddToGroup, execution: Execution) -> None:
    execution.clients.iam.add_user_to_group(GroupName=step.group, UserName=step.user)


@carry_out.register
def _remove_from_group(step: RemoveFromGroup, execution: Execution) -> None:
    execution.clients.iam.remove_user_from_group(GroupName=step.group, UserName=step.user)


@carry_out.register
def _delete_inline_policy(step: DeleteInlinePolicy, execution: Execution) -> None:
    _DELETE_INLINE[step.principal.type](execution.clients.iam, step.principal.name, step.policy)


@carry_out.register
def _detach_policy(step: DetachPolicy, execution: Execution) -> None:
    _DETACH[step.principal.type](execution.clients.iam, step.principal.name, step.policy_arn)


@carry_out.register
def _delete_boundary(step: DeleteBoundary, execution: Execution) -> None:
    _DELETE_BOUNDARY[step.principal.type](execution.clients.iam, step.principal.name)


@carry_out.register
def _remove_tag(step: RemoveTag, execution: Execution) -> None:
    _UNTAG[step.principal.type](execution.clients.iam, step.principal.name, step.key)


@carry_out.register
def _update_trust(step: UpdateTrust, execution: Execution) -> None:
    execution.clients.iam.update_assume_role_policy(RoleName=step.role, PolicyDocument=json.dumps(step.document))
