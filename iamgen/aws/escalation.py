"""Steps by which somebody gains more power than was granted: the actions of each, and what each is about.

Sources: the public list of escalation paths at https://pathfinding.cloud; the paths that Rhino Security Labs collected
("AWS IAM Privilege Escalation"); what AWS's "Granting a user permissions to pass a role to an AWS service" says of
`iam:PassRole`. Kinds of resources: the Service Authorization Reference of each service.
"""

from __future__ import annotations

from typing import NamedTuple

PASS_ROLE = "iam:PassRole"  # noqa: S105  # an action of IAM
_TO = "@"


def passed_to(service: str) -> str:
    """Return what stands for passing any role to one service only, among the escalating actions."""
    return f"{PASS_ROLE}{_TO}{service}"


class Step(NamedTuple):
    """One way to more power."""

    action: str
    """The action that takes the step."""
    one_of: tuple[str, ...] = ()
    """Actions of which it needs one besides; none if it is enough by itself."""
    receiver: str = ""
    """The service, such as `ec2`, that a role is passed to in this step; empty if none is passed."""

    @property
    def words(self) -> str:
        """The step as people write it: `iam:PassRole with ec2:RunInstances`."""
        return f"{PASS_ROLE} with {self.action}" if self.receiver else self.action

    def is_open(self, actions: frozenset[str]) -> bool:
        """Return whether somebody with these actions can take the step."""
        passing = not self.receiver or passed_to(self.receiver) in actions
        return passing and self.action in actions and (not self.one_of or not actions.isdisjoint(self.one_of))


