"""Read the policies of resources: buckets, keys, queues, topics, secrets, repositories, domains, functions.

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
        "AWS::APS::ResourcePolicy": "PolicyDocument",
        "AWS::ApiGateway::DomainNameV2": "Policy",
        "AWS::ApiGateway::RestApi": "Policy",
        "AWS::Backup::BackupVault": "AccessPolicy",
        "AWS::Backup::LogicallyAirGappedBackupVault": "AccessPolicy",
        "AWS::Bedrock::ResourcePolicy": "PolicyDocument",
        "AWS::BedrockAgentCore::ResourcePolicy": "Policy",
        "AWS::CloudTrail::ResourcePolicy": "ResourcePolicy",
        "AWS::CodeArtifact::Domain": "PermissionsPolicyDocument",
        "AWS::CodeArtifact::Repository": "PermissionsPolicyDocument",
        "AWS::ECR::PublicRepository": "RepositoryPolicyText",
        "AWS::ECR::RegistryPolicy": "PolicyText",
        "AWS::ECR::Repository": "RepositoryPolicyText",
        "AWS::EFS::FileSystem": "FileSystemPolicy",
        "AWS::Elasticsearch::Domain": "AccessPolicies",
        "AWS::EventSchemas::RegistryPolicy": "Policy",
        "AWS::Events::EventBus": "Policy",
        "AWS::KMS::Key": "KeyPolicy",
        "AWS::KMS::ReplicaKey": "KeyPolicy",
        "AWS::Kinesis::ResourcePolicy": "ResourcePolicy",
        "AWS::Lex::ResourcePolicy": "Policy",
        "AWS::Logs::Destination": "DestinationPolicy",
        "AWS::Logs::ResourcePolicy": "PolicyDocument",
        "AWS::MSK::ClusterPolicy": "Policy",
        "AWS::MediaPackageV2::ChannelPolicy": "Policy",
        "AWS::MediaStore::Container": "Policy",
        "AWS::Oam::Sink": "Policy",
        "AWS::OpenSearchService::Domain": "AccessPolicies",
        "AWS::S3::AccessPoint": "Policy",
        "AWS::S3::BucketPolicy": "PolicyDocument",
        "AWS::S3::MultiRegionAccessPointPolicy": "Policy",
        "AWS::S3Express::AccessPoint": "Policy",
        "AWS::S3Express::BucketPolicy": "PolicyDocument",
        "AWS::S3ObjectLambda::AccessPointPolicy": "PolicyDocument",
        "AWS::S3Outposts::AccessPoint": "Policy",
        "AWS::S3Outposts::BucketPolicy": "PolicyDocument",
        "AWS::S3Tables::TableBucketPolicy": "ResourcePolicy",
        "AWS::S3Tables::TablePolicy": "ResourcePolicy",
        "AWS::S3Vectors::VectorBucketPolicy": "Policy",
        "AWS::SNS::TopicInlinePolicy": "PolicyDocument",
        "AWS::SNS::TopicPolicy": "PolicyDocument",
        "AWS::SQS::QueueInlinePolicy": "PolicyDocument",
        "AWS::SQS::QueuePolicy": "PolicyDocument",
        "AWS::SSM::ResourcePolicy": "Policy",
        "AWS::SageMaker::ModelPackageGroup": "ModelPackageGroupPolicy",
        "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
        "AWS::VpcLattice::AuthPolicy": "Policy",
        "AWS::VpcLattice::ResourcePolicy": "Policy",
        "AWS::XRay::ResourcePolicy": "PolicyDocument",
    }
)
"""The types of resources whose policy is read, and the property that it is in (CloudFormation's schemas)."""
FUNCTION_PERMISSION = "AWS::Lambda::Permission"
LAYER_PERMISSION = "AWS::Lambda::LayerVersionPermission"
BUS_POLICY = "AWS::Events::EventBusPolicy"
SINGLE_STATEMENTS = (FUNCTION_PERMISSION, LAYER_PERMISSION, BUS_POLICY)
"""Statements of the policy of a function, a layer or an event bus, each as a resource of its own."""


@dataclass(frozen=True)
class ResourcePolicy:
    """A resource's policy, or one statement of it."""

    owner: str
    """The logical id of the resource that it is written in."""
    statements: tuple[ReadStatement, ...]
    """Its statements."""


def resource_policies(template: Template) -> Iterator[ResourcePolicy]:
    """Yield the policy of every resource that has one, in each branch of its conditions."""
    for resource in template.of_type(*POLICIES):
        for value, path in branches(*resource.under(POLICIES[resource.type])):
            yield ResourcePolicy(resource.logical_id, tuple(_statements(value, path)))
    for single in template.of_type(*SINGLE_STATEMENTS):
        yield ResourcePolicy(single.logical_id, tuple(_single(single)))


def _statements(value: object, path: Path) -> Iterator[ReadStatement]:
    hidden = from_text(value)
    for statement in statements(value if hidden is None else hidden, path):
        yield statement if hidden is None else statement.moved(path)


def _single(resource: Resource) -> Iterator[ReadStatement]:
    if resource.type == BUS_POLICY and "Statement" in resource.properties:
        for value, path in branches(*resource.under("Statement")):
            yield from (read.moved(path) for read in statements({"Statement": [value]}, path))
        return
    path = (*resource.path, "Properties", "Principal")
    yield from (read.moved(path) for read in statements({"Statement": [_of_properties(resource)]}, path))


def _of_properties(resource: Resource) -> dict[str, object]:
    """Return the statement that AWS makes of the properties of a resource.

    Sources: Lambda's AddPermission and AddLayerVersionPermission, and EventBridge's PutPermission, whose parameters
    become Principal and conditions of the policy.
    """
    equal = {
        "aws:SourceAccount": resource.properties.get("SourceAccount"),
        "aws:PrincipalOrgID": resource.properties.get("PrincipalOrgID") or resource.properties.get("OrganizationId"),
    }
    like = {"aws:SourceArn": resource.properties.get("SourceArn")}
    conditions = {
        "StringEquals": {key: value for key, value in equal.items() if value is not None},
        "ArnLike": {key: value for key, value in like.items() if value is not None},
    }
    principal = resource.properties.get("Principal")
    return {
        "Effect": "Allow",
        "Action": resource.properties.get("Action"),
        "Principal": principal if principal == "*" else {"AWS": principal},
        "Condition": {operator: keys for operator, keys in conditions.items() if keys} | _of_bus(resource),
    }


def _of_bus(resource: Resource) -> dict[str, object]:
    """Return the condition of an event bus's permission, which has its operator, key and value one by one."""
    written = resource.properties.get("Condition")
    if resource.type != BUS_POLICY or not isinstance(written, Mapping):
        return {}
    operator, key = written.get("Type"), written.get("Key")
    return {operator: {key: written.get("Value")}} if isinstance(operator, str) and isinstance(key, str) else {}
