"""A template that has to be uploaded first."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, template
from iamgen.iam.template import Template


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    if quotas.TEMPLATE_INLINE < template.size <= quotas.TEMPLATE:
        what = f"the template has {template.size:,} bytes, and a call takes {quotas.TEMPLATE_INLINE:,}"
        yield Problem((), f"{what}: deploy it from an S3 bucket")


RULE = Rule(
    id="W128",
    name="template-needs-s3",
    level="warning",
    summary="The template has more than 51,200 bytes, so that it needs S3",
    why=(
        "A call to CloudFormation takes a template of at most 51,200 bytes. A larger one, up to 1 MB, has to lie in "
        "an S3 bucket that the deploying role can read. White space counts."
    ),
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
    check=_check,
    good=(template(ReadG=group()),),
    bad=({**template(ReadG=group()), "Metadata": {"About": "x" * quotas.TEMPLATE_INLINE}},),
)
