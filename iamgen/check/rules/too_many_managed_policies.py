"""The rule about a role, user or group with more managed policies than IAM attaches."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.quota_usage.counts import attachments
from iamgen.check.quota_usage.usage import exceeded
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import allow, group, policy, role, template
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for usage in exceeded(attachments, template, facts):
        problem = f"{usage.owner} has {usage.used} managed policies, and {usage.limit} is the quota"
        yield Problem(usage.path, f"{problem}: {usage.remedy}")


_POLICIES = {f"Read{number}P": policy(allow("s3:ListBucket"), Roles=[{"Ref": "ReadR"}]) for number in range(21)}
_REFERENCES = [{"Ref": name} for name in _POLICIES]

RULE = Rule(
    id="E123",
    name="too-many-managed-policies",
    level="error",
    summary="A role has more than 20 managed policies, or a user or group more than 10",
    why=(
        "IAM refuses to attach one more. On request, AWS raises the quota to 25 for a role and to 20 for a user; "
        "it does not raise the quota for a group. Policies that name the role, user or group themselves, under "
        "`Roles`, `Users` or `Groups`, count too."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(
        template(ReadR=role(ManagedPolicyArns=_REFERENCES[:20])),
        template(ReadR=role(ManagedPolicyArns=[{"Ref": "Read0P"}]), **dict(list(_POLICIES.items())[:20])),
    ),
    bad=(
        template(ReadR=role(ManagedPolicyArns=_REFERENCES)),
        template(ReadG=group(ManagedPolicyArns=_REFERENCES[:11])),
        template(ReadR=role(), **_POLICIES),
    ),
    declared="the account's own quota counts where it is declared",
)
