"""Whom a trust policy lets in: the cases that are easily taken wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from iamgen.check.finding import Finding
from iamgen.check.rule_context import Facts
from iamgen.check.rules._examples import ALICE, MFA, role, trust, user

Named = Callable[..., set[str]]
Found = Callable[..., list[Finding]]
Block = dict[str, Any]

ROOT = {"AWS": "arn:aws:iam::111111111111:root"}
OWN_ROOT = {"AWS": {"Fn::Join": ["", ["arn:aws:iam::", {"Ref": "AWS::AccountId"}, ":root"]]}}
GITHUB = {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"}
GITLAB = {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": "https://gitlab.com"}}
WEB = "sts:AssumeRoleWithWebIdentity"
POOL = "eu-west-1:12345678-abcd-1234-abcd-123456790abc"
NO_MFA, OPEN_ACCOUNT = "trust-without-mfa", "trust-open-to-account"


def when(**operators: dict[str, object]) -> dict[str, object]:
    return {"Condition": operators}


def deny(**operators: dict[str, object]) -> Block:
    return {**trust("*"), "Effect": "Deny", "Condition": operators}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([trust(ALICE)], {NO_MFA}),
        ([trust(ALICE, Condition=MFA)], set()),
        ([trust(ALICE, **when(Bool={"aws:multifactorauthpresent": True}))], set()),
        ([trust(ALICE, **when(StringEquals={"aws:MultiFactorAuthPresent": "true"}))], set()),
        ([trust(ALICE, **when(Bool={"aws:MultiFactorAuthPresent": "false"}))], {NO_MFA}),
        ([trust(ALICE, **when(Bool={"aws:MultiFactorAuthPresent": {"Ref": "Mfa"}}))], {NO_MFA}),
        ([trust(ALICE, **when(Null={"aws:MultiFactorAuthAge": "false"}))], set()),
        ([trust(ALICE, **when(Null={"aws:MultiFactorAuthAge": "true"}))], {NO_MFA, "mfa-if-exists"}),
        ([trust(ALICE, **when(NumericGreaterThan={"aws:MultiFactorAuthAge": "1"}))], {NO_MFA}),
        ([trust(ALICE, Condition={"Fn::If": ["C", MFA, {"Ref": "AWS::NoValue"}]})], {NO_MFA}),
        ([{"Fn::If": ["C", trust(ALICE), trust(ALICE, Condition=MFA)]}], {NO_MFA}),
        ([trust(ALICE), deny(BoolIfExists={"aws:MultiFactorAuthPresent": "false"})], set()),
        ([trust(ALICE), deny(Null={"aws:MultiFactorAuthAge": "true"})], set()),
        ([trust(ALICE), deny(Bool={"aws:MultiFactorAuthPresent": "false"})], {NO_MFA}),
        ([trust(ALICE, "sts:TagSession")], set()),
        ([trust({"AWS": ["arn:aws:iam::111111111111:role/ci"]})], set()),
        ([trust({"AWS": {"Ref": "SomebodyOfAParameter"}})], set()),
    ],
)
def test_who_needs_mfa(named: Named, statements: list[Block], expected: set[str]) -> None:
    assert named(R=role(*statements)) - {"deny-that-misses"} == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({}, {OPEN_ACCOUNT}),
        ({"Bool": {"aws:SecureTransport": "true"}}, {OPEN_ACCOUNT}),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}, {OPEN_ACCOUNT, "mfa-if-exists"}),
        (MFA, {OPEN_ACCOUNT}),
        ({**MFA, "StringLike": {"aws:username": "*"}}, {OPEN_ACCOUNT}),
        ({**MFA, "StringNotEquals": {"aws:username": "mallory"}}, {OPEN_ACCOUNT}),
        ({**MFA, "StringEquals": {"aws:PrincipalType": "User"}}, {OPEN_ACCOUNT}),
        ({**MFA, "Null": {"aws:username": "false"}}, {OPEN_ACCOUNT}),
        ({**MFA, "IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, {OPEN_ACCOUNT}),
        ({"StringEquals": {"aws:PrincipalAccount": "111111111111"}}, {OPEN_ACCOUNT}),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, {OPEN_ACCOUNT}),
        ({"StringLike": {"sts:ExternalId": "*"}}, {OPEN_ACCOUNT}),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/*"}}, {OPEN_ACCOUNT}),
        ({"StringEquals": {"aws:username": "alice"}}, {NO_MFA}),
        ({**MFA, "StringEquals": {"aws:username": "alice"}}, set()),
        ({"StringEquals": {"aws:PrincipalTag/team": "shop"}}, {NO_MFA}),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, {NO_MFA}),
        ({"StringEquals": {"sts:ExternalId": "example"}}, set()),
        ({"StringEquals": {"sts:ExternalId": "example", "aws:username": "alice"}}, {NO_MFA}),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/app-*"}}, set()),
        ({"ArnLike": {"aws:PrincipalArn": {"Fn::GetAtt": ["AppRole", "Arn"]}}}, set()),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:user/*"}}, {OPEN_ACCOUNT, NO_MFA}),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:*"}}, {OPEN_ACCOUNT}),
        ({"Fn::If": ["C", MFA, {"Ref": "AWS::NoValue"}]}, {OPEN_ACCOUNT}),
    ],
)
@pytest.mark.parametrize("account", [ROOT, OWN_ROOT, {"AWS": "111111111111"}, {"AWS": {"Ref": "AWS::AccountId"}}])
def test_whole_accounts(named: Named, account: Block, condition: Block, expected: set[str]) -> None:
    assert named(R=role(trust(account, Condition=condition))) == expected


@pytest.mark.parametrize(
    ("principal", "facts", "expected"),
    [
        ({"Fn::GetAtt": ["Ci", "Arn"]}, Facts(), {NO_MFA}),
        ({"Ref": "Ci"}, Facts(), {NO_MFA}),
        ({"Fn::GetAtt": ["Ci", "Arn"]}, Facts(machines=frozenset({"Ci"})), set()),
        ("arn:aws:iam::111111111111:user/ci", Facts(machines=frozenset({"Ci"})), {NO_MFA}),
        ("arn:aws:iam::111111111111:user/ci", Facts(account_id="111111111111", machines=frozenset({"Ci"})), set()),
        ("arn:aws:iam::222222222222:user/ci", Facts(account_id="111111111111", machines=frozenset({"Ci"})), {NO_MFA}),
        ({"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:user/ci"}, Facts(machines=frozenset({"Ci"})), set()),
    ],
)
def test_machines_are_those_declared(named: Named, principal: object, facts: Facts, expected: set[str]) -> None:
    assert named(facts, R=role(trust({"AWS": principal})), Ci=user(UserName="ci")) == expected


def test_the_message_names_the_user_by_name(findings_of: Found) -> None:
    body = {"Resources": {"R": role(trust({"AWS": {"Fn::GetAtt": "Ci.Arn"}})), "Ci": user(UserName="ci")}}
    (finding,) = findings_of(body)
    assert finding.message == "ci may assume R without MFA: add the condition Bool aws:MultiFactorAuthPresent = true"


def test_the_message_has_references_as_people_write_them(findings_of: Found) -> None:
    (finding,) = findings_of({"Resources": {"R": role(trust(OWN_ROOT))}})
    assert "account arn:aws:iam::${AWS::AccountId}:root:" in finding.message


@pytest.mark.parametrize(
    ("subject", "is_open"),
    [
        ("repo:acme/shop:environment:prod", False),
        ("repo:acme/*", False),
        ("repo:acme@1/shop@2:*", False),
        ({"Fn::Sub": "repo:${Org}/${Repo}:*"}, False),
        ("repo:acme", False),
        ("repo:acme*", True),
        ("repo:acme*/shop:*", True),
        ("repo:*/shop:*", True),
        ("repo:*", True),
        ("*", True),
        ("repository_owner:acm?", True),
        (["repo:acme/shop:*", "repo:*"], True),
        ("repo:?cme/shop:*", True),
        ("repo:acme@*/shop@2:*", True),
        ("repo:${token.actions.githubusercontent.com:repository_owner}/x:*", True),
        ("environment:prod", True),
        ("ref:refs/heads/main:*", True),
        ("repository_visibility:private", True),
        ("runner_environment:*", True),
        ("workflow:x:repo:acme/shop:*", True),  # a workflow has whatever name its owner likes
        ("environment:*:repository_owner:acme", True),
        ("repository_owner:acme", False),
        ("repository_owner:acme*", True),
        ("repository_owner_id:12:*", False),
        ("repository_id:12", False),
        ("job_workflow_ref:acme/ci/.github/workflows/x.yml@*", False),
        ("environment:prod:repository_owner:acme:*", False),
        ({"Ref": "Subject"}, False),
        ({"Fn::Sub": "${Subject}*"}, True),
        ({"Fn::Sub": "environment:${Environment}"}, True),
    ],
)
def test_subjects_of_github(named: Named, subject: object, is_open: bool) -> None:
    audience = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}
    condition = {"StringEquals": audience, "StringLike": {"token.actions.githubusercontent.com:sub": subject}}
    rule_names = named(R=role(trust(GITHUB, WEB, Condition=condition)))
    assert rule_names - {"broad-pipeline-trust", "unknown-variable"} == ({"open-federated-trust"} if is_open else set())


@pytest.mark.parametrize(
    ("subject", "more", "is_broad"),
    [
        ("repo:acme/shop:environment:prod", {}, False),
        ("repo:acme/shop:ref:refs/heads/release-*", {}, False),
        ("repo:acme/shop:ref:refs/tags/*", {}, False),
        ("repo:acme/shop:*", {}, True),
        ("repo:acme/shop:?*", {}, True),
        ("repo:acme/shop:pull_request", {}, True),
        ("repo:acme/*", {}, True),
        ("repo:acme/shop*:ref:refs/heads/main", {}, True),
        ("repo:acme/*:environment:prod", {}, True),
        (["repo:acme/shop:ref:refs/heads/main", "repo:acme/shop:*"], {}, True),
        ("repo:acme/shop:*", {"token.actions.githubusercontent.com:environment": "prod"}, False),
        ({"Fn::Sub": "repo:${Org}/${Repo}:ref:refs/heads/main"}, {}, False),
    ],
)
def test_whose_pipelines_of_github(named: Named, subject: object, more: dict[str, str], is_broad: bool) -> None:
    exact = {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com", **more}
    condition = {"StringEquals": exact, "StringLike": {"token.actions.githubusercontent.com:sub": subject}}
    assert ("broad-pipeline-trust" in named(R=role(trust(GITHUB, WEB, Condition=condition)))) is is_broad


@pytest.mark.parametrize(
    ("subject", "is_broad"),
    [
        ("project_path:acme/shop:ref_type:branch:ref:main", False),
        ("project_path:acme/*:ref_type:branch:ref:main", True),
        ("project_path:acme/shop:*", True),
    ],
)
def test_whose_pipelines_of_gitlab(named: Named, subject: str, is_broad: bool) -> None:
    condition = {"StringEquals": {"gitlab.com:aud": "x"}, "StringLike": {"gitlab.com:sub": subject}}
    provider = {"Federated": "arn:aws:iam::111111111111:oidc-provider/gitlab.com"}
    assert ("broad-pipeline-trust" in named(R=role(trust(provider, WEB, Condition=condition)))) is is_broad


ORGANISATION = {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}


@pytest.mark.parametrize(
    ("condition", "is_open"),
    [
        (ORGANISATION, True),
        ({**ORGANISATION, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/audit"}}, False),
        ({**ORGANISATION, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/audit"}}, True),
        (
            {"StringLike": {"aws:PrincipalOrgID": "*"}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/audit"}},
            True,
        ),
        (
            {
                "StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"},
                "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/audit"},
            },
            True,
        ),
    ],
)
def test_everybody_of_an_organisation_with_a_name(named: Named, condition: Block, is_open: bool) -> None:
    assert ("trust-open-to-anyone" in named(R=role(trust("*", Condition=condition)))) is is_open


@pytest.mark.parametrize(
    ("service", "condition", "is_open"),
    [
        ("rolesanywhere.amazonaws.com", {}, True),
        ("rolesanywhere.amazonaws.com", {"StringEquals": {"aws:SourceAccount": "111111111111"}}, True),
        ("rolesanywhere.amazonaws.com", {"ArnLike": {"aws:SourceArn": "*"}}, True),
        (
            "rolesanywhere.amazonaws.com",
            {"ArnEquals": {"aws:SourceArn": "arn:aws:rolesanywhere:x:1:trust-anchor/y"}},
            False,
        ),
        ("bedrock-agentcore.amazonaws.com", {}, True),
        ("bedrock-agentcore.amazonaws.com", {"StringEquals": {"aws:SourceAccount": "111111111111"}}, False),
        ("lambda.amazonaws.com", {}, False),
    ],
)
def test_services_for_others(named: Named, service: str, condition: Block, is_open: bool) -> None:
    trusted = role(trust({"Service": service}, Condition=condition))
    assert ("service-acts-for-anyone" in named(R=trusted)) is is_open


@pytest.mark.parametrize(
    ("subject", "named_rules"),
    [
        ("repo:acme/shop:environment:prod", set()),
        ("repo:acme@1/shop@2:environment:prod", set()),
        ("environment:prod", {"open-federated-trust"}),
        ("ref:refs/heads/main", {"open-federated-trust"}),
        ("repo:${aws:PrincipalTag/owner}/shop:environment:prod", {"open-federated-trust"}),
        ("repo:acme/*", {"wildcard-in-string-equals"}),  # letter by letter: nobody gets in
        ("*", {"wildcard-in-string-equals"}),
    ],
)
@pytest.mark.parametrize("principal", [GITHUB, {"Federated": {"Ref": "ProviderArn"}}])
def test_whole_subjects_of_github(named: Named, principal: Block, subject: str, named_rules: set[str]) -> None:
    key = "token.actions.githubusercontent.com"
    condition = {"StringEquals": {f"{key}:aud": "sts.amazonaws.com", f"{key}:sub": subject}}
    assert named(R=role(trust(principal, WEB, Condition=condition))) == named_rules


@pytest.mark.parametrize(
    ("claims", "is_open"),
    [
        ({"project_id": "42"}, False),
        ({"project_path": "acme/shop"}, False),
        ({"namespace_path": "acme"}, False),
        ({"ref": "main"}, True),
        ({"ref": "main", "sub": "ref:main"}, True),
        ({"project_id": "42", "sub": "ref:main"}, False),
    ],
)
def test_claims_of_gitlab(named: Named, claims: dict[str, str], is_open: bool) -> None:
    principal = {"Federated": "arn:aws:iam::111111111111:oidc-provider/gitlab.com"}
    condition = {"StringEquals": {f"gitlab.com:{name}": value for name, value in {"aud": "x", **claims}.items()}}
    rule_names = named(R=role(trust(principal, WEB, Condition=condition))) - {"unknown-condition-key"}
    assert rule_names == ({"open-federated-trust"} if is_open else set())


def test_one_condition_that_names_the_organisation_is_enough(named: Named) -> None:
    key = "token.actions.githubusercontent.com"
    condition = {
        "StringEquals": {f"{key}:aud": "sts.amazonaws.com", f"{key}:repository_owner": "acme"},
        "StringLike": {f"{key}:sub": "*:environment:prod"},
    }
    assert named(R=role(trust(GITHUB, WEB, Condition=condition))) - {"unknown-condition-key"} == set()
    condition["StringEquals"].pop(f"{key}:repository_owner")
    assert named(R=role(trust(GITHUB, WEB, Condition=condition))) == {"open-federated-trust"}


def test_the_message_says_what_a_subject_has_to_name(findings_of: Found) -> None:
    key = "token.actions.githubusercontent.com"
    condition = {"StringEquals": {f"{key}:aud": "sts.amazonaws.com", f"{key}:sub": "environment:prod"}}
    (finding,) = findings_of({"Resources": {"R": role(trust(GITHUB, WEB, Condition=condition))}})
    assert finding.message == (
        "environment:prod does not name the whole organisation, and may match what others have: write it out, up to the "
        "separator behind it, such as repo:acme/shop:environment:prod"
    )


@pytest.mark.parametrize(
    ("provider", "subject", "is_open"),
    [
        ("gitlab.com", "ref_type:branch:*", True),
        ("gitlab.com", "project_id:20:ref_type:branch:*", False),
        ("gitlab.com", "project_id:2*", True),
        ("agent.buildkite.com", "pipeline:shop:*", True),
        ("agent.buildkite.com", "0188f0f4-1234-4321-abcd-0123456789ab", False),
        ("app.terraform.io", "workspace:prod:*", True),
        ("oidc.codefresh.io", "account:1:*", False),
        ("oidc.codefresh.io", "pipeline:1", True),
        ("scalr.io", "account:acme:environment:*", False),
        ("scalr.io", "account:*", True),
        ("proidc.upbound.io", "mcp:acme/*", False),
        ("proidc.upbound.io", "mcp:*", True),
        ("studio.datachain.ai/api", "credentials:acme/*", False),
        ("studio.datachain.ai/api", "credentials:*", True),
        ("oidc.vercel.com", "owner:acme:*", True),  # its audience is somebody's, too
        ("oidc.vercel.com/acme", "owner:acme:*", False),
        ("oidc.circleci.com/org/1-2", "org/1-2/project/3/user/*/vcs-origin/a/vcs-ref/refs/heads/main", False),
        ("oidc.eks.eu-west-1.amazonaws.com/id/1", "system:serviceaccount:*", True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/1", "system:serviceaccount:*:default", True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/1", "system:serviceaccount:shop:api", False),
        ("token.actions.githubusercontent.com/acme", "environment:prod", False),  # the issuer of one enterprise
        ("acme.eu.auth0.com", "client@clients", False),
        ("oidc.fly.io/acme", "acme:shop:*", False),
        ("oidc.fly.io/acme", "acme:*", True),
        ("vstoken.dev.azure.com/1-2", "sc://acme/shop/*", False),
        ("gitlab.com", "project_path:acme/*:ref_type:branch:ref:main", False),
        ("gitlab.com", "project_path:*", True),
        ("agent.buildkite.com", "organization:acme:pipeline:*", False),
        ("agent.buildkite.com", "organization:*", True),
        ("oidc.circleci.com/org/1-2", "org/1-2/project/*", False),
        ("oidc.circleci.com/org/1-2", "org/*", True),
        ("api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", "{1-2}:*", False),
        ("api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc", "{*}:*", True),
        ("app.terraform.io", "organization:acme:project:*", False),
        ("app.terraform.io", "organization:acme*", True),
        ("oidc.eks.eu-west-1.amazonaws.com/id/1", "system:serviceaccount:shop:*", False),
        ("token.actions.githubusercontent.com/acme", "repo:*", True),
        ("ci.example.com", "*", True),
    ],
)
def test_subjects_of_others(named: Named, provider: str, subject: str, is_open: bool) -> None:
    principal = {"Federated": {"Fn::Sub": f"arn:aws:iam::${{AWS::AccountId}}:oidc-provider/{provider}"}}
    condition = {"StringEquals": {f"{provider}:aud": "x"}, "StringLike": {f"{provider}:sub": subject}}
    rule_names = named(R=role(trust(principal, WEB, Condition=condition)))
    assert rule_names - {"broad-pipeline-trust", "unknown-variable"} == ({"open-federated-trust"} if is_open else set())


@pytest.mark.parametrize(
    ("provider", "conditions", "is_open"),
    [
        ("oidc.vercel.com", {"aud": "https://vercel.com/acme", "sub": "owner:acme:project:p:environment:e"}, False),
        ("oidc.vercel.com", {"aud": "https://vercel.com/acme", "sub": "project:p"}, True),
        ("oidc.vercel.com", {"aud": "sts.amazonaws.com", "sub": "owner:acme:project:p"}, True),
        ("api.pulumi.com/oidc", {"aud": "aws:acme", "sub": "pulumi:deploy:org:acme:project:p"}, False),
        ("sandboxes.cloud", {"aud": "acme"}, False),
        ("sandboxes.cloud", {"sub": "x"}, True),
    ],
)
def test_providers_told_apart_by_their_audience(
    named: Named, provider: str, conditions: dict[str, str], is_open: bool
) -> None:
    principal = {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{provider}"}
    condition = {"StringEquals": {f"{provider}:{name}": value for name, value in conditions.items()}}
    rule_names = named(R=role(trust(principal, WEB, Condition=condition)))
    assert rule_names - {"broad-pipeline-trust", "unknown-variable"} == ({"open-federated-trust"} if is_open else set())


@pytest.mark.parametrize(("name", "is_open"), [("MicrosoftSentinel_1-2", False), (None, True), ("*", True)])
def test_microsofts_own_tenant_is_told_apart_by_the_sessions_name(
    named: Named, name: str | None, is_open: bool
) -> None:
    issuer = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/"
    principal = {"Federated": f"arn:aws:iam::111111111111:oidc-provider/{issuer}"}
    condition = {"StringLike": {f"{issuer}:aud": "api://x", **({"sts:RoleSessionName": name} if name else {})}}
    rule_names = named(R=role(trust(principal, WEB, Condition=condition)))
    assert rule_names - {"broad-pipeline-trust", "unknown-variable"} == ({"open-federated-trust"} if is_open else set())


def test_a_provider_of_the_template_is_known_by_its_address(findings_of: Found) -> None:
    trusted = role(trust({"Federated": {"Ref": "Gitlab"}}, WEB, **when(StringEquals={"gitlab.com:aud": "x"})))
    (finding,) = findings_of({"Resources": {"R": trusted, "Gitlab": GITLAB}})
    assert finding.message.endswith("add a StringEquals condition on gitlab.com:sub")


@pytest.mark.parametrize(
    ("provider", "action", "condition", "is_open"),
    [
        ("cognito-identity.amazonaws.com", WEB, {"StringEquals": {"cognito-identity.amazonaws.com:aud": POOL}}, True),
        *(
            (
                address,
                WEB,
                {
                    "StringEquals": {f"{address}:aud": audience},
                    "ForAnyValue:StringLike": {f"{address}:amr": amr},
                },
                is_open,
            )
            for address in ("cognito-identity.amazonaws.com", "cognito-identity-us-gov.amazonaws.com")
            for audience, amr, is_open in (
                (POOL, "authenticated", False),
                (POOL, ["authenticated", "graph.facebook.com"], False),
                ({"Ref": "Pool"}, "authenticated", False),
                (POOL, "unauthenticated", True),
                (POOL, ["authenticated", "unauthenticated"], True),
                (POOL, "*authenticated", True),
                (POOL, "un*", True),
                (POOL, "*", True),
                ("sts.amazonaws.com", "authenticated", True),
                ("eu-west-1", "authenticated", True),
            )
        ),
        (
            "cognito-identity.amazonaws.com",
            WEB,
            {
                "StringLike": {"cognito-identity.amazonaws.com:aud": "eu-west-1:*"},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
            },
            True,
        ),
        (
            "cognito-identity.amazonaws.com",
            WEB,
            {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": POOL},
                "ForAllValues:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
            },
            True,
        ),
        ("accounts.google.com", WEB, {"StringLike": {"accounts.google.com:aud": "1*"}}, True),
        ("accounts.google.com", WEB, {"StringEquals": {"accounts.google.com:sub": "1"}}, True),
        ("graph.facebook.com", WEB, {"StringEquals": {"graph.facebook.com:app_id": "1"}}, False),
        ("graph.facebook.com", WEB, {"StringEquals": {"graph.facebook.com:id": "1"}}, True),
        ("www.amazon.com", WEB, {"StringEquals": {"www.amazon.com:app_id": "1"}}, False),
        ("www.amazon.com", WEB, {"StringLike": {"www.amazon.com:app_id": "*"}}, True),
        (
            "cognito-identity.amazonaws.com",
            WEB,
            {
                "StringEquals": {"cognito-identity.amazonaws.com:aud": POOL},
                "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
            },
            False,
        ),
        ("accounts.google.com", WEB, {"StringEquals": {"accounts.google.com:aud": "x"}}, False),
        ("arn:aws:iam::1:saml-provider/acme", "sts:AssumeRoleWithSAML", {}, True),
        (
            "arn:aws:iam::1:saml-provider/acme",
            "sts:AssumeRoleWithSAML",
            {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
            False,
        ),
    ],
)
def test_providers_with_claims_of_their_own(
    named: Named, provider: str, action: str, condition: Block, is_open: bool
) -> None:
    rule_names = named(R=role(trust({"Federated": provider}, action, Condition=condition)))
    assert rule_names == ({"open-federated-trust"} if is_open else set())


@pytest.mark.parametrize(
    ("principal", "action", "is_wrong"),
    [
        (ALICE, "sts:assumerole", False),
        (ALICE, "sts:AssumeRole*", False),
        (ALICE, ["sts:AssumeRole", "sts:SetSourceIdentity"], False),
        (ALICE, {"Ref": "Action"}, False),
        (ALICE, "sts:*", True),
        (ALICE, "*", True),
        (ALICE, "sts:GetCallerIdentity", True),
        ({**ALICE, **GITHUB}, ["sts:AssumeRole", WEB], False),
        ({"Federated": {"Ref": "Somewhere"}}, "sts:AssumeRoleWithSAML", False),
        ({"Federated": {"Ref": "Somewhere"}}, "sts:AssumeRole", True),
    ],
)
def test_actions_of_trusts(named: Named, principal: Block, action: object, is_wrong: bool) -> None:
    assert ("wrong-trust-action" in named(R=role(trust(principal, action, Condition=MFA)))) is is_wrong


@pytest.mark.parametrize(
    ("service", "is_wrong"),
    [
        ("lambda.amazonaws.com", False),
        ("vpc-flow-logs.amazonaws.com", False),
        ("codedeploy.amazonaws.com", False),
        ("ec2.amazonaws.com.cn", False),
        ("lamdba.amazonaws.com", True),
        ("ecs-task.amazonaws.com", True),
        ("lambda.amazonaws.co", True),
        ("ec2", True),
    ],
)
def test_services(named: Named, service: str, is_wrong: bool) -> None:
    assert named(R=role(trust({"Service": service}))) == ({"unknown-service-principal"} if is_wrong else set())
