"""One template for all accounts of a kind."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.deploy.kind_template import kind_template
from iamgen.errors import Fault, IamgenError

A, B = "222222222222", "444444444444"


def template(account: str, name: str, *users: str) -> tuple[str, dict[str, Any]]:
    policy = {"Statement": [{"Resource": f"arn:aws:iam::{account}:user/${{aws:username}}"}]}
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": f"infra-ReadR-{account}",
            "AssumeRolePolicyDocument": {"Statement": [{"Principal": {"AWS": list(users)}}]},
        },
    }
    document = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": policy}}
    return account, {"Description": f"infra: in {name}", "Resources": {"ReadR": role, "P": document}}


def test_accounts_that_are_alike() -> None:
    result = kind_template(
        "dev", {"a-dev": template(A, "a-dev", "arn:alice"), "b-dev": template(B, "b-dev", "arn:alice")}
    )
    assert result["Description"] == "Who may do what in each dev account. Made by iamgen."
    assert result["Resources"]["ReadR"]["Properties"] == {
        "RoleName": {"Fn::Sub": "infra-ReadR-${AWS::AccountId}"},
        "AssumeRolePolicyDocument": {"Statement": [{"Principal": {"AWS": ["arn:alice"]}}]},
    }
    # what is IAM's to replace is left to IAM
    statement = result["Resources"]["P"]["Properties"]["PolicyDocument"]["Statement"][0]
    assert statement == {"Resource": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:user/${!aws:username}"}}


def test_accounts_that_are_not_alike() -> None:
    with pytest.raises(IamgenError) as raised:
        kind_template("dev", {"a-dev": template(A, "a-dev", "arn:alice"), "b-dev": template(B, "b-dev", "arn:bob")})
    assert raised.value.faults == (
        Fault(
            "b-dev",
            "a stack set has one template for all accounts, and it is not as a-dev is: ReadR",
            "give the same people the same roles in all of them, or deploy them one by one: iamgen deploy --all",
        ),
    )
