"""Where a stack is: its account, partition, region and name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from iamgen.aws.partitions import DEFAULT
from iamgen.iam.intrinsics import Environment

StackTemplate = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a stack is."""

    account: str
    """The twelve digits of the account."""
    partition: str = DEFAULT
    """The partition of the account, `aws` or another."""
    region: str = "us-east-1"
    """The region of the stack."""
    stack: str = "infra"
    """The name of the stack."""

    @property
    def environment(self) -> Environment:
        """What CloudFormation's functions give here."""
        return Environment(self.account, self.partition, self.region, self.stack)

    def arn(self, resource: str) -> str:
        """Return the ARN of something in the account's IAM, such as `role/infra-OpsR-222222222222`."""
        return f"arn:{self.partition}:iam::{self.account}:{resource}"
