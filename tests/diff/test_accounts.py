"""What changes across accounts: the same by id, whatever they are called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from iamgen.diff.accounts import AccountTemplate, account_lines, across, total
from iamgen.ui.plan_line import PlanLine

ROLE = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "a"}}


def texts(lines: Iterable[PlanLine]) -> list[str]:
    return [str(line) for line in lines]


def template(*names: str) -> dict[str, Any]:
    return {"Resources": dict.fromkeys(names, ROLE)}


BEFORE = (
    AccountTemplate("dev", "2", "eu-west-1", "infra", template("A")),
    AccountTemplate("old", "4", "eu-west-1", "infra", template("A", "B")),
    AccountTemplate("prod", "3", "eu-west-1", "infra", template("A")),
)
AFTER = (
    AccountTemplate("development", "2", "eu-west-1", "infra", template("A", "B")),
    AccountTemplate("new", "5", "eu-west-1", "infra", template("C")),
    AccountTemplate("prod", "3", "eu-west-1", "infra", template("A")),
)


def test_new_changed_same_and_gone() -> None:
    result = across(BEFORE, AFTER)
    assert [(account_changes.account, account_changes.state) for account_changes in result] == [
        ("development", "changed"),
        ("new", "new"),
        ("old", "gone"),
        ("prod", "same"),
    ]
    assert texts(account_lines(result)) == [
        "development: 1 to add, 0 to change, 0 to destroy",
        "    + B  AWS::IAM::Role",
        "        + RoleName: a",
        "new (new): 1 to add, 0 to change, 0 to destroy",
        "    + C  AWS::IAM::Role",
        "        + RoleName: a",
        "old: declared no more; its stack stays until somebody deletes it",
        "no changes: prod",
    ]
    assert str(total(result)) == "2 to add, 0 to change, 0 to destroy"


def moved(region: str, stack: str, names: dict[str, str]) -> AccountTemplate:
    roles = {name: {**ROLE, "Properties": {"RoleName": role}} for name, role in names.items()}
    return AccountTemplate("dev", "2", region, stack, {"Resources": roles})


def test_another_region_is_another_stack_whose_names_are_taken() -> None:
    before, after = (moved(region, "infra", {"A": "a"}) for region in ("eu-west-1", "eu-central-1"))
    assert texts(account_lines(across([before], [after]))) == [
        "dev (new stack infra in eu-central-1): 1 to add, 0 to change, 0 to destroy",
        "    + A  AWS::IAM::Role",
        "        + RoleName: a",
        "dev: the stack infra in eu-west-1 is declared no more; it stays until somebody deletes it, "
        "and the new one cannot be made before: it has the same IAM names",
    ]


def test_another_stack_beside_the_old_one() -> None:
    before, after = moved("eu-west-1", "infra", {"A": "infra-A"}), moved("eu-west-1", "iam2", {"A": "iam2-A"})
    result = across([before], [after])
    assert texts(account_lines(result, brief=True)) == [
        "dev (new stack iam2 in eu-west-1): 1 to add, 0 to change, 0 to destroy",
        "dev: the stack infra in eu-west-1 is declared no more; it stays until somebody deletes it",
    ]
    assert [
        (account_changes.state, account_changes.plain()["stack"], account_changes.plain()["region"])
        for account_changes in result
    ] == [
        ("new", "iam2", "eu-west-1"),
        ("gone", "infra", "eu-west-1"),
    ]


def test_before_there_was_anything() -> None:
    assert texts(account_lines(across(None, AFTER), brief=True)) == [
        "development (new): 2 to add, 0 to change, 0 to destroy",
        "new (new): 1 to add, 0 to change, 0 to destroy",
        "prod (new): 1 to add, 0 to change, 0 to destroy",
    ]
    assert across(None, ()) == ()


def trusting(account: str, user: str, role: str = "infra-ReadR", *, is_production: bool = False) -> AccountTemplate:
    """Return an account in which a role, whose name has the account's id, trusts a user."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": f"arn:aws:iam::{user}"}}
    properties = {"RoleName": f"{role}-{account * 12}", "AssumeRolePolicyDocument": {"Statement": [statement]}}
    resources = {"ReadR": {"Type": "AWS::IAM::Role", "Properties": properties}}
    return AccountTemplate(
        f"of{account}", account * 12, "eu-west-1", "infra", {"Resources": resources}, is_production, "111111111111"
    )


BOB = "111111111111:user/bob"


def test_accounts_with_equal_changes_are_told_together() -> None:
    accounts = (trusting("2", BOB), trusting("3", "111111111111:user/eve"), trusting("4", BOB, is_production=True))
    assert texts(account_lines(across(None, accounts))) == [
        "of2 (new), of4 (production, new): 1 to add, 0 to change, 0 to destroy in each",
        "    + ReadR  AWS::IAM::Role",
        "        + AssumeRolePolicyDocument: Allow sts:AssumeRole for bob",
        "        + RoleName: infra-ReadR-${AWS::AccountId}",
        "of3 (new): 1 to add, 0 to change, 0 to destroy",
        "    + ReadR  AWS::IAM::Role",
        "        + AssumeRolePolicyDocument: Allow sts:AssumeRole for eve",
        "        + RoleName: infra-ReadR-333333333333",
    ]
    assert str(total(across(None, accounts))) == "3 to add, 0 to change, 0 to destroy"
    assert [line.tone for line in account_lines(across(None, accounts), brief=True)] == ["danger", "heading"]


def test_an_id_of_another_account_keeps_accounts_apart() -> None:
    """Both name the account 2: for the one it is its own, for the other it is somebody else's."""
    accounts = (trusting("2", "222222222222:role/x"), trusting("4", "222222222222:role/x"))
    shown = texts(account_lines(across(None, accounts)))
    assert [line for line in shown if not line.startswith(" ")] == [
        "of2 (new): 1 to add, 0 to change, 0 to destroy",
        "of4 (new): 1 to add, 0 to change, 0 to destroy",
    ]
