"""`Require` is proven for every resource that is meant, or refuted by a request that the evaluator denies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

FindingsOf = Callable[..., list[str]]
ONE_ROLE = 'ROLES = (Role("AppR", policies=("AppP",), accounts="dev"),)\nUSERS = (User("bob", {"dev": "AppR"}),)'
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def required(arguments: str) -> str:
    return f"ASSERTIONS = (Require({arguments}),)"


@pytest.mark.parametrize(
    ("arguments", "holds"),
    [
        ('"s3:GetObject", who="ReadR"', True),
        ('"s3:PutObject", who="ReadR"', False),
        ('("s3:GetObject", "s3:PutObject"), who="ReadR"', False),
        ('"s3:*", who="OpsR", accounts="*"', True),
        ('"*", who="AdminR"', True),
        ('"*", who="OpsR"', False),
        ('"s3:PutObject", who="alice", accounts="prod"', True),
        ('"s3:PutObject", who="alice", accounts=("dev", "prod")', True),
        ('"s3:PutObject", who="alice"', False),  # not in user-only
        ('"s3:PutObject", who="bob", accounts="prod"', False),
        ('"s3:PutObject", who="*", but="bob", accounts="prod"', True),
        ('"s3:PutObject", who="alice", but="OpsR", accounts="prod"', False),
        ('"s3:PutObject", who="bob", accounts="dev"', False),
        ('"iam:ChangePassword", who="bob", on="arn:aws:iam::111111111111:user/bob", accounts="user-only"', True),
        ('"iam:ChangePassword", who="bob", on="arn:aws:iam::*:user/b*", accounts="user-only"', False),
        ('"iam:DeleteAccessKey", who="bob", on="arn:aws:iam::111111111111:user/bob", accounts="user-only"', True),
        ('"iam:DeleteAccessKey", who="bob", on="arn:aws:iam::111111111111:user/bob", accounts="user-only", mfa=False',
         False),
        ('"sts:GetCallerIdentity", who="bob", accounts="user-only"', True),
        ('"cloudtrail:ListTrails", who="ReadR"', True),
    ],
)  # fmt: skip
def test_each_field_narrows_what_is_required(findings_of: FindingsOf, arguments: str, holds: bool) -> None:
    assert (findings_of(required(arguments)) == []) is holds


@pytest.mark.parametrize(
    ("statements", "holds"),
    [
        ([allow("s3:*")], True),
        ([allow("s3:*", "arn:aws:s3:::*/*")], True),
        ([allow("s3:*", "arn:aws:s3:::a*/*"), allow("s3:*", "arn:aws:s3:::?*")], True),
        ([allow("s3:GetObject", "arn:aws:s3:::logs/*")], False),
        ([allow("s3:*"), deny("s3:GetObject", "arn:aws:s3:::secret/*")], False),
        ([allow("s3:*"), deny("s3:GetObject", "arn:aws:sqs:*:*:secret")], True),
        ([allow("s3:*"), deny("s3:PutObject")], True),
        ([{"Effect": "Allow", "NotAction": "s3:Get*", "Resource": "*"}], False),
        ([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::x"}], True),
        ([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::x/y"}], False),
        ([allow("s3:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], False),
        ([allow("s3:*", Condition=MFA)], False),
        ([allow("s3:*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}})], True),
        ([allow("s3:*", Condition={"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}})], False),
        ([allow("s3:*"), deny("s3:*", Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}})], True),
        ([allow("s3:*", Condition={"StringEquals": {"aws:PrincipalAccount": "222222222222"}})], True),
    ],
)
def test_statements_of_every_kind_are_decided(
    findings_of: FindingsOf, statements: list[dict[str, Any]], holds: bool
) -> None:
    for principal in ("AppR", "bob"):
        asserted = required(f'"s3:GetObject", who="{principal}", accounts="dev", on="arn:aws:s3:::*"')
        assert (findings_of(asserted, ONE_ROLE, AppP=statements) == []) is holds


def test_what_may_not_be_done_comes_with_the_request_and_what_denies_it(findings_of: FindingsOf) -> None:
    asserted = required('"s3:GetObject", who="AppR"')
    (text,) = findings_of(asserted, ONE_ROLE, AppP=[allow("s3:*"), deny("s3:*", "arn:aws:s3:::secret/*")])
    assert text == (
        "error: Require 's3:GetObject': infra-AppR-222222222222 may not do s3:GetObject on arn:aws:s3:::secret/x in dev "
        "(role infra-AppR-222222222222 in dev): statement 2 of infra-AppP-222222222222 denies it"
    )
    (text,) = findings_of(asserted, ONE_ROLE, AppP=[{**deny("s3:*"), "Sid": "Never"}, allow("s3:*")])
    assert text.endswith("): Never of infra-AppP-222222222222 denies it")
    (text,) = findings_of(asserted, ONE_ROLE, AppP=[allow("s3:*", "arn:aws:s3:::*")])
    assert "may not do s3:GetObject on arn:aws:s3:x:222222222222:accesspoint/x/object/x in dev" in text
    (text,) = findings_of(asserted, ONE_ROLE, AppP=[allow("ec2:*")])
    assert text.endswith("): no statement allows it")
    limited = ONE_ROLE.replace('policies=("AppP",)', 'policies=("AppP",), boundary="EdgeP"')
    (text,) = findings_of(asserted, limited, AppP=[allow("*")], EdgeP=[allow("ec2:*")])
    assert text.endswith("): the boundary does not allow it")
    assert findings_of(asserted, limited, AppP=[allow("*")], EdgeP=[allow("s3:Get*")]) == []


def test_a_statement_that_is_taken_away_breaks_it(findings_of: FindingsOf) -> None:
    statements = [allow("s3:GetObject", "arn:aws:s3:::a*/*"), allow("s3:GetObject", "arn:aws:s3:::b*/*")]
    asserted = required('"s3:GetObject", who="AppR", on=("arn:aws:s3:::a1/*", "arn:aws:s3:::b1/*")')
    assert findings_of(asserted, ONE_ROLE, AppP=statements) == []
    (text,) = findings_of(asserted, ONE_ROLE, AppP=statements[:1])
    assert "may not do s3:GetObject on arn:aws:s3:::b1/x in dev" in text


def test_a_grant_that_ends_is_no_way(findings_of: FindingsOf) -> None:
    people = 'USERS = (User("bob", {"dev": Grant("OpsR", until="2027-01-31")}),)'
    assert findings_of(required('"s3:PutObject", who="bob", accounts="dev"'), people) == [
        "error: Require 's3:PutObject': bob can act as nobody in dev for good"
    ]
    for_good = 'USERS = (User("bob", {"dev": "OpsR"}),)'
    assert findings_of(required('"s3:PutObject", who="bob", accounts="dev"'), for_good) == []


def test_somebody_has_it_by_one_of_several_roles(findings_of: FindingsOf) -> None:
    people = """\
