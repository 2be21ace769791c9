"""What the steps that lead to more power need, and what they are about."""

from __future__ import annotations

import pytest

from iamgen.aws.data.services import action_exists
from iamgen.aws.escalation import ESCALATING, ON_IAM, PASS_ROLE, RECEIVERS, STEPS, Step, passed_to, resources_of


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
    run = Step("ec2:RunInstances", (), "ec2")
    assert not run.is_open(frozenset({"ec2:RunInstances", passed_to("lambda")}))
    assert {"ec2", "lambda", "ecs-tasks"} <= set(RECEIVERS)
