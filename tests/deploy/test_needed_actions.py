"""What a deployment needs, and on what: a policy or member that is put elsewhere needs it there."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.deploy.holders import Holders
from iamgen.deploy.needed_actions import CLOUDFORMATION, needed_to_deploy
from iamgen.deploy.references import Place

PLACE = Place("222222222222", "aws", "eu-west-1", "infra")
HERE = "arn:aws:iam::222222222222"


def needs(kind: str, **properties: Any) -> list[tuple[str, str]]:
    template = {"Resources": {"X": {"Type": f"AWS::IAM::{kind}", "Properties": properties}}}
    stack = "arn:aws:cloudformation:eu-west-1:222222222222:stack/infra/00000000-0000-0000-0000-000000000000"
    found = list(needed_to_deploy(PLACE, Holders.of(template, PLACE).resources))
    assert found[: len(CLOUDFORMATION)] == [(f"cloudformation:{action}", stack) for action in CLOUDFORMATION]
    return found[len(CLOUDFORMATION) :]


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
