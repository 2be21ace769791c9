"""What `iamgen user show` says of a person: everything in AWS, and in what it differs from users.py."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from iamgen.commands.requests import Output
from iamgen.commands.user_show import UserShowRequest, user_show
from iamgen.errors import IamgenError
from iamgen.people.user_reading import read_user
from iamgen.people.user_text import state_lines
from tests.people.conftest import GROUPS, add_everything, add_groups, console, printed, valid


def shown(repository: Path, name: str) -> tuple[int, str]:
    written = console()
    code = user_show(UserShowRequest(repository, name, output=Output(exit_code=True)), written)
    return code, printed(written)


def refusal(repository: Path, name: str) -> str:
    with pytest.raises(IamgenError) as refused:
        user_show(UserShowRequest(repository, name), console())
    (fault,) = refused.value.faults
    return f"{fault.where}: {fault.problem}\n{fault.hint}"


def test_everything_that_a_user_has_is_shown_and_no_secret(repository: Path, aws: Any) -> None:
    iam = aws.client("iam", "user-only")
    add_groups(iam)
    aws.people("alice")
    add_everything(iam, "alice")
    written = console()
    assert user_show(UserShowRequest(repository, "alice", output=Output(as_json=True)), written) == 0
    body = valid("user-show", printed(written))
    user = body["user"]
    counts = {part: len(user[part]) for part in ("mfa_devices", "keys", "certificates", "ssh_keys", "groups")}
    assert counts == {"mfa_devices": 2, "keys": 2, "certificates": 1, "ssh_keys": 1, "groups": 3}
    assert user["password"]["must_change"]
    assert (user["inline"], user["boundary"]) == (["by-hand"], "arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert user["service_credentials"][0]["service"] == "codecommit.amazonaws.com"
    assert [(role["account"], role["role"], role["until"]) for role in body["roles"]] == [
        ("dev", "AdminR", None),
        ("prod", "OpsR", "2027-02-01T00:00:00Z"),
    ]
    assert [(item["sign"], item["kind"]) for item in body["differences"]] == [("+", "policy"), ("+", "inline policy")]
    code, text = shown(repository, "alice")
    assert code == 4
    assert "ServicePassword" not in text + printed(written)
    assert "  OpsR in prod until the end of 2027-01-31 (UTC): INC-1\n" in text
    assert "  password             2" in text
    assert ", to be changed at the next sign-in\n" in text


def test_a_user_who_is_as_declared_differs_in_nothing(repository: Path, aws: Any) -> None:
    iam = aws.client("iam", "user-only")
    add_groups(iam)
    iam.create_user(UserName="erin")
    for group in GROUPS[:3]:
        iam.add_user_to_group(UserName="erin", GroupName=group)
    code, text = shown(repository, "erin")
    assert code == 0
    assert text.startswith("erin: an IAM user of user-only (111111111111), declared in users.py:6\n")
    assert text.endswith("is missing there, ~ is not the same):\n  none\n")
    assert "  MFA devices          none\n" in text


def test_in_what_a_user_differs_is_named(repository: Path, aws: Any) -> None:
    iam = aws.client("iam", "user-only")
    add_groups(iam)
    iam.create_user(UserName="bob", Tags=[{"Key": "team", "Value": "red"}])
    iam.add_user_to_group(UserName="bob", GroupName=GROUPS[2])
    code, text = shown(repository, "bob")
    assert code == 4
    assert text.partition("is not the same):\n")[2].splitlines() == [
        "  ~ path / should be /auditors/",
        "  ~ tag team=blue",
        *(f"  - group {GROUPS[number]}" for number in (0, 1, 3)),
        f"  + group {GROUPS[2]}",
    ]


def test_somebody_who_is_not_declared_or_not_created_is_shown(repository: Path, aws: Any) -> None:
    aws.people("mallory")
    code, text = shown(repository, "mallory")
    assert code == 0
    assert text.startswith("mallory: an IAM user of user-only (111111111111), users.py does not declare them\n")
    code, text = shown(repository, "alice")
    assert code == 4
    assert text.startswith("alice: no IAM user of user-only (111111111111), declared in users.py:4\n")
    assert text.endswith("  - user alice\n")


def test_a_name_that_is_nobodys_is_refused_with_the_nearest(repository: Path, aws: Any) -> None:
    nobody = "users.py declares no such person, and user-only (111111111111) has no such IAM user"
    assert refusal(repository, "alcie") == f"alcie: {nobody}\ndid you mean alice?"
    assert refusal(repository, "zoe") == f"zoe: {nobody}\niamgen user list shows everybody"
    spelled = "Alice: users.py declares alice, and IAM compares names without case\ntype alice"
    assert refusal(repository, "Alice") == spelled
    machine = "CI users belong to the stacks of their accounts: take it out of CI_USERS, and deploy"
    assert refusal(repository, "ci") == f"ci: this is a CI user, and no person\n{machine}"


class Refusing:
    """A client of IAM that lacks some permissions."""

    def __init__(self, iam: Any, *denied: str) -> None:
        self.iam, self.denied = iam, denied

    def can_paginate(self, operation: str) -> bool:
        return operation not in self.denied and bool(self.iam.can_paginate(operation))

    def __getattr__(self, operation: str) -> Any:
        if operation not in self.denied:
            return getattr(self.iam, operation)

        def refuse(**_: object) -> None:
            name = self.iam.meta.method_to_api_mapping[operation]
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, name)

        return refuse


def test_what_aws_refuses_to_say_is_named_and_is_not_taken_for_nothing(aws: Any) -> None:
    iam = aws.client("iam", "user-only")
    aws.people("alice")
    iam.create_access_key(UserName="alice")
    user = read_user(Refusing(iam, "list_mfa_devices", "get_access_key_last_used"), "alice")
    assert user
    key = user.keys[0].id
    assert user.not_looked_at == {
        "mfa_devices": "iam:ListMFADevices",
        f"use of {key}": "iam:GetAccessKeyLastUsed",
    }
    lines = list(state_lines(user, datetime.now(UTC)))
    assert "  MFA devices          not looked at" in lines
    assert any(line.endswith("its last use was not looked at") for line in lines)
