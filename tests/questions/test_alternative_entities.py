"""Users, groups and roles of one name between which conditions of a template choose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from iamgen.questions.can import AccessAnswer, Asker
from iamgen.questions.explanation import conditions
from tests.questions.conftest import document, role, statement, user

ID = "123456789012"
Modelled = Callable[[dict[str, dict[str, Any]]], Asker]
Ask = Callable[..., AccessAnswer]


def made_under(condition: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {**resource, "Condition": condition}


BOUND = statement("Allow", "sqs:*")


@pytest.mark.parametrize(
    ("first", "second", "levels"),
    [
        (
            user("ann", statement("Allow", "s3:*"), BOUND),
            user("ann", statement("Allow", "s3:GetObject"), BOUND),
            {"s3:GetObject": "depends", "sqs:SendMessage": "depends", "ec2:RunInstances": "no"},
        ),
        (
            user("ann", BOUND, ManagedPolicyArns=["arn:aws:iam::aws:policy/AmazonSNSFullAccess"]),
            user("ann", BOUND, Path="/"),
            {"sqs:SendMessage": "yes", "sns:Publish": "depends", "s3:GetObject": "no"},
        ),
        (
            user("ann", BOUND, PermissionsBoundary="arn:aws:iam::aws:policy/AmazonSQSFullAccess"),
            user("ann", BOUND),
            {"sqs:SendMessage": "depends", "s3:GetObject": "no"},
        ),
        (
            user("ann", BOUND, Tags=[{"Key": "team", "Value": "red"}]),
            user("ann", BOUND, Tags=[{"Key": "team", "Value": "blue"}]),
            {"sqs:SendMessage": "depends", "s3:GetObject": "depends"},
        ),
        (user("ann", BOUND), user("ann", BOUND), {"sqs:SendMessage": "yes", "s3:GetObject": "no"}),
    ],
)
def test_of_two_between_which_conditions_choose_what_both_have_is_certain(
    modelled: Modelled, ask: Ask, first: dict[str, Any], second: dict[str, Any], levels: dict[str, str]
) -> None:
    asker = modelled({ID: {"First": made_under("Is", first), "Second": made_under("IsNot", second)}})
    assert {action: ask(asker, "ann", action).level for action in levels} == levels
    assert [actor.name for actor in asker.model.actors] == ["ann"]


def test_a_role_that_is_made_in_two_ways_may_be_assumed_by_whom_either_of_them_trusts(
    modelled: Modelled, ask: Ask
) -> None:
    assume = statement("Allow", "sts:AssumeRole")
    by_name = {name: {"AWS": f"arn:aws:iam::{ID}:user/{name}"} for name in ("ann", "bob")}
    groups = {"AWS": f"arn:aws:iam::{ID}:root"}
    both = [statement("Allow", "s3:*")]
    resources = {
        **{name.title(): user(name, assume) for name in by_name},
        "First": made_under("Is", role("near", by_name["ann"], *both)),
        "Second": made_under("IsNot", role("near", by_name["bob"], *both)),
        "Third": made_under("Is", role("far", groups, *both, Tags=[{"Key": "a", "Value": "b"}])),
        "Fourth": made_under("IsNot", role("far", groups, *both)),
        "Fifth": made_under("IsNot", role("same", by_name["ann"], *both)),
        "Sixth": made_under("Is", role("same", by_name["ann"], *both)),
    }
    asker = modelled({ID: resources})
    levels = {
        (name, via): ask(asker, name, "s3:GetObject", via=via).level for name in by_name for via in ("near", "same")
    }
    assert levels == {
        ("ann", "near"): "depends",
        ("bob", "near"): "depends",
        ("ann", "same"): "yes",
        ("bob", "same"): "no",
    }
    assert ask(asker, "ann", "sqs:SendMessage", via="far").level == "depends"
    reasons = conditions(ask(asker, "bob", "s3:GetObject", via="near"))
    assert any("near: is made by First or Second, which conditions of the template decide" in item for item in reasons)


def test_the_groups_that_a_condition_chooses_between_have_what_both_have(modelled: Modelled, ask: Ask) -> None:
    def group(*statements: dict[str, Any]) -> dict[str, Any]:
        policies = [
            {"PolicyName": str(number), "PolicyDocument": document(item)} for number, item in enumerate(statements)
        ]
        return {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "team", "Policies": policies}}

    resources = {
        "First": made_under("Is", group(BOUND, statement("Allow", "s3:*"))),
        "Second": made_under("IsNot", group(BOUND)),
        "Ann": user("ann", Groups=[{"Ref": "Second"}]),
        "Bob": user("bob", Groups=["team"]),
    }
    asker = modelled({ID: resources})
    for name in ("ann", "bob"):
        assert ask(asker, name, "sqs:SendMessage").level == "yes"
        assert ask(asker, name, "s3:GetObject").level == "depends"


def test_what_is_written_in_one_of_two_users_is_of_that_one_alone(modelled: Modelled, ask: Ask) -> None:
    def group(name: str, action: str) -> dict[str, Any]:
        policy = {"PolicyName": name, "PolicyDocument": document(statement("Allow", action))}
        return {"Type": "AWS::IAM::Group", "Properties": {"GroupName": name, "Policies": [policy]}}

    attached = {"PolicyName": "more", "Users": ["ann"], "PolicyDocument": document(statement("Allow", "ec2:*"))}
    resources = {
        **{name: group(name, f"{name}:*") for name in ("s3", "sqs", "sns")},
        "First": made_under("Is", user("ann", Groups=["s3", {"Ref": "sqs"}])),
        "Second": made_under("IsNot", user("ann", Groups=["s3", "sns"])),
        "More": {"Type": "AWS::IAM::Policy", "Properties": attached},
    }
    asker = modelled({ID: resources})
    levels = {
        "s3:GetObject": "yes",
        "sqs:SendMessage": "depends",
        "sns:Publish": "depends",
        "ec2:RunInstances": "yes",
        "ssm:GetParameter": "no",
    }
    assert {action: ask(asker, "ann", action).level for action in levels} == levels


def test_a_condition_that_decides_on_a_membership_is_not_said_to_be_a_group_that_was_not_read(
    modelled: Modelled, ask: Ask
) -> None:
    policy = {"PolicyName": "p", "PolicyDocument": document(statement("Allow", "s3:*"))}
    member = {"Type": "AWS::IAM::UserToGroupAddition", "Properties": {"GroupName": "team", "Users": ["ann"]}}
    resources = {
        "Ann": user("ann"),
        "Team": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "team", "Policies": [policy]}},
        "Member": made_under("Is", member),
    }
    (reason,) = conditions(ask(modelled({ID: resources}), "ann", "s3:GetObject"))
    assert reason.endswith("ann may be in the group team, which is not known before the deployment")
