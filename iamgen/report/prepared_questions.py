"""The questions that the report answers for everybody: a yes needs only one of a question's actions."""

from __future__ import annotations

from dataclasses import dataclass

from iamgen.check.rules.stops_the_audit import STOPPING_ACTIONS
from iamgen.questions.demands import Demand, ResourceScope
from iamgen.questions.holders import POWER_OVER_IAM


@dataclass(frozen=True)
class PreparedQuestion:
    """A question about several actions, of which one is enough."""

    key: str
    """What it is called in the page's addresses."""
    title: str
    """Its heading."""
    explanation: str
    """What the actions have in common, as a sentence."""
    actions: tuple[str, ...]
    """The actions."""
    is_admin: bool = False
    """Whether it asks for administrators: then what users may do to their own user alone does not count."""

    @property
    def demand(self) -> Demand:
        """What is asked for: each of the actions, on any resource."""
        return Demand(self.actions, self.key, ResourceScope())


PREPARED = (
    PreparedQuestion(
        "administrator",
        "Administrator in effect",
        "Whoever may do one of these can give themselves every permission: they attach or change policies, open a "
        "role to somebody, or get the credentials of another user.",
        POWER_OVER_IAM,
        is_admin=True,
    ),
    PreparedQuestion(
        "secrets",
        "Reads secrets",
        "Secrets and parameters have the passwords and tokens of all that runs in an account.",
        (
            "secretsmanager:GetSecretValue",
            "ssm:GetParameter",
            "ssm:GetParameterHistory",
            "ssm:GetParameters",
            "ssm:GetParametersByPath",
        ),
    ),
    PreparedQuestion(
        "deletes",
        "Deletes data",
        "Each of these removes stored data, its copies, or the key without which it cannot be read.",
        (
            "backup:DeleteRecoveryPoint",
            "dynamodb:DeleteItem",
            "dynamodb:DeleteTable",
            "ec2:DeleteSnapshot",
            "ec2:DeleteVolume",
            "elasticfilesystem:DeleteFileSystem",
            "kms:ScheduleKeyDeletion",
            "rds:DeleteDBCluster",
            "rds:DeleteDBInstance",
            "rds:DeleteDBSnapshot",
            "redshift:DeleteCluster",
            "s3:DeleteBucket",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:PutLifecycleConfiguration",
            "secretsmanager:DeleteSecret",
        ),
    ),
    PreparedQuestion(
        "iam",
        "Changes IAM",
        "Each of these makes, changes or removes users, groups, roles, policies or identity providers. What users may "
        "do about their own password, keys and MFA devices is not among them.",
        (
            "iam:AddUserToGroup",
            "iam:AttachGroupPolicy",
            "iam:AttachRolePolicy",
            "iam:AttachUserPolicy",
            "iam:CreateGroup",
            "iam:CreateOpenIDConnectProvider",
            "iam:CreatePolicy",
            "iam:CreatePolicyVersion",
            "iam:CreateRole",
            "iam:CreateSAMLProvider",
            "iam:CreateUser",
            "iam:DeleteGroup",
            "iam:DeletePolicy",
            "iam:DeleteRole",
            "iam:DeleteRolePermissionsBoundary",
            "iam:DeleteRolePolicy",
            "iam:DeleteUser",
            "iam:DeleteUserPermissionsBoundary",
            "iam:DeleteUserPolicy",
            "iam:DetachGroupPolicy",
            "iam:DetachRolePolicy",
            "iam:DetachUserPolicy",
            "iam:PutGroupPolicy",
            "iam:PutRolePermissionsBoundary",
            "iam:PutRolePolicy",
            "iam:PutUserPermissionsBoundary",
            "iam:PutUserPolicy",
            "iam:RemoveUserFromGroup",
            "iam:SetDefaultPolicyVersion",
            "iam:UpdateAssumeRolePolicy",
            "iam:UpdateRole",
            "iam:UpdateSAMLProvider",
        ),
    ),
    PreparedQuestion(
        "logs",
        "Stops logs",
        "Each of these stops or removes records and detectors, or sends them elsewhere: nobody sees afterwards what "
        "was done.",
        (
            *STOPPING_ACTIONS,
            "cloudtrail:UpdateTrail",
            "ec2:DeleteFlowLogs",
            "logs:DeleteLogGroup",
            "logs:DeleteLogStream",
        ),
    ),
)
