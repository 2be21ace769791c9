"""Who may do something: everybody, with every way, and until when."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.demands import demand
from iamgen.questions.holders import HolderAnswer, HolderSearch, admin_demand
from iamgen.questions.model import AccessModel
from iamgen.questions.who_can_json import plain_holders
from iamgen.questions.who_can_text import who_can_text
from tests.questions.conftest import DEV, NOW, OPS, role, statement, trusted, user

Modelled = Callable[[dict[str, dict[str, Any]]], Asker]
ASSUME = statement("Allow", "sts:AssumeRole")


def who_can(asker: Asker, action: str, resource: str = "*", account: str | None = None) -> HolderAnswer:
    return HolderSearch(asker, demand(asker.model, action, resource, account), Circumstances(NOW)).run()


def admins(asker: Asker, account: str = "") -> HolderAnswer:
    return HolderSearch(asker, admin_demand(account), Circumstances(NOW), is_admin=True).run()


def rows(holder_answer: HolderAnswer) -> list[tuple[str, str, str, str]]:
    return [
        (holder.attempt.way.actor.kind, holder.attempt.way.actor.name, holder.attempt.way.acting.known.entity.logical_id, holder.level)
        for holder in holder_answer.holders
    ]  # fmt: skip


def test_the_example(example: Asker) -> None:
    assert rows(who_can(example, "s3:DeleteBucket", account="prod")) == [
        ("person", "alice", "OpsR", "yes"),
        ("person", "carol", "OpsR", "yes"),
        ("CI user", "ci", "OpsR", "yes"),
    ]
    carol = who_can(example, "s3:DeleteBucket", account="prod").holders[1]
    assert f"{carol.end:%Y-%m-%d}" == "2027-04-01"


def test_roles_as_which_nobody_can_act_are_named(example: Asker) -> None:
    holder_answer = who_can(example, "sqs:SendMessage", account="prod")
    assert rows(holder_answer) == []
    assert [unreached.entity.logical_id for unreached in holder_answer.unreached] == ["AdminR"]


def test_administrators_of_the_example(example: Asker) -> None:
    assert rows(admins(example, "333333333333")) == [
        ("person", "alice", "OpsR", "yes"),
        ("person", "carol", "OpsR", "yes"),
        ("CI user", "ci", "OpsR", "yes"),
    ]
    people = [row[1:3] for row in rows(admins(example, "111111111111"))]
    assert people == [("alice", "alice"), ("alice", "OpsR")]  # nobody for being able to change their own key


def test_one_action_makes_an_administrator(modelled: Modelled) -> None:
    attach = statement("Allow", "iam:AttachUserPolicy", f"arn:aws:iam::{DEV}:user/${{aws:username}}")
    keys = statement("Allow", "iam:CreateAccessKey", f"arn:aws:iam::{DEV}:user/*")
    asker = modelled({DEV: {"Alice": user("alice", attach), "Bob": user("bob", keys), "Carol": user("carol")}})
    holder_answer = admins(asker)
    assert [(row[1], row[3]) for row in rows(holder_answer)] == [("alice", "depends"), ("bob", "yes")]


def test_everybody_of_every_kind_is_found(modelled: Modelled) -> None:
    read = statement("Allow", "s3:GetObject")
    provider = f"arn:aws:iam::{DEV}:oidc-provider/gitlab.com"
    subject = {"StringEquals": {"gitlab.com:sub": "project_path:a/b:ref_type:branch:ref:main"}}
    asker = modelled(
        {
            OPS: {"Alice": user("alice", ASSUME), "Jump": role("jump", {"AWS": f"arn:aws:iam::{OPS}:user/alice"}, ASSUME)},
            DEV: {
                "Far": role("far", [{"AWS": f"arn:aws:iam::{OPS}:role/jump"}, {"Service": "ec2.amazonaws.com"}], read),
                "Job": role("job", trusted({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", Condition=subject), read),
                "Partner": role("partner", {"AWS": "444444444444"}, read),
                "Idp": role("idp", trusted({"Federated": f"arn:aws:iam::{DEV}:saml-provider/corp"}, "sts:AssumeRoleWithSAML"), read),
                "Other": role("other", {"AWS": f"arn:aws:iam::{OPS}:role/jump"}, statement("Allow", "sqs:*")),
            },
        }
    )  # fmt: skip
    assert rows(who_can(asker, "s3:GetObject", "arn:aws:s3:::b/k", DEV)) == [
        ("user", "alice", "Far", "yes"),
        ("pipeline", "project_path:a/b:ref_type:branch:ref:main", "Job", "yes"),
        ("federated", f"arn:aws:iam::{DEV}:saml-provider/corp", "Idp", "yes"),
        ("service", "ec2.amazonaws.com", "Far", "yes"),
        ("other account", "444444444444", "Partner", "depends"),
    ]


def test_every_holder_is_answered_with_yes_when_asked_about(every_model: AccessModel) -> None:
    from iamgen.questions.can import AccessQuestion

    asker = Asker(every_model)
    holder_answer = who_can(asker, "s3:PutObject")
    for holder in holder_answer.holders:
        way = holder.attempt.way
        via = way.hops[-1].role.entity.arn if way.hops else "self"
        question = AccessQuestion(way.actor.name, "s3:PutObject", Circumstances(NOW), via=via)
        assert asker.answer(question).level == holder.level
    named = {holder.attempt.way.actor.name for holder in holder_answer.holders}
    for actor in every_model.actors:
        if actor.name not in named:
            assert asker.answer(AccessQuestion(actor.name, "s3:PutObject", Circumstances(NOW))).level == "no"


def test_who_is_named_and_not_known_may_do_it_perhaps(modelled: Modelled) -> None:
    ghost, ann = (f"arn:aws:iam::{DEV}:user/{name}" for name in ("ghost", "ann"))
    resources = {
        "Ann": user("ann"),
        "Both": role("Both", [trusted({"AWS": ghost}), trusted({"AWS": ann})], statement("Allow", "s3:*")),
        "Mid": role("Mid", {"AWS": ghost}, ASSUME),
        "Far": role("Far", {"AWS": f"arn:aws:iam::{DEV}:role/Mid"}, statement("Allow", "s3:*")),
        "Shut": role("Shut", trusted({"AWS": ghost}) | {"Effect": "Deny"}, statement("Allow", "s3:*")),
        "Other": role("Other", {"AWS": f"{ghost}2"}, statement("Allow", "sqs:*")),
    }
    asker = modelled({DEV: resources})
    holder_answer = who_can(asker, "s3:GetObject")
    assert rows(holder_answer) == [("user", "ann", "Both", "yes")]
    assert {name: [item.entity.name for item in roles] for name, roles in holder_answer.unknown.items()} == {
        ghost: ["Both", "Mid"]
    }
    assert [item.entity.name for item in holder_answer.unreached] == ["Far", "Shut"]
    assert [item.entity.name for item in holder_answer.of_nobody] == ["Shut"]
    text = who_can_text(asker.model, holder_answer, None, coloured=False)
    assert (
        f"named by trust policies, and not in what was read\n  {ghost}\n      perhaps as Both in {DEV}, Mid in" in text
    )
    assert "although nobody can act as them:\n  Shut in" in text
    plain = plain_holders(asker.model, holder_answer, None, Circumstances(NOW))
    assert plain["unknown_principals"] == [
        {"name": ghost, "roles": [f"arn:aws:iam::{DEV}:role/Both", f"arn:aws:iam::{DEV}:role/Mid"]}
    ]
    assert plain["unreached_roles"] == [f"arn:aws:iam::{DEV}:role/Shut"]
    alone = who_can(asker, "sqs:SendMessage")
    assert who_can_text(asker.model, alone, None, coloured=False).startswith(
        "who may do sqs:SendMessage: nobody who is known\n"
    )


@pytest.mark.parametrize(
    ("block", "unknown"),
    [
        ({"StringEquals": {"aws:PrincipalArn": [f"arn:aws:iam::{DEV}:user/ann", f"arn:aws:iam::{DEV}:user/ghost"]}},
         [f"arn:aws:iam::{DEV}:user/ghost"]),
        ({"ArnLike": {"AWS:principalarn": f"arn:aws:iam::{DEV}:role/ghost"}}, [f"arn:aws:iam::{DEV}:role/ghost"]),
        ({"ArnNotEquals": {"aws:PrincipalArn": f"arn:aws:iam::{DEV}:user/ghost"}}, []),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{DEV}:user/g*"}}, []),
        ({"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::999999999999:user/ghost"}}, []),
        ({"StringEquals": {"aws:username": ["ann", "ghost", "g*"]}}, ["the user ghost"]),
        ({"StringNotEquals": {"aws:username": "ghost"}}, []),
        ({"StringEquals": {"aws:PrincipalAccount": DEV}}, []),
    ],
)  # fmt: skip
def test_users_whom_a_condition_names_and_nobody_knows_are_named(
    modelled: Modelled, block: dict[str, Any], unknown: list[str]
) -> None:
    trust = trusted({"AWS": f"arn:aws:iam::{DEV}:root"}, Condition=block)
    asker = modelled({DEV: {"Ann": user("ann"), "R": role("R", trust, statement("Allow", "s3:*"))}})
    holder_answer = who_can(asker, "s3:GetObject")
    assert [*holder_answer.unknown] == unknown
    assert bool(holder_answer.of_nobody) is not bool(unknown)