ROLES = (Role("AR", policies=("AP",)), Role("BR", policies=("BP",)))
USERS = (User("bob", {"dev": ("AR", "BR")}),)
"""
    policies = {"AP": [allow("s3:GetObject")], "BP": [allow("ec2:RunInstances")]}
    both = '("s3:GetObject", "ec2:RunInstances")'
    assert findings_of(required(f'{both}, who="bob", accounts="dev"'), people, **policies) == []
    (text,) = findings_of(required(f'{both}, who="bob", accounts="dev", but="BR"'), people, **policies)
    assert "bob may not do ec2:RunInstances on arn:aws:" in text
    halves = {"AP": [allow("s3:GetObject", "arn:aws:s3:::a/*")], "BP": [allow("s3:GetObject", "arn:aws:s3:::b/*")]}
    asserted = '"s3:GetObject", who="bob", accounts="dev", on=("arn:aws:s3:::a/*", "arn:aws:s3:::b/*")'
    assert len(findings_of(required(asserted), people, **halves)) == 1  # no role has all of it


def test_a_machine_and_a_pipeline_are_asked_as_they_are(findings_of: FindingsOf) -> None:
    people = """\
USERS = ()
CI_USERS = (CIUser("ci", {"dev": "OpsR"}),)
PIPELINES = (Pipeline("github", repository="a/b", environment="dev", access={"dev": "OpsR"}),)
"""
    for principal in ("ci", "repo:a/b:environment:dev"):
        assert findings_of(required(f'"s3:PutObject", who={principal!r}, accounts="dev"'), people) == []
        assert findings_of(required(f'"s3:PutObject", who={principal!r}, accounts="prod"'), people) == [
            f"error: Require 's3:PutObject': {principal} can act as nobody in prod for good"
        ]
        assert len(findings_of(required(f'"rds:DeleteDBInstance", who={principal!r}, accounts="dev"'), people)) == 1


def test_assuming_roles_is_required_of_those_in_the_templates(findings_of: FindingsOf) -> None:
    read = '"sts:AssumeRole", who="bob", on="arn:aws:iam::*:role/infra-ReadR-*"'
    assert findings_of(required(f'{read}, accounts="prod"')) == []
    assert findings_of(required(f'{read}, accounts="*d*"')) == [
        "error: Require 'sts:AssumeRole': bob may not assume infra-ReadR-222222222222 in dev for good"
    ]
    assert len(findings_of(required(f'{read}, accounts="prod", mfa=False'))) == 1
    people = """\
USERS = ()
PIPELINES = (Pipeline("github", repository="a/b", environment="dev", access={"dev": "OpsR"}),)
"""
    web = '"sts:AssumeRoleWithWebIdentity", who="repo:a/*", on="arn:aws:iam::*:role/infra-OpsR-*"'
    assert findings_of(required(f'{web}, accounts="dev"'), people) == []
    assert len(findings_of(required(f'{web}, accounts="prod"'), people)) == 1


def test_a_role_must_be_able_to_assume_roles_of_another_account_where_none_of_its_own_is_meant(
    findings_of: FindingsOf,
) -> None:
    read = "arn:aws:iam::333333333333:role/infra-ReadR-333333333333"
    require = required(f'"sts:AssumeRole", who="AppR", on="{read}"')
    (text,) = findings_of(require, ONE_ROLE, AppP=[allow("sts:AssumeRole")])
    assert "AppR-222222222222 may not assume infra-ReadR-333333333333 in prod for good" in text


def test_what_is_not_decided_fails_and_names_its_statement(findings_of: FindingsOf) -> None:
    doubtful = [allow("s3:GetObject", Condition={"StringLike": {"aws:TagKeys": "a"}})]
    (text,) = findings_of(required('"s3:GetObject", who="AppR"'), ONE_ROLE, AppP=doubtful)
    assert (
        "it is not decided whether infra-AppR-222222222222 may do s3:GetObject in dev: statement 1 of infra-App" in text
    )
