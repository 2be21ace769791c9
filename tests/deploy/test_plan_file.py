"""Plans that are kept in a file."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from iamgen.deploy.plan_file import Kept, read, require_place, write
from iamgen.deploy.steps import (
    AddToGroup,
    DetachPolicy,
    ExecuteChangeSet,
    ProtectStack,
    SetStackPolicy,
    Step,
    StepPrincipal,
    UpdateTrust,
)
from iamgen.errors import Fault, IamgenError

ID = "arn:aws:cloudformation:eu-west-1:222222222222"
IDS = (f"{ID}:stack/infra/0a", f"{ID}:changeSet/iamgen-1/0b")
EXECUTION = ExecuteChangeSet("infra", IDS[1])
PLAN = Kept("dev", "222222222222", "eu-west-1", "infra", *IDS, "UPDATE", "moment", "digest", (EXECUTION,))


def test_there_and_back(tmp_path: Path) -> None:
    prod = replace(PLAN, account="prod")
    write(tmp_path / "plan.json", [PLAN, prod])
    assert read(tmp_path / "plan.json") == (PLAN, prod)
    write(tmp_path / "plan.json", [])
    assert read(tmp_path / "plan.json") == ()


@pytest.mark.parametrize("wrong", [{"stack_id": "infra"}, {"change_set": "iamgen-1"}, {"stack_id": f"{IDS[0]}\n"}])
def test_an_id_that_is_none(tmp_path: Path, wrong: dict[str, Any]) -> None:
    write(tmp_path / "plan.json", [replace(PLAN, **wrong)])
    with pytest.raises(IamgenError, match="is no plan of this version of iamgen"):
        read(tmp_path / "plan.json")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no plan: "),
        ("[]", "is no plan of this version of iamgen"),
        ('{"version": 1, "plans": {}}', "is no plan of this version of iamgen"),
        ('{"version": 2, "plans": [{}]}', "is no plan of this version of iamgen"),
        ('{"version": 1, "plans": [{"account": "dev"}]}', "is no plan of this version of iamgen"),
    ],
)
def test_what_is_no_plan(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "plan.json").write_text(text)
    with pytest.raises(IamgenError) as raised:
        read(tmp_path / "plan.json")
    assert raised.value.faults[0].problem.startswith(message)


STEPS = (
    SetStackPolicy("infra", allow_replacement=False),
    ProtectStack("infra"),
    AddToGroup("infra-PowerG", "zoe"),
    DetachPolicy(StepPrincipal("AWS::IAM::Role", "deployer"), "arn:aws:iam::1:policy/P"),
    UpdateTrust("infra-ReadR", {"Version": "2012-10-17", "Statement": []}),
)


def test_all_steps_are_kept(tmp_path: Path) -> None:
    repair_alone = replace(PLAN, account="prod", change_set="", digest="", steps=STEPS)
    plans = (replace(PLAN, steps=(EXECUTION, *STEPS)), repair_alone)
    write(tmp_path / "plan.json", plans)
    assert read(tmp_path / "plan.json") == plans
    assert plans[0].repairs == plans[1].repairs == STEPS[2:]


def test_a_plan_of_the_first_version_is_read(tmp_path: Path) -> None:
    plan = {name: value for name, value in asdict(PLAN).items() if name != "steps"}
    (tmp_path / "plan.json").write_text(json.dumps({"version": 1, "plans": [plan]}))
    assert read(tmp_path / "plan.json") == (replace(PLAN, steps=()),)


def test_a_plan_of_the_second_version_has_its_repair_alone(tmp_path: Path) -> None:
    repair = {"step": "AddToGroup", "group": "infra-PowerG", "user": "zoe"}
    plan = {**asdict(PLAN), "steps": [repair]}
    (tmp_path / "plan.json").write_text(json.dumps({"version": 2, "plans": [plan]}))
    assert read(tmp_path / "plan.json") == (replace(PLAN, steps=(AddToGroup("infra-PowerG", "zoe"),)),)
    plan["steps"].append({"step": "ProtectStack", "stack": "infra"})
    (tmp_path / "plan.json").write_text(json.dumps({"version": 2, "plans": [plan]}))
    with pytest.raises(IamgenError, match="the steps of dev are not those of its stack and its change set"):
        read(tmp_path / "plan.json")


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (ExecuteChangeSet("infra", f"{ID}:changeSet/iamgen-2/0c"),),
        (EXECUTION, EXECUTION),
        (EXECUTION, ProtectStack("other")),
        (EXECUTION, SetStackPolicy("other", allow_replacement=True)),
    ],
)
def test_steps_that_are_not_of_the_plan(tmp_path: Path, steps: tuple[Step, ...]) -> None:
    """Whoever approves a file reads its steps: they cannot say anything else than what is carried out."""
    write(tmp_path / "plan.json", [replace(PLAN, steps=steps)])
    with pytest.raises(IamgenError, match="the steps of dev are not those of its stack and its change set") as raised:
        read(tmp_path / "plan.json")
    hint = "somebody has changed the file; make a new one: iamgen plan ACCOUNT -o FILE"
    assert raised.value.faults[0].hint == hint


@pytest.mark.parametrize(
    "step",
    [
        "AddToGroup",
        {"step": "DeleteStack", "stack": "infra"},
        {"step": "CreateChangeSet", "stack": "infra"},
        {"step": "SetStackPolicy", "stack": "infra", "allow_replacement": "no"},
        {"step": "AddToGroup", "group": "G"},
        {"step": "AddToGroup", "group": "G", "user": 1},
        {"step": "AddToGroup", "group": "G", "user": "u", "path": "/"},
        {"step": "DeleteBoundary", "principal": {"name": "x"}},
        {"step": "DeleteBoundary", "principal": "x"},
        {"step": "UpdateTrust", "role": "R", "document": "{}"},
    ],
)
def test_a_step_that_is_none(tmp_path: Path, step: object) -> None:
    write(tmp_path / "plan.json", [PLAN])
    whole = json.loads((tmp_path / "plan.json").read_text())
    whole["plans"][0]["steps"].append(step)
    (tmp_path / "plan.json").write_text(json.dumps(whole))
    with pytest.raises(IamgenError, match="is no plan of this version of iamgen"):
        read(tmp_path / "plan.json")


def test_an_account_has_one_plan(tmp_path: Path) -> None:
    write(tmp_path / "plan.json", [PLAN, PLAN])
    with pytest.raises(IamgenError, match="has more than one plan for dev"):
        read(tmp_path / "plan.json")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(IamgenError, match="cannot be read: No such file or directory"):
        read(tmp_path / "plan.json")


def test_the_service_role_is_kept_and_older_files_have_none(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write(path, [replace(PLAN, service_role="arn:aws:iam::222222222222:role/cfn")])
    assert read(path) == (replace(PLAN, service_role="arn:aws:iam::222222222222:role/cfn"),)
    whole = json.loads(path.read_text())
    del whole["plans"][0]["service_role"]
    path.write_text(json.dumps(whole))
    assert read(path) == (PLAN,)
    whole["plans"][0]["service_role"] = 5
    path.write_text(json.dumps(whole))
    with pytest.raises(IamgenError, match="is no plan of this version of iamgen"):
        read(path)


@pytest.mark.parametrize("text", ["SETTINGS = 1\n", "[]\n", '{"steps": []}\n'])
def test_a_plan_is_written_over_no_other_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "users.py").write_text(text)
    with pytest.raises(IamgenError) as caught:
        require_place(tmp_path / "users.py")
    hint = "name another file for the plan, or move that one away"
    assert caught.value.faults == (
        Fault(str(tmp_path / "users.py"), "is there already, and is no plan of iamgen's", hint),
    )


def test_a_plan_is_written_over_a_plan_and_an_empty_file_and_through_no_symlink(tmp_path: Path) -> None:
    require_place(tmp_path / "new.json")
    (tmp_path / "empty").touch()
    require_place(tmp_path / "empty")
    write(tmp_path / "old.json", [])
    require_place(tmp_path / "old.json")
    (tmp_path / "link.json").symlink_to("old.json")
    for attempt in (require_place, lambda path: write(path, [])):
        with pytest.raises(IamgenError, match=r"it is a symlink to old\.json"):
            attempt(tmp_path / "link.json")
