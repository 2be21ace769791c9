"""The rules about policy variables, beyond the examples that each of them has."""

from __future__ import annotations

import pytest

from iamgen.check.rule_context import Facts
from iamgen.check.rules._examples import allow, policy, template
from iamgen.check.rules.variable_before_fifth_colon import RULE
from iamgen.iam.template import Template

Resource = object


def messages(resource: Resource, version: object = "2012-10-17") -> list[str]:
    written = policy(allow("sqs:*", resource))
    written["Properties"]["PolicyDocument"]["Version"] = version
    return [problem.message for problem in RULE.check(Template.of(template(OwnP=written), 0), Facts())]


def test_the_whole_message() -> None:
    (message,) = messages({"Fn::Sub": "arn:${AWS::Partition}:sqs:*:${!aws:PrincipalAccount}:q"})
    assert message == (
        "IAM inserts no value for ${aws:PrincipalAccount} before the fifth colon of an ARN, so that "
        "arn:${AWS::Partition}:sqs:*:${aws:PrincipalAccount}:q matches no resource: write the value itself, or compare "
        "it in a condition, such as StringEquals on aws:ResourceAccount"
    )


def test_where_a_hole_may_have_colons_nothing_is_said() -> None:
    assert messages({"Fn::Sub": "${Queue.Arn}-${!aws:username}"}) == []
    assert messages({"Fn::Join": ["", [{"Ref": "Prefix"}, ":${aws:username}"]]}) == []


@pytest.mark.parametrize("version", ["2008-10-17", None])
def test_a_document_without_variables_is_another_rules(version: str | None) -> None:
    assert messages("arn:aws:sqs:*:${aws:PrincipalAccount}:q", version) == []


def test_a_version_that_is_not_known_may_have_variables() -> None:
    assert len(messages("arn:aws:sqs:*:${aws:PrincipalAccount}:q", {"Ref": "Version"})) == 1
