"""Policies of resources, and permission sets: who may do what by them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from iamgen.check.finding import Finding
from iamgen.check.rules._examples import ALICE, allow, document
from iamgen.iam.resource_policies import POLICIES

Named = Callable[..., set[str]]
Found = Callable[..., list[Finding]]
OPEN = {"Effect": "Allow", "Principal": "*", "Action": "x:*", "Resource": "*"}


@pytest.mark.parametrize(("kind", "name"), POLICIES.items())
def test_every_type_is_read(named: Named, kind: str, name: str) -> None:
    for written in (document(OPEN), json.dumps(document(OPEN))):
        assert named(X={"Type": kind, "Properties": {name: written}}) == {"resource-open-to-anyone"}
    closed = document({**OPEN, "Principal": ALICE})
    assert named(X={"Type": kind, "Properties": {name: closed}}) == set()


@pytest.mark.parametrize(
    ("condition", "is_open"),
    [
        ({}, True),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}}, True),
        ({"StringLike": {"aws:PrincipalArn": "*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}}, False),
        ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, False),
        ({"StringEquals": {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}}, False),
    ],
)
def test_conditions(named: Named, condition: dict[str, Any], is_open: bool) -> None:
    policy = document({**OPEN, "Condition": condition})
    queue = {"Type": "AWS::SQS::QueuePolicy", "Properties": {"PolicyDocument": policy, "Queues": ["q"]}}
    assert ("resource-open-to-anyone" in named(X=queue)) is is_open


@pytest.mark.parametrize(
    ("properties", "is_open"),
    [
        ({"Principal": "*"}, True),
        ({"Principal": "*", "SourceAccount": "111111111111"}, False),
        ({"Principal": "*", "SourceArn": "arn:aws:s3:::bucket"}, False),
        ({"Principal": "111111111111"}, False),
        ({"Principal": {"Ref": "Caller"}}, False),
    ],
)
def test_functions(named: Named, properties: dict[str, Any], is_open: bool) -> None:
    permission = {"Type": "AWS::Lambda::Permission", "Properties": {"Action": "lambda:InvokeFunction", **properties}}
    assert ("resource-open-to-anyone" in named(X=permission)) is is_open


@pytest.mark.parametrize(
    ("properties", "name", "path"),
    [
        ({"InlinePolicy": document(allow("*"))}, "full-power", ("InlinePolicy", "Statement", 0, "Action")),
        ({"InlinePolicy": json.dumps(document(allow("*")))}, "full-power", ("InlinePolicy",)),
        ({"ManagedPolicies": ["arn:aws:iam::aws:policy/IAMFullAccess"]}, "undeclared-escalation", None),
        ({"ManagedPolicies": ["arn:aws:iam::aws:policy/Nothing"]}, "unknown-managed-policy", ("ManagedPolicies", 0)),
        (
            {"InlinePolicy": document(allow("s3:GetObject", "x"))},
            "malformed-policy",
            ("InlinePolicy", "Statement", 0, "Resource"),
        ),
    ],
)
def test_permission_sets(
    findings_of: Found, properties: dict[str, Any], name: str, path: tuple[object, ...] | None
) -> None:
    (finding,) = findings_of({"Resources": {"X": {"Type": "AWS::SSO::PermissionSet", "Properties": properties}}})
    assert finding.name == name
    assert finding.path == (("Resources", "X", "Properties", *path) if path else ("Resources", "X"))


def test_a_permission_set_that_is_as_it_should_be(named: Named) -> None:
    properties = {
        "ManagedPolicies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        "InlinePolicy": document(allow("s3:ListBucket")),
    }
    assert named(X={"Type": "AWS::SSO::PermissionSet", "Properties": properties}) == set()


LAYER, BUS = "AWS::Lambda::LayerVersionPermission", "AWS::Events::EventBusPolicy"
ORGANIZATION = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-1"}


@pytest.mark.parametrize(
    ("kind", "properties", "is_open"),
    [
        (LAYER, {"Principal": "*", "Action": "lambda:GetLayerVersion"}, True),
        (LAYER, {"Principal": "*", "Action": "lambda:GetLayerVersion", "OrganizationId": "o-1"}, False),
        (LAYER, {"Principal": "222222222222", "Action": "lambda:GetLayerVersion"}, False),
        (BUS, {"Principal": "*", "Action": "events:PutEvents"}, True),
        (BUS, {"Principal": "*", "Action": "events:PutEvents", "Condition": ORGANIZATION}, False),
        (BUS, {"Principal": "222222222222", "Action": "events:PutEvents"}, False),
        (BUS, {"Statement": OPEN}, True),
        (BUS, {"Statement": {**OPEN, "Principal": ALICE}}, False),
        (BUS, {"Statement": {**OPEN, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}}, False),
    ],
)
def test_single_statements_of_layers_and_event_buses(
    named: Named, kind: str, properties: dict[str, Any], is_open: bool
) -> None:
    assert ("resource-open-to-anyone" in named(X={"Type": kind, "Properties": properties})) is is_open


def test_a_service_network_is_closed_by_the_vpc_of_a_request(named: Named) -> None:
    condition = {"StringEquals": {"vpc-lattice-svcs:SourceVpc": "vpc-1"}}
    policy = document({**OPEN, "Condition": condition})
    assert named(X={"Type": "AWS::VpcLattice::AuthPolicy", "Properties": {"Policy": policy}}) == set()
