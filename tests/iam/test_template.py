from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from iamgen.iam.holes import shown, text
from iamgen.iam.intrinsics import expand
from iamgen.iam.place import NOWHERE
from iamgen.iam.statements import ReadStatement
from iamgen.iam.template import GROUP, POLICY, ROLE, USER, Document, Template
from iamgen.iam.values import Value, values

ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
ROOT = "arn:aws:iam::111111111111:root"
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ROOT}}
NO_VALUE = {"Ref": "AWS::NoValue"}


def template(**resources: object) -> Template:
    return Template.of({"Resources": resources}, 0)


def resource(kind: str, **properties: object) -> dict[str, object]:
    return {"Type": f"AWS::IAM::{kind}", "Properties": properties}


def role(*statements: object, **properties: object) -> dict[str, object]:
    return resource("Role", AssumeRolePolicyDocument={"Statement": list(statements)}, **properties)


def policy(document: object, **properties: object) -> dict[str, object]:
    return resource("ManagedPolicy", PolicyDocument=document, **properties)


def only(document: object) -> Document:
    (result,) = template(P=policy(document)).documents
    return result


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("as it is", "as it is"),
        (True, "true"),
        (False, "false"),
        (5, "5"),
        (None, "None"),
        (date(2012, 10, 17), "2012-10-17"),
        ({"Ref": "Alice"}, "${Alice}"),
        ({"Fn::GetAtt": ["Alice", "Arn"]}, "${Alice.Arn}"),
        ({"Fn::GetAtt": "Alice.Arn"}, "${Alice.Arn}"),
        ({"Fn::ImportValue": "x"}, "${Fn::ImportValue}"),
        ({"Fn::Join": "x"}, "${Fn::Join}"),
        ({"Fn::Sub": []}, "${Fn::Sub}"),
        ({"Ref": 1}, "${Ref}"),
        ({"Ref": "A", "Fn::GetAtt": "B"}, "${object}"),
        ({"Fn::GetAtt": []}, "${Fn::GetAtt}"),
        ({"a": 1, "b": 2}, "${object}"),
        ([], "${object}"),
    ],
)  # fmt: skip
def test_text(value: object, expected: str) -> None:
    assert shown(text(value)) == expected


def worked_out(value: object) -> str:
    """Return a value as text once the functions in it have been replaced."""
    body: Any = expand({"Resources": {"R": {"Value": value}}}, NOWHERE).body
    return text(body["Resources"]["R"]["Value"])


def test_what_sub_leaves_alone_is_no_hole() -> None:
    own = worked_out({"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:user/${!aws:username}"})
    value = Value(own, ())
    assert own.endswith(":user/${aws:username}")
    assert not value.known
    assert Value("${aws:username}", ()).known
    assert value.shape.count("⟨⟩") == 1


def test_a_hole_is_never_taken_for_text() -> None:
    for value in ({"Ref": "*"}, {"Fn::GetAtt": "*"}, {"Fn::Sub": "${*}"}):
        assert worked_out(value) != "*"
        assert not Value(worked_out(value), ()).known


def test_values_are_a_list_always() -> None:
    assert values("a", ("X",)) == (Value("a", ("X",)),)
    assert values(["a", "b"], ("X",)) == (Value("a", ("X", 0)), Value("b", ("X", 1)))
    assert values(None, ()) == ()
    assert values([["a"], None, 1], ()) == (Value("a", (0, 0)), Value("1", (2,)))


def test_of_a_condition_both_branches_are_read() -> None:
    chosen = {"Fn::If": ["C", ["a", NO_VALUE], {"Fn::If": ["D", "b", NO_VALUE]}]}
    assert values(chosen, ()) == (Value("a", ("Fn::If", 1, 0)), Value("b", ("Fn::If", 2, "Fn::If", 1)))


@pytest.mark.parametrize("broken", [{"Fn::If": []}, {"Fn::If": "C"}, {"Fn::If": ["C"]}, {"Fn::If": None}])
def test_a_broken_condition_has_no_branches(broken: object) -> None:
    assert values(broken, ()) == ()


@pytest.mark.parametrize("statement", [ALLOW, [ALLOW], [[ALLOW]], {"Fn::If": ["C", ALLOW, NO_VALUE]}])
def test_a_statement_may_stand_alone(statement: object) -> None:
    (result,) = only({"Version": "2012-10-17", "Statement": statement}).statements
    assert result.allows
    assert [action.text for action in result.actions] == ["s3:GetObject"]


