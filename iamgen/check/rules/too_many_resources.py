"""The rule about a template with more resources than CloudFormation accepts."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.quota_usage.counts import resources
from iamgen.check.quota_usage.usage import exceeded
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, template
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for usage in exceeded(resources, template, facts):
        problem = f"the template has {usage.used} resources, and {usage.limit} is CloudFormation's limit"
        yield Problem(usage.path, f"{problem}: {usage.remedy}")


RULE = Rule(
    id="E126",
    name="too-many-resources",
    level="error",
    summary="The template has more than 500 resources",
    why=(
        "CloudFormation refuses such a template, and the limit cannot be raised. Divide it into several stacks, "
        "and keep together what belongs together."
    ),
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
    check=_check,
    good=(template(**{f"G{number}": group() for number in range(3)}),),
    bad=(template(**{f"G{number}": group() for number in range(501)}),),
)
