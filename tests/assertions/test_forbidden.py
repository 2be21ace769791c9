"""`Forbid` is proven for every request, or refuted by one that the evaluator allows, with the way to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.project import Project

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FindingsOf = Callable[..., list[str]]
ONE_ROLE = 'ROLES = (Role("AppR", policies=("AppP",)),)\nUSERS = (User("bob", {"dev": "AppR"}), User("dave", {}))'
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def forbidden(arguments: str) -> str:
    return f"ASSERTIONS = (Forbid({arguments}),)"


def test_what_nobody_may_do_is_proven(findings_of: FindingsOf) -> None:
    assert findings_of(forbidden('"cloudtrail:StopLogging", but="AdminR"')) == []


def test_what_somebody_may_do_comes_with_the_request_and_the_way(findings_of: FindingsOf) -> None:
    (text,) = findings_of(forbidden('"cloudtrail:StopLogging", because="it is our evidence"'))
    assert text == (
        "error: Forbid 'cloudtrail:StopLogging': alice may do cloudtrail:StopLogging on "
        "arn:aws:cloudtrail:x:x:trail/x in dev (person alice → group infra-AssumeRoleG-111111111111 → policy "
        "infra-AssumeRoleP-111111111111 → statement AssumeGeneratedRoles → role infra-AdminR-222222222222 in dev → "
        "trust statement 1 → policy AdministratorAccess → statement 1)"
    )


@pytest.mark.parametrize(
    ("arguments", "holds"),
    [
        ('"s3:DeleteBucket", accounts="dev"', False),
        ('"s3:DeleteBucket", accounts="user-only"', True),
        ('"s3:DeleteBucket", accounts=("user-*", "prod")', False),
        ('"s3:DeleteBucket", who="bob"', True),
        ('("ec2:RunInstances", "s3:DeleteBucket"), who="b?b"', True),
        ('"s3:DeleteBucket", who=("bob", "alice")', False),
        ('"s3:DeleteBucket", but="alice"', True),
        ('"s3:DeleteBucket", but=("OpsR", "AdminR")', True),
        ('"s3:DeleteBucket", but="OpsR"', False),
        ('"s3:DeleteBucket", who="OpsR"', False),
        ('"s3:DeleteBucket", who="ReadR"', True),
        ('"*", who="ReadR"', False),
        ('"s3:Put*", who="Read*"', True),
        ('"s3:*", who="ReadR", on="arn:aws:s3:::secret/*"', False),
        ('"rds:DeleteDBInstance", but="AdminR"', True),
        ('"iam:CreateUser", accounts="user-only"', True),
    ],
)
def test_each_field_narrows_what_is_forbidden(findings_of: FindingsOf, arguments: str, holds: bool) -> None:
    assert (findings_of(forbidden(arguments)) == []) is holds


def test_further_cases_are_named_and_counted(findings_of: FindingsOf) -> None:
    (text,) = findings_of(forbidden('"s3:ListAllMyBuckets"'))
    assert text.endswith("; also alice as OpsR in prod, bob as ReadR in prod")
    people = 'USERS = tuple(User("u" + str(number), {"dev": "ReadR"}) for number in range(6))'
    (text,) = findings_of(forbidden('"s3:ListAllMyBuckets"'), people)
    assert text.endswith("; also u1 as ReadR in dev, u2 as ReadR in dev, u3 as ReadR in dev and 2 others")
    people = 'USERS = tuple(User("u" + str(number), {"dev": "ReadR"}) for number in range(41))'
    (text,) = findings_of(forbidden('"s3:ListAllMyBuckets"'), people)
    assert text.endswith("; also u1 as ReadR in dev, u10 as ReadR in dev, u11 as ReadR in dev and at least 36 others")


@pytest.mark.parametrize(
    ("statements", "holds"),
    [
        ([allow("s3:*", "arn:aws:s3:::open/*")], True),
        ([allow("s3:*", "arn:aws:s3:::secret*")], False),
        ([allow("s3:*"), deny("s3:*", "arn:aws:s3:::secret/*")], True),
        ([allow("s3:*"), deny("s3:*", "arn:aws:s3:::secret/?*/*")], False),
        ([allow("s3:*"), deny("s3:GetObject")], False),
        ([{"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "NotAction": "s3:Get*", "Resource": "*"}], False),
        ([allow("*"), {"Effect": "Deny", "NotAction": "ec2:*", "Resource": "*"}], True),
        ([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::secret/*"}], True),
        ([allow("s3:*", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], False),
        ([allow("s3:*", Condition=MFA)], True),  # a session of a role has no such key
        ([allow("s3:*", Condition={"Bool": {"aws:ViaAWSService": "true"}})], False),
        ([allow("s3:*", Condition={"ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}})], False),
        ([allow("s3:*"), deny("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}})], False),
        ([allow("s3:*", Condition={"Bool": {"aws:PrincipalIsAWSService": "true"}})], True),
        ([allow("s3:*", Condition={"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}})], True),
        ([allow("s3:*", Condition={"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}})], False),
        ([allow("s3:*", Condition={"DateGreaterThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}})], False),
        ([allow("s3:*"), deny("s3:*", Condition={"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}})], False),
        ([allow("s3:*"), deny("s3:*", Condition={"DateLessThan": {"aws:CurrentTime": "2999-01-01T00:00:00Z"}})], False),
        ([allow("s3:*", Condition={"NumericLessThan": {"aws:EpochTime": "1700000000"}})], True),
        ([allow("s3:*", Condition={"StringEquals": {"aws:PrincipalAccount": "222222222222"}})], False),
        ([allow("s3:*", Condition={"StringEquals": {"aws:PrincipalAccount": "333333333333"}})], True),
        ([allow("s3:*", Condition={"Null": {"aws:RequestedRegion": "true"}})], True),
    ],
)
def test_statements_of_every_kind_are_decided(
    findings_of: FindingsOf, statements: list[dict[str, Any]], holds: bool
) -> None:
    asserted = forbidden('("s3:GetObject", "s3:PutObject"), on="arn:aws:s3:::secret/*"')
    assert (findings_of(asserted, ONE_ROLE, AppP=statements) == []) is holds


@pytest.mark.parametrize("taken", ["Condition", "Deny"])
def test_a_statement_that_loses_what_limits_it_breaks_the_assertion(findings_of: FindingsOf, taken: str) -> None:
    condition = {"StringEquals": {"aws:PrincipalAccount": "333333333333"}}
    statements = [allow("s3:GetObject", Condition=condition), allow("s3:PutObject"), deny("s3:PutObject")]
    asserted = forbidden('("s3:GetObject", "s3:PutObject")')
    assert findings_of(asserted, ONE_ROLE, AppP=statements) == []
    if taken == "Condition":
        del statements[0]["Condition"]
    else:
        del statements[2]
    (text,) = findings_of(asserted, ONE_ROLE, AppP=statements)
    action = {"Condition": "s3:GetObject", "Deny": "s3:PutObject"}[taken]
    assert f"bob may do {action} on arn:aws:s3:::" in text


def test_the_keys_of_the_request_are_shown(findings_of: FindingsOf) -> None:
    statements = [allow("s3:GetObject", Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})]
    (text,) = findings_of(forbidden('"s3:GetObject"'), ONE_ROLE, AppP=statements)
    assert "bob may do s3:GetObject on arn:aws:s3:::x/x with aws:SourceIp = 10.0.0.0 in dev (person bob" in text


def test_a_boundary_counts(findings_of: FindingsOf) -> None:
    limited = ONE_ROLE.replace('policies=("AppP",)', 'policies=("AppP",), boundary="EdgeP"')
    asserted = forbidden('"s3:GetObject"')
    assert findings_of(asserted, limited, AppP=[allow("*")], EdgeP=[allow("ec2:*")]) == []
    assert len(findings_of(asserted, limited, AppP=[allow("*")], EdgeP=[allow("s3:*")])) == 1
    assert findings_of(asserted, limited, AppP=[allow("*")], EdgeP=[allow("*"), deny("s3:Get*")]) == []


@pytest.mark.parametrize(("mfa", "holds"), [("None", False), ("True", False), ("False", True)])
def test_a_user_is_asked_in_each_state_of_mfa(findings_of: FindingsOf, mfa: str, holds: bool) -> None:
    people = 'USERS = (User("bob", {}),)\nGROUPS = (Group("AppG", members=("bob",), policies=("AppP",)),)'
    statements = [allow("s3:GetObject", Condition=MFA)]
    assert (findings_of(forbidden(f'"s3:GetObject", mfa={mfa}'), people, AppP=statements) == []) is holds


def test_without_mfa_a_machine_and_a_pipeline_count_and_with_mfa_they_do_not(findings_of: FindingsOf) -> None:
    people = """\
