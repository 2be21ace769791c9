"""What `iamgen user list` says of everybody, and that it holds one page of AWS's answer at a time."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.aws_client.clients import Clients, Credentials, Identity
from iamgen.aws_client.polling import Pace
from iamgen.commands.requests import Output
from iamgen.commands.user_list import UserListRequest, list_users
from iamgen.deploy.targets import target
from iamgen.errors import IamgenError
from iamgen.people.credential_report import credential_report
from iamgen.people.people_account import PeopleAccount
from iamgen.people.user_list import user_list
from iamgen.people.user_list_text import list_lines
from iamgen.project import Project
from tests.people.conftest import GROUPS, PEOPLE, add_everything, add_groups, console, printed, valid
from tests.people.test_user_show import Refusing

NOW = datetime(2026, 11, 26, tzinfo=UTC)


def test_everybody_is_listed_with_what_differs(repository: Path, aws: Any) -> None:
    iam = aws.client("iam", "user-only")
    add_groups(iam)
    aws.people("alice", "mallory", "ci")
    add_everything(iam, "alice")
    iam.create_user(UserName="erin")
    for group in GROUPS[:3]:
        iam.add_user_to_group(UserName="erin", GroupName=group)
    written = console()
    assert list_users(UserListRequest(repository, output=Output(exit_code=True)), written) == 4
    lines = printed(written).splitlines()
    rows = {line.split()[0]: line for line in lines[1:6]}
    assert lines[0].split() == ["name", "MFA", "last", "sign-in", "keys", "roles", "state"]
    assert list(rows) == ["alice", "bob", "ci", "erin", "mallory"]
    assert rows["alice"].split()[1:3] == ["yes", "never"]
    assert "2, up to " in rows["alice"]
    assert rows["alice"].endswith("+ policy arn:aws:iam::aws:policy/ReadOnlyAccess; + inline policy by-hand")
    assert rows["bob"].endswith("does not exist")
    assert rows["ci"].endswith("CI user")
    assert rows["erin"].split()[1:] == ["no", "no", "password", "none", "1", "as", "declared"]
    assert rows["mallory"].endswith("in no file")
    assert lines[6] == ("user-only (111111111111): 1 as declared, 1 different, 1 missing, 1 in no file, 1 CI users.")


def test_json_has_everybody_with_their_roles(repository: Path, aws: Any) -> None:
    aws.people("alice")
    written = console()
    assert list_users(UserListRequest(repository, output=Output(as_json=True)), written) == 0
    body = valid("user-list", printed(written))
    alice = body["users"][0]
    assert (alice["name"], alice["kind"], alice["exists"]) == ("alice", "person", True)
    assert alice["credentials"] == {"has_password": False, "last_sign_in": None, "has_mfa": False, "keys": []}
    assert [role["role"] for role in alice["roles"]] == ["AdminR", "OpsR"]
    assert not body["users"][1]["exists"]


def people_with(iam: Any, repository: Path) -> PeopleAccount:
    declaration = Project.load(repository, NOW).declaration
    clients = Clients(lambda _: iam, Credentials(), "eu-west-1")
    caller = Identity(PEOPLE, f"arn:aws:iam::{PEOPLE}:user/root")
    return PeopleAccount(declaration, target(declaration.people_account), clients, caller, NOW)


def test_without_the_credential_report_nobody_is_said_to_have_nothing(repository: Path, aws: Any) -> None:
    aws.people("alice")
    iam = Refusing(aws.client("iam", "user-only"), "generate_credential_report")
    users = user_list(people_with(iam, repository), Pace(lambda _: None))
    assert users.missing_action == "iam:GenerateCredentialReport"
    lines = list(list_lines(users, NOW))
    assert lines[1].split()[1:4] == ["?", "?", "?"]
    assert lines[-1].endswith("iam:GenerateCredentialReport is missing.")


class Crowded:
    """An IAM of 5,000 users, whose policies fill their quota."""

    def __init__(self) -> None:
        statement = {"Sid": "x" * 1900, "Effect": "Deny", "Action": "*"}
        self.document = {"Version": "2012-10-17", "Statement": [statement]}
        self.pages_read = 0

    def generate_credential_report(self) -> dict[str, str]:
        return {"State": "COMPLETE" if self.pages_read == 0 else "STARTED"}

    def get_credential_report(self) -> dict[str, Any]:
        head = "user,arn,password_enabled,password_last_used,mfa_active"
        for number in (1, 2):
            head += "".join(f",access_key_{number}_{part}" for part in ("active", "last_rotated", "last_used_date"))
        key = ",true,2026-01-01T00:00:00+00:00,N/A,false,N/A,N/A"
        rows = (f"u{n},arn:aws:iam::1:user/u{n},true,no_information,true{key}" for n in range(4999))
        return {"Content": "\n".join([head, *rows]).encode(), "GeneratedTime": NOW}

    def get_account_authorization_details(self, **asked: Any) -> dict[str, Any]:
        page = int(asked.get("Marker", 0))
        self.pages_read += 1
        more = {"IsTruncated": True, "Marker": str(page + 1)} if page < 49 else {"IsTruncated": False}
        return {"UserDetailList": list(self.users(range(page * 100, page * 100 + 100))), **more}

    def users(self, numbers: range) -> Iterator[dict[str, Any]]:
        for number in numbers:
            yield {
                "UserName": f"u{number}", "UserId": f"AIDA{number}", "Arn": f"arn:aws:iam::1:user/u{number}",
                "Path": "/", "CreateDate": NOW, "GroupList": ["G"],
                "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": json.loads(json.dumps(self.document))}],
            }  # fmt: skip


def test_five_thousand_users_take_fifty_pages_and_little_memory(repository: Path) -> None:
    iam = Crowded()
    people = people_with(iam, repository)
    tracemalloc.start()
    users = user_list(people, Pace(lambda _: None))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (len(users.rows), iam.pages_read) == (5003, 50)
    assert peak < 16 * 2**20  # their policies alone are 10 MB as text, and far more as values
    lines = list(list_lines(users, NOW))
    assert next(line for line in lines if line.startswith("u4999")).split()[1:4] == ["?", "?", "?"]
    assert next(line for line in lines if line.startswith("u17 ")).split()[1:5] == ["yes", "never", "1,", "329"]
    assert lines[-1] == "? is somebody who was created since then: iamgen user show USER looks at once."


def test_a_report_that_aws_goes_on_making_is_waited_for() -> None:
    states = iter(["STARTED", "INPROGRESS", "COMPLETE"])
    iam = Crowded()
    iam.generate_credential_report = lambda: {"State": next(states)}  # type: ignore[method-assign]
    slept: list[float] = []
    report = credential_report(iam, "user-only", Pace(slept.append))
    assert not isinstance(report, str)
    assert (report.generated, len(slept)) == (NOW, 2)


def test_a_report_that_aws_never_finishes_is_given_up() -> None:
    iam = Crowded()
    iam.generate_credential_report = lambda: {"State": "STARTED"}  # type: ignore[method-assign]
    with pytest.raises(IamgenError) as refused:
        credential_report(iam, "user-only", Pace(lambda _: None))
    (fault,) = refused.value.faults
    assert fault == ("user-only", "AWS does not finish the credential report", "try it again in some minutes")
