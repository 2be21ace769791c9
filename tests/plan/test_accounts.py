"""What changes across accounts: the same by id, whatever they are called."""

from __future__ import annotations

from typing import Any

from iamgen.plan.accounts import AccountTemplate, account_lines, across, total

ROLE = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "a"}}


def template(*names: str) -> dict[str, Any]:
    return {"Resources": dict.fromkeys(names, ROLE)}


BEFORE = (
    AccountTemplate("dev", "2", template("A")),
    AccountTemplate("old", "4", template("A", "B")),
    AccountTemplate("prod", "3", template("A")),
)
AFTER = (
    AccountTemplate("development", "2", template("A", "B")),
    AccountTemplate("new", "5", template("C")),
    AccountTemplate("prod", "3", template("A")),
)


def test_new_changed_same_and_gone() -> None:
    found = across(BEFORE, AFTER)
    assert [(one.account, one.state) for one in found] == [
        ("development", "changed"),
        ("new", "new"),
        ("old", "gone"),
        ("prod", "same"),
    ]
    assert list(account_lines(found)) == [
        "development: 1 to add, 0 to change, 0 to destroy",
        "    + B  AWS::IAM::Role",
        "        + RoleName: a",
        "new (new): 1 to add, 0 to change, 0 to destroy",
        "    + C  AWS::IAM::Role",
        "        + RoleName: a",
        "old: declared no more; its stack stays until somebody deletes it",
        "no changes: prod",
    ]
    assert str(total(found)) == "2 to add, 0 to change, 0 to destroy"


def test_before_there_was_anything() -> None:
    assert list(account_lines(across(None, AFTER), brief=True)) == [
        "development (new): 2 to add, 0 to change, 0 to destroy",
        "new (new): 1 to add, 0 to change, 0 to destroy",
        "prod (new): 1 to add, 0 to change, 0 to destroy",
    ]
    assert across(None, ()) == ()
