"""The rule about a managed policy that is longer than IAM allows."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.quota_usage.documents import managed_policies
from iamgen.check.quota_usage.usage import exceeded
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, policy, template
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for usage in exceeded(managed_policies, template, facts):
        yield Problem(usage.path, f"{usage.owner} has {usage.over}: {usage.remedy}")


_LONG = [f"arn:aws:s3:::example-bucket-{number:04}" for number in range(200)]

RULE = Rule(
    id="E121",
    name="managed-policy-too-long",
    level="error",
    summary="A managed policy has more than 6,144 characters",
    why=(
        "IAM refuses such a policy, the stack's update fails, and the quota cannot be raised. White space is not "
        "counted. The values of functions count as far as they are known, so the true length may be greater, but "
        "not less."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(template(ReadP=policy(allow("s3:ListBucket", _LONG[:100]))),),
    bad=(template(ReadP=policy(allow("s3:ListBucket", _LONG))),),
)
