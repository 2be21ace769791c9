"""The rule about a template that is too large to send with a call, and has to be uploaded to S3 first."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.quota_usage.sizes import size_in_call, size_in_s3
from iamgen.check.quota_usage.usage import exceeded
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, template
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    if any(exceeded(size_in_s3, template, facts)):
        return  # too large for S3 too, of which another rule tells
    for usage in exceeded(size_in_call, template, facts):
        problem = f"the template has {usage.used:,} bytes, and a call takes at most {usage.limit:,}"
        yield Problem(usage.path, f"{problem}: {usage.remedy}")


RULE = Rule(
    id="W128",
    name="template-needs-s3",
    level="warning",
    summary="The template has more than 51,200 bytes, so that it needs S3",
    why=(
        "A call to CloudFormation takes a template of at most 51,200 bytes. A larger template, up to 1 MB, has to "
        "be in an S3 bucket that the deploying role can read. White space counts."
    ),
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
    check=_check,
    good=(template(ReadG=group()),),
    bad=({**template(ReadG=group()), "Metadata": {"About": "x" * quotas.TEMPLATE_INLINE}},),
)
