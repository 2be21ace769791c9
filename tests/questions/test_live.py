"""`--live`: the accounts as AWS describes them, with people and CI users as the declaration knows them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iamgen.access_model import ModelSource, access_model
from iamgen.aws_client.clients import Clients, Credentials
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import IamgenError
from iamgen.questions.can import AccessQuestion, Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.ui.console import Console
from tests.questions.conftest import NOW, document, statement

USERS = """\
from iamgen import *
OPS_SERVICES = ("s3",)
USERS = (User("alice", {"dev": "OpsR"}),)
CI_USERS = (CIUser("ci", {"dev": "OpsR"}),)
"""
ASSUME = document(statement("Allow", "sts:AssumeRole", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
NO_LISTS: dict[str, Any] = {"GroupDetailList": [], "RoleDetailList": [], "UserDetailList": [], "Policies": []}


def user(account_id: str, name: str, inline: dict[str, Any]) -> dict[str, Any]:
    policies = [{"PolicyName": "own", "PolicyDocument": inline}]
    return {"UserName": name, "Arn": f"arn:aws:iam::{account_id}:user/{name}", "UserPolicyList": policies}


class Sts:
    def __init__(self, account_id: str) -> None:
        self.account_id = account_id

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": self.account_id, "Arn": f"arn:aws:iam::{self.account_id}:user/me"}


class Iam:
    def __init__(self, answer: dict[str, Any]) -> None:
        self.answer = answer

    def get_account_authorization_details(self, **_: Any) -> dict[str, Any]:
        return self.answer


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, dict[str, Any]]], None]:
    """Return what says which details AWS has of each account, by id."""

    def put(details: dict[str, dict[str, Any]], signed_in: str = "") -> None:
        def clients(_choice: CredentialChoice, _declaration: Any, account: Any) -> Clients:
            services = {"sts": Sts(signed_in or account.id), "iam": Iam(details[account.id])}
            return Clients(services.__getitem__, Credentials(), "eu-west-1")

        monkeypatch.setattr(CredentialChoice, "clients", clients)

    return put


def test_accounts_are_asked_and_people_are_known(make_repo: Callable[..., Path], aws: Any) -> None:
    aws(
        {
            "111111111111": {**NO_LISTS, "UserDetailList": [user("111111111111", "alice", ASSUME)]},
            "222222222222": {
                **NO_LISTS,
                "UserDetailList": [user("222222222222", "ci", ASSUME), user("222222222222", "eve", ASSUME)],
                "RoleDetailList": [
                    {
                        "RoleName": "ops",
                        "Arn": "arn:aws:iam::222222222222:role/ops",
                        "RolePolicyList": [{"PolicyName": "s3", "PolicyDocument": document(statement("Allow", "s3:*"))}],
                        "AssumeRolePolicyDocument": document(
                            {
                                "Effect": "Allow",
                                "Principal": {"AWS": ["111111111111", "222222222222"]},
                                "Action": "sts:AssumeRole",
                            }
                        ),
                    }
                ],
            },
            "333333333333": NO_LISTS,
        }
    )  # fmt: skip
    model = access_model(ModelSource(make_repo(USERS), live=True), NOW, Console.standard())
    assert {actor.name: actor.kind for actor in model.actors} == {"alice": "person", "ci": "CI user", "eve": "user"}
    assert model.origin == "AWS, as it is now"
    levels = {
        name: Asker(model).answer(AccessQuestion(name, "s3:PutObject", Circumstances(NOW), account="dev")).level
        for name in ("alice", "ci", "eve")
    }
    assert levels == {"alice": "yes", "ci": "no", "eve": "yes"}  # a CI user has keys, and no MFA


def test_credentials_of_another_account_are_refused(make_repo: Callable[..., Path], aws: Any) -> None:
    aws(dict.fromkeys(("111111111111", "222222222222", "333333333333"), NO_LISTS), "444444444444")
    with pytest.raises(IamgenError) as caught:
        access_model(ModelSource(make_repo(USERS), live=True), NOW, Console.standard())
    assert len(caught.value.faults) == 3
    assert caught.value.faults[0].problem.startswith("the credentials are of account 444444444444")