USERS = (User("dave", {}),)
CI_USERS = (CIUser("ci", {"dev": "OpsR"}),)
PIPELINES = (Pipeline("github", repository="a/b", environment="dev", access={"dev": "OpsR"}),)
"""
    subject = "repo:a/b:environment:dev"
    for principal in ("ci", subject):
        for mfa in ("None", "False"):
            (text,) = findings_of(forbidden(f'"s3:DeleteBucket", who={principal!r}, mfa={mfa}'), people)
            assert f"{principal} may do s3:DeleteBucket on arn:aws:s3:::x in dev (" in text
    assert findings_of(forbidden(f'"s3:DeleteBucket", who={subject!r}, mfa=True'), people) == []
    assert findings_of(forbidden('"s3:DeleteBucket", but=("ci", "repo:a/b:*")'), people) == []
    assert len(findings_of(forbidden('"s3:DeleteBucket", but="ci"'), people)) == 1


def test_a_service_and_a_chain_of_roles_count(findings_of: FindingsOf) -> None:
    people = """\
USERS = (User("bob", {"dev": "StepR"}),)
ROLES = (Role("StepR", policies=("StepP",), accounts="dev"),
         Role("AppR", policies=("AppP",), assumed_by=("StepR", "lambda.amazonaws.com"), accounts="dev"))
