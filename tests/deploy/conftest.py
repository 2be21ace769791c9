"""Accounts of a local AWS, and clients that answer what a test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from iamgen.aws_client.clients import Clients, Credentials
from iamgen.aws_client.polling import Pace
from iamgen.deploy.order import Choices, Order
from iamgen.deploy.target_account import TargetAccount

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DEV = "222222222222"
BOB = "arn:aws:iam::111111111111:user/bob"
Stub = Callable[[str], Stubber]
Body = dict[str, Any]


def trust(*principals: str, deny: bool = False) -> Body:
    statement: Body = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(principals)}}
    if deny:
        statement = {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    return {"Version": "2012-10-17", "Statement": [statement]}


def role(name: str, *principals: str, **properties: Any) -> Body:
    document = trust(*principals, deny=not principals)
    named = {"RoleName": f"infra-{name}-{DEV}", "AssumeRolePolicyDocument": document}
    return {"Type": "AWS::IAM::Role", "Properties": {**named, **properties}}


def template(**resources: Body) -> Body:
    return {"Resources": resources}


@pytest.fixture
def slept() -> list[float]:
    """Return the pauses that were made, without any."""
    return []


@pytest.fixture
def choices(slept: list[float]) -> Choices:
    return Choices(NOW, pace=Pace(slept.append))


@pytest.fixture
def order() -> Order:
    return Order(
        TargetAccount("dev", DEV), "infra", json.dumps(template(ReadR=role("ReadR", BOB))), {}, frozenset({BOB})
    )


class Stubbed:
    """Clients whose answers are said beforehand, each checked against AWS's own description of its services."""

    def __init__(self) -> None:
        self.stubs: dict[str, Stubber] = {}
        self.clients = Clients(self._client, Credentials("of-dev"), "eu-west-1")
        self.used: dict[str, Any] = {}

    def _client(self, service: str) -> Any:
        if service not in self.used:
            self.used[service] = boto3.client(
                service, region_name="eu-west-1", aws_access_key_id=DEV, aws_secret_access_key="x"
            )
            self.stubs[service] = Stubber(self.used[service])
            self.stubs[service].activate()
        return self.used[service]

    def answer(self, service: str, operation: str, given: Body, expected: Body | None = None) -> None:
        self._client(service)
        self.stubs[service].add_response(operation, given, expected)

    def refuse(self, service: str, operation: str, code: str, message: str = "no") -> None:
        self._client(service)
        self.stubs[service].add_client_error(operation, code, message)

    def identity(self, account: str = DEV) -> None:
        caller = {"Account": account, "Arn": f"arn:aws:iam::{account}:user/carol", "UserId": "x"}
        self.answer("sts", "get_caller_identity", caller)

    def stack(self, status: str, **more: Any) -> None:
        collected = {"StackName": "infra", "StackId": "stack-id", "StackStatus": status, "CreationTime": NOW, **more}
        self.answer("cloudformation", "describe_stacks", {"Stacks": [collected]})

    def no_roles(self) -> None:
        """Answer that the role of the order's template does not exist: its stack is not in another region."""
        self.refuse("iam", "get_role", "NoSuchEntity")

    def done(self) -> None:
        for stub in self.stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def stubbed() -> Iterator[Stubbed]:
    with ExitStack() as stack:
        result = Stubbed()
        yield result
        for stub in result.stubs.values():
            stack.callback(stub.deactivate)
