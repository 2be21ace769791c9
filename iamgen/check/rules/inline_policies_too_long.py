"""Inline policies that are too long together."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, document, group, role, template
from iamgen.check.rules._lengths import Ruler, over
from iamgen.iam.attachments import Holder, holders
from iamgen.iam.template import GROUP, ROLE, USER, Template

_QUOTAS = {USER: quotas.INLINE_OF_A_USER, GROUP: quotas.INLINE_OF_A_GROUP, ROLE: quotas.INLINE_OF_A_ROLE}


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    ruler = Ruler(template, facts)
    for holder in holders(template):
        quota = _QUOTAS.get(holder.resource.type)
        length = sum(ruler.document(one) for one in holder.documents if one.kind == "inline")
        if quota and length > quota and _all_are_certain(holder, template):
            what = f"the inline policies of {holder.resource.logical_id} have {over(length, quota)}"
            yield Problem(holder.resource.path, f"{what}: make managed policies of them")


def _all_are_certain(holder: Holder, template: Template) -> bool:
    """Whether no condition decides which of the inline policies there are: if one did, not all might count."""
    if any("Fn::If" in one.path for one in holder.documents):
        return False
    owners = {one.owner for one in holder.documents}
    return all(one.is_certain for one in template.resources if one.logical_id in owners)


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
    summary="The inline policies of a user, group or role are too long together",
    why=(
        "All inline policies of a user may have 2,048 characters together, of a group 5,120, of a role 10,240; white "
        "space is not counted. The quota cannot be raised, and IAM refuses the policy that exceeds it."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(template(AppR=role(Policies=_inline(2))),),
    bad=(template(AppR=role(Policies=_inline(4))), template(DevG=group(Policies=_inline(2)))),
)
