"""The policies of users, groups and roles: whatever the template attaches them by, and nothing that is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iamgen.aws.iam_types import GROUP, ROLE, USER
from iamgen.deploy.holders import Holders, as_list, policy_text
from iamgen.iam.place import Place

PLACE = Place("222222222222", "aws", "eu-west-1", "infra")
HERE = "arn:aws:iam::222222222222"
LIST = {"Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}
PASS = {"Statement": [{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}]}
HOLE = {"Fn::ImportValue": "elsewhere"}
Body = dict[str, Any]


def resource(kind: str, **properties: Any) -> Body:
    return {"Type": f"AWS::IAM::{kind}", "Properties": properties}


BOB, EVE = resource("User", UserName="Bob"), resource("User", UserName="eve")
ROLE_R = resource("Role", RoleName="r", AssumeRolePolicyDocument={"Statement": []})


def holders(**resources: Body) -> Holders:
    return Holders.of({"Resources": resources}, PLACE)


def actions(of: Holders, kind: str, name: str) -> dict[str, tuple[str, ...] | None]:
    """Return the actions of each policy of somebody, None for a policy whose statements are not known."""
    holder = of.named(kind, name)
    policies = holder.policies if holder else of.attached_to(kind, name)
    return {
        policy.name: None if policy.statements is None else sum((item.actions for item in policy.statements), ())
        for policy in policies
    }


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"P": resource("ManagedPolicy", ManagedPolicyName="p", PolicyDocument=LIST, Users=["bob"])}, "p"),
        (
            {"P": resource("ManagedPolicy", ManagedPolicyName="p", PolicyDocument=LIST, Users=[{"Ref": "B"}])},
            "p",
        ),
        ({"P": resource("Policy", PolicyName="p", PolicyDocument=LIST, Users=["Bob"])}, "the inline policy p"),
        (
            {"P": resource("UserPolicy", PolicyName="p", PolicyDocument=LIST, UserName={"Ref": "B"})},
            "the inline policy p",
        ),
    ],
)
def test_what_attaches_a_policy(more: Body, expected: str) -> None:
    assert actions(holders(B=BOB, E=EVE, **more), USER, "BOB") == {expected: ("s3:ListBucket",)}
    assert actions(holders(B=BOB, E=EVE, **more), USER, "eve") == {}


@pytest.mark.parametrize("arn", [{"Ref": "P"}, f"{HERE}:policy/p"])
def test_a_holder_names_a_policy_of_the_template(arn: object) -> None:
    policy = resource("ManagedPolicy", ManagedPolicyName="p", PolicyDocument=LIST)
    user = resource("User", UserName="bob", ManagedPolicyArns=[arn], PermissionsBoundary=arn)
    template_holders = holders(U=user, P=policy)
    assert actions(template_holders, USER, "bob") == {"p": ("s3:ListBucket",)}
    bob = template_holders.named(USER, "bob")
    assert bob
    assert bob.boundary == bob.policies[0]


def test_a_boundary_that_is_not_known_is_there() -> None:
    arn = f"{HERE}:policy/elsewhere"
    template_holders = holders(U=resource("User", UserName="bob", PermissionsBoundary=arn), R=ROLE_R)
    bob, role = template_holders.named(USER, "bob"), template_holders.named(ROLE, "r")
    assert bob
    assert bob.boundary
    assert (bob.boundary.name, bob.boundary.statements, bob.trust) == (arn, None, None)
    assert role
    assert role.boundary is None
    assert role.trust
    assert (role.trust.name, role.trust.statements) == ("the trust policy of r", None)


def test_a_policy_of_aws_is_known_in_its_partition() -> None:
    name = "arn:aws:iam::aws:policy/AdministratorAccess"
    unknown = "arn:aws:iam::aws:policy/NoSuchPolicy"
    template_holders = holders(U=resource("User", UserName="bob", ManagedPolicyArns=[name, unknown]))
    assert actions(template_holders, USER, "bob") == {name: ("*",), unknown: None}


def test_whoever_may_have_a_policy_may_have_it() -> None:
    policy = resource("ManagedPolicy", ManagedPolicyName="p", PolicyDocument=LIST, Users=[HOLE])
    template_holders = holders(B=BOB, E=EVE, R=ROLE_R, P=policy)
    assert actions(template_holders, USER, "bob") == {"p, which may be attached to bob": None}
    assert actions(template_holders, USER, "eve") == {"p, which may be attached to eve": None}
    assert actions(template_holders, ROLE, "r") == {}
    other = resource("ManagedPolicy", ManagedPolicyName="p", PolicyDocument=PASS, Users=[HOLE])
    assert template_holders.named(USER, "eve") != holders(B=BOB, E=EVE, R=ROLE_R, P=other).named(USER, "eve")


def test_what_is_attached_to_somebody_of_elsewhere() -> None:
    policy = resource("ManagedPolicy", ManagedPolicyName="p", PolicyDocument=LIST, Roles=["Other"], Users=["other"])
    template_holders = holders(P=policy)
    assert template_holders.named(ROLE, "other") is None
    assert actions(template_holders, ROLE, "OTHER") == {"p": ("s3:ListBucket",)}
    assert actions(template_holders, GROUP, "other") == {}


def test_the_same_policy_counts_once() -> None:
    policy = resource("ManagedPolicy", ManagedPolicyName="p", PolicyDocument=LIST, Users=["bob"])
    template_holders = holders(U=resource("User", UserName="bob", ManagedPolicyArns=[{"Ref": "P"}]), P=policy)
    bob = template_holders.named(USER, "bob")
    assert bob
    assert [item.name for item in bob.policies] == ["p"]


def test_what_could_not_be_read_of_a_template_may_be_about_anybody() -> None:
    body = {"Transform": "Company::Macro", "Resources": {"B": BOB}}
    template_holders = Holders.of(body, PLACE)
    (name,) = actions(template_holders, USER, "bob")
    assert name.startswith("B, as ")
    assert actions(template_holders, USER, "bob") == {name: None}


def test_who_is_in_which_group() -> None:
    group, other = resource("Group", GroupName="Admins"), resource("Group", GroupName="others")
    addition = resource("UserToGroupAddition", GroupName={"Ref": "G"}, Users=["Bob", "mallory"])
    template_holders = holders(
        G=group, O=other, B=BOB, E=resource("User", UserName="eve", Groups=["others"]), A=addition
    )
    admins, holder = template_holders.of_logical_id("G"), template_holders.of_logical_id("O")
    assert (
        template_holders.members_of(admins) == template_holders.members_of(admins, certain=True) == {"Bob", "mallory"}
    )
    assert template_holders.members_of(holder) == {"eve"}
    assert template_holders.members_of(None) == frozenset()
    assert template_holders.groups_of("BOB") == (admins,)
    assert template_holders.groups_of("nobody") == ()
    assert template_holders.of_logical_id("A") is None


def test_a_member_under_a_condition_is_not_certain() -> None:
    groups = [{"Fn::If": ["C", "g", {"Ref": "AWS::NoValue"}]}]
    body = {
        "Conditions": {"C": {"Fn::Equals": [{"Ref": "AWS::Region"}, HOLE]}},
        "Resources": {"G": resource("Group", GroupName="g"), "U": resource("User", UserName="bob", Groups=groups)},
    }
    template_holders = Holders.of(body, PLACE)
    group = template_holders.of_logical_id("G")
    assert template_holders.members_of(group) == {"bob"}
    assert template_holders.members_of(group, certain=True) == frozenset()


@pytest.mark.parametrize("document", [LIST, json.dumps(LIST)])
def test_a_document_may_be_a_text(document: object) -> None:
    read = policy_text("p", document)
    assert (read.name, read.unreadable) == ("p", "")
    assert read.statements
    assert read.statements[0].actions == ("s3:ListBucket",)


def test_documents_that_cannot_be_read_are_told_apart() -> None:
    assert policy_text("p", "{").unreadable == "{"
    wrong = {"Statement": [{"Effect": "Perhaps"}], "A": 1}
    read = policy_text("p", wrong)
    assert (read.name, read.statements) == ("p", None)
    assert read.unreadable == json.dumps(wrong, sort_keys=True)
    assert read == policy_text("p", dict(reversed(wrong.items())))
    assert read != policy_text("p", {**wrong, "A": 2})


@pytest.mark.parametrize(("value", "elements"), [([1, 2], [1, 2]), ((1,), [1]), ("x", ["x"]), (None, []), ("", [])])
def test_a_single_element_is_a_list(value: object, elements: list[object]) -> None:
    assert as_list(value) == elements


def test_the_random_end_of_a_name_is_left_out() -> None:
    template_holders = holders(
        R=resource("Role", AssumeRolePolicyDocument={}), P=resource("ManagedPolicy", PolicyDocument=LIST)
    )
    assert [item.name for item in template_holders.resources] == ["infra-R", "infra-P"]
    assert template_holders.named(ROLE, "infra-r") is template_holders.of_logical_id("R")


def test_statements_say_which_policy_they_are_of() -> None:
    read = policy_text("p", LIST)
    assert read.statements
    assert read.statements[0].origin == "p"
