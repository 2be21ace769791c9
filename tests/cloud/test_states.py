"""What a deployment does in every state that a stack can be in."""

from __future__ import annotations

import boto3
import pytest

from iamgen.cloud.states import Step, step

ALL = [*boto3.client("cloudformation", region_name="eu-west-1").meta.service_model.shape_for("StackStatus").enum]


@pytest.mark.parametrize("status", ALL)
def test_every_status_of_aws_has_its_step(status: str) -> None:
    found = step(status)
    if status in {"REVIEW_IN_PROGRESS"}:
        assert found is Step.CREATE
    elif status.endswith("_IN_PROGRESS"):
        assert found is Step.WAIT
    elif status in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"}:
        assert found is Step.AFRESH
    elif status.endswith("_FAILED"):
        assert found is Step.STUCK
    elif status != "DELETE_COMPLETE":
        assert found is Step.UPDATE


def test_no_stack_and_no_such_status() -> None:
    assert step(None) is Step.CREATE
    assert step("SOMETHING_NEW") is Step.STUCK
