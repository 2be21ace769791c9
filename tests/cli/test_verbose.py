"""`--verbose`, before or after the command: what is asked of AWS and of git, and how long it takes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Aws = Any
Iamgen = Any
MakeRepo = Callable[..., Path]
IDENTITY = "aws: dev (222222222222), eu-west-1: sts GetCallerIdentity"


def without_times(text: str) -> list[str]:
    """Return the lines, each time taken away."""
    return [re.sub(r": \d+\.\d\d s$", "", line) for line in text.splitlines()]


@pytest.mark.parametrize(
    "words", [("--verbose", "drift", "dev"), ("drift", "dev", "--verbose"), ("drift", "-v", "dev")]
)
def test_requests_to_aws(aws: Aws, iamgen: Iamgen, make_repo: MakeRepo, words: tuple[str, ...]) -> None:
    done = iamgen(make_repo(), *words, AWS_PROFILE="of-dev")
    assert without_times(done.stderr) == [
        IDENTITY,
        "aws: dev (222222222222), eu-west-1: cloudformation DescribeStacks: ValidationError",
        "error: dev (222222222222): there is no stack infra to look at",
        "hint: iamgen deploy dev",
    ]
    assert re.search(rf"^{re.escape(IDENTITY)}: \d+\.\d\d s$", done.stderr, re.MULTILINE)


def test_a_request_that_is_not_answered(aws: Aws, iamgen: Iamgen, make_repo: MakeRepo) -> None:
    done = iamgen(make_repo(), "drift", "dev", "-v", AWS_PROFILE="of-dev", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert without_times(done.stderr)[0] == f"{IDENTITY}: EndpointConnectionError"


def test_without_it_nothing_is_said(aws: Aws, iamgen: Iamgen, make_repo: MakeRepo) -> None:
    assert "aws: " not in iamgen(make_repo(), "drift", "dev", AWS_PROFILE="of-dev").stderr


def test_commands_of_git_without_passwords(iamgen: Iamgen, make_repo: MakeRepo) -> None:
    root = make_repo()
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    done = iamgen(root, "changes", "https://me:hunter2@host", "--verbose")
    assert done.returncode == 1
    assert "git: rev-parse --show-toplevel" in without_times(done.stderr)
    assert "hunter2" not in done.stdout + done.stderr
    assert "https://***@host" in done.stderr


def test_the_events_of_a_stack(aws: Aws, iamgen: Iamgen, make_repo: MakeRepo) -> None:
    root = make_repo()
    aws.people("/alice", "/bob")
    done = iamgen(root, "deploy", "dev", "--no-lint", "--yes", "--verbose", AWS_PROFILE="of-dev")
    assert done.returncode == 0, done.stderr
    moment = r"stack: infra of 222222222222, eu-west-1: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
    events = [line for line in done.stderr.splitlines() if line.startswith("stack: ")]
    assert all(re.match(moment, event) for event in events)
    resources = [re.sub(moment, "", event) for event in events]
    assert " CREATE_COMPLETE ReadR (AWS::IAM::Role)" in resources
    assert resources[-1] == " CREATE_COMPLETE infra (AWS::CloudFormation::Stack)"
