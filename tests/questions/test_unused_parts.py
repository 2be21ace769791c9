"""Roles, groups and policies that nobody uses; what somebody may use all the same is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iamgen.questions.can import AccessQuestion, Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.model import AccessModel
from iamgen.questions.unused_parts import UnusedPart, unused_parts
from iamgen.questions.unused_text import unused_text
from tests.questions.conftest import DEV, NOW, OPS, document, role, statement, trusted, user

Modelled = Callable[[dict[str, dict[str, Any]]], Asker]
ASSUME = statement("Allow", "sts:AssumeRole")
ALICE = {"AWS": f"arn:aws:iam::{OPS}:user/alice"}


def unused(asker: Asker, account: str | None = None) -> tuple[UnusedPart, ...]:
    place = asker.model.account(account) if account else None
    return unused_parts(asker, Circumstances(NOW), place)


def names(asker: Asker, kind: str) -> list[str]:
    return [part.name for part in unused(asker) if part.kind == kind]


def policy(name: str, **more: Any) -> dict[str, Any]:
    body = {"ManagedPolicyName": name, "PolicyDocument": document(statement("Allow", "s3:*")), **more}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": body}


def group(name: str, **more: Any) -> dict[str, Any]:
    return {"Type": "AWS::IAM::Group", "Properties": {"GroupName": name, **more}}


def test_the_example(example: Asker) -> None:
    (admin,) = unused(example)
    assert (admin.kind, admin.name, admin.account, str(admin.place)) == ("role", "AdminR", "prod", "prod.json:5")
    assert unused(example, "dev") == ()


def test_unused_roles_are_those_as_which_nobody_can_act(every_model: AccessModel) -> None:
    asker = Asker(every_model)
    arns = {part.arn for part in unused(asker) if part.kind == "role"}
    for known in every_model.roles:
        questions = [
            AccessQuestion(actor.name, "sts:GetCallerIdentity", Circumstances(NOW), via=known.entity.arn)
            for actor in every_model.actors
        ]
        used = any(asker.answer(question).level != "no" for question in questions)
        assert (known.entity.arn in arns) is not used, known.entity.arn


def test_roles_of_services_and_of_other_accounts_are_used(modelled: Modelled) -> None:
    asker = modelled(
        {
            OPS: {"Alice": user("alice")},
            DEV: {
                "Service": role("service", {"Service": "ec2.amazonaws.com"}),
                "Partner": role("partner", {"AWS": "444444444444"}),
                "Refused": role("refused", ALICE),
            },
        }
    )
    assert names(asker, "role") == ["refused"]  # alice's own policies do not let her
    assert [part.doubt for part in unused(asker)] == [""]


def test_doubts_are_said(modelled: Modelled) -> None:
    begins = {"DateGreaterThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}
    asker = modelled(
        {
            OPS: {"Alice": user("alice", ASSUME)},
            DEV: {
                "Future": role("future", [trusted(ALICE, Condition=begins)]),
                "Bob": role("bob", {"AWS": f"arn:aws:iam::{OPS}:user/bob"}),
                "Carol": role("carol", [trusted({"AWS": OPS}, Condition={"StringEquals": {"aws:username": "carol"}})]),
            },
        }
    )
    doubts = {part.name: part.doubt for part in unused(asker)}
    assert doubts == {
        "future": "its trust policy lets somebody in from 2027-01-01 00:00:01 UTC on",
        "bob": f"its trust policy names arn:aws:iam::{OPS}:user/bob, which is not in what was read",
        "carol": "its trust policy names the user carol, which is not in what was read",
    }
    words = " ".join(unused_text(asker.model, unused(asker), None, coloured=False).split())
    assert "perhaps used: its trust policy names arn:aws:iam::" in words


def test_groups_and_policies(modelled: Modelled) -> None:
    arn = f"arn:aws:iam::{DEV}:policy/"
    asker = modelled(
        {
            DEV: {
                "Alice": user("alice", Groups=["full"], PermissionsBoundary=f"{arn}limit"),
                "Full": group("full", ManagedPolicyArns=[{"Ref": "Attached"}]),
                "Empty": group("empty"),
                "Filled": group("filled"),
                "Members": {"Type": "AWS::IAM::UserToGroupAddition", "Properties": {"GroupName": "filled", "Users": ["bob"]}},
                "Attached": policy("attached"),
                "Limit": policy("limit"),
                "Attaching": policy("attaching", Groups=["full"]),
                "Alone": policy("alone"),
                "ReadOnlyAccess": policy("ReadOnlyAccess"),
                "Reader": role("reader", ALICE, ManagedPolicyArns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
            }
        }
    )  # fmt: skip
    assert names(asker, "policy") == ["alone", "ReadOnlyAccess"]  # AWS's own of that name is another policy
    groups = {part.name: part.doubt for part in unused(asker) if part.kind == "group"}
    assert groups["empty"] == ""
    assert groups.get("filled", "adds users") and "full" not in groups


def test_the_screen(example: Asker) -> None:
    lines = unused_text(example.model, unused(example), None, coloured=False).splitlines()
    assert lines[:8] == [
        "what nobody uses, as far as is known from users.py:",
        "",
        "roles as which nobody can act: 1",
        "  AdminR in prod (prod.json:5)",
        "",
        "groups without members: none",
        "",
        "policies that are attached to nothing: none",
    ]
    assert lines[9:11] == [
        "not looked at:",
        "  - when a role or a policy was last used, which AWS alone knows (IAM's last",
    ]
    assert max(map(len, lines)) <= 80
