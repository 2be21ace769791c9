"""Building blocks for the good and bad examples that each rule has."""

from __future__ import annotations

from typing import Any

from iamgen.check.rules import Example

MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
ALICE = {"AWS": "arn:aws:iam::111111111111:user/alice"}
LAMBDA = {"Service": "lambda.amazonaws.com"}

ExampleBlock = dict[str, Any]


def template(**resources: ExampleBlock) -> Example:
    """Return a template of these resources."""
    return {"Resources": resources}


def document(*statements: ExampleBlock) -> ExampleBlock:
    """Return a policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: object, resource: object = "*", **more: object) -> ExampleBlock:
    """Return an identity policy's Allow."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def trust(principal: object, action: object = "sts:AssumeRole", **more: object) -> ExampleBlock:
    """Return a trust policy's Allow."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def role(*statements: ExampleBlock, **properties: object) -> ExampleBlock:
    """Return a role with these statements in its trust policy; without any, Lambda may assume it."""
    trusted = document(*(statements or (trust(LAMBDA),)))
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trusted, **properties}}


def policy(*statements: ExampleBlock, **properties: object) -> ExampleBlock:
    """Return a managed policy of these statements."""
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document(*statements), **properties}}


def group(**properties: object) -> ExampleBlock:
    """Return a group."""
    return {"Type": "AWS::IAM::Group", "Properties": properties}


def user(**properties: object) -> ExampleBlock:
    """Return a user."""
    return {"Type": "AWS::IAM::User", "Properties": properties}


READ = {"PolicyName": "Read", "PolicyDocument": document(allow("s3:ListBucket"))}
"""An inline policy."""
