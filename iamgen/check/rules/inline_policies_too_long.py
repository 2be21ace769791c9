"""The rule about inline policies that are longer in total than IAM allows."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.quota_usage.documents import inline_policies
from iamgen.check.quota_usage.usage import exceeded
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, document, group, role, template
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for usage in exceeded(inline_policies, template, facts):
        yield Problem(usage.path, f"the inline policies of {usage.owner} have {usage.over}: {usage.remedy}")


def _inline(count: int) -> list[dict[str, object]]:
    buckets = [f"arn:aws:s3:::example-bucket-{number:04}" for number in range(100)]
    return [
        {"PolicyName": f"Read{number}", "PolicyDocument": document(allow("s3:ListBucket", buckets))}
        for number in range(count)
    ]


RULE = Rule(
    id="E124",
    name="inline-policies-too-long",
    level="error",
    summary="The inline policies of a user, group or role are too long in total",
    why=(
        "All inline policies of a user may have 2,048 characters in total, those of a group 5,120, those of a role "
        "10,240. White space is not counted. The quota cannot be raised, and IAM refuses the policy that exceeds "
        "it."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(template(AppR=role(Policies=_inline(2))),),
    bad=(template(AppR=role(Policies=_inline(4))), template(DevG=group(Policies=_inline(2)))),
)
