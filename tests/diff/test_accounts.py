"""What changes across accounts: the same by id, whatever they are called."""

from __future__ import annotations

from typing import Any

from iamgen.diff.accounts import AccountTemplate, account_lines, across, total

ROLE = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "a"}}


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


def moved(region: str, stack: str, names: dict[str, str]) -> AccountTemplate:
    roles = {name: {**ROLE, "Properties": {"RoleName": role}} for name, role in names.items()}
    return AccountTemplate("dev", "2", region, stack, {"Resources": roles})


def test_another_region_is_another_stack_whose_names_are_taken() -> None:
    before, after = (moved(region, "infra", {"A": "a"}) for region in ("eu-west-1", "eu-central-1"))
    assert list(account_lines(across([before], [after]))) == [
        "dev (new stack infra in eu-central-1): 1 to add, 0 to change, 0 to destroy",
        "    + A  AWS::IAM::Role",
        "        + RoleName: a",
        "dev: the stack infra in eu-west-1 is declared no more; it stays until somebody deletes it, "
        "and the new one cannot be made before: it has the same IAM names",
    ]


def test_another_stack_beside_the_old_one() -> None:
    before, after = moved("eu-west-1", "infra", {"A": "infra-A"}), moved("eu-west-1", "iam2", {"A": "iam2-A"})
    found = across([before], [after])
    assert list(account_lines(found, brief=True)) == [
        "dev (new stack iam2 in eu-west-1): 1 to add, 0 to change, 0 to destroy",
        "dev: the stack infra in eu-west-1 is declared no more; it stays until somebody deletes it",
    ]
    assert [(one.state, one.plain()["stack"], one.plain()["region"]) for one in found] == [
        ("new", "iam2", "eu-west-1"),
        ("gone", "infra", "eu-west-1"),
    ]


def test_before_there_was_anything() -> None:
    assert list(account_lines(across(None, AFTER), brief=True)) == [
        "development (new): 2 to add, 0 to change, 0 to destroy",
        "new (new): 1 to add, 0 to change, 0 to destroy",
        "prod (new): 1 to add, 0 to change, 0 to destroy",
    ]
    assert across(None, ()) == ()
