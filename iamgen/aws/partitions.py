"""The partitions of AWS: separate sets of regions, each with its own accounts, ARNs and host names.

Source: AWS General Reference, "AWS Regions and Endpoints"; CloudFormation User Guide, "Pseudo parameters reference".
"""

from __future__ import annotations

from collections.abc import Mapping

URL_SUFFIXES: Mapping[str, str] = {"aws": "amazonaws.com", "aws-us-gov": "amazonaws.com", "aws-cn": "amazonaws.com.cn"}
"""What `AWS::URLSuffix` is in each partition."""


def partition_of(region: str) -> str:
    """Return the partition that a region is in."""
    if region.startswith("us-gov-"):
        return "aws-us-gov"
    return "aws-cn" if region.startswith("cn-") else "aws"
