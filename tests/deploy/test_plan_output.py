"""What a person reads of the plans of several accounts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from iamgen.deploy.order import Choices, Order
from iamgen.deploy.plan_output import plan_lines
from iamgen.deploy.planner import Prepared
from iamgen.deploy.target_account import TargetAccount
from iamgen.diff.change import Change, Detail, Sign

from .conftest import Stubbed

ROLE = "AWS::IAM::Role"


@pytest.fixture
def planned(order: Order, stubbed: Stubbed, choices: Choices) -> Prepared:
    """Return a plan for dev that changes its protection alone."""
    return Prepared(replace(order, people_account="111111111111"), stubbed.clients, choices, None, unguarded=True)


def trusts(user: str, account: str, sign: Sign = "~") -> tuple[Change, ...]:
    details = (
        Detail("+", "AssumeRolePolicyDocument", f"Allow sts:AssumeRole for arn:aws:iam::111111111111:user/{user}"),
        Detail("+", "RoleName", f"infra-ReadR-{account}"),
    )
    return (Change(sign, "ReadR", ROLE, replaced=False, details=details),)


def in_account(prepared: Prepared, account: TargetAccount, changes: tuple[Change, ...]) -> Prepared:
    return replace(prepared, order=replace(prepared.order, account=account), changes=changes, unguarded=True)


def texts(*prepared: Prepared, is_brief: bool = False) -> list[str]:
    return [str(line) for line in plan_lines(prepared, is_brief=is_brief)]


DEV, STAGE = TargetAccount("dev", "222222222222"), TargetAccount("stage", "444444444444")
PROD = TargetAccount("prod", "333333333333", is_production=True)


def test_accounts_with_equal_plans_are_told_together(planned: Prepared) -> None:
    several = [
        in_account(planned, DEV, trusts("bob", DEV.id)),
        in_account(planned, PROD, trusts("eve", PROD.id)),
        in_account(planned, STAGE, trusts("bob", STAGE.id)),
    ]
    assert texts(*several) == [
        "dev (222222222222), stage (444444444444): protect the stack infra in each of these 2 accounts",
        "~ ReadR  AWS::IAM::Role",
        "    + AssumeRolePolicyDocument: Allow sts:AssumeRole for bob",
        "    + RoleName: infra-ReadR-${AWS::AccountId}",
        "! its stack policy and its protection against deletion are put back",
        "",
        "prod (production, 333333333333): protect the stack infra",
        "~ ReadR  AWS::IAM::Role",
        "    + AssumeRolePolicyDocument: Allow sts:AssumeRole for eve",
        "    + RoleName: infra-ReadR-333333333333",
        "! its stack policy and its protection against deletion are put back",
        "",
        "Plan: 0 to add, 3 to change, 0 to destroy.",
    ]


def test_what_differs_in_anything_is_told_apart(planned: Prepared) -> None:
    prepared = in_account(planned, DEV, trusts("bob", DEV.id))
    for other in (
        in_account(planned, STAGE, trusts("bob", DEV.id)),  # a name with the id of the other account
        in_account(planned, STAGE, trusts("bob", STAGE.id, "-")),
        replace(in_account(planned, STAGE, trusts("bob", STAGE.id)), unguarded=False),
    ):
        assert not any("dev" in text and "stage" in text for text in texts(prepared, other))


def test_production_and_what_is_destroyed_stand_out(planned: Prepared) -> None:
    lines = plan_lines([in_account(planned, PROD, trusts("bob", PROD.id, "-"))])
    assert [str(line) for line in lines if line.tone == "danger"] == [
        "prod (production, 333333333333): protect the stack infra",
        "- ReadR  AWS::IAM::Role  (is destroyed)",
        "Plan: 0 to add, 0 to change, 1 to destroy.",
    ]


def test_brief_names_the_resources(planned: Prepared) -> None:
    assert texts(in_account(planned, DEV, trusts("bob", DEV.id)), is_brief=True) == [
        "dev (222222222222): protect the stack infra",
        "~ ReadR  AWS::IAM::Role",
        "! its stack policy and its protection against deletion are put back",
        "",
        "Plan: 0 to add, 1 to change, 0 to destroy.",
    ]


def test_tags_are_worth_a_line_where_nothing_else_changes(planned: Prepared) -> None:
    tagged = replace(planned, retagged=("OpsR", "ReadR"))
    line = "! nothing but tags changes: those of the stack, and with them those of OpsR, ReadR"
    assert line in texts(tagged)
    assert not any("tags" in text for text in texts(in_account(tagged, DEV, trusts("bob", DEV.id))))
