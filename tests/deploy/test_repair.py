"""Repair, in its order: nobody is taken out of a group that would be empty then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args

import pytest

import iamgen.people.user_step_execution
import iamgen.people.user_step_text  # noqa: F401  # they know the steps of people
from iamgen.deploy.drift import Inspection
from iamgen.deploy.execution import Execution
from iamgen.deploy.executor import execute
from iamgen.deploy.iam_drift import IamDifference
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.planner import Prepared
from iamgen.deploy.repair import Executor, own_losses, repair, repair_steps
from iamgen.deploy.stack import StackResource
from iamgen.deploy.stack_drift import Drift
from iamgen.deploy.step_execution import carry_out
from iamgen.deploy.step_text import step_text
from iamgen.deploy.steps import AddToGroup, RemoveFromGroup, Step
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import IamgenError
from iamgen.people.user_steps import UserStep

Stubbed = Any
POWER = StackResource("PowerG", "infra-PowerG-1", "AWS::IAM::Group", "CREATE_COMPLETE", "")
BOB, ZOE, YVE = (
    IamDifference(POWER, "member", "+", "bob"),
    IamDifference(POWER, "member", "-", "zoe"),
    IamDifference(POWER, "member", "-", "y"),
)


def undoing(stubbed: Stubbed) -> Executor:
    """Return what carries out steps with the answers that a test says."""
    execution = Execution(TargetAccount("user-only", "111111111111"), stubbed.clients, Choices(datetime.now(UTC)))
    return partial(carry_out, execution=execution)


def member(name: str) -> dict[str, str]:
    return {"GroupName": "infra-PowerG-1", "UserName": name}


def test_who_is_missing_is_put_in_first(stubbed: Stubbed) -> None:
    stubbed.answer("iam", "add_user_to_group", {}, member("zoe"))
    stubbed.answer("iam", "remove_user_from_group", {}, member("bob"))
    assert repair(undoing(stubbed), "user-only", [BOB, ZOE], {}, ["PowerG"]) == []
    stubbed.done()


@pytest.mark.parametrize(("code", "missing"), [("NoSuchEntity", [ZOE]), ("AccessDenied", [ZOE, YVE]), ("", [])])
def test_nobody_goes_when_nobody_could_be_put_in(stubbed: Stubbed, code: str, missing: Sequence[IamDifference]) -> None:
    for _ in missing:
        stubbed.refuse("iam", "add_user_to_group", code)
    faults = repair(undoing(stubbed), "user-only", [BOB, *missing], {}, ["PowerG"])
    assert len(faults) == len(missing) + 1
    assert faults[-1].problem == "bob stays in infra-PowerG-1: nobody who belongs there could be put in"
    stubbed.done()


def test_one_who_could_be_put_in_is_enough(stubbed: Stubbed) -> None:
    stubbed.refuse("iam", "add_user_to_group", "NoSuchEntity")
    stubbed.answer("iam", "add_user_to_group", {}, member("y"))
    stubbed.answer("iam", "remove_user_from_group", {}, member("bob"))
    assert len(repair(undoing(stubbed), "user-only", [ZOE, BOB, YVE], {}, ["PowerG"])) == 1
    stubbed.done()


def test_where_somebody_stays_a_stranger_goes_all_the_same(stubbed: Stubbed) -> None:
    stubbed.refuse("iam", "add_user_to_group", "NoSuchEntity")
    stubbed.answer("iam", "remove_user_from_group", {}, member("bob"))
    assert len(repair(undoing(stubbed), "user-only", [BOB, ZOE], {})) == 1
    stubbed.done()


@pytest.mark.parametrize(
    ("sequence", "lock_me_out", "goes"), [((), False, False), (("al",), False, True), ((), True, True)]
)
def test_a_deployment_keeps_power(
    stubbed: Stubbed, order: Order, choices: Choices, sequence: Sequence[str], lock_me_out: bool, goes: bool
) -> None:
    """Who should be in PowerG was there when the deployment was planned, and is there no more."""
    shown = Inspection(Drift((), (), ()), (BOB, ZOE), {}, 1, {"PowerG": frozenset(sequence)}, frozenset({"bob", "zoe"}))
    allowed = replace(choices, lock_me_out=lock_me_out)
    stubbed.answer("cloudformation", "set_stack_policy", {})
    stubbed.answer("cloudformation", "update_termination_protection", {})
    stubbed.refuse("iam", "add_user_to_group", "NoSuchEntity")
    if goes:
        stubbed.answer("iam", "remove_user_from_group", {}, member("bob"))
    with pytest.raises(IamgenError) as raised:
        execute(Prepared(order, stubbed.clients, allowed, None, inspection=shown), lambda _: None)
    zoe = "zoe cannot be put into infra-PowerG-1: there is no such user"
    bob = "bob stays in infra-PowerG-1: nobody who belongs there could be put in"
    reached = f"the repair put right {1 if goes else 0} of 2 differences beside the stack"
    assert [fault.problem for fault in raised.value.faults] == [*([zoe] if goes else [zoe, bob]), reached]
    if not goes:
        assert raised.value.faults[1].hint == "put somebody in who belongs there, and repair again"
    stubbed.done()


ADMIN = StackResource("AdminR", "infra-AdminR-1", "AWS::IAM::Role", "", "")
OPS = StackResource("OpsP", "arn:aws:iam::1:policy/OpsP", "AWS::IAM::ManagedPolicy", "", "")
PERSON = StackResource("user/bob", "bob", "AWS::IAM::User", "", "")
SESSION, USER = "arn:aws:sts::1:assumed-role/{}/bob", "arn:aws:iam::1:user/team/bob"


@pytest.mark.parametrize(
    ("other", "caller"),
    [
        (IamDifference(ADMIN, "inline", "+", "more"), SESSION.format("infra-AdminR-1")),
        (IamDifference(ADMIN, "attached", "+", "arn:x"), SESSION.format("infra-AdminR-1")),
        (
            IamDifference(OPS, "holder", "+", "role deployer", holder=("AWS::IAM::Role", "deployer")),
            SESSION.format("deployer"),
        ),
        (IamDifference(OPS, "holder", "+", "user bob", holder=("AWS::IAM::User", "bob")), USER),
        (IamDifference(OPS, "holder", "+", "group Admins", holder=("AWS::IAM::Group", "Admins")), USER),
        (IamDifference(PERSON, "attached", "+", "arn:x"), USER),
        (IamDifference(PERSON, "group", "+", "Admins"), USER),
        (IamDifference(StackResource("OpsG", "infra-OpsG", "AWS::IAM::Group", "", ""), "member", "+", "bob"), USER),
        (IamDifference(StackResource("PowerG", "Admins", "AWS::IAM::Group", "", ""), "inline", "+", "more"), USER),
    ],
)
def test_who_deploys_is_not_undone_unasked(other: IamDifference, caller: str) -> None:
    groups = {"bob": frozenset({"Admins"})}
    (fault,) = own_losses("dev (1)", [other], caller, groups)
    assert ", who deploys, would lose what is there by hand: " in fault.problem
    assert fault.hint == "declare it, or --lock-me-out, if it is meant"
    for stranger in ("arn:aws:iam::1:user/zoe", SESSION.format("infra-ReadR-1"), "arn:aws:iam::1:root"):
        assert list(own_losses("dev (1)", [other], stranger, groups)) == []


@pytest.mark.parametrize(
    ("other", "operation", "parameters"),
    [
        (
            IamDifference(ADMIN, "boundary", "+", "arn:x"),
            "delete_role_permissions_boundary",
            {"RoleName": "infra-AdminR-1"},
        ),
        (IamDifference(PERSON, "boundary", "+", "arn:x"), "delete_user_permissions_boundary", {"UserName": "bob"}),
        (IamDifference(ADMIN, "tag", "+", "k"), "untag_role", {"RoleName": "infra-AdminR-1", "TagKeys": ["k"]}),
        (IamDifference(PERSON, "tag", "+", "k"), "untag_user", {"UserName": "bob", "TagKeys": ["k"]}),
        (IamDifference(PERSON, "group", "+", "G"), "remove_user_from_group", {"UserName": "bob", "GroupName": "G"}),
        (
            IamDifference(OPS, "holder", "+", "role deployer", holder=("AWS::IAM::Role", "deployer")),
            "detach_role_policy",
            {"RoleName": "deployer", "PolicyArn": OPS.physical_id},
        ),
    ],
)
def test_each_is_undone_by_one_call(
    stubbed: Stubbed, other: IamDifference, operation: str, parameters: dict[str, object]
) -> None:
    stubbed.answer("iam", operation, {}, parameters)
    assert repair(undoing(stubbed), "dev", [other], {}) == []
    stubbed.done()


def test_a_dry_run_records_the_steps_in_their_order() -> None:
    """Who is missing is put in first; without that nobody goes who is the last in a group."""
    steps = repair_steps([BOB, ZOE], {}, ["PowerG"])
    assert steps == (AddToGroup("infra-PowerG-1", "zoe"), RemoveFromGroup("infra-PowerG-1", "bob"))
    assert [step_text(step) for step in steps] == [
        "put the user zoe into the group infra-PowerG-1",
        "take the user bob out of the group infra-PowerG-1",
    ]
    assert repair_steps([BOB], {}, ["PowerG"]) == ()


def test_every_kind_of_step_can_be_carried_out_and_shown() -> None:
    every = {*get_args(Step), *get_args(UserStep)}
    assert every == carry_out.registry.keys() - {object} == step_text.registry.keys() - {object}
