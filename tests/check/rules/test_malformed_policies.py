"""Policies that IAM refuses, and the places where it is told."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from iamgen.check.finding import Finding
from iamgen.check.rules._examples import ALICE, allow, document, policy, role, trust

Found = Callable[..., list[Finding]]
REFUSED = "IAM refuses it, or AWS does not document what it does"


def malformed(findings_of: Found, resource: object) -> list[tuple[object, str]]:
    findings = findings_of({"Resources": {"X": resource}})
    return [(finding.path[-1], finding.message) for finding in findings if finding.name == "malformed-policy"]


def test_every_element_that_is_refused_is_told(findings_of: Found) -> None:
    statement = {
        "Effect": "allow",
        "Action": [],
        "Resource": "bucket",
        "Condition": {"Bool": {"aws:SecureTransport": "maybe"}},
    }
    assert malformed(findings_of, policy(statement)) == [
        ("Action", f"Action: is neither a text nor a list of texts: {REFUSED}"),
        ("Condition", f"maybe: is neither true nor false: {REFUSED}"),
        ("Effect", f"Effect: is 'allow': {REFUSED}; write Allow or Deny"),
        ("Resource", f"Resource: 'bucket' is neither * nor an ARN: {REFUSED}"),
    ]


def test_other_statements_are_read_all_the_same(findings_of: Found) -> None:
    (finding,) = findings_of({"Resources": {"X": policy(allow("s3:GetObject"), allow("s3:PutObject", "bucket"))}})
    assert finding.path[-2:] == (1, "Resource")


def test_what_only_the_deployment_knows_is_left_out(findings_of: Found) -> None:
    until = {"DateLessThan": {"aws:CurrentTime": {"Ref": "Until"}}}
    unknown = [
        {"Fn::GetAtt": ["Bucket", "Arn"]},
        {"Fn::Sub": "${Start}/*"},
        {"Fn::If": ["C", "*", {"Ref": "AWS::NoValue"}]},
    ]
    assert malformed(findings_of, policy(allow("s3:GetObject", unknown, Condition=until))) == []
    partly = [{"Ref": "Arn"}, "bucket"]
    assert [place for place, _ in malformed(findings_of, policy(allow("s3:GetObject", partly)))] == ["Resource"]
    chosen = {"Fn::If": ["C", "bucket", "*"]}
    assert [place for place, _ in malformed(findings_of, policy(allow("s3:GetObject", chosen)))] == ["Resource"]


def test_what_another_rule_tells_is_not_told_again(findings_of: Found) -> None:
    names = {finding.name for finding in findings_of({"Resources": {"X": policy(allow(["s*:Get", "GetObject"]))}})}
    assert names == {"unknown-action"}
    wildcard = role(trust({"AWS": "arn:aws:iam::111111111111:role/x*"}))
    assert {finding.name for finding in findings_of({"Resources": {"X": wildcard}})} == {"wildcard-in-principal"}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ([], "the policy document is not a block with Version and Statement: IAM refuses it"),
        ({"Version": "2012-10-17"}, "the policy document has no statement: IAM refuses it"),
        (
            {"Version": "2012", "Statement": [allow("s3:GetObject")]},
            f"Version: '2012' is not known: {REFUSED}; write 2012-10-17",
        ),
        ({"Statement": ["Allow"]}, "the statement is not a block of elements"),
        (document(allow("s3:GetObject", Sid="a b")), "the Sid 'a b' may only have letters and digits: IAM refuses it"),
        (document(trust(ALICE)), "only a trust policy has a Principal: IAM refuses it here"),
    ],
)
def test_documents(findings_of: Found, written: object, message: str) -> None:
    resource = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": written}}
    assert message in [text for _, text in malformed(findings_of, resource)]


def test_a_document_that_is_written_as_text(findings_of: Found) -> None:
    text = json.dumps(document(allow("s3:GetObject", "bucket")))
    resource = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": text}}
    assert malformed(findings_of, resource) == [
        ("PolicyDocument", f"Resource: 'bucket' is neither * nor an ARN: {REFUSED}"),
    ]


def test_a_trust_policy(findings_of: Found) -> None:
    assert malformed(findings_of, role({"Effect": "Allow", "Action": "sts:AssumeRole"})) == [
        (0, "the trust policy's statement has no Principal: IAM refuses it"),
    ]
    assert malformed(findings_of, role({**trust(ALICE), "Resource": "*"})) == [
        ("Resource", "a trust policy has no Resource: IAM refuses it"),
    ]
