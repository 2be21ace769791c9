"""Whom a trust policy names, and what is known of them when they ask: nothing more, and nothing less."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from iamgen.access.context import UNSAID, ContextValue
from iamgen.access.documents import Principal
from iamgen.aws.iam_types import ROLE
from iamgen.deploy.assuming import WITH_MFA, WITHOUT_MFA, Assumer, Trusting, key_of, labels
from iamgen.deploy.holders import Holders
from iamgen.iam.place import Place

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = "111111111111"
START = f"arn:aws:iam::{ACCOUNT}"
PLACE = Place("222222222222", "aws", "eu-west-1", "infra")
MFA = {"aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0"}


def assumers(*statements: dict[str, Any], **resources: Any) -> dict[str, Assumer]:
    document = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **statement} for statement in statements]}
    role = {"Type": ROLE, "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": document}}
    holders = Holders.of({"Resources": {"R": role, **resources}}, PLACE)
    return Trusting(holders, holders.of_logical_id("R"), NOW).assumers()


def by(*names: str, kind: str = "AWS", **conditions: Any) -> dict[str, Any]:
    return {"Principal": {kind: list(names)}, "Condition": conditions}


def of_principal(kind: str, path: str) -> dict[str, ContextValue]:
    return {
        "aws:PrincipalArn": f"{START}:{path}",
        "aws:PrincipalAccount": ACCOUNT,
        "aws:PrincipalType": kind,
        "aws:PrincipalIsAWSService": "false",
        "aws:SecureTransport": "true",
        "aws:ViaAWSService": "false",
    }


def aws(*names: str) -> frozenset[Principal]:
    return frozenset(Principal("AWS", f"{START}:{name}") for name in names)


USER_CONTEXT = {**of_principal("User", "user/bob"), "aws:username": "bob", "sts:RoleSessionName": "bob"}


@pytest.mark.parametrize(
    "statement",
    [
        by(f"{START}:user/bob"),
        by(ACCOUNT, StringEquals={"aws:username": "bob"}),
        by(f"{START}:root", StringLike={"AWS:UserName": ["bob", "b*", "?", "$x"]}),
        by(ACCOUNT, ArnLike={"aws:PrincipalArn": [f"{START}:user/bob", f"{START}:user/*"]}),
    ],
)
def test_a_user_asks_with_mfa_or_without(statement: dict[str, Any]) -> None:
    (bob,) = assumers(statement).values()
    assert (bob.key, bob.label, bob.action, bob.user) == (f"{ACCOUNT}:user/bob", "bob", "sts:AssumeRole", "bob")
    assert bob.principals == aws("user/bob", "root")
    assert bob.ways == {WITH_MFA: {**USER_CONTEXT, **MFA}, WITHOUT_MFA: USER_CONTEXT}


@pytest.mark.parametrize("arn", [f"{START}:role/x/CI", f"arn:aws:sts::{ACCOUNT}:assumed-role/CI/s"])
def test_a_role_asks_without_mfa(arn: str) -> None:
    (role,) = assumers(by(arn)).values()
    assert (role.key, role.label, role.action, role.user) == (f"{ACCOUNT}:role/CI", "CI", "sts:AssumeRole", "")
    assert role.ways == {"": of_principal("AssumedRole", "role/CI")}
    assert {*aws("role/CI", "root")} <= role.principals


def test_the_path_of_a_user_or_role_takes_nobody_away() -> None:
    (user,) = assumers(by(f"{START}:user/staff/bob")).values()
    assert (user.key, user.principals) == (f"{ACCOUNT}:user/bob", aws("user/bob", "root"))
    (named,) = assumers(by(ACCOUNT, StringEquals={"aws:PrincipalArn": f"{START}:user/staff/bob"})).values()
    assert named.key == user.key


@pytest.mark.parametrize(
    ("name", "label", "account", "known"),
    [
        (ACCOUNT, f"whoever account {ACCOUNT} lets", ACCOUNT, {"aws:PrincipalAccount": ACCOUNT}),
        ("*", "anybody", "000000000000", {}),
    ],
)
def test_of_anybody_only_the_account_is_known(name: str, label: str, account: str, known: dict[str, str]) -> None:
    (anybody,) = assumers(by(name, StringNotEquals={"aws:username": "eve"})).values()
    context = {**known, "aws:username": UNSAID, "aws:PrincipalArn": UNSAID}
    assert (anybody.key, anybody.label, anybody.action, anybody.user) == (label, label, "sts:AssumeRole", "")
    assert anybody.principals == {
        Principal("AWS", f"arn:aws:iam::{account}:{path}") for path in ("root", "user/anybody")
    }
    assert anybody.ways == {WITH_MFA: {**context, **MFA}, WITHOUT_MFA: context}


def test_a_service_says_that_it_is_one() -> None:
    (service,) = assumers(by("ec2.amazonaws.com", kind="Service")).values()
    assert (service.key, service.label, service.action) == ("ec2.amazonaws.com", "ec2.amazonaws.com", "sts:AssumeRole")
    assert service.principals == {Principal("Service", "ec2.amazonaws.com")}
    assert service.ways == {"": {"aws:PrincipalIsAWSService": "true"}}


OIDC = f"{START}:oidc-provider/ci.example"
SAML = f"{START}:saml-provider/staff"


def test_an_identity_provider_vouches_for_each_subject() -> None:
    conditions = {
        "StringEquals": {"ci.example:aud": "sts", "ci.example:sub": ["main", "test"]},
        "StringNotEquals": {"ci.example:ref": "x"},
    }
    subjects = assumers(by(OIDC, kind="Federated", **conditions))
    assert list(subjects) == [f"{OIDC} main", f"{OIDC} test"]
    for name, subject in zip(("main", "test"), subjects.values(), strict=True):
        assert (subject.label, subject.action) == (name, "sts:AssumeRoleWithWebIdentity")
        assert subject.principals == {Principal("Federated", OIDC)}
        assert subject.ways == {"": {"ci.example:aud": "sts", "ci.example:sub": name}}


def test_an_identity_provider_without_subjects_is_named_itself() -> None:
    (anybody,) = assumers(by(SAML, kind="Federated", StringEquals={"SAML:aud": "aws"})).values()
    assert (anybody.key, anybody.label) == (f"{SAML} {SAML}", SAML)
    assert (anybody.action, anybody.ways) == ("sts:AssumeRoleWithSAML", {"": {"SAML:aud": "aws"}})


@pytest.mark.parametrize(
    "statement",
    [
        {**by(f"{START}:user/bob"), "Effect": "Deny"},
        by("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be", kind="CanonicalUser"),
        by(f"{START}:group/x"),
    ],
)
def test_nobody_is_named(statement: dict[str, Any]) -> None:
    assert assumers(statement) == {}


def test_somebody_calls_the_session_by_a_name() -> None:
    (bob,) = assumers(by(f"{START}:user/bob")).values()
    session = bob.in_session("deploy")
    assert session == bob
    assert {way: context["sts:RoleSessionName"] for way, context in session.ways.items()} == {
        WITH_MFA: "deploy",
        WITHOUT_MFA: "deploy",
    }
    assert session.ways[WITHOUT_MFA] == {**USER_CONTEXT, "sts:RoleSessionName": "deploy"}


@pytest.mark.parametrize(
    ("arn", "key"),
    [
        (f"{START}:user/a/b/bob", f"{ACCOUNT}:user/bob"),
        (f"{START}:role/CI", f"{ACCOUNT}:role/CI"),
        (f"arn:aws-us-gov:sts::{ACCOUNT}:assumed-role/CI/a/b", f"{ACCOUNT}:role/CI"),
        (f"{START}:root", f"{START}:root"),
    ],
)
def test_what_names_somebody_whatever_the_path(arn: str, key: str) -> None:
    assert key_of(arn) == key


def test_names_are_listed_in_order() -> None:
    assert labels(assumers(by(f"{START}:user/eve", f"{START}:user/bob", "*")).values()) == "anybody, bob, eve"


def test_another_partition_stays_in_the_arns() -> None:
    start = "arn:aws-cn:iam::111111111111"
    (bob,) = assumers(by(f"{start}:user/bob")).values()
    assert bob.principals == {Principal("AWS", f"{start}:user/bob"), Principal("AWS", f"{start}:root")}
