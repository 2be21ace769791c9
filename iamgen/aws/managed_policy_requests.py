"""Fetch the current AWS managed policies. The caller passes the client of IAM in.

Whoever fetches needs `iam:ListPolicies` and `iam:GetPolicyVersion`; any account of the partition will do.
Source: IAM API Reference, ListPolicies (`Scope=AWS`) and GetPolicyVersion. The document of a version never changes, so
only versions that are not known yet are asked for.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from iamgen.aws.managed_policies import ManagedPolicyDocuments
from iamgen.aws.managed_policy_archive import ManagedPolicy

_AWS_POLICY = ":iam::aws:policy/"


@dataclass(frozen=True)
class ListedPolicy:
    """A managed policy as AWS lists it, without its document."""

    arn: str
    """Its ARN."""
    version: str
    """The version that AWS gives to those who have the policy."""

    @property
    def name(self) -> str:
        """Its path and name without the first `/`."""
        return self.arn.partition(_AWS_POLICY)[2]


def listed_policies(iam: Any) -> tuple[ListedPolicy, ...]:  # noqa: ANN401  # boto3 has no types
    """Return the policies that AWS lists."""
    pages = iam.get_paginator("list_policies").paginate(Scope="AWS")
    return tuple(ListedPolicy(item["Arn"], item["DefaultVersionId"]) for page in pages for item in page["Policies"])


def is_known(policy: ListedPolicy, known: ManagedPolicyDocuments) -> bool:
    """Return whether the document of that version is among those that are known."""
    same_partition = policy.arn.split(":")[1] == known.partition
    return same_partition and policy.name in known and known.version(policy.name) == policy.version


def fetched_policies(
    iam: Any,  # noqa: ANN401  # boto3 has no types
    listed: tuple[ListedPolicy, ...],
    known: ManagedPolicyDocuments,
    on_policy: Callable[[str], None],
) -> Iterator[ManagedPolicy]:
    """Yield the listed policies with their documents; those that are not known are fetched, `on_policy` is called."""
    for policy in listed:
        if is_known(policy, known):
            document = known[policy.name]
        else:
            on_policy(policy.name)
            answer = iam.get_policy_version(PolicyArn=policy.arn, VersionId=policy.version)
            document = _document(answer["PolicyVersion"]["Document"])
        yield ManagedPolicy(policy.name, policy.version, document)


def _document(written: Any) -> Any:  # noqa: ANN401  # JSON of a known shape
    """Return the document, which botocore has read already, unless it is another library that answers."""
    return json.loads(unquote(written)) if isinstance(written, str) else written