@pytest.mark.parametrize("document", [[], [1], {}, "", "no", 1, {"Ref": "X"}, {"Statement": None}, {"Statement": [1]}])
def test_what_is_no_document_has_no_statements(document: object) -> None:
    assert only(document).statements == ()


def test_a_version_may_be_a_date() -> None:
    assert only({"Version": date(2012, 10, 17)}).version == "2012-10-17"
    assert only({}).version == ""


@pytest.mark.parametrize(
    ("effect", "allows"),
    [
        ("Allow", True),
        ("Deny", False),
        ({"Ref": "Effect"}, True),
        ({"Fn::If": ["C", "Allow", "Deny"]}, True),
        (None, True),
    ],
)
def test_what_may_allow_allows(effect: object, allows: bool) -> None:
    (result,) = only({"Statement": {**ALLOW, "Effect": effect}}).statements
    assert result.allows is allows


def test_a_condition_that_may_be_absent_makes_two_statements() -> None:
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": True}}
    result = only({"Statement": {**ALLOW, "Condition": {"Fn::If": ["C", mfa, NO_VALUE]}}}).statements
    assert [len(item.conditions) for item in result] == [1, 0]
    assert result[0].conditions[0].values[0].text == "true"


@pytest.mark.parametrize(
    ("operator", "given", "test", "holds"),
    [
        ("Bool", "true", "bool", False),
        ("BoolIfExists", "true", "bool", True),
        ("ForAllValues:StringLike", "x", "stringlike", True),
        ("ForAnyValue:StringLikeIfExists", "x", "stringlike", True),
        ("ForAnyValue:StringLike", "x", "stringlike", False),
        ("Null", "true", "null", True),
        ("Null", "false", "null", False),
        ("boolifexists", "true", "bool", True),
    ],
)
def test_conditions(operator: str, given: str, test: str, holds: bool) -> None:
    (result,) = only({"Statement": {**ALLOW, "Condition": {operator: {"AWS:Key": given}}}}).statements[0].conditions
    assert (result.test, result.name, result.holds_without_key) == (test, "aws:key", holds)


@pytest.mark.parametrize("block", [{"Ref": "X"}, {"Bool": {"Ref": "X"}}, {"Bool": 1}, {"Bool": {"Fn::Sub": "x"}}])
def test_a_condition_that_is_not_known_is_still_one(block: object) -> None:
    (result,) = only({"Statement": {**ALLOW, "Condition": block}}).statements[0].conditions
    assert "⟨" in result.key


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", [("*", "*")]),
        ({"AWS": "*"}, [("AWS", "*")]),
        ({"AWS": ["a", 111111111111], "Service": "s"}, [("AWS", "a"), ("AWS", "111111111111"), ("Service", "s")]),
        ({"Ref": "X"}, [("", "${X}")]),
        ({"AWS": {"Fn::GetAtt": ["X", "Arn"]}}, [("AWS", "${X.Arn}")]),
        ({"Fn::If": ["C", "*", {"AWS": "a"}]}, [("*", "*"), ("AWS", "a")]),
        (["a"], [("", "a")]),
    ],
)
def test_principals(principal: object, expected: list[tuple[str, str]]) -> None:
    (document,) = template(R=role({**TRUST, "Principal": principal})).documents
    result = [(item.kind, shown(item.value.text)) for item in document.statements[0].principals]
    assert result == expected


def test_documents_and_where_they_are() -> None:
    inline = {"PolicyName": {"Fn::Sub": "${AWS::StackName}-x"}, "PolicyDocument": {"Statement": ALLOW}}
    result = template(
        R=role(TRUST, Policies=[{"Fn::If": ["C", inline, NO_VALUE]}], PermissionsBoundary={"Ref": "Limit"}),
        Limit=policy({"Statement": ALLOW}),
        Own=policy({"Statement": ALLOW}),
        In=resource("Policy", PolicyName="in", PolicyDocument={"Statement": ALLOW}, Roles=[{"Ref": "R"}]),
        Bucket={"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": {"Statement": ALLOW}}},
    ).documents
    assert [(document.kind, document.owner, shown(document.name)) for document in result] == [
        ("trust", "R", ""),
        ("inline", "R", "${AWS::StackName}-x"),
        ("boundary", "Limit", ""),
        ("identity", "Own", ""),
        ("inline", "In", "in"),
    ]
    assert result[1].path == ("Resources", "R", "Properties", "Policies", 0, "Fn::If", 1, "PolicyDocument")


