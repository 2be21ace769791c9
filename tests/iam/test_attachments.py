"""Who holds which policies and is in which groups, by each of the ways in which a template can say so."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.iam.attachments import attached, aws, groups, holders, is_declared, members, memberships
from iamgen.iam.template import Template

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
DOCUMENT = {"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
TRUST = {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::IAM::{kind}", "Properties": properties}


def role(**properties: Any) -> dict[str, Any]:
    return resource("Role", AssumeRolePolicyDocument=TRUST, **properties)


def template(**resources: Any) -> Template:
    return Template.of({"Resources": resources}, 0)


POLICY = resource("ManagedPolicy", PolicyDocument=DOCUMENT)
ROLE, USER, GROUP = role(), resource("User"), resource("Group")
INLINE = {"PolicyName": "p", "PolicyDocument": DOCUMENT}


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({"R": role(ManagedPolicyArns=[{"Ref": "P"}]), "P": POLICY}, [("R", "P")]),
        ({"U": resource("User", ManagedPolicyArns=[{"Ref": "P"}]), "P": POLICY}, [("U", "P")]),
        ({"G": resource("Group", ManagedPolicyArns=[{"Ref": "P"}]), "P": POLICY}, [("G", "P")]),
        ({"R": role(ManagedPolicyArns=[READ_ONLY, {"Ref": "Other"}]), "P": POLICY}, []),
        # a role is no policy, whatever it is listed as
        ({"R": role(ManagedPolicyArns=[{"Ref": "S"}]), "S": ROLE}, []),
        ({"R": ROLE, "P": resource("ManagedPolicy", PolicyDocument=DOCUMENT, Roles=[{"Ref": "R"}])}, [("R", "P")]),
        ({"U": USER, "P": resource("ManagedPolicy", PolicyDocument=DOCUMENT, Users=[{"Ref": "U"}])}, [("U", "P")]),
        ({"G": GROUP, "P": resource("ManagedPolicy", PolicyDocument=DOCUMENT, Groups=[{"Ref": "G"}])}, [("G", "P")]),
        ({"G": GROUP, "P": resource("ManagedPolicy", PolicyDocument=DOCUMENT, Roles=[{"Ref": "G"}])}, []),
        ({"R": ROLE, "P": resource("Policy", **INLINE, Roles=[{"Ref": "R"}])}, [("R", "P")]),
        ({"R": ROLE, "P": resource("RolePolicy", **INLINE, RoleName={"Ref": "R"})}, [("R", "P")]),
        ({"U": USER, "P": resource("UserPolicy", **INLINE, UserName={"Ref": "U"})}, [("U", "P")]),
        ({"G": GROUP, "P": resource("GroupPolicy", **INLINE, GroupName={"Ref": "G"})}, [("G", "P")]),
    ],
)
def test_what_is_attached(resources: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    pairs = attached(template(**resources))
    assert [(holder.logical_id, policy.logical_id) for holder, policy in pairs] == expected
    owners = {
        holder.resource.logical_id: [document.owner for document in holder.documents]
        for holder in holders(template(**resources))
    }
    for holder, policy in expected:
        assert owners[holder] == [policy]


def test_who_holds_policies() -> None:
    result = template(
        R=role(ManagedPolicyArns=[READ_ONLY, {"Ref": "P"}, "arn:aws:iam::222222222222:policy/own"], Policies=[INLINE]),
        P=POLICY,
        Loose=resource("ManagedPolicy", PolicyDocument=DOCUMENT),
        G=GROUP,
    )
    reported = [
        (
            holder.resource.logical_id,
            [document.owner for document in holder.documents],
            [value.shape for value in holder.aws],
        )
        for holder in holders(result)
    ]
    assert reported == [("R", ["R", "P"], [READ_ONLY]), ("G", [], []), ("Loose", ["Loose"], [])]
    by_id = {holder.resource.logical_id: holder.resource for holder in holders(result)}
    assert [value.shape for value in aws(by_id["R"])] == [READ_ONLY]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ({"P"}, True),
        ({"R", "S"}, True),
        ({"R", "S", "T"}, True),
        # another who holds it is not declared to
        ({"R"}, False),
        ({"T"}, False),
        (set(), False),
    ],
)
def test_whether_a_policy_is_declared(declared: set[str], expected: bool) -> None:
    result = template(R=role(ManagedPolicyArns=[{"Ref": "P"}]), S=role(ManagedPolicyArns=[{"Ref": "P"}]), P=POLICY)
    (document,) = (item for item in result.documents if item.owner == "P")
    assert is_declared(document, result, frozenset(declared)) is expected


def test_a_policy_that_nobody_holds_is_declared_by_itself_alone() -> None:
    result = template(P=POLICY, R=ROLE)
    (document,) = (item for item in result.documents if item.owner == "P")
    assert not is_declared(document, result, frozenset({"R"}))
    assert not is_declared(document, result, frozenset())
    assert is_declared(document, result, frozenset({"P"}))


def test_who_is_in_which_group() -> None:
    result = template(
        U=resource("User", Groups=[{"Ref": "G"}, "by-hand"]),
        V=USER,
        W=USER,
        G=GROUP,
        H=GROUP,
        A=resource("UserToGroupAddition", GroupName={"Ref": "H"}, Users=[{"Ref": "U"}, {"Ref": "V"}, "stranger"]),
        B=resource("UserToGroupAddition", GroupName={"Ref": "V"}, Users=[{"Ref": "W"}, {"Ref": "G"}]),
    )
    assert groups(result) == {"U": {"G", "H"}, "V": {"H"}, "W": set()}
    assert {user: len(named) for user, named in memberships(result).items()} == {"U": 3, "V": 1, "W": 1}


@pytest.mark.parametrize("addition", [True, False])
@pytest.mark.parametrize("group", [True, False])
@pytest.mark.parametrize("user", [True, False])
def test_a_membership_is_certain_where_no_condition_decides_any_part_of_it(
    addition: bool, group: bool, user: bool
) -> None:
    def maybe(value: str, certain: bool) -> object:
        return value if certain else {"Fn::If": ["C", value, {"Ref": "AWS::NoValue"}]}

    properties = {"GroupName": maybe("g", group), "Users": [maybe("u", user)]}
    resource: dict[str, object] = {"Type": "AWS::IAM::UserToGroupAddition", "Properties": properties}
    body = {"Resources": {"A": resource if addition else {**resource, "Condition": "C"}}}
    (membership,) = members(Template.of(body, 0))
    assert membership.is_certain is (addition and group and user)


@pytest.mark.parametrize("certain", [True, False])
def test_a_group_that_a_user_names_is_certain_where_no_condition_decides(certain: bool) -> None:
    groups: object = ["g"] if certain else {"Fn::If": ["C", ["g"], []]}
    body = {"Resources": {"U": {"Type": "AWS::IAM::User", "Properties": {"Groups": groups}}}}
    (membership,) = members(Template.of(body, 0))
    assert membership.is_certain is certain
