"""The place of a stack, as far as it is known: its account, partition, region and name."""

from __future__ import annotations

from dataclasses import dataclass

from iamgen.aws.partitions import url_suffix
from iamgen.iam.holes import is_known


@dataclass(frozen=True)
class Place:
    """Where a stack is. A part that is not known is a hole, as everywhere in a text that has been read."""

    account: str = "⟨AWS::AccountId⟩"
    """The twelve digits of the account."""
    partition: str = "⟨AWS::Partition⟩"
    """The partition of the account, `aws` or another."""
    region: str = "⟨AWS::Region⟩"
    """The region of the stack."""
    stack: str = "⟨AWS::StackName⟩"
    """The name of the stack."""

    def pseudo(self, name: str) -> str | None:
        """Return the value of a pseudo parameter, `AWS::AccountId` and its like; None where it is not known."""
        values = {
            "AWS::AccountId": self.account,
            "AWS::Partition": self.partition,
            "AWS::Region": self.region,
            "AWS::StackName": self.stack,
            "AWS::URLSuffix": url_suffix(self.partition),
        }
        value = values.get(name)
        return value if value and is_known(value) else None

    def arn(self, resource: str) -> str:
        """Return the ARN of something in the account's IAM, such as `role/infra-OpsR-222222222222`."""
        return f"arn:{self.partition}:iam::{self.account}:{resource}"


NOWHERE = Place()
"""Nothing is known of where a template is deployed."""
