"""What changes from one template to another, told by resource, property and statement."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from iamgen.diff import statements
from iamgen.diff.change import Detail
from iamgen.diff.difference import differences, statement_differences
from iamgen.diff.lines import signed

EXAMPLE = Path(__file__).parents[1] / "golden/expected/example/dev.json"


@pytest.fixture
def before() -> dict[str, Any]:
    return json.loads(EXAMPLE.read_text())  # type: ignore[no-any-return]


@pytest.fixture
def after(before: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(before)


def properties(template: dict[str, Any], logical_id: str) -> dict[str, Any]:
    return template["Resources"][logical_id]["Properties"]  # type: ignore[no-any-return]


def shown(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[str]:
    return [str(line) for line in signed(differences(before, after))]


def test_a_user_added_to_a_trust_is_one_line(before: dict[str, Any], after: dict[str, Any]) -> None:
    trust = properties(after, "OpsR")["AssumeRolePolicyDocument"]["Statement"]
    trust[0]["Principal"]["AWS"].insert(0, "arn:aws:iam::111111111111:user/alice")
    trust.reverse()
    assert shown(before, after) == [
        "~ OpsR  AWS::IAM::Role",
        "    ~ AssumeRolePolicyDocument: Allow sts:AssumeRole for arn:aws:iam::111111111111:user/bob "
        "if Bool aws:MultiFactorAuthPresent = true",
        "        + Principal: arn:aws:iam::111111111111:user/alice",
    ]


def test_one_user_in_the_place_of_another(before: dict[str, Any], after: dict[str, Any]) -> None:
    properties(after, "AdminR")["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] = (
        "arn:aws:iam::1:user/eve"
    )
    assert shown(before, after) == [
        "~ AdminR  AWS::IAM::Role",
        "    ~ AssumeRolePolicyDocument: Allow sts:AssumeRole if Bool aws:MultiFactorAuthPresent = true",
        "        - Principal: arn:aws:iam::111111111111:user/alice",
        "        + Principal: arn:aws:iam::1:user/eve",
    ]


def test_a_condition_that_is_dropped_is_seen(before: dict[str, Any], after: dict[str, Any]) -> None:
    statement = properties(after, "AdminR")["AssumeRolePolicyDocument"]["Statement"][0]
    statement["Condition"] = {"BoolIfExists": statement["Condition"]["Bool"]}
    assert shown(before, after)[2:] == [
        "        - Condition: Bool aws:MultiFactorAuthPresent = true",
        "        + Condition: BoolIfExists aws:MultiFactorAuthPresent = true",
    ]
    del statement["Condition"]
    assert shown(before, after)[2:] == ["        - Condition: Bool aws:MultiFactorAuthPresent = true"]


def test_a_grant_that_comes_and_one_that_goes(before: dict[str, Any], after: dict[str, Any]) -> None:
    trust = properties(after, "OpsR")["AssumeRolePolicyDocument"]["Statement"]
    trust[1] = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"AWS": "arn:aws:iam::111111111111:user/carol"},
        "Condition": {
            "Bool": {"aws:MultiFactorAuthPresent": True},
            "DateLessThan": {"aws:CurrentTime": "2027-04-01T00:00:00Z"},
        },
    }
    assert shown(before, after) == [
        "~ OpsR  AWS::IAM::Role",
        "    - AssumeRolePolicyDocument: Allow sts:AssumeRole for ${CIUserCi.Arn}",
        "    + AssumeRolePolicyDocument: Allow sts:AssumeRole for arn:aws:iam::111111111111:user/carol if Bool "
        "aws:MultiFactorAuthPresent = true and DateLessThan aws:CurrentTime = 2027-04-01T00:00:00Z",
    ]


def test_properties_of_every_kind(before: dict[str, Any], after: dict[str, Any]) -> None:
    role = properties(after, "ReadR")
    role["MaxSessionDuration"] = 3600
    role["ManagedPolicyArns"].append({"Ref": "OpsP"})
    role["Tags"] = [{"Key": "team", "Value": "infra"}]
    role["PermissionsBoundary"] = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:policy/b"}
    del role["Description"]
    after["Resources"]["ReadR"]["DeletionPolicy"] = "Retain"
    assert shown(before, after) == [
        "~ ReadR  AWS::IAM::Role",
        "    + DeletionPolicy: Retain",
        "    - Description: Read-only power over all services.",
        "    + ManagedPolicyArns: ${OpsP}",
        "    ~ MaxSessionDuration: 43200 -> 3600",
        "    + PermissionsBoundary: arn:aws:iam::${AWS::AccountId}:policy/b",
        "    + Tags.team: infra",
    ]


def test_a_tag_and_an_inline_policy_are_the_same_by_name(before: dict[str, Any], after: dict[str, Any]) -> None:
    def policy(name: str, action: str) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Action": ["s3:ListBucket", action], "Resource": "*"}
        return {"PolicyName": name, "PolicyDocument": {"Version": "2012-10-17", "Statement": statement}}

    properties(before, "ReadR").update(
        Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}],
        Policies=[policy("One", "s3:GetObject"), policy("Two", "s3:GetObject")],
    )
    properties(after, "ReadR").update(
        Tags=[{"Key": "b", "Value": "3"}, {"Key": "a", "Value": "1"}],
        Policies=[policy("Two", "s3:PutObject"), policy("One", "s3:getobject")],
    )
    assert shown(before, after) == [
        "~ ReadR  AWS::IAM::Role",
        "    ~ Policies.Two.PolicyDocument: Allow s3:ListBucket on *",
        "        - Action: s3:GetObject",
        "        + Action: s3:PutObject",
        "    ~ Tags.b: 2 -> 3",
    ]


def test_a_new_name_is_a_new_resource(before: dict[str, Any], after: dict[str, Any]) -> None:
    properties(after, "ReadR")["RoleName"] = "infra-ReadR"
    properties(after, "OpsP")["PolicyDocument"]["Statement"][0]["Sid"] = "Power"
    changes = differences(before, after)
    assert [(change.logical_id, change.replaced) for change in changes] == [("OpsP", False), ("ReadR", True)]
    assert shown(before, after)[2] == "        ~ Sid: FullPowerOverChosenServices -> Power"
    assert shown(before, after)[3] == "~ ReadR  AWS::IAM::Role  (is replaced)"


def test_another_type_is_a_new_resource(before: dict[str, Any], after: dict[str, Any]) -> None:
    after["Resources"]["OpsP"]["Type"] = "AWS::IAM::Policy"
    (change,) = differences(before, after)
    assert (change.replaced, change.details[0]) == (
        True,
        Detail("~", "Type", "AWS::IAM::ManagedPolicy -> AWS::IAM::Policy"),
    )


def test_a_resource_that_comes_says_all_that_it_allows(before: dict[str, Any], after: dict[str, Any]) -> None:
    del before["Resources"]["AdminR"]
    assert shown(before, after) == [
        "+ AdminR  AWS::IAM::Role",
        "    + AssumeRolePolicyDocument: Allow sts:AssumeRole for arn:aws:iam::111111111111:user/alice "
        "if Bool aws:MultiFactorAuthPresent = true",
        "    + Description: Full power over everything. FOR EMERGENCIES ONLY.",
        "    + ManagedPolicyArns: arn:aws:iam::aws:policy/AdministratorAccess",
        "    + MaxSessionDuration: 3600",
        "    + RoleName: infra-AdminR-222222222222",
    ]


def test_no_stack_on_one_side(before: dict[str, Any]) -> None:
    assert {difference.sign for difference in differences(None, before)} == {"+"}
    assert {difference.sign for difference in differences(before, None)} == {"-"}
    assert len(differences(None, before)) == len(before["Resources"])
    assert differences(None, None) == ()


def test_what_is_beside_the_resources(before: dict[str, Any], after: dict[str, Any]) -> None:
    after["Description"] = "another"
    after["Outputs"] = {"Key": {"Value": {"Fn::GetAtt": "AccessKey.SecretAccessKey"}}}
    assert shown(before, after) == [
        "~ Description  Template",
        "    ~ Description: infra: who may do what in dev. Made by iamgen. -> another",
        "+ Outputs  Template",
        "    + Outputs.Key.Value: ${AccessKey.SecretAccessKey}",
    ]
    assert not any(difference.is_of_resource for difference in differences(before, after))


def test_an_empty_list_of_values_is_not_the_same_as_none() -> None:
    def document(**more: object) -> dict[str, object]:
        return {"Statement": [{"Effect": "Allow", "Action": "s3:*", **more}]}

    (detail,) = statement_differences(document(), document(Condition={"StringEquals": {"aws:username": []}}))
    assert detail.details == (Detail("+", "Condition", "StringEquals aws:username = (none)"),)


@pytest.mark.parametrize(
    ("element", "other"),
    [
        ({"DependsOn": ["A", "B"]}, {"DependsOn": ["B", "A"]}),
        ({"DependsOn": "A"}, {"DependsOn": ["A"]}),
        ({"DependsOn": []}, {}),
        ({"Properties": {"Tags": []}}, {}),
        ({"Properties": {"ManagedPolicyArns": [], "Policies": []}}, {"Properties": {}}),
    ],
)
def test_ways_to_write_the_same_resource(element: dict[str, Any], other: dict[str, Any]) -> None:
    first, second = ({"Resources": {"R": {"Type": "AWS::IAM::Role", **items}}} for items in (element, other))
    assert differences(first, second) == differences(second, first) == ()


def test_what_a_resource_waits_for(before: dict[str, Any], after: dict[str, Any]) -> None:
    before["Resources"]["OpsR"]["DependsOn"] = "AdminR"
    after["Resources"]["OpsR"]["DependsOn"] = ["OpsP", "AdminR"]
    after["Resources"]["ReadR"]["DependsOn"] = "OpsP"
    assert shown(before, after) == [
        "~ OpsR  AWS::IAM::Role",
        "    + DependsOn: OpsP",
        "~ ReadR  AWS::IAM::Role",
        "    + DependsOn: OpsP",
    ]


def allowing(action: str, *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": list(resources)}


def test_statements_with_less_than_half_in_common_are_not_one_that_changed() -> None:
    before, after = ({"Statement": [allowing("s3:Get", name)]} for name in "ab")
    assert [
        (statement_difference.sign, statement_difference.text)
        for statement_difference in statement_differences(before, after)
    ] == [
        ("-", "Allow s3:Get on a"),
        ("+", "Allow s3:Get on b"),
    ]
    before, after = ({"Statement": [allowing("s3:Get", "same", name)]} for name in "ab")
    (changed,) = statement_differences(before, after)
    assert (changed.sign, changed.text) == ("~", "Allow s3:Get on same")


def test_each_statement_is_put_into_words_once_however_many_it_is_held_against(monkeypatch: pytest.MonkeyPatch) -> None:
    shown, many = [], 30
    words = statements._line

    def line(*some: Any, **kind: Any) -> str:
        shown.append(some)
        return words(*some, **kind)

    monkeypatch.setattr(statements, "_line", line)
    before, after = ({"Statement": [allowing(f"s3:{n}", f"{x}{n}") for n in range(many)]} for x in "ab")
    assert len(statement_differences(before, after)) == 2 * many
    assert len(shown) == 2 * many


def test_ways_to_write_everybody() -> None:
    def document(principal: object) -> dict[str, object]:
        return {"Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}}

    assert statement_differences(document("*"), document({"AWS": ["*"]})) == ()
    assert statement_differences(document("*"), document({"Service": "*"})) != ()


@pytest.mark.parametrize(
    ("statement", "line"),
    [
        (
            {"Effect": "Deny", "NotAction": ["iam:*"], "NotResource": ["a"], "NotPrincipal": {"AWS": "b"}},
            "Deny all but iam:* on all but a for all but b",
        ),
        ({"Effect": "Allow", "Action": "a", "Resource": ["x, y", "z"]}, 'Allow a on "x, y", z'),
        ({"Fn::If": ["Prod", 1, 2]}, '{"Fn::If": ["Prod", 1, 2]}'),
        ("nonsense\x1b[31m", "nonsense\\x1b[31m"),
        ({"Effect": "Allow", "Action": "a\nb"}, "Allow a\\nb"),
        ({"Effect": "Allow", "Colour": "red"}, "Allow Colour red"),
        ({}, "null"),
    ],
)
def test_a_statement_in_one_line(statement: object, line: str) -> None:
    assert [
        statement_difference.text for statement_difference in statement_differences(None, {"Statement": statement})
    ] == [line]


def test_of_much_that_stays_a_little_is_shown_and_of_what_comes_all() -> None:
    actions = [f"s3:Get{n}" for n in range(6)]

    def document(actions: list[str]) -> dict[str, object]:
        return {"Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"}}

    (changed,) = statement_differences(document(actions), document([*actions, "s3:Put"]))
    assert (changed.text, [detail.text for detail in changed.details]) == (
        "Allow s3:Get0, s3:Get1 and 4 more on *",
        ["s3:Put"],
    )
    (new,) = statement_differences(None, document(actions))
    assert new.text == f"Allow {', '.join(actions)} on *"


def test_statements_with_a_sid_belong_together_whatever_else_changes() -> None:
    before = {
        "Statement": [{"Sid": "A", "Effect": "Allow", "Action": "a"}, {"Sid": "B", "Effect": "Allow", "Action": "b"}]
    }
    after = {
        "Statement": [{"Sid": "A", "Effect": "Deny", "Action": "b"}, {"Sid": "B", "Effect": "Allow", "Action": "b"}]
    }
    (detail,) = statement_differences(before, after)
    assert (detail.sign, detail.text, detail.details) == (
        "~",
        "A: Deny",
        (Detail("~", "Effect", "Allow -> Deny"), Detail("-", "Action", "a"), Detail("+", "Action", "b")),
    )


@pytest.mark.parametrize(
    "odd", [{}, {"Resources": None}, {"Resources": []}, {"Resources": {"A": None, "B": 3, "C": {}}}]
)
def test_what_is_hardly_a_template_is_no_bug(odd: dict[str, Any], before: dict[str, Any]) -> None:
    assert differences(odd, odd) == ()
    assert differences(before, odd)
    assert differences(odd, before)


def test_what_changes_in_a_loop_is_told() -> None:
    def loop(action: str) -> dict[str, Any]:
        policy = {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {"PolicyDocument": {"Statement": [{"Action": action}]}},
        }
        return {"Resources": {"Fn::ForEach::Teams": ["Team", ["ops"], {"${Team}P": policy}]}}

    (change,) = differences(loop("s3:*"), loop("iam:*"))
    assert (change.sign, change.logical_id, change.type) == ("~", "Fn::ForEach::Teams", "Fn::ForEach")
    assert [(detail.sign, detail.where) for detail in change.details] == [
        ("-", "Fn::ForEach::Teams"),
        ("+", "Fn::ForEach::Teams"),
    ]
    assert "iam:*" in change.details[1].text
    assert differences(loop("s3:*"), loop("s3:*")) == ()
    (come,) = differences({"Resources": {}}, loop("s3:*"))
    assert come.sign == "+"
    assert {detail.sign for detail in come.details} == {"+"}
