"""The rule about a template that is larger than CloudFormation accepts in any way."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.quota_usage.sizes import size_in_s3
from iamgen.check.quota_usage.usage import exceeded
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, template
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for usage in exceeded(size_in_s3, template, facts):
        problem = f"the template has {usage.used:,} bytes, and 1 MB is the limit, also from S3"
        yield Problem(usage.path, f"{problem}: {usage.remedy}")


RULE = Rule(
    id="E127",
    name="template-too-large",
    level="error",
    summary="The template has more than 1 MB",
    why="CloudFormation takes at most 51,200 bytes with the call, and 1 MB from S3. White space counts.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
    check=_check,
    good=(template(ReadG=group()),),
    bad=({**template(ReadG=group()), "Metadata": {"About": "x" * quotas.TEMPLATE}},),
)
