"""Actions by which somebody gains more power than was granted, and what each of them needs besides.

Sources: the escalation paths that Rhino Security Labs collected ("AWS IAM Privilege Escalation"), and what AWS's
"Granting a user permissions to pass a role to an AWS service" says of `iam:PassRole`. Kinds of resources: the Service
Authorization Reference, "Actions, resources, and condition keys" of each service.
"""

from __future__ import annotations

PASS_ROLE = "iam:PassRole"  # noqa: S105  # an action of IAM
ON_IAM = {
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
WITH_EXISTING_ROLE = (
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
ESCALATING = tuple(sorted({PASS_ROLE, *ON_IAM, *WITH_EXISTING_ROLE, *WITH_PASS_ROLE, *_RUN_FUNCTION}))
"""All of them."""
# Where an action's resources are of another service than it is itself.
_ELSEWHERE = {"sts": "iam", "ssm": "ec2"}


def resources_of(action: str) -> tuple[str, str]:
    """Return the service and kind of the resources of an escalating action; no kind where any will do."""
    service = action.partition(":")[0]
    return _ELSEWHERE.get(service, service), "role" if action == PASS_ROLE else ON_IAM.get(action, "")
