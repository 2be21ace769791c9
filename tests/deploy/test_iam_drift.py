"""What CloudFormation does not compare: read whole, told in few lines, nothing taken for a stranger that is none."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.deploy.authorization_details import PrincipalState, held
from iamgen.deploy.iam_drift import IamDifference, as_changes, beside
from iamgen.deploy.iam_expectation import as_deployed, environment_of, expected, trust
from iamgen.deploy.stack import StackResource
from iamgen.deploy.undeclared import holders, of_people, undeclared
from iamgen.diff.lines import signed
from iamgen.errors import Fault, IamgenError

Stubbed = Any
GROUP, ROLE, USER, POLICY = (f"AWS::IAM::{kind}" for kind in ("Group", "Role", "User", "ManagedPolicy"))
ASSUME = StackResource("AssumeRoleG", "infra-AssumeRoleG-1", GROUP, "", "")
OPS = StackResource("OpsP", "arn:aws:iam::1:policy/OpsP", POLICY, "", "")
READ = StackResource("ReadR", "infra-ReadR-1", ROLE, "", "")
CI = StackResource("CIUserCi", "ci", USER, "", "")


def detail(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {f"{kind}Name": name, "Arn": f"arn:aws:iam::111111111111:{kind.lower()}/{name}", **more}


def test_every_page_is_read(stubbed: Stubbed) -> None:
    boundary = {
        "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
        "PermissionsBoundaryArn": "arn:aws:iam::1:policy/x",
    }
    filters = {"Filter": ["Group", "Role", "User"]}
    first = {
        "UserDetailList": [detail("User", "bob", GroupList=["G"], Tags=[{"Key": "a", "Value": "b"}])],
        "IsTruncated": True,
        "Marker": "more",
    }
    second = {"GroupDetailList": [detail("Group", "G")], "IsTruncated": True, "Marker": "last"}
    third = {"RoleDetailList": [detail("Role", "R", PermissionsBoundary=boundary)], "IsTruncated": False}
    stubbed.answer("iam", "get_account_authorization_details", first, filters)
    stubbed.answer("iam", "get_account_authorization_details", second, {**filters, "Marker": "more"})
    stubbed.answer("iam", "get_account_authorization_details", third, {**filters, "Marker": "last"})
    has = held(stubbed.clients.iam, "dev (1)")
    assert has[GROUP, "G"].members == {"bob"}
    assert has[USER, "bob"].groups == {"G"}
    assert has[USER, "bob"].tags == {"a": "b"}
    assert has[ROLE, "R"].boundary == "arn:aws:iam::1:policy/x"
    stubbed.done()


def test_an_answer_that_breaks_off_is_none(stubbed: Stubbed) -> None:
    stubbed.answer("iam", "get_account_authorization_details", {"IsTruncated": True})
    with pytest.raises(IamgenError) as raised:
        held(stubbed.clients.iam, "dev (1)")
    assert raised.value.faults == (
        Fault("dev (1)", "AWS's answer about groups, roles and users breaks off before its end", "look again"),
    )


def test_many_people_are_few_lines() -> None:
    names = [f"person{n:02}" for n in range(25)]
    manage = StackResource("ManageOwnUserG", "infra-ManageOwnUserG-1", GROUP, "", "")
    missing = [IamDifference(group, "member", "-", name) for group in (ASSUME, manage) for name in names]
    reported = [str(line) for line in signed(as_changes([*missing, IamDifference(ASSUME, "member", "+", "mallory")]))]
    assert reported == [
        "~ AssumeRoleG  AWS::IAM::Group",
        f"    - members missing: {', '.join(names)}",
        "    + members added by hand: mallory",
        "~ ManageOwnUserG  AWS::IAM::Group",
        f"    - members missing: {', '.join(names)}",
    ]


def test_what_the_template_or_the_stack_sets_is_not_by_hand() -> None:
    properties = {"PermissionsBoundary": "arn:own", "Tags": [{"Key": "own", "Value": "1"}]}
    template = {"Resources": {"ReadR": {"Type": ROLE, "Properties": properties}}}
    should = expected(as_deployed(template, [READ], {}), {}, {}, {"release": "v1"})
    tags = {"own": "2", "release": "v1", "aws:cloudformation:stack-name": "infra"}
    assert (
        list(beside([READ], should, {(ROLE, "infra-ReadR-1"): PrincipalState(boundary="arn:other", tags=tags)})) == []
    )
    added = {**tags, "more": "x"}
    (tag,) = beside([READ], should, {(ROLE, "infra-ReadR-1"): PrincipalState(boundary="arn:own", tags=added)})
    assert (tag.kind, tag.value, tag.text) == ("tag", "more", "x")
    without = expected(as_deployed({"Resources": {"ReadR": {"Type": ROLE}}}, [READ], {}), {}, {}, {})
    (boundary,) = beside([READ], without, {(ROLE, "infra-ReadR-1"): PrincipalState(boundary="arn:other")})
    assert (boundary.kind, boundary.value) == ("boundary", "arn:other")


def test_who_holds_a_policy_of_the_stack() -> None:
    policy = frozenset({OPS.physical_id})
    names = [(ROLE, "infra-ReadR-1"), (ROLE, "stranger"), (GROUP, "named"), (USER, "bob"), (USER, "zed")]
    has = {key: PrincipalState(attached=policy) for key in names}
    template = {
        "Resources": {"OpsP": {"Type": POLICY, "Properties": {"Groups": ["named"], "Roles": [{"Ref": "ReadR"}]}}}
    }
    shown = list(holders(as_deployed(template, [OPS, READ], has), [OPS, READ], has, {"bob"}))
    assert [iam_difference.value for iam_difference in shown] == ["role stranger", "user zed"]
    # a person is looked at by name, so nothing of theirs is lost
    (own,) = of_people({"bob", "nobody"}, [OPS, READ], has)
    assert (own.resource.logical_id, own.kind, own.value) == ("user/bob", "attached", OPS.physical_id)


def test_users_in_no_file() -> None:
    has = {
        (USER, "bob"): PrincipalState(),
        (USER, "Bob"): PrincipalState(),  # AWS would not take it for bob in a trust policy
        (USER, "ci"): PrincipalState(),
        (USER, "carol"): PrincipalState(
            groups=frozenset({"infra-AssumeRoleG-1"}), attached=frozenset({"arn:aws:iam::aws:policy/A"})
        ),
        (USER, "mailer"): PrincipalState(inline={"send": {}}, groups=frozenset({"Mail"})),
    }
    alone = list(undeclared({"bob"}, [CI, ASSUME], has, people_alone=True))
    assert [(item.name, item.is_drift) for item in alone] == [("Bob", True), ("carol", True), ("mailer", True)]
    shared = list(undeclared({"bob"}, [CI, ASSUME], has, people_alone=False))
    assert [(item.name, item.is_drift) for item in shared] == [("Bob", False), ("carol", True), ("mailer", False)]
    assert [item.text for item in shared[1:]] == [
        "the IAM user carol is in no file, in infra-AssumeRoleG-1, with A",
        "the IAM user mailer is in no file, in Mail, with inline send",
    ]


def test_what_every_way_to_attach_gives_is_expected() -> None:
    document = {"Version": "2012-10-17", "Statement": []}
    apart = {"RoleName": {"Ref": "ReadR"}, "PolicyName": "apart", "PolicyDocument": document}
    together = {"Roles": [{"Fn::Sub": "${ReadR}"}], "PolicyName": "together", "PolicyDocument": document}
    user = {"Groups": [{"Ref": "AssumeRoleG"}]}
    added = {"GroupName": {"Ref": "AssumeRoleG"}, "Users": ["bob", {"Fn::If": ["C", "carol", "dave"]}]}
    arn = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:policy/own"}
    template = {
        "Resources": {
            "ReadR": {"Type": ROLE, "Properties": {"ManagedPolicyArns": [arn], "AssumeRolePolicyDocument": {"A": [
                {"Fn::GetAtt": "CIUserCi.Arn"}, {"Fn::Sub": "${AWS::AccountId}"}]}}},
            "Apart": {"Type": "AWS::IAM::RolePolicy", "Properties": apart},
            "Together": {"Type": "AWS::IAM::Policy", "Properties": together},
            "CIUserCi": {"Type": USER, "Properties": user},
            "AssumeRoleG": {"Type": GROUP},
            "Added": {"Type": "AWS::IAM::UserToGroupAddition", "Properties": added},
        }
    }  # fmt: skip
    has = {
        (USER, "ci"): PrincipalState(arn="arn:aws:iam::111111111111:user/ci"),
        (GROUP, "infra-AssumeRoleG-1"): PrincipalState(members=frozenset({"dave"})),
    }
    where = environment_of("arn:aws:cloudformation:eu-west-1:111111111111:stack/infra/0000")
    named = as_deployed(template, [READ, CI, ASSUME], has, where)
    should = expected(named, has, {}, {})
    assert should["ReadR"].inline == {"apart": document, "together": document}
    assert should["ReadR"].attached == {"arn:aws:iam::111111111111:policy/own"}
    assert should["AssumeRoleG"].members == {"ci", "bob", "dave"}
    assert trust(named, "ReadR") == {"A": ["arn:aws:iam::111111111111:user/ci", "111111111111"]}