"""
    step = [allow("sts:AssumeRole", "arn:aws:iam::222222222222:role/infra-AppR-222222222222")]
    policies = {"StepP": step, "AppP": [allow("s3:GetObject")]}
    (text,) = findings_of(forbidden('"s3:GetObject", who="lambda.amazonaws.com"'), people, **policies)
    assert "(service lambda.amazonaws.com → role infra-AppR-222222222222 in dev → trust statement" in text
    (text,) = findings_of(forbidden('"s3:GetObject", who="bob"'), people, **policies)
    assert "→ role infra-StepR-222222222222 in dev →" in text
    assert "→ role infra-AppR-222222222222 in dev →" in text
    assert findings_of(forbidden('"s3:GetObject", who="bob", but="AppR"'), people, **policies) == []


def test_a_grant_that_ends_counts_until_then_and_its_way_is_open_now(findings_of: FindingsOf) -> None:
    people = 'USERS = (User("bob", {"dev": Grant("OpsR", until="2027-01-31")}),)'
    (text,) = findings_of(forbidden('"s3:DeleteBucket"'), people)
    assert "bob may do s3:DeleteBucket on arn:aws:s3:::x in dev (person bob" in text


def test_a_way_that_may_be_open_at_another_time_counts(findings_of: FindingsOf) -> None:
    people = 'USERS = (User("bob", {}),)\nGROUPS = (Group("AppG", members=("bob",), policies=("AppP",)),)'
    later = {"DateGreaterThan": {"aws:CurrentTime": "2027-05-01T00:00:00Z"}}
    (text,) = findings_of(forbidden('"s3:GetObject"'), people, AppP=[allow("s3:GetObject", Condition=later)])
    assert text.startswith("error: Forbid 's3:GetObject': bob may do s3:GetObject on arn:aws:s3:::x/x with aws:")
    assert ", aws:currenttime = 2027-05-01t00:00:01z in user-only (person bob → group" in text.lower()


def test_assuming_a_role_is_decided_by_both_sides(findings_of: FindingsOf) -> None:
    ops = '"arn:aws:iam::*:role/infra-OpsR-*"'
    assert findings_of(forbidden(f'"sts:AssumeRole", who="bob", on={ops}')) == []
    (text,) = findings_of(forbidden(f'"sts:AssumeRole", on={ops}'))
    assert text.startswith(
        "error: Forbid 'sts:AssumeRole': alice may do sts:AssumeRole on "
        "arn:aws:iam::333333333333:role/infra-OpsR-333333333333 in user-only (person alice → group "
        "infra-AssumeRoleG-111111111111 → policy infra-AssumeRoleP-111111111111 → statement AssumeGeneratedRoles → "
        "role infra-OpsR-333333333333 in prod → trust statement 1)"
    )
    assert findings_of(forbidden(f'"sts:AssumeRole", on={ops}, mfa=False')) == []
    assert findings_of(forbidden(f'"sts:AssumeRole", on={ops}, accounts="dev", but="AdminR"')) == []


def test_assuming_roles_of_no_template_is_decided_by_the_own_policies(findings_of: FindingsOf) -> None:
    policy = [allow("sts:AssumeRole", "arn:aws:iam::999999999999:role/partner")]
    (text,) = findings_of(forbidden('"sts:AssumeRole", who="AppR"'), ONE_ROLE, AppP=policy)
    assert "AppR-222222222222 may do sts:AssumeRole on arn:aws:iam::999999999999:role/partner in dev" in text
    wide = [allow("sts:AssumeRole", "arn:aws:iam::222222222222:role/infra-?????-222222222222")]
    (text,) = findings_of(forbidden('"sts:AssumeRole", who="AppR"'), ONE_ROLE, AppP=wide)
    assert "may do sts:AssumeRole on arn:aws:iam::222222222222:role/infra-xxxxx-222222222222" in text


def test_a_role_of_one_account_may_not_assume_roles_of_another_where_that_is_forbidden(
    findings_of: FindingsOf,
) -> None:
    policy = [allow("sts:AssumeRole", "arn:aws:iam::333333333333:role/legacy")]
    (text,) = findings_of(forbidden('"sts:AssumeRole", who="AppR", accounts="prod"'), ONE_ROLE, AppP=policy)
    assert "AppR-222222222222 may do sts:AssumeRole on arn:aws:iam::333333333333:role/legacy in dev" in text
    assert findings_of(forbidden('"sts:AssumeRole", who="AppR", accounts="user-only"'), ONE_ROLE, AppP=policy) == []


def test_a_pipeline_assumes_by_its_own_action(findings_of: FindingsOf) -> None:
    people = """\
