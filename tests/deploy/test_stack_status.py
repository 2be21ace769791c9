"""What a deployment does in every state that a stack can be in."""

from __future__ import annotations

import boto3
import pytest

from iamgen.deploy.stack_status import NextStep, holds_template, is_comparable, step

ALL = [*boto3.client("cloudformation", region_name="eu-west-1").meta.service_model.shape_for("StackStatus").enum]


@pytest.mark.parametrize("status", ALL)
def test_every_status_of_aws_has_its_step(status: str) -> None:
    next_step = step(status)
    if status in {"REVIEW_IN_PROGRESS"}:
        assert next_step is NextStep.CREATE
    elif status.endswith("_IN_PROGRESS"):
        assert next_step is NextStep.WAIT
    elif status in {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"}:
        assert next_step is NextStep.AFRESH
    elif status.endswith("_FAILED"):
        assert next_step is NextStep.STUCK
    elif status != "DELETE_COMPLETE":
        assert next_step is NextStep.UPDATE


def test_no_stack_and_no_such_status() -> None:
    assert step(None) is NextStep.CREATE
    assert step("SOMETHING_NEW") is NextStep.STUCK


def test_where_the_template_is_what_is_there() -> None:
    remote_refs = {status for status in ALL if holds_template(status)}
    assert {status for status in remote_refs if not status.startswith(("UPDATE_", "IMPORT_"))} == {"CREATE_COMPLETE"}
    assert set(ALL) - remote_refs == {
        "REVIEW_IN_PROGRESS",
        *("CREATE_IN_PROGRESS", "CREATE_FAILED", "ROLLBACK_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"),
        *("DELETE_IN_PROGRESS", "DELETE_COMPLETE", "DELETE_FAILED"),
    }


def test_what_can_be_compared() -> None:
    assert {status for status in ALL if is_comparable(status)} == {
        *("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"),
        *("IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"),
    }
