"""The policies of resources: who may use a bucket, a key or a function, wherever the template says so."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamgen.iam.resource_policies import POLICIES, ResourcePolicy, resource_policies
from iamgen.iam.statements import ReadCondition, ReadPrincipal, ReadStatement
from iamgen.iam.syntax import Path
from iamgen.iam.template import Template
from iamgen.iam.values import Value

STATEMENT = {"Effect": "Allow", "Action": "s3:GetObject", "Principal": "*"}
DOCUMENT = {"Statement": STATEMENT}


def read(kind: str, **properties: Any) -> list[ResourcePolicy]:
    resource = {"Type": kind, "Properties": properties}
    other = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": DOCUMENT}}
    return list(resource_policies(Template.of({"Resources": {"X": resource, "R": other}}, 0)))


def of_document(path: Path, *, is_text: bool = False) -> ReadStatement:
    """Return the statement with its places; none leads into a text."""
    at = path if is_text else (*path, "Statement")
    action, principal = (at, at) if is_text else ((*at, "Action"), (*at, "Principal"))
    return ReadStatement(
        at,
        allows=True,
        actions=(Value("s3:GetObject", action),),
        principals=(ReadPrincipal("*", Value("*", principal)),),
    )


@pytest.mark.parametrize(("kind", "element"), POLICIES.items())
def test_the_policy_of_each_type(kind: str, element: str) -> None:
    path = ("Resources", "X", "Properties", element)
    assert read(kind, **{element: DOCUMENT}) == [ResourcePolicy("X", (of_document(path),))]
    assert read(kind, **{element: json.dumps(DOCUMENT)}) == [ResourcePolicy("X", (of_document(path, is_text=True),))]


def test_a_policy_in_each_branch_of_a_condition() -> None:
    path = ("Resources", "X", "Properties", "KeyPolicy", "Fn::If")
    chosen = {"Fn::If": ["C", DOCUMENT, {"Statement": []}]}
    assert read("AWS::KMS::Key", KeyPolicy=chosen) == [
        ResourcePolicy("X", (of_document((*path, 1)),)),
        ResourcePolicy("X", ()),
    ]


PERMISSION: Path = ("Resources", "X", "Properties", "Principal")


def condition(operator: str, key: str, value: str) -> ReadCondition:
    return ReadCondition(operator, key, (Value(value, PERMISSION),), PERMISSION)


@pytest.mark.parametrize(
    ("principal", "kind", "name"),
    [("*", "*", "*"), ("s3.amazonaws.com", "AWS", "s3.amazonaws.com"), ("111111111111", "AWS", "111111111111")],
)
@pytest.mark.parametrize(
    ("properties", "conditions"),
    [
        ({}, ()),
        ({"SourceAccount": "1"}, (condition("StringEquals", "aws:SourceAccount", "1"),)),
        ({"PrincipalOrgID": "o"}, (condition("StringEquals", "aws:PrincipalOrgID", "o"),)),
        ({"SourceArn": "arn:x"}, (condition("ArnLike", "aws:SourceArn", "arn:x"),)),
        (
            {"SourceArn": "arn:x", "SourceAccount": "1"},
            (
                condition("StringEquals", "aws:SourceAccount", "1"),
                condition("ArnLike", "aws:SourceArn", "arn:x"),
            ),
        ),
    ],
)
def test_a_permission_of_a_function_is_a_statement(
    principal: str, kind: str, name: str, properties: dict[str, str], conditions: tuple[ReadCondition, ...]
) -> None:
    (policy,) = read("AWS::Lambda::Permission", Action="lambda:InvokeFunction", Principal=principal, **properties)
    assert policy == ResourcePolicy(
        "X",
        (
            ReadStatement(
                PERMISSION,
                allows=True,
                actions=(Value("lambda:InvokeFunction", PERMISSION),),
                principals=(ReadPrincipal(kind, Value(name, PERMISSION)),),
                conditions=conditions,
            ),
        ),
    )


def test_other_resources_have_no_policy() -> None:
    assert read("AWS::S3::Bucket", PolicyDocument=DOCUMENT) == []
