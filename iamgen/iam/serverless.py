"""Read AWS::Serverless resources (SAM) as the roles that the transform makes of them.

Source: AWS SAM Developer Guide, "AWS::Serverless::Function" and "Generated CloudFormation resources".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from iamgen.aws.data import managed_policies
from iamgen.aws.partitions import service_principal
from iamgen.iam.holes import function, text
from iamgen.iam.intrinsics import Unread
from iamgen.iam.syntax import Path

Block = Mapping[str, object]
_SERVICES = {"AWS::Serverless::Function": "lambda", "AWS::Serverless::StateMachine": "states"}
WITH_ROLES = tuple(_SERVICES)
"""The types of resources that SAM makes a role for."""
_LOGS = "arn:⟨AWS::Partition⟩:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


def roles(resources: Block) -> Iterator[tuple[str, Block, Path]]:
    """Yield the role of each function and state machine that names none: its logical id, itself, where it is from."""
    for logical_id, resource in resources.items():
        if not isinstance(resource, Mapping) or str(resource.get("Type")) not in _SERVICES:
            continue
        properties = resource.get("Properties")
        if isinstance(properties, Mapping) and "Role" not in properties:
            yield f"{logical_id}Role", _role(str(resource["Type"]), properties), ("Resources", str(logical_id))


def unread(resources: Block) -> Iterator[Unread]:
    """Yield each of SAM's policy templates: which statements SAM makes of one is not known here."""
    for logical_id, resource in resources.items():
        if isinstance(resource, Mapping) and str(resource.get("Type")) in _SERVICES:
            properties = resource.get("Properties")
            for index, policy in enumerate(_policies(properties if isinstance(properties, Mapping) else {})):
                if isinstance(policy, Mapping) and not function(policy) and "Statement" not in policy:
                    path = ("Resources", str(logical_id), "Properties", "Policies", index)
                    name = ", ".join(map(str, policy)) or "without a name"
                    yield Unread(path, f"SAM's policy template {name} is not known here")


def _role(kind: str, properties: Block) -> Block:
    names = [policy for policy in _policies(properties) if isinstance(policy, str) or function(policy)]
    documents = [policy for policy in _policies(properties) if isinstance(policy, Mapping) and "Statement" in policy]
    logs = [_LOGS] if kind == "AWS::Serverless::Function" else []
    role: dict[str, object] = {
        "AssumeRolePolicyDocument": properties.get("AssumeRolePolicyDocument") or _trust(_SERVICES[kind]),
        "ManagedPolicyArns": [*logs, *(_arn(name) for name in names)],
        "Policies": [
            {"PolicyName": f"policy {index}", "PolicyDocument": document} for index, document in enumerate(documents)
        ],
    }
    if "PermissionsBoundary" in properties:
        role["PermissionsBoundary"] = properties["PermissionsBoundary"]
    return {"Type": "AWS::IAM::Role", "Properties": role}


def _policies(properties: Block) -> list[object]:
    policies = properties.get("Policies", [])
    return policies if isinstance(policies, list) else [policies]


def _arn(name: object) -> object:
    """Return the ARN of a managed policy: SAM takes the names of AWS's policies too, without their paths."""
    written = text(name)
    if function(name) or written.startswith("arn:"):
        return name
    return f"arn:⟨AWS::Partition⟩:iam::aws:policy/{_names_with_paths().get(written, written)}"


@cache
def _names_with_paths() -> Mapping[str, str]:
    """Return AWS's managed policies with their paths, by the name alone."""
    return {name.rpartition("/")[2]: name for name in managed_policies()}


def _trust(service: str) -> Block:
    principal = {"Service": service_principal(service)}
    statement = {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": principal}
    return {"Version": "2012-10-17", "Statement": [statement]}
