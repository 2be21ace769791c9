"""Reads the policies of resources: buckets, keys, queues, topics, secrets, repositories, domains, functions.

They say who may use a resource, also from other accounts. They are read apart from the policies of principals, which
`template` reads, since they give nobody an identity's permissions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from iamgen.iam.resources import Resource
from iamgen.iam.statements import ReadStatement, statements
from iamgen.iam.syntax import Path
from iamgen.iam.template import Template, from_text
from iamgen.iam.values import branches

POLICIES: Mapping[str, str] = MappingProxyType(
    {
        "AWS::ApiGateway::RestApi": "Policy",
        "AWS::Backup::BackupVault": "AccessPolicy",
        "AWS::CodeArtifact::Domain": "PermissionsPolicyDocument",
        "AWS::CodeArtifact::Repository": "PermissionsPolicyDocument",
        "AWS::ECR::Repository": "RepositoryPolicyText",
        "AWS::EFS::FileSystem": "FileSystemPolicy",
        "AWS::Elasticsearch::Domain": "AccessPolicies",
        "AWS::KMS::Key": "KeyPolicy",
        "AWS::KMS::ReplicaKey": "KeyPolicy",
        "AWS::Kinesis::ResourcePolicy": "ResourcePolicy",
        "AWS::OpenSearchService::Domain": "AccessPolicies",
        "AWS::S3::AccessPoint": "Policy",
        "AWS::S3::BucketPolicy": "PolicyDocument",
        "AWS::SNS::TopicInlinePolicy": "PolicyDocument",
        "AWS::SNS::TopicPolicy": "PolicyDocument",
        "AWS::SQS::QueueInlinePolicy": "PolicyDocument",
        "AWS::SQS::QueuePolicy": "PolicyDocument",
        "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    }
)
"""The types of resources whose policy is read, and the property that it is in (CloudFormation's schemas)."""
FUNCTION_PERMISSION = "AWS::Lambda::Permission"
"""A statement of a function's policy, as a resource of its own."""


@dataclass(frozen=True)
class ResourcePolicy:
    """A resource's policy, or one statement of a function's."""

    owner: str
    """The logical id of the resource that it is written in."""
    statements: tuple[ReadStatement, ...]
    """Its statements."""


def resource_policies(template: Template) -> Iterator[ResourcePolicy]:
    """Yield the policy of every resource that has one, in each branch of its conditions."""
    for resource in template.of_type(*POLICIES):
        for value, path in branches(*resource.under(POLICIES[resource.type])):
            yield ResourcePolicy(resource.logical_id, tuple(_statements(value, path)))
    for permission in template.of_type(FUNCTION_PERMISSION):
        yield ResourcePolicy(permission.logical_id, tuple(_of_function(permission)))


def _statements(value: object, path: Path) -> Iterator[ReadStatement]:
    hidden = from_text(value)
    for statement in statements(value if hidden is None else hidden, path):
        yield statement if hidden is None else statement.moved(path)


def _of_function(permission: Resource) -> Iterator[ReadStatement]:
    """Return the statement that Lambda makes of a permission.

    Source: Lambda's AddPermission, whose parameters become Principal and conditions of the function's policy.
    """
    equal = {
        "aws:SourceAccount": permission.properties.get("SourceAccount"),
        "aws:PrincipalOrgID": permission.properties.get("PrincipalOrgID"),
    }
    like = {"aws:SourceArn": permission.properties.get("SourceArn")}
    conditions = {
        "StringEquals": {key: value for key, value in equal.items() if value is not None},
        "ArnLike": {key: value for key, value in like.items() if value is not None},
    }
    principal = permission.properties.get("Principal")
    statement = {
        "Effect": "Allow",
        "Action": permission.properties.get("Action"),
        "Principal": principal if principal == "*" else {"AWS": principal},
        "Condition": {operator: keys for operator, keys in conditions.items() if keys},
    }
    path = (*permission.path, "Properties", "Principal")
    yield from (read.moved(path) for read in statements({"Statement": [statement]}, path))
