"""What only takes access away, and what might give some."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.deploy.access_removal import only_removes_access

Body = dict[str, Any]
ALICE, BOB, EVE = (f"arn:aws:iam::111111111111:user/{name}" for name in ("alice", "bob", "eve"))
NOBODY = {"Effect": "Deny", "Action": ["sts:AssumeRole"], "Principal": {"AWS": ["*"]}}
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def allow(*principals: str, **condition: Any) -> Body:
    more = {"Condition": condition} if condition else {}
    return {"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"AWS": list(principals)}, **more}


def named(*names: str) -> Body:
    return allow("arn:aws:iam::111111111111:root", StringEquals={"aws:username": list(names)}, **MFA)


def role(*statements: Body, **more: Any) -> Body:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "R", "AssumeRolePolicyDocument": document, **more}}


def policy(*statements: Body) -> Body:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"ManagedPolicyName": "P", "PolicyDocument": document}}


def attached(**holders: list[str]) -> Body:
    document = policy(may("s3:*"))
    return {**document, "Properties": {**document["Properties"], **holders}}


def may(*actions: str, effect: str = "Allow", **more: Any) -> Body:
    return {"Effect": effect, "Action": list(actions), "Resource": ["*"], **more}


GROUP = {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "G", "ManagedPolicyArns": [{"Ref": "P"}]}}
USER = {"Type": "AWS::IAM::User", "Properties": {"UserName": "u", "Groups": [{"Ref": "G"}]}}
MACHINE = {"P": policy(may("sts:*")), "G": GROUP, "U": USER}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"R": role(allow(ALICE, BOB))}, {"R": role(allow(ALICE))}, True),
        ({"R": role(allow(ALICE), allow(BOB))}, {"R": role(allow(BOB))}, True),
        ({"R": role(allow(ALICE))}, {"R": role(NOBODY)}, True),
        ({"R": role(named("alice", "bob"))}, {"R": role(named("bob"))}, True),
        ({"R": role(allow(ALICE))}, {"R": role(allow(ALICE, **MFA))}, True),
        ({"R": role(allow(ALICE))}, {}, True),
        ({"P": policy(may("s3:*", "ec2:*"))}, {"P": policy(may("s3:*"))}, True),
        ({"P": policy(may("s3:*"))}, {"P": policy(may("s3:*"), may("*", effect="Deny"))}, True),
        (MACHINE, {}, True),
        ({**MACHINE, "R": role(allow(ALICE))}, {"R": role(allow(ALICE))}, True),
        ({"R": role(allow(ALICE), Description="a")}, {"R": role(allow(ALICE), Description="b")}, True),
        # a condition of any policy may ask for a tag
        ({"R": role(allow(ALICE), Tags=[{"Key": "team", "Value": "a"}])}, {"R": role(allow(ALICE))}, False),
        ({"U": USER}, {"U": {**USER, "Properties": {"UserName": "u", "Groups": [{"Ref": "G"}], "Tags": ["x"]}}}, False),
        # nothing changes
        ({"R": role(allow(ALICE))}, {"R": role(allow(ALICE))}, False),
        # somebody comes, or somebody else, or with less to show
        ({"R": role(allow(ALICE))}, {"R": role(allow(ALICE, BOB))}, False),
        ({"R": role(allow(ALICE, BOB))}, {"R": role(allow(EVE))}, False),
        ({"R": role(NOBODY)}, {"R": role(allow(ALICE))}, False),
        ({"R": role(named("alice", "bob"))}, {"R": role(named("eve"))}, False),
        ({"R": role(allow(ALICE, **MFA))}, {"R": role(allow(ALICE))}, False),
        ({"R": role(allow(ALICE, DateLessThan={"aws:CurrentTime": "2027-01-01"}))},
         {"R": role(allow(ALICE, DateLessThan={"aws:CurrentTime": "2028-01-01"}))}, False),
        ({}, {"R": role(NOBODY)}, False),
        # a Deny goes, or what may have denied
        ({"P": policy(may("s3:*"), may("s3:Get*", effect="Deny"))}, {"P": policy(may("s3:*"))}, False),
        ({"P": policy(may("*", effect="Deny")), "G": GROUP}, {"G": {**GROUP, "Properties": {"GroupName": "G"}}}, False),
        ({"R": role(allow(ALICE), PermissionsBoundary="b")}, {"R": role(allow(ALICE))}, False),
        ({"R": role(allow(ALICE), ManagedPolicyArns=["a", "b"])}, {"R": role(allow(ALICE), ManagedPolicyArns=["a"])}, False),
        # a policy that says itself whom it is attached to, so that they do not name it
        *(({"P": attached(**{holders: ["somebody"]})}, {}, False) for holders in ("Groups", "Roles", "Users")),
        # one that goes, and somebody who stays is named together with it, however deep
        ({**MACHINE, "R": role(allow(ALICE), Description=[{"Key": "p", "Value": {"Ref": "P"}}])},
         {"R": role(allow(ALICE), Description=[])}, False),
        ({**MACHINE, "R": role(allow(ALICE), Description={"Fn::Join": ["", [{"Ref": "G"}]]})},
         {"R": role(allow(ALICE), Description="x")}, False),
        (MACHINE, {"U": {**USER, "Properties": {"UserName": "u"}}}, False),
        # what is allowed but for some actions is more when these are fewer
        ({"P": policy({"Effect": "Allow", "NotAction": ["iam:*", "s3:*"], "Resource": "*"})},
         {"P": policy({"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"})}, False),
    ],
)  # fmt: skip
def test_what_only_takes_away(before: Body, after: Body, expected: bool) -> None:
    assert only_removes_access({"Resources": before}, {"Resources": after}) is expected


def test_a_new_stack_gives() -> None:
    assert not only_removes_access(None, {"Resources": {}})