@pytest.mark.parametrize(
    "more",
    [
        {"Other": role(TRUST, ManagedPolicyArns=[{"Ref": "Limit"}])},
        {"Limit": policy({"Statement": ALLOW}, Users=["alice"])},
    ],
)
def test_a_boundary_that_is_attached_as_well_grants(more: dict[str, Any]) -> None:
    limited = role(TRUST, PermissionsBoundary={"Ref": "Limit"})
    result = template(**{"R": limited, "Limit": policy({"Statement": ALLOW}), **more}).documents
    assert {document.kind for document in result if document.owner == "Limit"} == {"identity"}


def test_a_document_may_be_one_text() -> None:
    written = '{"Version": "2012-10-17", "Statement": [{"Action": "sts:AssumeRole", "Principal": {"AWS": "${Arn}"}}]}'
    document = only({"Fn::Sub": written})
    assert document.version == "2012-10-17"
    (principal,) = document.statements[0].principals
    assert shown(principal.value.text) == "${Arn}"
    assert principal.value.path == document.statements[0].path == document.path
    assert only('{"Statement": ').statements == ()


def test_references_lead_to_resources() -> None:
    user, group = resource("User", UserName="Alice"), resource("Group")
    result = template(Alice=user, G=group, P=policy({}, ManagedPolicyName={"Fn::Sub": "p-${AWS::AccountId}"}))

    def named(written: object, *kinds: str) -> str | None:
        item = result.referred(Value(worked_out(written), ()), *kinds)
        return item.logical_id if item else None

    assert named({"Ref": "Alice"}, USER) == "Alice"
    assert named({"Fn::GetAtt": ["Alice", "Arn"]}, USER, GROUP) == "Alice"
    assert named({"Ref": "Alice"}, ROLE) is None
    assert named({"Ref": "Nobody"}, USER) is None
    assert named("alice", USER) == "Alice"
    assert named({"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:user/staff/alice"}, USER) == "Alice"
    assert named({"Fn::Sub": "arn:aws:iam::1:policy/p-${AWS::AccountId}"}, POLICY) == "P"
    assert named("", GROUP) is None
    assert named({"Fn::Sub": "arn:aws:iam::aws:policy/p-${AWS::AccountId}"}, POLICY) is None


def test_what_is_no_resource_is_left_out() -> None:
    body = {
        "Fn::Transform": {"Name": "AWS::Include"},
        "Fn::ForEach::Roles": ["Name", ["a"], {"R${Name}": {"Type": "AWS::IAM::Role"}}],
        "A": {"Type": {"Ref": "X"}},
        "B": {"Type": "AWS::IAM::Role", "Properties": []},
        "C": {"Type": "AWS::IAM::Role", "Condition": "Maybe"},
        "D": None,
    }
    assert [(item.logical_id, item.is_certain) for item in Template.of({"Resources": body}, 0).resources] == [
        ("Ra", True),
        ("B", True),
        ("C", False),
    ]


@pytest.mark.parametrize("resources", [None, [], "x", {"Ref": "X"}])
def test_resources_may_be_no_block(resources: object) -> None:
    assert Template.of({"Resources": resources}, 0).resources == ()
    assert Template.of({}, 0).documents == ()


def test_a_role_that_sam_makes_is_a_resource_and_leads_back_to_its_function() -> None:
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Policies": [{"Statement": ALLOW}, {"SQSPollerPolicy": {}}]},
    }
    seen = template(Fn=function)
    assert [(item.logical_id, item.type) for item in seen.resources] == [
        ("Fn", "AWS::Serverless::Function"),
        ("FnRole", ROLE),
    ]
    assert [(document.kind, document.owner) for document in seen.documents] == [
        ("trust", "FnRole"),
        ("inline", "FnRole"),
    ]
    assert seen.written(("Resources", "FnRole", "Properties", "Policies", 0)) == (
        "Resources",
        "Fn",
        "Properties",
        "Policies",
        0,
    )
    assert [item.reason for item in seen.unread] == ["SAM's policy template SQSPollerPolicy is not known here"]


