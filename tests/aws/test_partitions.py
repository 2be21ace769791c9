from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from iamgen.aws.partitions import (
    PARTITIONS,
    REGIONS,
    SUPPORTED,
    is_service_principal,
    misspelt_region,
    partition_of,
    service_of,
    service_principal,
    sign_in_host,
    url_suffix,
)

OF_BOTOCORE: list[dict[str, Any]] = json.loads(
    (Path(botocore.__file__).parent / "data" / "partitions.json").read_text("utf-8")
)["partitions"]


def test_every_partition_of_botocore_is_known() -> None:
    assert {entry["id"] for entry in OF_BOTOCORE} == set(PARTITIONS)


@pytest.mark.parametrize("partition", OF_BOTOCORE, ids=lambda entry: str(entry["id"]))
def test_regions_and_suffixes_are_those_of_botocore(partition: dict[str, Any]) -> None:
    regions = [name for name in partition["regions"] if not name.endswith("-global")]
    assert regions
    assert {partition_of(region) for region in regions} == {partition["id"]}
    assert url_suffix(partition["id"]) == partition["outputs"]["dnsSuffix"]


@pytest.mark.parametrize(
    "region", ["", "eu-west", "Ireland", "xx-north-1", "aws-global", "us-east-1-foo", "xus-east-1"]
)
def test_a_region_that_is_in_no_known_partition(region: str) -> None:
    assert partition_of(region) is None


def test_supported_partitions_have_a_sign_in_host_and_no_other_has() -> None:
    assert {name for name, partition in PARTITIONS.items() if partition.sign_in_host} == set(SUPPORTED)
    assert all(sign_in_host(name) for name in SUPPORTED)


def test_no_suffix_of_an_unknown_partition() -> None:
    assert url_suffix("aws-mars") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("lambda.amazonaws.com", True),
        ("ec2.amazonaws.com.cn", True),
        ("states.eu-west-1.amazonaws.com", True),
        ("lambda.amazonaws.com.evil", False),
        ("amazonaws.com", False),
        ("arn:aws:iam::111111111111:role/x.amazonaws.com", False),
        ("lambda.amazonaws.eu", False),
    ],
)
def test_form_of_service_principals(name: str, expected: bool) -> None:  # a case of the table
    assert is_service_principal(name) is expected


@pytest.mark.parametrize(
    ("principal", "service"),
    [
        ("lambda.amazonaws.com", "lambda"),
        ("ec2.amazonaws.com.cn", "ec2"),
        ("states.eu-west-1.amazonaws.com", "states.eu-west-1"),
        ("alexa-appkit.amazon.com", "alexa-appkit"),
        ("inbound.aws.internal", "inbound"),
        ("lambda", None),
        (".amazonaws.com", None),
        ("Lambda.amazonaws.com", None),
        ("lambda.amazonaws.co", None),
    ],
)
def test_the_service_of_a_principal(principal: str, service: str | None) -> None:
    assert service_of(principal) == service


def test_the_principal_of_a_service() -> None:
    assert service_principal("lambda") == "lambda.amazonaws.com"


def test_the_regions_are_those_that_botocore_knows() -> None:
    session = botocore.session.get_session()
    known = {region for name in SUPPORTED for region in session.get_available_regions("ec2", partition_name=name)}
    assert known <= REGIONS
    assert all(partition_of(region) in SUPPORTED for region in REGIONS)


@pytest.mark.parametrize(
    ("region", "meant"),
    [
        ("eu-central-1", None),
        ("eu-centrl-1", "eu-central-1"),
        ("eu-wset-1", "eu-west-1"),
        ("us-gov-wst-1", "us-gov-west-1"),
        ("eu-centrl-9", "eu-central-1"),
        ("eu-northwest-1", None),  # AWS may have it since
        ("ma-central-1", None),
        ("eu-central-9", None),
        ("eu-moon-1", None),
        ("xx-wst-1", None),
    ],
)
def test_a_region_is_misspelt_only_where_aws_can_have_none_of_the_name(region: str, meant: str | None) -> None:
    assert misspelt_region(region) == meant
