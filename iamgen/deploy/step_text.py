"""Show the steps of a plan: one function for each kind of step."""

from __future__ import annotations

from functools import singledispatch

from iamgen.deploy.authorization_details import KINDS
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
    StepPrincipal,
    UpdateTrust,
)


@singledispatch
def step_text(step: object) -> str:
    """Return what a step does, for a person."""
    raise NotImplementedError(step)


@step_text.register
def _delete_stack(step: DeleteStack) -> str:
    return f"delete the stack {step.stack}, whose creation failed"


@step_text.register
def _create_change_set(step: CreateChangeSet) -> str:
    role = f", as {step.service_role}" if step.service_role else ""
    return f"make a change set that {'creates' if step.kind == 'CREATE' else 'updates'} the stack {step.stack}{role}"


@step_text.register
def _execute_change_set(step: ExecuteChangeSet) -> str:
    return f"execute {'the' if step.change_set else 'that'} change set on the stack {step.stack}"


@step_text.register
def _set_stack_policy(step: SetStackPolicy) -> str:
    effect = "lets" if step.allow_replacement else "does not let"
    return f"set the stack policy of {step.stack}, which {effect} groups and roles be replaced or deleted"


@step_text.register
def _protect_stack(step: ProtectStack) -> str:
    return f"protect the stack {step.stack} against deletion"


@step_text.register
def _add_to_group(step: AddToGroup) -> str:
    return f"put the user {step.user} into the group {step.group}"


@step_text.register
def _remove_from_group(step: RemoveFromGroup) -> str:
    return f"take the user {step.user} out of the group {step.group}"


@step_text.register
def _delete_inline_policy(step: DeleteInlinePolicy) -> str:
    return f"delete the inline policy {step.policy} of {_named(step.principal)}"


@step_text.register
def _detach_policy(step: DetachPolicy) -> str:
    return f"detach {step.policy_arn} from {_named(step.principal)}"


@step_text.register
def _delete_boundary(step: DeleteBoundary) -> str:
    return f"remove the permissions boundary of {_named(step.principal)}"


@step_text.register
def _remove_tag(step: RemoveTag) -> str:
    return f"remove the tag {step.key} of {_named(step.principal)}"


@step_text.register
def _update_trust(step: UpdateTrust) -> str:
    return f"write the trust policy of the role {step.role} anew"


def _named(principal: StepPrincipal) -> str:
    return f"the {KINDS[principal.type].lower()} {principal.name}"
