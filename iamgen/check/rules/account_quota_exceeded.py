"""More of a kind than an account can have."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, template
from iamgen.iam.template import GROUP, Template

# Those that one template can exceed: of all others an account can have at least as many as a template, 500.
_QUOTAS = {
    GROUP: ("groups", quotas.GROUPS, quotas.GROUPS_RAISED),
    "AWS::IAM::OIDCProvider": ("OIDC providers", quotas.OIDC_PROVIDERS, quotas.OIDC_PROVIDERS_RAISED),
}


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for kind, (called, quota, raised) in _QUOTAS.items():
        count = sum(one.is_certain for one in template.of_type(kind))
        if count > quota:
            what = f"the template has {count} {called}, and {quota} is an account's quota"
            yield Problem(("Resources",), f"{what}: AWS raises it to {raised} at most, on request")


RULE = Rule(
    id="E130",
    name="account-quota-exceeded",
    level="error",
    summary="The template has more of a kind than an account can have",
    why=(
        "An account has 300 groups and 100 OIDC providers at most, unless AWS has raised the quota, to 500 and 700. "
        "Whatever else the account has counts besides."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(template(**{f"G{number}": group() for number in range(300)}),),
    bad=(template(**{f"G{number}": group() for number in range(301)}),),
)