USERS = ()
PIPELINES = (Pipeline("github", repository="a/b", environment="dev", access={"dev": "OpsR"}),)
"""
    (text,) = findings_of(forbidden('"sts:AssumeRoleWithWebIdentity"'), people)
    assert "repo:a/b:environment:dev may do sts:AssumeRoleWithWebIdentity on arn:aws:iam::222222222222:role/" in text
    assert findings_of(forbidden('"sts:AssumeRoleWithWebIdentity", accounts="prod"'), people) == []
    assert findings_of(forbidden('"sts:AssumeRoleWithSAML"'), people) == []


def test_what_is_not_decided_fails_and_names_its_statement(findings_of: FindingsOf) -> None:
    doubtful = [allow("s3:GetObject", Condition={"StringLike": {"aws:TagKeys": "a"}})]
    (text,) = findings_of(forbidden('"s3:GetObject"'), ONE_ROLE, AppP=doubtful)
    assert text.startswith("error: Forbid 's3:GetObject': it is not decided whether bob may do s3:GetObject in dev: ")
    assert "statement 1 of infra-AppP-222222222222: aws:tagkeys may have several values" in text


def test_actions_that_aws_has_not_yet_are_forbidden_by_wildcards(findings_of: FindingsOf) -> None:
    every = [allow("s3:*"), deny("s3:Delete?*", "arn:aws:s3:::b"), deny(["s3:DeleteBucket", "s3:DeleteObject"])]
    (text,) = findings_of(forbidden('"s3:DeleteObject*"'), ONE_ROLE, AppP=every)
    assert "bob may do s3:DeleteObjectAnnotation on" in text
    named = [allow("s3:*"), deny(["s3:DeleteObject", "s3:DeleteObjectTagging", "s3:DeleteObjectVersion"]),
             deny(["s3:DeleteObjectVersionTagging", "s3:DeleteObjectAnnotation", "s3:DeleteObjectVersionAnnotation"])]  # fmt: skip
    (text,) = findings_of(forbidden('"s3:DeleteObject*"'), ONE_ROLE, AppP=named)
    assert "s3:DeleteObject* (any new action)" in text
    assert findings_of(forbidden('"s3:DeleteObject*"'), ONE_ROLE, AppP=[allow("s3:*"), deny("s3:Delete*")]) == []
    (text,) = findings_of(forbidden('"s3:DeleteShiny*"'), ONE_ROLE, AppP=[allow("s3:DeleteShinyThing")])
    assert "there is no such action of s3" in text


@pytest.mark.parametrize(
    ("asserted", "action", "shown"),
    [
        ('"*", who="AppR"', "shinyservice:*", "shinyservice:(any new action)"),
        ('"*", who="AppR"', "shinyservice:Polish", "shinyservice:Polish"),
        ('"*", who="AppR"', "shinyservice:Pol*", "shinyservice:Pol* (any new action)"),
        ('"s3:Delete*", who="AppR"', "s3:*Shiny", "s3:*Shiny and Delete* (any new action)"),
    ],
)
def test_services_and_patterns_that_only_a_policy_has_are_forbidden_by_wildcards(
    findings_of: FindingsOf, asserted: str, action: str, shown: str
) -> None:
    (text,) = findings_of(forbidden(asserted), ONE_ROLE, AppP=[allow(action)])
    assert f"AppR-222222222222 may do {shown} on" in text


def test_what_is_not_looked_at_of_actions_to_come_is_said(findings_of: FindingsOf) -> None:
    patterns = [f"sagemaker:*{letter}*" for letter in "abcdefghijklmnop"]
    statements = [deny(patterns), deny("s3:*Y*")]
    warning = "is not decided for every action that AWS may add to sagemaker: too many patterns of policies overlap"
    (text,) = findings_of(forbidden('"sagemaker:*", who="AppR"'), ONE_ROLE, AppP=statements)
    assert warning in text
    assert findings_of(forbidden('"sqs:*", who="AppR"'), ONE_ROLE, AppP=statements) == []
    assert warning in "".join(findings_of(forbidden('"*", who="AppR"'), ONE_ROLE, AppP=statements))


@pytest.mark.parametrize(
    ("asserted", "statements", "holds"),
    [
        ('"s3:*", on="arn:aws:s3:::pay/*"', [allow("s3:ListBucket"), allow("s3:GetBucketAcl", "arn:aws:s3:::*")], True),
        ('"s3:ListBucket", on="arn:aws:s3:::*"', [allow("s3:ListBucket", "arn:aws:s3:::pay/*")], True),
        ('"s3:ListBucket"', [allow("s3:ListBucket", "arn:aws:s3:::pay/*")], True),
        ('"s3:ListBucket"', [allow("s3:ListBucket", "arn:aws:s3:::pay*")], False),
        ('"s3:ListAllMyBuckets"', [allow("s3:ListAllMyBuckets", "arn:aws:s3:::*")], True),  # it has no resource
        ('"s3:ListAllMyBuckets"', [allow("s3:ListAllMyBuckets")], False),
        ('"s3:*", on="arn:aws:s3:::pay/*"', [allow("s3:GetObject", "arn:aws:s3:::p*")], False),
    ],
)
def test_an_action_counts_for_the_resources_that_it_has(
    findings_of: FindingsOf, asserted: str, statements: list[dict[str, Any]], holds: bool
) -> None:
    assert (findings_of(forbidden(asserted), ONE_ROLE, AppP=statements) == []) is holds


def test_new_actions_of_other_services_are_about_their_own_resources(findings_of: FindingsOf) -> None:
    asserted = forbidden('("ec2:*", "s3:*"), on="arn:aws:s3:::secret/*"')
    assert findings_of(asserted, ONE_ROLE, AppP=[allow("ec2:*")]) == []
    (text,) = findings_of(asserted, ONE_ROLE, AppP=[allow("s3:NewReader")])
    assert "may do s3:NewReader on arn:aws:s3:::secret/" in text


def test_a_statement_that_belongs_into_another_kind_of_policy_is_not_decided(findings_of: FindingsOf) -> None:
    (text,) = findings_of(forbidden('"s3:GetObject"'), ONE_ROLE, AppP=[allow("s3:*", Principal="*")])
    assert "it is not decided whether bob may do s3:GetObject in dev: " in text
    (text,) = findings_of(forbidden('"sts:AssumeRole", who="AppR"'), ONE_ROLE, AppP=[allow("sts:*", Principal="*")])
    assert "it is not decided whether infra-AppR-222222222222 may do sts:AssumeRole in dev: " in text


def test_an_account_that_stands_in_is_meant_by_its_other_name(make_repo: Callable[..., Path]) -> None:
    const = "GLOBAL_AWS_REGION=eu-west-1\nDEV_AWS_ACCOUNT_ID=222222222222\n"
    text = 'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {"dev": "OpsR"}),)\nASSERTIONS = (%s,)\n'
    for number, accounts in enumerate(("user-only", "user-*", "d*", "*")):
        asserted = f'Forbid("s3:PutObject", accounts="{accounts}")'
        project = Project.load(make_repo(text % asserted, const, f"repo{number}"), NOW)
        (item,) = project.render().check(lint=False).assertions
        assert "bob may do s3:PutObject on arn:aws:s3:::x/x in dev" in item.fault.problem


def test_roles_of_the_templates_are_left_out_until_another_is_found(
    findings_of: FindingsOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = [allow("sts:AssumeRole", "arn:aws:iam::222222222222:role/infra-AppR-222222222222*")]
    (text,) = findings_of(forbidden('"sts:AssumeRole", who="AppR"'), ONE_ROLE, AppP=policy)
    assert "may do sts:AssumeRole on arn:aws:iam::222222222222:role/infra-AppR-222222222222x in dev" in text
    monkeypatch.setattr("iamgen.assertions.assumed_roles._TRIALS", 1)
    (text,) = findings_of(forbidden('"sts:AssumeRole", who="AppR"'), ONE_ROLE, AppP=policy)
    assert (
        "it is not decided whether infra-AppR-222222222222 may do sts:AssumeRole in dev: "
        "arn:aws:iam::222222222222:role/infra-AppR-222222222222: may be allowed to assume more roles than are looked at ("
    ) in text
