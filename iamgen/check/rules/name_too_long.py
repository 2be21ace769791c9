"""The rule about names that are longer than IAM allows after their parts are joined."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.quota_usage.names import names
from iamgen.check.quota_usage.usage import exceeded
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, role, template
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for usage in exceeded(names, template, facts):
        problem = f"the name {usage.owner} will have {usage.used} characters, and {usage.limit} is the limit"
        yield Problem(usage.path, f"{problem}: {usage.remedy}")


_ROLE = "role-with-a-rather-long-name-for-what-it-does"

RULE = Rule(
    id="E125",
    name="name-too-long",
    level="error",
    summary="The name of a role, user, group or policy is too long once it is put together",
    why=(
        "The name of a role or user may have 64 characters, that of a group, policy or instance profile 128. The "
        "prefix and the account's id count too. The values of other functions count as far as they are known."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(
        template(ReadR=role(RoleName={"Fn::Sub": "infra-ReadR-${AWS::AccountId}"})),
        template(LongG=group(GroupName=f"infra-{_ROLE}-123456789012-and-more")),
    ),
    bad=(
        template(LongR=role(RoleName={"Fn::Sub": f"infrastructure-{_ROLE}-${{AWS::AccountId}}"})),
        template(LongR=role(RoleName={"Fn::Join": ["-", ["infra", _ROLE, _ROLE]]})),
        template(LongR=role(RoleName=f"infrastructure-{_ROLE}-123456789012")),
    ),
)
