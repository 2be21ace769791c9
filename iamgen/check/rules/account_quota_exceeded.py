"""The rule that compares the number of an account's roles, users, groups and policies with AWS's quotas."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.quota_usage.counts import resources_of_account
from iamgen.check.quota_usage.usage import exceeded
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, template
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for usage in exceeded(resources_of_account, template, facts):
        problem = f"the template has {usage.used} {usage.owner}, and {usage.limit} is an account's quota"
        yield Problem(usage.path, f"{problem}: {usage.remedy}")


RULE = Rule(
    id="E130",
    name="account-quota-exceeded",
    level="error",
    summary="The template has more groups, OIDC providers or other things than an account can have",
    why=(
        "An account has at most 300 groups and 100 OIDC providers, unless AWS has raised the quota to 500 and 700. "
        "Everything else that is in the account counts too."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(template(**{f"G{number}": group() for number in range(300)}),),
    bad=(template(**{f"G{number}": group() for number in range(301)}),),
)
