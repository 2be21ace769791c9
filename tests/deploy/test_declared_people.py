"""Declared people who do not exist, and those who are in no group yet."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from iamgen.aws_client.clients import Clients, Credentials
from iamgen.deploy.declared_people import DeclaredPeople, declared_people, newly_trusted, outside_groups
from iamgen.deploy.order import Order
from iamgen.deploy.target_account import TargetAccount
from iamgen.errors import Fault

Stubbed = Any
WHERE = "user-only (111111111111)"
GROUPS = {
    name: {"Type": "AWS::IAM::Group", "Properties": {"GroupName": f"infra-{name}"}} for name in ("AllG", "PowerG")
}
TEMPLATE = {"Resources": GROUPS}
OPTIONS = " --region eu-west-1 --profile of-dev"
OWN_OPTIONS = " --profile of-dev"


def arn(path_and_name: str) -> str:
    return f"arn:aws:iam::111111111111:user{path_and_name}"


@pytest.fixture
def people(order: Order) -> Order:
    """Return what the account of the people should have: alice with power, and dave, an auditor."""
    declared = frozenset({arn("/alice"), arn("/auditors/dave")})
    members = {"AllG": frozenset({"alice", "dave"}), "PowerG": frozenset({"alice"})}
    return replace(order, account=TargetAccount("user-only", "111111111111"), people=declared, members=members)


def answer_users(stubbed: Stubbed, users: dict[str, tuple[str, ...]]) -> None:
    """Answer with users by path and name, each with the groups that they are in."""
    details = [
        {
            "UserName": name.rpartition("/")[2],
            "Path": f"{name.rpartition('/')[0]}/",
            "Arn": arn(name),
            "GroupList": groups,
        }
        for name, groups in users.items()
    ]
    answer = {"UserDetailList": [{**user, "GroupList": list(user["GroupList"])} for user in details]}
    stubbed.answer("iam", "get_account_authorization_details", answer, {"Filter": ["User"]})


def test_everybody_who_is_missing_is_named_at_once(stubbed: Stubbed, people: Order) -> None:
    answer_users(stubbed, {"/zoe": ()})
    result = declared_people(people, stubbed.clients, TEMPLATE)
    assert result.missing == {
        arn("/alice"): Fault(
            WHERE,
            "users.py declares alice, and there is no such IAM user",
            f"iamgen user create --all-missing{OWN_OPTIONS}; or take alice out of users.py",
        ),
        arn("/auditors/dave"): Fault(
            WHERE,
            "users.py declares dave, and there is no such IAM user",
            f"iamgen user create --all-missing{OWN_OPTIONS}; or take dave out of users.py",
        ),
    }
    stubbed.done()


def test_the_command_has_the_role_that_is_assumed(stubbed: Stubbed, people: Order) -> None:
    answer_users(stubbed, {"/alice": ()})
    role = Credentials(None, f"arn:aws:iam::{people.account_id}:role/any")
    clients = Clients({"iam": stubbed.clients.iam}.__getitem__, role, "eu-west-1")
    (fault,) = declared_people(people, clients, TEMPLATE).missing.values()
    template = "'arn:aws:iam::{account_id}:role/any'"
    assert fault.hint == f"iamgen user create dave --role-arn-template {template}; or take dave out of users.py"


@pytest.mark.parametrize(
    ("exists", "problem", "hint"),
    [
        (
            "/dave",
            "users.py declares dave with the path /auditors/, and the IAM user has the path /",
            f'aws iam update-user --user-name dave --new-path /auditors/{OPTIONS}; or write path="/" in users.py',
        ),
        (
            "/auditors/Dave",
            "users.py declares dave, and the IAM user is called Dave",
            f"aws iam update-user --user-name Dave --new-user-name dave{OPTIONS}; or write Dave in users.py",
        ),
    ],
)
def test_a_user_whose_arn_is_another_one(stubbed: Stubbed, people: Order, exists: str, problem: str, hint: str) -> None:
    answer_users(stubbed, {"/alice": (), exists: ()})
    result = declared_people(people, stubbed.clients, TEMPLATE)
    assert result.missing == {arn("/auditors/dave"): Fault(WHERE, problem, hint)}


def test_who_is_not_in_a_group_yet(stubbed: Stubbed, people: Order) -> None:
    answer_users(stubbed, {"/alice": ("infra-AllG",), "/auditors/dave": ()})
    result = declared_people(people, stubbed.clients, TEMPLATE)
    assert result == DeclaredPeople({}, {"AllG": ("dave",), "PowerG": ("alice",)})
    message = "these people are not in their groups yet, so they do not have the rights of these groups: AllG: dave; PowerG: alice"
    assert outside_groups(result, people.account) == Fault(
        WHERE, message, "put them in: iamgen deploy user-only --repair"
    )


def test_when_everybody_is_as_declared_nothing_is_said(stubbed: Stubbed, people: Order) -> None:
    answer_users(stubbed, {"/alice": ("infra-AllG", "infra-PowerG"), "/auditors/dave": ("infra-AllG",)})
    result = declared_people(people, stubbed.clients, TEMPLATE)
    assert (result, outside_groups(result, people.account)) == (DeclaredPeople(), None)


def test_an_account_without_people_is_not_looked_at(stubbed: Stubbed, order: Order) -> None:
    assert declared_people(order, stubbed.clients, TEMPLATE) == DeclaredPeople()
    stubbed.done()


def test_who_may_not_look_hears_it(stubbed: Stubbed, people: Order) -> None:
    stubbed.refuse("iam", "get_account_authorization_details", "AccessDenied")
    assert declared_people(people, stubbed.clients, TEMPLATE).not_looked_at == Fault(
        WHERE,
        "whether the people of users.py exist was not looked at: AWS refuses GetAccountAuthorizationDetails (AccessDenied)",
        "with iam:GetAccountAuthorizationDetails iamgen would name who does not exist, and who is in no group",
    )


def test_only_a_trust_that_comes_or_changes_is_asked_about(order: Order) -> None:
    before = json.loads(order.text)
    bob, eve = arn("/bob"), arn("/eve")
    assert newly_trusted(None, before) == {bob: ("ReadR",)}
    assert newly_trusted(before, before) == {}
    after = json.loads(order.text.replace(bob, eve))
    assert newly_trusted(before, after) == {eve: ("ReadR",)}
    tagged = json.loads(order.text)
    tagged["Resources"]["ReadR"]["Properties"]["MaxSessionDuration"] = 7200
    assert newly_trusted(before, tagged) == {}
    conditioned = json.loads(order.text)
    (statement,) = conditioned["Resources"]["ReadR"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    statement["Condition"] = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    assert newly_trusted(before, conditioned) == {bob: ("ReadR",)}
