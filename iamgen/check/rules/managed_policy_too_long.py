"""A managed policy that IAM will not take."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, policy, template
from iamgen.check.rules._lengths import Ruler, over
from iamgen.iam.template import POLICY, Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    ruler = Ruler(template, facts)
    policies = {one.logical_id for one in template.of_type(POLICY)}
    for document in template.documents:
        if document.owner in policies:
            length = ruler.document(document)
            if length > quotas.MANAGED_POLICY:
                what = f"{document.owner} has {over(length, quotas.MANAGED_POLICY)}"
                yield Problem(document.path, f"{what}: divide it, or let patterns stand for names")


_LONG = [f"arn:aws:s3:::example-bucket-{number:04}" for number in range(200)]

RULE = Rule(
    id="E121",
    name="managed-policy-too-long",
    level="error",
    summary="A managed policy has more than 6,144 characters",
    why=(
        "IAM refuses it, the stack's update fails, and the quota cannot be raised. White space is not counted. What "
        "functions stand for counts as far as it is known, so the true length may be greater, but not less."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(template(ReadP=policy(allow("s3:ListBucket", _LONG[:100]))),),
    bad=(template(ReadP=policy(allow("s3:ListBucket", _LONG))),),
)
