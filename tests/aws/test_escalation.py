"""What the actions that lead to more power are about."""

from __future__ import annotations

import pytest

from iamgen.aws.escalation import ESCALATING, ON_IAM, PASS_ROLE, WITH_PASS_ROLE, resources_of


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (PASS_ROLE, ("iam", "role")),
        ("iam:PutUserPolicy", ("iam", "user")),
        ("sts:AssumeRole", ("iam", "")),
        ("ssm:StartSession", ("ec2", "")),
        ("lambda:CreateFunction", ("lambda", "")),
    ],
)
def test_resources(action: str, expected: tuple[str, str]) -> None:
    assert resources_of(action) == expected


def test_every_action_is_among_them() -> None:
    besides = {needed for several in WITH_PASS_ROLE.values() for needed in several}
    assert {PASS_ROLE, *ON_IAM, *WITH_PASS_ROLE, *besides} <= set(ESCALATING)
    assert all(action.startswith("iam:") for action in ON_IAM)
