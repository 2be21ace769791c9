"""What the steps that lead to more power need, and what they are about."""

from __future__ import annotations

import re

import pytest

from iamgen.aws.data import ESCALATION_STEPS, HERE
from iamgen.aws.data.services import action_exists
from iamgen.aws.escalation import ESCALATING, ON_IAM, PASS_ROLE, RECEIVERS, STEPS, Step, passed_to, resources_of

GAINS = set(re.findall(r"^# ([a-z]+(?:-[a-z]+)?)  +\S", (HERE / ESCALATION_STEPS).read_text("utf-8"), re.MULTILINE))
"""The words for a gain that the list explains."""


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (PASS_ROLE, (("iam", "role"),)),
        ("iam:PutUserPolicy", (("iam", "user"),)),
        ("sts:AssumeRole", (("iam", "role"),)),
        ("ssm:StartSession", (("ec2", "instance"),)),
        ("ssm:SendCommand", (("ec2", "instance"), ("ssm", "document"))),
        ("lambda:CreateFunction", (("lambda", ""),)),
    ],
)
def test_resources(action: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert resources_of(action) == expected


def test_actions_exist_and_those_on_iam_are_of_iam() -> None:
    assert all(action_exists(service, name) for service, _, name in (action.partition(":") for action in ESCALATING))
    assert all(action.startswith("iam:") for action in ON_IAM)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.words)
def test_a_step_needs_all_of_its_actions(step: Step) -> None:
    passing = {passed_to(step.receiver)} if step.receiver else set()
    needed = {step.action, *passing, *step.one_of[:1]}
    assert step.is_open(frozenset(needed))
    for missing in needed:
        assert not step.is_open(frozenset(needed - {missing}))


def test_a_role_that_may_go_to_another_service_opens_no_step() -> None:
    run = next(step for step in STEPS if step.words == "iam:PassRole with ec2:RunInstances")
    assert not run.is_open(frozenset({"ec2:RunInstances", passed_to("lambda")}))
    assert {"ec2", "lambda", "ecs-tasks"} <= set(RECEIVERS)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.words)
def test_a_step_says_how_it_gains_and_who_describes_it(step: Step) -> None:
    assert step.gain in GAINS
    assert bool(step.existing) == (step.gain == "uses")
    assert bool(step.subject) == (step.gain != "elsewhere" or step.action.startswith("iam:"))
    assert step.source
    for action in (*step.besides, *step.one_of):
        service, _, name = action.partition(":")
        assert action_exists(service, name)


def test_the_paths_of_the_public_list_are_there() -> None:
    paths = {step.source.removeprefix("pathfinding.cloud ") for step in STEPS if "pathfinding" in step.source}
    assert len(paths) > 40
    assert {"iam-001", "iam-013", "lambda-001", "lambda-003", "ec2-001", "ssm-002", "sts-001"} <= paths
