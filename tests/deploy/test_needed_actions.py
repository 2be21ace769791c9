"""What a deployment needs, and on what: a policy or member that is put elsewhere needs it there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from iamgen.aws.data.services import every_action
from iamgen.deploy.holders import Holders
from iamgen.deploy.needed_actions import CLOUDFORMATION, administration, needed_to_deploy, power_over_iam
from iamgen.deploy.references import Place

PLACE = Place("222222222222", "aws", "eu-west-1", "infra")
HERE = "arn:aws:iam::222222222222"


def needs(kind: str, **properties: Any) -> list[tuple[str, str]]:
    template = {"Resources": {"X": {"Type": f"AWS::IAM::{kind}", "Properties": properties}}}
    stack = "arn:aws:cloudformation:eu-west-1:222222222222:stack/infra/00000000-0000-0000-0000-000000000000"
    result = list(needed_to_deploy(PLACE, Holders.of(template, PLACE).resources))
    assert result[: len(CLOUDFORMATION)] == [(f"cloudformation:{action}", stack) for action in CLOUDFORMATION]
    return result[len(CLOUDFORMATION) :]


@pytest.mark.parametrize(
    ("kind", "properties", "actions", "target"),
    [
        ("RolePolicy", {"RoleName": "r"}, ("PutRolePolicy", "DeleteRolePolicy", "GetRolePolicy"), "role/r"),
        ("UserPolicy", {"UserName": "u"}, ("PutUserPolicy", "DeleteUserPolicy", "GetUserPolicy"), "user/u"),
        ("GroupPolicy", {"GroupName": "g"}, ("PutGroupPolicy", "DeleteGroupPolicy", "GetGroupPolicy"), "group/g"),
        (
            "UserToGroupAddition",
            {"GroupName": "g", "Users": ["u"]},
            ("AddUserToGroup", "RemoveUserFromGroup"),
            "group/g",
        ),
        (
            "UserToGroupAddition",
            {"GroupName": {"Fn::ImportValue": "x"}, "Users": ["u"]},
            ("AddUserToGroup", "RemoveUserFromGroup"),
            "group/unknown",
        ),
    ],
)
def test_what_is_put_elsewhere(kind: str, properties: dict[str, Any], actions: tuple[str, ...], target: str) -> None:
    assert needs(kind, **properties) == [(f"iam:{action}", f"{HERE}:{target}") for action in actions]


def test_what_is_needed_on_a_resource_itself() -> None:
    assert ("iam:UpdateAssumeRolePolicy", f"{HERE}:role/r") in needs("Role", RoleName="r")
    assert {arn for _, arn in needs("Group", GroupName="g", Path="/x/")} == {f"{HERE}:group/x/g"}
    assert needs("SAMLProvider") == []


@pytest.mark.parametrize("needs_of", [power_over_iam, administration])
def test_what_is_needed_is_there_in_aws(needs_of: Callable[[Place], tuple[tuple[str, str], ...]]) -> None:
    """An action that does not exist is one that nobody can lose, so that nothing would be refused."""
    needed = {action for action, _ in needs_of(PLACE)} - {"any-other-service:AnyAction"}
    assert needed <= set(every_action())
    assert {f"iam:{action}" for action in ("CreateAccessKey", "UpdateLoginProfile", "PutUserPolicy")} <= needed


def test_power_over_iam_is_over_each_kind_of_resource() -> None:
    by_resource = dict[str, set[str]]()
    for action, arn in power_over_iam(PLACE):
        by_resource.setdefault(arn.removeprefix(f"{HERE}:"), set()).add(action)
    assert by_resource.keys() == {
        "group/anything", "policy/anything", "oidc-provider/anything", "role/anything", "user/anybody", "*",
    }  # fmt: skip
    assert by_resource["*"] == {"iam:ListUsers"}
    for kind, sort in (("Group", "group"), ("ManagedPolicy", "policy"), ("Role", "role")):
        properties = {"GroupName": "x", "ManagedPolicyName": "x", "RoleName": "x"}
        assert by_resource[f"{sort}/anything"] == {action for action, _ in needs(kind, **properties)}
    keys = {"CreateAccessKey", "DeleteAccessKey", "UpdateAccessKey"}
    passwords = {"CreateLoginProfile", "DeleteLoginProfile", "UpdateLoginProfile", "DeactivateMFADevice"}
    of_user = {action for action, _ in needs("User", UserName="x")}
    assert by_resource["user/anybody"] == of_user | {f"iam:{action}" for action in keys | passwords}


def test_an_administrator_may_do_anything_to_anything() -> None:
    stack = "arn:aws:cloudformation:eu-west-1:222222222222:stack/infra/0"
    assert administration(PLACE) == (
        *power_over_iam(PLACE),
        *((f"cloudformation:{action}", stack) for action in CLOUDFORMATION),
        ("iam:PassRole", f"{HERE}:role/anything"),
        ("sts:AssumeRole", f"{HERE}:role/anything"),
        ("ec2:RunInstances", "*"),
        ("s3:PutObject", "arn:aws:s3:::anything/at-all"),
        ("any-other-service:AnyAction", "*"),
    )
