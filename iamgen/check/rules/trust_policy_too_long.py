"""The rule about a trust policy that is longer than IAM allows."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.quota_usage.documents import trust_policies
from iamgen.check.quota_usage.usage import exceeded
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import MFA, role, template, trust
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for usage in exceeded(trust_policies, template, facts):
        yield Problem(usage.path, f"{usage.owner}'s trust has {usage.over}: {usage.remedy}")


_USERS = [f"arn:aws:iam::111111111111:user/person-{number}" for number in range(60)]

RULE = Rule(
    id="E122",
    name="trust-policy-too-long",
    level="error",
    summary="A trust policy is longer than the account's quota",
    why=(
        "The quota is 2,048 characters, or 8,192 if AWS has raised it, and each user in the list takes about 46. "
        "IAM refuses a longer trust policy. White space is not counted. The values of functions count as far as "
        "they are known."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(template(ReadR=role(trust({"AWS": _USERS[:35]}, Condition=MFA))),),
    bad=(template(ReadR=role(trust({"AWS": _USERS}, Condition=MFA))),),
    declared="the account's own quota counts where it is declared",
)
