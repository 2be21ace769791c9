"""What tests about people need: the example's account in a local AWS, and a person with everything that a user can have."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from iamgen.ui.console import Console
from tests.people.memory_aws import MemoryAWS, use, world

PEOPLE, DEV, PROD = "111111111111", "222222222222", "333333333333"
CONST = """\
GLOBAL_AWS_REGION=eu-west-1
USER_ONLY_AWS_ACCOUNT_ID=111111111111
DEV_AWS_ACCOUNT_ID=222222222222
PROD_AWS_ACCOUNT_ID=333333333333
USER_ONLY_AWS_PROFILE=of-user-only
DEV_AWS_PROFILE=of-dev
PROD_AWS_PROFILE=of-prod
"""
USERS = """\
from iamgen import *
OPS_SERVICES = ("ec2", "s3")
USERS = (
    User("alice", {"dev": "AdminR", "prod": Grant("OpsR", until="2027-01-31", reason="INC-1")}, power=True),
    User("bob", {"dev": "OpsR"}, path="/auditors/", tags={"team": "blue"}),
    User("erin", {"dev": "ReadR"}, power=True),
)
CI_USERS = (CIUser("ci", {"dev": "OpsR"}),)
GROUPS = (Group("AuditG", members=("bob",), managed_policies=("SecurityAudit",)),)
"""


@pytest.fixture
def repository(make_repo: Callable[..., Path]) -> Path:
    """Return the folder of a repository with three people, a CI user and a group."""
    return make_repo(USERS, CONST)


class Streams(io.StringIO):
    """A stream that may say that it is a terminal."""

    def __init__(self, text: str = "", *, terminal: bool = False) -> None:
        super().__init__(text)
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def console(answers: str = "", *, terminal: bool = False) -> Console:
    """Return a console that keeps what is printed; on a terminal it has the answers of a person."""
    return Console(Streams(), Streams(terminal=terminal), coloured=False, answers=Streams(answers, terminal=terminal))


def printed(written: Console) -> str:
    return written.out.getvalue()  # type: ignore[attr-defined, no-any-return]  # a Streams


def messages(written: Console) -> str:
    return written.err.getvalue()  # type: ignore[attr-defined, no-any-return]  # a Streams


def valid(name: str, text: str) -> Any:
    """Return JSON as data, once it has proven to be of its schema."""
    schema = json.loads(files("iamgen.people.schemas").joinpath(f"{name}.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    body = json.loads(text)
    Draft202012Validator(schema).validate(body)
    return body


GROUPS = tuple(f"infra-{name}-{PEOPLE}" for name in ("AssumeRoleG", "ManageOwnUserG", "PowerG", "AuditG"))
BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DOCUMENT = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})


def add_groups(iam: Any) -> None:
    """Make the groups that a deployment of user-only makes."""
    for group in GROUPS:
        iam.create_group(GroupName=group)


def add_everything(iam: Any, name: str) -> None:
    """Give a user everything that a user can have."""
    iam.create_login_profile(UserName=name, Password="Ab1!" * 8, PasswordResetRequired=True)
    for device in (f"{name}-phone", f"{name}-tablet"):
        serial = iam.create_virtual_mfa_device(VirtualMFADeviceName=device)["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(
            UserName=name, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
        )
    for _ in range(2):
        iam.create_access_key(UserName=name)
    iam.upload_signing_certificate(UserName=name, CertificateBody="x")
    iam.upload_ssh_public_key(UserName=name, SSHPublicKeyBody="x")
    iam.create_service_specific_credential(UserName=name, ServiceName="codecommit.amazonaws.com")
    iam.put_user_policy(UserName=name, PolicyName="by-hand", PolicyDocument=DOCUMENT)
    iam.attach_user_policy(UserName=name, PolicyArn=BOUNDARY)
    iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=BOUNDARY)
    for group in GROUPS[:3]:
        iam.add_user_to_group(UserName=name, GroupName=group)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> MemoryAWS:
    """Return three accounts in memory, in which alice has everything; commands of this process work with them."""
    accounts = world()
    use(accounts, monkeypatch)
    return accounts
