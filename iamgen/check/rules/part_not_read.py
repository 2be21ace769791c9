"""The rule that reports the parts of a template that no other rule could look at."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import template
from iamgen.iam.holes import shown
from iamgen.iam.template import Template


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for unread in template.unread:
        yield Problem(unread.path, f"{shown(unread.reason)}: no rule has looked at the result")


_FUNCTION = {
    "Type": "AWS::Serverless::Function",
    "Properties": {"Policies": [{"S3ReadPolicy": {"BucketName": "data"}}]},
}
_OWN_POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}

RULE = Rule(
    id="W135",
    name="part-not-read",
    level="warning",
    summary="A part of the template could not be read",
    why=(
        "CloudFormation inserts the result of a macro or an included file after every review of the text. A loop "
        "may go over values that only the deployment knows, and SAM makes policies of its own templates. The rules "
        'cannot look at any of this, so "no findings" says nothing about these parts.'
    ),
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-reference.html",
    check=_check,
    good=(
        template(Api={"Type": "AWS::Serverless::Function", "Properties": {"Policies": [_OWN_POLICY]}}),
        {"Transform": "AWS::LanguageExtensions", "Resources": {}},
    ),
    bad=(
        {"Transform": "OurMacro", "Resources": {}},
        template(Api=_FUNCTION),
        template(Role={"Type": "AWS::IAM::Role", "Fn::Transform": {"Name": "AWS::Include"}}),
    ),
)