ON_IAM = {
    "iam:AcceptDelegationRequest": "delegation-request",
    "iam:AddClientIDToOpenIDConnectProvider": "oidc-provider",
    "iam:AddUserToGroup": "group",
    "iam:AttachGroupPolicy": "group",
    "iam:AttachRolePolicy": "role",
    "iam:AttachUserPolicy": "user",
    "iam:CreateAccessKey": "user",
    "iam:CreateLoginProfile": "user",
    "iam:CreateOpenIDConnectProvider": "oidc-provider",
    "iam:CreatePolicyVersion": "policy",
    "iam:CreateSAMLProvider": "saml-provider",
    "iam:DeleteGroupPolicy": "group",
    "iam:DeleteRolePermissionsBoundary": "role",
    "iam:DeleteRolePolicy": "role",
    "iam:DeleteUserPermissionsBoundary": "user",
    "iam:DeleteUserPolicy": "user",
    "iam:DetachGroupPolicy": "group",
    "iam:DetachRolePolicy": "role",
    "iam:DetachUserPolicy": "user",
    "iam:PutGroupPolicy": "group",
    "iam:PutRolePermissionsBoundary": "role",
    "iam:PutRolePolicy": "role",
    "iam:PutUserPermissionsBoundary": "user",
    "iam:PutUserPolicy": "user",
    "iam:SetDefaultPolicyVersion": "policy",
    "iam:UpdateAssumeRolePolicy": "role",
    "iam:UpdateLoginProfile": "user",
    "iam:UpdateOpenIDConnectProviderThumbprint": "oidc-provider",
    "iam:UpdateSAMLProvider": "saml-provider",
}
"""IAM actions, each enough by itself, and the kind of resource that each changes. Those that take a policy or a
boundary away are among them: it may be the one that denies."""
_RUN_FUNCTION = ("lambda:InvokeFunction", "lambda:AddPermission", "lambda:CreateEventSourceMapping")
_BUILD = ("codebuild:StartBuild", "codebuild:StartBuildBatch")
_RUN_JOB = ("glue:StartJobRun", "glue:CreateTrigger")
_START_INSTANCE = ("ec2:StartInstances",)
_STATEMENT = ("glue:RunStatement",)
_RUN_TASK = ("ecs:RunTask", "ecs:StartTask", "ecs:CreateService", "ecs:UpdateService")
_SERVERLESS_JOB = ("emr-serverless:StartJobRun",)
WITHOUT_PASS_ROLE = (
    # what is there already has a role, and does what it is told
    Step("bedrock-agentcore:InvokeCodeInterpreter"),
    Step("bedrock-agentcore:InvokeAgentRuntimeCommand"),
    Step("apprunner:UpdateService"),
    Step("cloudformation:ExecuteChangeSet", ("cloudformation:CreateChangeSet",)),
    Step("cloudformation:UpdateStack"),
    Step("cloudformation:UpdateStackSet"),
    Step("codebuild:StartBuild"),
    Step("codebuild:StartBuildBatch"),
    Step("codecommit:GitPush"),
    Step("datapipeline:PutPipelineDefinition"),
    Step("ec2-instance-connect:SendSSHPublicKey"),
    Step("ec2-instance-connect:SendSerialConsoleSSHPublicKey"),
    Step("ec2:CreateLaunchTemplateVersion"),
    Step("ec2:ModifyInstanceAttribute", _START_INSTANCE),
    Step("ecr:PutImage"),
    Step("ecs:ExecuteCommand"),
    Step("glue:RunStatement"),
    Step("glue:UpdateDevEndpoint"),
    Step("glue:UpdateJob", _RUN_JOB),
    Step("lambda:UpdateFunctionCode"),
    Step("lambda:UpdateFunctionConfiguration"),
    Step("sagemaker:CreatePresignedDomainUrl"),
    Step("sagemaker:CreatePresignedNotebookInstanceUrl"),
    Step("sagemaker:UpdateNotebookInstance", ("sagemaker:CreateNotebookInstanceLifecycleConfig",)),
    Step("sagemaker:UpdateNotebookInstanceLifecycleConfig"),
    Step("ssm:CreateAssociation"),
    Step("ssm:ResumeSession"),
    Step("ssm:SendCommand"),
    Step("ssm:StartSession"),
    Step("ssm:UpdateDocument"),
    Step("states:UpdateStateMachine"),
    # a role's session, or a way in for somebody
    Step("sts:AssumeRole"),
    Step("sts:AssumeRoot"),
    Step("account-access:CreateEntitlement"),
    Step("eks:AssociateAccessPolicy"),
    Step("identitystore:CreateGroupMembership"),
    Step("rolesanywhere:CreateTrustAnchor"),
    Step("sso:AttachManagedPolicyToPermissionSet"),
    Step("sso:CreateAccountAssignment"),
    Step("sso:PutInlinePolicyToPermissionSet"),
    # what limits every account of an organization goes
    Step("organizations:DetachPolicy"),
    Step("organizations:DisablePolicyType"),
    Step("organizations:UpdatePolicy"),
)
"""Steps that need no role to be passed."""
WITH_PASS_ROLE = (
    Step("airflow:CreateEnvironment", (), "airflow"),
    Step("apprunner:CreateService", (), "tasks.apprunner"),
    Step("appstream:CreateFleet", (), "appstream"),
    Step("appstream:CreateImageBuilder", (), "appstream"),
    Step("autoscaling:CreateAutoScalingGroup", (), "ec2"),
    Step("autoscaling:CreateLaunchConfiguration", (), "ec2"),
    Step("batch:SubmitJob", ("batch:RegisterJobDefinition",), "ecs-tasks"),
    Step("bedrock-agentcore:CreateAgentRuntime", (), "bedrock-agentcore"),
    Step("bedrock-agentcore:CreateCodeInterpreter", (), "bedrock-agentcore"),
    Step("bedrock:CreateAgent", (), "bedrock"),
    Step("braket:CreateJob", (), "braket"),
    Step("cloud9:CreateEnvironmentEC2", (), "ec2"),
    Step("cloudformation:CreateChangeSet", (), "cloudformation"),
    Step("cloudformation:CreateStack", (), "cloudformation"),
    Step("cloudformation:CreateStackSet", (), "cloudformation"),
    Step("cloudformation:UpdateStack", (), "cloudformation"),
    Step("cloudformation:UpdateStackSet", (), "cloudformation"),
    Step("codebuild:CreateProject", _BUILD, "codebuild"),
    Step("codebuild:UpdateProject", _BUILD, "codebuild"),
    Step("codedeploy:CreateDeploymentGroup", (), "codedeploy"),
    Step("codepipeline:CreatePipeline", (), "codepipeline"),
    Step("cognito-identity:SetIdentityPoolRoles", (), "cognito-identity"),
    Step("datapipeline:CreatePipeline", (), "datapipeline"),
    Step("datapipeline:PutPipelineDefinition", (), "datapipeline"),
    Step("ec2:AssociateIamInstanceProfile", (), "ec2"),
    Step("ec2:CreateFleet", (), "ec2"),
    Step("ec2:CreateLaunchTemplateVersion", (), "ec2"),
    Step("ec2:ReplaceIamInstanceProfileAssociation", (), "ec2"),
    Step("ec2:RequestSpotFleet", (), "ec2"),
    Step("ec2:RequestSpotInstances", (), "ec2"),
    Step("ec2:RunInstances", (), "ec2"),
    Step("ecs:CreateService", (), "ecs-tasks"),
    Step("ecs:RegisterTaskDefinition", _RUN_TASK, "ecs-tasks"),
    Step("ecs:RunTask", (), "ecs-tasks"),
    Step("ecs:StartTask", (), "ecs-tasks"),
    Step("elasticmapreduce:RunJobFlow", (), "ec2"),
    Step("emr-serverless:CreateApplication", _SERVERLESS_JOB, "emr-serverless"),
    Step("emr-serverless:StartJobRun", (), "emr-serverless"),
    Step("events:PutTargets", (), "events"),
    Step("glue:CreateDevEndpoint", (), "glue"),
    Step("glue:CreateJob", _RUN_JOB, "glue"),
    Step("glue:CreateSession", _STATEMENT, "glue"),
    Step("glue:UpdateJob", _RUN_JOB, "glue"),
    Step("imagebuilder:CreateInfrastructureConfiguration", (), "ec2"),
    Step("lambda:CreateFunction", _RUN_FUNCTION, "lambda"),
    Step("lambda:UpdateFunctionConfiguration", (), "lambda"),
    Step("pipes:CreatePipe", (), "pipes"),
    Step("sagemaker:CreateDomain", (), "sagemaker"),
    Step("sagemaker:CreateNotebookInstance", (), "sagemaker"),
    Step("sagemaker:CreatePipeline", (), "sagemaker"),
    Step("sagemaker:CreateProcessingJob", (), "sagemaker"),
    Step("sagemaker:CreateTrainingJob", (), "sagemaker"),
    Step("scheduler:CreateSchedule", (), "scheduler"),
    Step("ssm:CreateActivation", (), "ssm"),
    Step("ssm:StartAutomationExecution", (), "ssm"),
    Step("states:CreateStateMachine", (), "states"),
    Step("states:UpdateStateMachine", (), "states"),
)
"""Steps that start something with a role that is passed to it."""
STEPS = (*(Step(action) for action in ON_IAM), *WITH_PASS_ROLE, *WITHOUT_PASS_ROLE)
"""All steps."""
RECEIVERS = tuple(sorted({step.receiver for step in WITH_PASS_ROLE}))
"""The services that a role can be passed to in them."""
ESCALATING = tuple(sorted({PASS_ROLE, *(action for step in STEPS for action in (step.action, *step.one_of))}))
"""All their actions."""
_INSTANCE = (("ec2", "instance"),)
_ABOUT = {
    PASS_ROLE: (("iam", "role"),),
    "sts:AssumeRole": (("iam", "role"),),
    "sts:AssumeRoot": (("iam", ""),),
    "ssm:CreateAssociation": (("ssm", "document"),),
    "ssm:ResumeSession": (("ssm", "session"),),
    "ssm:SendCommand": (*_INSTANCE, ("ssm", "document")),
    "ssm:StartSession": _INSTANCE,
    "ssm:UpdateDocument": (("ssm", "document"),),
    "ec2:ModifyInstanceAttribute": _INSTANCE,
    "ec2:RunInstances": _INSTANCE,
    "ec2:StartInstances": _INSTANCE,
    "ec2-instance-connect:SendSSHPublicKey": _INSTANCE,
    "ec2-instance-connect:SendSerialConsoleSSHPublicKey": _INSTANCE,
}


def resources_of(action: str) -> tuple[tuple[str, str], ...]:
    """Return service and kind of each resource that an escalating action needs; no kind where any will do."""
    service = action.partition(":")[0]
    return _ABOUT.get(action, ((service, ON_IAM.get(action, "")),))
