"""Actions by which somebody gains more than was granted.

Source: the escalation paths that Rhino Security Labs collected ("AWS IAM Privilege Escalation"), and what AWS's
"Granting a user permissions to pass a role to an AWS service" says of `iam:PassRole`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iamgen.check.rules._actions import is_every_action, is_every_resource, meant, reaches_all
from iamgen.iam.statements import ReadStatement

PASS_ROLE = "iam:PassRole"  # noqa: S105  # an action of IAM
ALONE = {
    "iam:AddUserToGroup": "group",
    "iam:AttachGroupPolicy": "group",
    "iam:AttachRolePolicy": "role",
    "iam:AttachUserPolicy": "user",
    "iam:CreateAccessKey": "user",
    "iam:CreateLoginProfile": "user",
    "iam:CreateOpenIDConnectProvider": "oidc-provider",
    "iam:CreatePolicyVersion": "policy",
    "iam:DeleteRolePermissionsBoundary": "role",
    "iam:DeleteUserPermissionsBoundary": "user",
    "iam:PutGroupPolicy": "group",
    "iam:PutRolePolicy": "role",
    "iam:PutUserPolicy": "user",
    "iam:SetDefaultPolicyVersion": "policy",
    "iam:UpdateAssumeRolePolicy": "role",
    "iam:UpdateLoginProfile": "user",
    "iam:UpdateOpenIDConnectProviderThumbprint": "oidc-provider",
}
"""IAM actions, each enough by itself, and the kind of resource that each changes."""
OTHERS = (
    "codebuild:StartBuild",
    "glue:UpdateDevEndpoint",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
    "sagemaker:CreatePresignedNotebookInstanceUrl",
    "ssm:SendCommand",
    "ssm:StartSession",
    "sts:AssumeRole",
)
"""Actions of other services that lend the role of something that is there already."""
_RUN_FUNCTION = ("lambda:InvokeFunction", "lambda:AddPermission", "lambda:CreateEventSourceMapping")
_BUILD = ("codebuild:StartBuild",)
WITH_PASS_ROLE: dict[str, tuple[str, ...]] = {
    "autoscaling:CreateAutoScalingGroup": (),
    "autoscaling:CreateLaunchConfiguration": (),
    "cloudformation:CreateChangeSet": (),
    "cloudformation:CreateStack": (),
    "cloudformation:UpdateStack": (),
    "codebuild:CreateProject": _BUILD,
    "codebuild:UpdateProject": _BUILD,
    "datapipeline:CreatePipeline": (),
    "datapipeline:PutPipelineDefinition": (),
    "ec2:AssociateIamInstanceProfile": (),
    "ec2:RunInstances": (),
    "ecs:RunTask": (),
    "glue:CreateDevEndpoint": (),
    "lambda:CreateFunction": _RUN_FUNCTION,
    "sagemaker:CreateNotebookInstance": (),
    "sagemaker:CreateProcessingJob": (),
    "sagemaker:CreateTrainingJob": (),
}
"""Actions that start something with a role that is passed to it, each with those of which it needs one besides."""
# Where an action's resources are of another service than it is itself.
_ELSEWHERE = {"sts": "iam", "ssm": "ec2"}
DANGEROUS = tuple(sorted({PASS_ROLE, *ALONE, *OTHERS, *WITH_PASS_ROLE, *_RUN_FUNCTION}))


def allowed(statements: Iterable[ReadStatement], *, by_star: bool = False) -> frozenset[str]:
    """Return the dangerous actions that are allowed on every resource.

    An Allow of every action counts only with `by_star`: it is a fault of its own.
    """
    allows = [statement for statement in statements if statement.allows]
    return frozenset(
        action
        for statement in allows
        for action in _meant(statement, by_star=by_star)
        if reaches_all(statement, *_reached(action))
    )


def denied(statements: Iterable[ReadStatement]) -> frozenset[str]:
    """Return the dangerous actions that are denied outright."""
    outright = (statement for statement in statements if not statement.allows and not statement.conditions)
    return frozenset(
        action
        for statement in outright
        for action in _meant(statement, by_star=True)
        if any(is_every_resource(resource, *_reached(action)) for resource in statement.resources)
    )


def ways(actions: frozenset[str]) -> Iterator[str]:
    """Yield in words each way to escalate that the dangerous actions open."""
    yield from (action for action in ALONE if action in actions)
    if PASS_ROLE in actions:
        for action, needed in WITH_PASS_ROLE.items():
            if action in actions and (not needed or actions.intersection(needed)):
                yield f"{PASS_ROLE} with {action}"
    yield from (action for action in OTHERS if action in actions)


def _meant(statement: ReadStatement, *, by_star: bool) -> set[str]:
    """Return the dangerous actions that a statement is about; `by_star` says whether `*` counts."""
    if statement.not_actions:
        return set(DANGEROUS).difference(*(meant(action.text, DANGEROUS) for action in statement.not_actions))
    patterns = (entry.text for entry in statement.actions if by_star or not is_every_action(entry.text))
    return {action for pattern in patterns for action in meant(pattern, DANGEROUS)}


def _reached(action: str) -> tuple[str, str]:
    """Return the service and kind of the resources of an action; no kind where any will do."""
    service = action.partition(":")[0]
    return _ELSEWHERE.get(service, service), "role" if action == PASS_ROLE else ALONE.get(action, "")
