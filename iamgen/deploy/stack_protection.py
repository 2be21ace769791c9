"""Protect a stack against accidents: with its stack policy, and with termination protection."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from iamgen.aws_client.clients import Client
from iamgen.diff.change import Change
from iamgen.errors import Fault

# Who loses a group or a role loses power at once, and nobody gets it back by a rollback.
GUARDED = ("AWS::IAM::Group", "AWS::IAM::Role")
_ALLOW = {"Effect": "Allow", "Action": "Update:*", "Principal": "*", "Resource": "*"}
_DENY = {
    "Effect": "Deny",
    "Action": ["Update:Replace", "Update:Delete"],
    "Principal": "*",
    "Resource": "*",
    "Condition": {"StringEquals": {"ResourceType": list(GUARDED)}},
}
STRICT = json.dumps({"Statement": [_ALLOW, _DENY]})
OPEN = json.dumps({"Statement": [_ALLOW]})


def guard(cloudformation: Client, stack: str) -> None:
    """Guard the stack: groups and roles are not replaced or deleted, and it is not deleted as a whole."""
    set_policy(cloudformation, stack)
    protect(cloudformation, stack)


def set_policy(cloudformation: Client, stack: str, *, open_for_replacement: bool = False) -> None:
    """Set the stack policy: groups and roles are not replaced or deleted, unless it is open for that."""
    cloudformation.set_stack_policy(StackName=stack, StackPolicyBody=OPEN if open_for_replacement else STRICT)


def protect(cloudformation: Client, stack: str) -> None:
    """Protect the stack against deletion as a whole."""
    cloudformation.update_termination_protection(StackName=stack, EnableTerminationProtection=True)


def is_strict(policy: str | None) -> bool:
    """Whether a stack policy is the one that protects groups and roles, however it is written."""
    try:
        return bool(policy) and json.loads(policy or "") == json.loads(STRICT)
    except ValueError:
        return False


def refusals(where: str, changes: Iterable[Change], *, allow_replacement: bool) -> Iterator[Fault]:
    """Yield the changes that the stack's policy would refuse in the middle of a deployment."""
    for change in changes:
        if change.type in GUARDED and not allow_replacement and (change.replaced or change.sign == "-"):
            done = "replaced" if change.replaced else "deleted"
            message = f"the {change.type.rpartition('::')[2].lower()} {change.logical_id} would be {done}"
            yield Fault(f"{where} {change.logical_id}", message, "--allow-replacement, if it is meant")


def impossible(where: str, changes: Iterable[Change]) -> Iterator[Fault]:
    """Yield what CloudFormation cannot do: replace what has a name by another of the same name. `changes` are those
    from the deployed template to the new one."""
    for change in changes:
        if change.replaced and not _is_renamed(change):
            message = f"{change.logical_id} would have to be replaced under its own name, which AWS cannot do"
            details = ", ".join(sorted({detail.where for detail in change.details}))
            hint = f"give it another name, or take it out, deploy, and put it back ({details} changes)"
            yield Fault(f"{where} {change.logical_id}", message, hint)


def _is_renamed(change: Change) -> bool:
    """Whether it gets another name, or has none of its own: OIDC providers are named by their URL."""
    names = {"GroupName", "ManagedPolicyName", "RoleName", "UserName", "Url"}
    return any(detail.where in names for detail in change.details)