def test_functions_are_worked_out_before_documents_are_read() -> None:
    body = {
        "Parameters": {"Who": {"Type": "String", "Default": "bob"}},
        "Resources": {
            "Fn::ForEach::Roles": [
                "N",
                ["a"],
                {"Role${N}": role({**TRUST, "Principal": {"AWS": {"Fn::Sub": "arn:aws:iam::1:user/${Who}"}}})},
            ]
        },
    }
    seen = Template.of(body, 0)
    ((statement,),) = (document.statements for document in seen.documents)
    assert [principal.value.text for principal in statement.principals] == ["arn:aws:iam::1:user/bob"]
    assert seen.written(statement.path)[:4] == ("Resources", "Fn::ForEach::Roles", 2, "Role${N}")
    assert seen.assumed == ("the parameter Who is taken at its default, bob",)
    assert seen.body is body


@pytest.mark.parametrize(
    ("operator", "test", "holds_without_key"),
    [
        ("Bool", "bool", False),
        ("BoolIfExists", "bool", True),
        ("ForAnyValue:StringLike", "stringlike", False),
        ("forallvalues:stringlike", "stringlike", True),
        ("ForAnyValue:StringLikeIfExists", "stringlike", True),
        ("Null", "null", True),
        # no operator at all, which makes nothing fail
        ("String\nEquals", "string\nequals", False),
        ("", "", False),
    ],
)
def test_operators_of_conditions(operator: str, test: str, holds_without_key: bool) -> None:
    document = {"Statement": {**ALLOW, "Condition": {operator: {"aws:x": "true"}}}}
    ((condition,),) = (statement.conditions for statement in only(document).statements)
    assert (condition.test, condition.holds_without_key) == (test, holds_without_key)


def test_a_document_as_one_text_says_the_same_as_a_block() -> None:
    first = {
        "Effect": "Deny",
        "Principal": {"AWS": ROOT, "Service": ["a", "b"]},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Resource": ["r", "s"],
        "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "false"}, "StringLike": {"aws:username": ["x", "y"]}},
    }
    second = {"Effect": "Allow", "NotPrincipal": {"AWS": ["c", "d"]}, "NotAction": ["e"], "NotResource": ["f", "g"]}
    body = {"Version": "2012-10-17", "Statement": [first, second]}
    block, one_text = only(body), only(json.dumps(body))
    expected_message = [(statement.allows, *_elements(statement)) for statement in block.statements]
    assert [(statement.allows, *_elements(statement)) for statement in one_text.statements] == expected_message
    paths = {statement.path for statement in one_text.statements}
    paths |= {
        value.path
        for statement in one_text.statements
        for several in (statement.actions, statement.not_actions, statement.resources, statement.not_resources)
        for value in several
    }
    for statement in one_text.statements:
        paths |= {item.value.path for item in (*statement.principals, *statement.not_principals)}
        paths |= {condition.path for condition in statement.conditions}
        paths |= {value.path for condition in statement.conditions for value in condition.values}
    assert paths == {one_text.path}


def _elements(statement: ReadStatement) -> tuple[object, ...]:
    """Return what a statement says, without the places of it."""
    values = (statement.actions, statement.not_actions, statement.resources, statement.not_resources)
    principals = (statement.principals, statement.not_principals)
    return (
        *([value.text for value in several] for several in values),
        *([(item.kind, item.value.text) for item in several] for several in principals),
        [
            (condition.operator, condition.key, [value.text for value in condition.values])
            for condition in statement.conditions
        ],
    )


def test_what_is_no_resource_is_named_as_not_read() -> None:
    body = {
        "Resources": {
            "Number": 5,
            "Untyped": {"Type": 5},
            "Listed": {"Type": "AWS::IAM::Role", "Properties": []},
            "Bare": {"Type": "AWS::IAM::Group"},
        }
    }
    assert [(part.path, part.reason) for part in Template.of(body, size=0).unread] == [
        (("Resources", "Number"), "this is no resource, for it has no Type"),
        (("Resources", "Untyped"), "this is no resource, for it has no Type"),
        (("Resources", "Listed", "Properties"), "the properties are no block"),
    ]


def test_resources_of_several_types_come_in_the_order_of_the_template() -> None:
    types = ("AWS::IAM::Group", "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
    template = Template.of({"Resources": {f"R{number}": {"Type": type_} for number, type_ in enumerate(types)}}, size=0)
    chosen = template.of_type("AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::Group")
    assert [resource.logical_id for resource in chosen] == ["R0", "R2", "R3"]
