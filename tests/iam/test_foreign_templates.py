"""Templates of others: the rules and the evaluator of access see the right names and ARNs in them, or named holes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from iamgen.access.accounts import Account, AccountSource
from iamgen.access.context import UNSAID
from iamgen.access.errors import AccessError
from iamgen.access.principals import may, request_of, role_session, verdict_on, with_keys
from iamgen.iam.attachments import attached
from iamgen.iam.holes import shown
from iamgen.iam.named_resources import NamedResources
from iamgen.iam.template import Template

ACCOUNT = "222222222222"
TEMPLATES: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "foreign_templates.json").read_text("utf-8"))
BUCKET = "arn:aws:s3:::data/x"
READ = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]}  # fmt: skip
CHOICE = {"Fn::If": ["Prod", {"Ref": "P"}, {"Ref": "AWS::NoValue"}]}


def read(body: dict[str, Any]) -> Account:
    return Account.read(AccountSource(body, ACCOUNT, tolerant=True, region="eu-west-1", stack="infra"))


def role(**properties: object) -> dict[str, Any]:
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "r", "AssumeRolePolicyDocument": TRUST, **properties}}


def policy(**properties: object) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"ManagedPolicyName": "p", "PolicyDocument": READ, **properties},
    }


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("policies by every way", {"R": ("role/r", {"by-ref", "read", "by-list"})}),
        ("a parameter with a default", {"R": ("role/app-dev", {"p"})}),
        ("names that CloudFormation makes", {"App": ("role/infra-App-${random characters}", {"infra-P-${random characters}"})}),
        ("a loop", {"opsRole": ("role/team-ops", {"ops-read"}), "webRole": ("role/team-web", {"web-read"})}),
        ("a function of SAM", {"FnRole": ("role/infra-FnRole-${random characters}", {"p", "AWSLambdaBasicExecutionRole"})}),
    ],
)  # fmt: skip
def test_names_and_arns_of_roles(name: str, roles: dict[str, tuple[str, set[str]]]) -> None:
    account = read(TEMPLATES[name])
    assert {
        item.logical_id: (
            shown(item.arn).removeprefix(f"arn:aws:iam::{ACCOUNT}:"),
            {each.name for each in item.policies},
        )
        for item in account.roles
    } == roles


def test_who_is_trusted() -> None:
    def trusted(name: str, logical_id: str = "R") -> list[str]:
        return [
            principal.name
            for statement in read(TEMPLATES[name]).role(logical_id).trust
            for principal in statement.principals
        ]

    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    assert trusted("a mapping by region") == ["333333333333"]
    assert trusted("a trust policy as text") == ["333333333333"]
    assert trusted("a provider of identities") == [provider]
    assert trusted("an ARN that ends with a reference", "Other") == [f"arn:aws:iam::{ACCOUNT}:role/r"]


def test_an_instance_profile_hands_out_its_role() -> None:
    (profile,) = read(TEMPLATES["names that CloudFormation makes"]).instance_profiles
    assert [shown(element) for element in profile.roles] == ["infra-App-${random characters}"]


def test_rules_take_no_policy_of_another_account_for_one_of_the_template() -> None:
    body = TEMPLATES["a policy of another account"]
    here = Template.of(body, 0, AccountSource(body, ACCOUNT).place)
    assert attached(here) == ()


@pytest.mark.parametrize(
    ("resources", "reason"),
    [
        ({"R": role(ManagedPolicyArns=[CHOICE]), "P": policy()}, "may be attached to r"),
        ({"R": role(), "P": {**policy(Roles=["r"]), "Condition": "Prod"}}, "may be attached to r"),
        ({"R": role(), "P": policy(Roles=[{"Ref": "RoleToRead"}])}, "may be attached to ${RoleToRead}"),
        ({"R": role(ManagedPolicyArns=[{"Fn::ImportValue": "read"}])}, "${Fn::ImportValue read}: is a policy that"),
        ({"R": role(), "P": policy(PolicyDocument={"Fn::If": ["Prod", READ, READ | {"Id": "x"}]}, Roles=["r"])}, "Fn::If"),
        ({"R": role(Policies={"Fn::If": ["Prod", [], [{"PolicyName": "x", "PolicyDocument": READ}]]})}, "inline policy"),
        ({"R": role(), "Fn::Transform": {"Name": "Macro"}}, "may add anything here"),
    ],
)  # fmt: skip
def test_what_only_the_deployment_tells_makes_answers_unknown_and_is_refused_strictly(
    resources: dict[str, Any], reason: str
) -> None:
    caller = role_session(read({"Resources": resources}).role("R"))
    verdict = verdict_on(caller, request_of(caller, "s3:GetObject", BUCKET))
    assert verdict.outcome == "unknown"
    assert reason in " ".join(fault.problem for fault in verdict.reasons)
    with pytest.raises(AccessError):
        Account.of({"Resources": resources}, ACCOUNT)


def test_a_hole_is_unknown_only_where_it_decides() -> None:
    own = {"Fn::GetAtt": ["Bucket", "Arn"]}
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": own},
        {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"},
    ]}  # fmt: skip
    account = read({"Resources": {"R": role(), "P": policy(PolicyDocument=document, Roles=["r"])}})
    caller = role_session(account.role("R"))
    assert verdict_on(caller, request_of(caller, "s3:GetObject", BUCKET)).outcome == "unknown"
    assert may(caller, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:q").allowed
    assert not may(caller, "ec2:RunInstances").allowed


def test_a_member_under_a_condition_may_have_what_the_group_has() -> None:
    group = {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "g"}}
    user = {"Type": "AWS::IAM::User", "Properties": {"UserName": "u", "Groups": {"Fn::If": ["C", ["g"], []]}}}
    account = read({"Resources": {"G": group, "U": user, "P": policy(Groups=["g"])}})
    caller = with_keys(account.user("u"))
    assert account.user("u").groups == ()
    assert verdict_on(caller, request_of(caller, "s3:GetObject", BUCKET)).outcome == "unknown"
    assert not may(caller, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:1:q").allowed


def test_what_was_not_looked_at_is_said() -> None:
    account = read({
        "Parameters": {"Env": {"Type": "String", "Default": "dev"}},
        "Resources": {"R": role(RoleName={"Ref": "Env"}), "B": {"Type": "AWS::S3::BucketPolicy"}},
    })  # fmt: skip
    assert [(fault.where, fault.problem.partition(",")[0]) for fault in account.not_known] == [
        ("Parameters", "the parameter Env is taken at its default"),
        ("B", "is of type AWS::S3::BucketPolicy: what its own policies allow was not looked at"),
    ]


def test_a_name_that_is_not_known_is_never_compared() -> None:
    account = read({"Resources": {"R": role(RoleName={"Ref": "Name"})}})
    (result,) = account.roles
    assert shown(result.arn) == f"arn:aws:iam::{ACCOUNT}:role/${{Name}}"
    assert role_session(result).context["aws:PrincipalArn"] is UNSAID
    with pytest.raises(AccessError, match="not known before the deployment"):
        may(role_session(result), "iam:GetRole", result.arn)


def test_a_name_that_depends_on_a_condition_is_a_hole() -> None:
    resources = {"R": role(RoleName={"Fn::If": ["Prod", "a", "b"]})}
    (named_resource,) = NamedResources.of(Template.of({"Resources": resources}, 0)).resources
    assert shown(named_resource.name) == "${name of R}"
