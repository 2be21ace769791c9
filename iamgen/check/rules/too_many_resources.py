"""A template with more resources than CloudFormation takes."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, template
from iamgen.iam.template import Template


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    count = len(template.resources)
    if count > quotas.RESOURCES:
        what = f"the template has {count} resources, and {quotas.RESOURCES} is CloudFormation's limit"
        yield Problem(("Resources",), f"{what}: divide it into several stacks")


RULE = Rule(
    id="E126",
    name="too-many-resources",
    level="error",
    summary="The template has more than 500 resources",
    why="CloudFormation refuses it, and the limit cannot be raised. What belongs together makes a stack of its own.",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html",
    check=_check,
    good=(template(**{f"G{number}": group() for number in range(3)}),),
    bad=(template(**{f"G{number}": group() for number in range(501)}),),
)
