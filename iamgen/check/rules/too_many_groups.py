"""A user in more groups than IAM allows."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.aws import quotas
from iamgen.check.rule_context import Facts
from iamgen.check.rules import Problem, Rule
from iamgen.check.rules._examples import group, template, user
from iamgen.iam.attachments import memberships
from iamgen.iam.template import Template
from iamgen.iam.values import Value


def _check(template: Template, _: Facts) -> Iterator[Problem]:
    for one, groups in memberships(template).items():
        count = len({value.text for value in groups if _is_certain(value, template)})
        if count > quotas.GROUPS_OF_A_USER:
            what = f"{one} is in {count} groups, and {quotas.GROUPS_OF_A_USER} is the limit"
            yield Problem(("Resources", one), f"{what}: join groups by what they are for")


def _is_certain(group: Value, template: Template) -> bool:
    """Whether no condition decides about the membership."""
    conditional = {one.logical_id for one in template.resources if not one.is_certain}
    return "Fn::If" not in group.path and group.path[1] not in conditional


_GROUPS = {f"Team{number}G": group() for number in range(11)}
_ADDED = {"Type": "AWS::IAM::UserToGroupAddition", "Properties": {"GroupName": "more", "Users": [{"Ref": "Alice"}]}}
_TEN = [{"Ref": name} for name in list(_GROUPS)[:10]]

RULE = Rule(
    id="E129",
    name="too-many-groups",
    level="error",
    summary="A user is in more than 10 groups",
    why=(
        "IAM refuses the eleventh membership, and the limit cannot be raised. Memberships count that the user lists, "
        "and those of `AWS::IAM::UserToGroupAddition`."
    ),
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    check=_check,
    good=(template(Alice=user(Groups=_TEN), **_GROUPS),),
    bad=(
        template(Alice=user(Groups=[*_TEN, {"Ref": "Team10G"}]), **_GROUPS),
        template(Alice=user(Groups=_TEN), More=_ADDED, **_GROUPS),
    ),
)
