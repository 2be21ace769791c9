"""The rule about a user in more groups than IAM allows."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.check.quota_usage.counts import groups_of_users
from iamgen.check.quota_usage.usage import exceeded
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, template, user
from iamgen.iam.template import Template


def _check(template: Template, facts: Facts) -> Iterator[Problem]:
    for usage in exceeded(groups_of_users, template, facts):
        problem = f"{usage.owner} is in {usage.used} groups, and {usage.limit} is the limit"
        yield Problem(usage.path, f"{problem}: {usage.remedy}")


_GROUPS = {f"Team{number}G": group() for number in range(11)}
_ADDED = {"Type": "AWS::IAM::UserToGroupAddition", "Properties": {"GroupName": "more", "Users": [{"Ref": "Alice"}]}}
_TEN = [{"Ref": name} for name in list(_GROUPS)[:10]]

RULE = Rule(
    id="E129",
    name="too-many-groups",
    level="error",
    summary="A user is in more than 10 groups",
    why=(
        "IAM refuses the eleventh membership, and the limit cannot be raised. The rule counts the memberships that "
        "the user lists, and those of `AWS::IAM::UserToGroupAddition`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(template(Alice=user(Groups=_TEN), **_GROUPS),),
    bad=(
        template(Alice=user(Groups=[*_TEN, {"Ref": "Team10G"}]), **_GROUPS),
        template(Alice=user(Groups=_TEN), More=_ADDED, **_GROUPS),
    ),
)
