"""The statements of a policy document, element by element, each value with its place."""

from __future__ import annotations

import pytest

from iamgen.iam.statements import ReadCondition, ReadPrincipal, ReadStatement, statements
from iamgen.iam.syntax import Path
from iamgen.iam.values import Value

AT: Path = ("Resources", "R", "PolicyDocument")
HERE: Path = (*AT, "Statement", 0)


def placed(element: str, *texts: str) -> tuple[Value, ...]:
    """Return the values of an element, the only one at the place of the element itself, several one by one."""
    return tuple(Value(text, (*HERE, element, number)) for number, text in enumerate(texts))


def test_each_element_is_read_where_it_is() -> None:
    body = {
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:PutObject"],
                "NotAction": ["iam:*"],
                "Resource": ["a"],
                "NotResource": ["b"],
                "Principal": {"AWS": ["x"], "Service": "y"},
                "NotPrincipal": "*",
                "Condition": {"StringLike": {"aws:username": ["bob"]}},
            }
        ]
    }
    condition = (*HERE, "Condition", "StringLike", "aws:username")
    assert list(statements(body, AT)) == [
        ReadStatement(
            HERE,
            allows=True,
            actions=placed("Action", "s3:GetObject", "s3:PutObject"),
            not_actions=placed("NotAction", "iam:*"),
            resources=placed("Resource", "a"),
            not_resources=placed("NotResource", "b"),
            principals=(
                ReadPrincipal("AWS", Value("x", (*HERE, "Principal", "AWS", 0))),
                ReadPrincipal("Service", Value("y", (*HERE, "Principal", "Service"))),
            ),
            not_principals=(ReadPrincipal("*", Value("*", (*HERE, "NotPrincipal"))),),
            conditions=(ReadCondition("StringLike", "aws:username", (Value("bob", (*condition, 0)),), condition),),
        )
    ]


def test_what_is_not_there_is_empty() -> None:
    assert list(statements({"Statement": {"Effect": "Deny"}}, AT)) == [ReadStatement((*AT, "Statement"), allows=False)]


def test_one_statement_for_each_branch_of_its_condition() -> None:
    conditions = {"Fn::If": ["C", {"Bool": {"a": "true"}}, {"Null": {"b": "false"}}]}
    first, second = statements({"Statement": [{"Effect": "Allow", "Condition": conditions}]}, AT)
    at = (*HERE, "Condition", "Fn::If")
    assert first.conditions == (
        ReadCondition("Bool", "a", (Value("true", (*at, 1, "Bool", "a")),), (*at, 1, "Bool", "a")),
    )
    assert second.conditions == (
        ReadCondition("Null", "b", (Value("false", (*at, 2, "Null", "b")),), (*at, 2, "Null", "b")),
    )


@pytest.mark.parametrize(
    ("block", "operator", "path"),
    [
        ({"Bool": {"Ref": "X"}}, "Bool", ("Bool",)),
        ({"Bool": 1}, "Bool", ("Bool",)),
        ({"Fn::Sub": "${X}"}, "⟨Fn::Sub⟩", ()),
    ],
)
def test_a_condition_that_cannot_be_read_has_a_place(block: object, operator: str, path: Path) -> None:
    (statement,) = statements({"Statement": [{"Effect": "Allow", "Condition": block}]}, AT)
    assert statement.conditions == (ReadCondition(operator, "⟨⟩", (), (*HERE, "Condition", *path)),)


def test_a_statement_is_moved_as_a_whole() -> None:
    body = {
        "Statement": [
            {
                "Effect": "Deny",
                "Action": "a",
                "NotAction": "b",
                "Resource": "c",
                "NotResource": "d",
                "Principal": {"AWS": "e"},
                "NotPrincipal": {"Service": "f"},
                "Condition": {"StringEquals": {"g": "h"}},
            }
        ]
    }
    (statement,) = statements(body, AT)
    remote_refs = ("Elsewhere",)
    a, b, c, d, e, f, h = (Value(letter, remote_refs) for letter in "abcdefh")
    assert statement.moved(remote_refs) == ReadStatement(
        remote_refs,
        allows=False,
        actions=(a,),
        not_actions=(b,),
        resources=(c,),
        not_resources=(d,),
        principals=(ReadPrincipal("AWS", e),),
        not_principals=(ReadPrincipal("Service", f),),
        conditions=(ReadCondition("StringEquals", "g", (h,), remote_refs),),
    )


@pytest.mark.parametrize("body", [None, [], "x", {}, {"Statement": "x"}, {"Statement": {"Ref": "X"}}])
def test_what_is_no_document_has_no_statements(body: object) -> None:
    assert list(statements(body, AT)) == []


@pytest.mark.parametrize(
    ("operator", "test", "holds"),
    [
        ("ForAllValues:StringEquals", "stringequals", True),
        ("FORANYVALUE:StringLikeIfExists", "stringlike", True),
        ("ForAnyValue:StringLike", "stringlike", False),
        ("Null", "null", False),
    ],
)
def test_operators(operator: str, test: str, holds: bool) -> None:
    condition = ReadCondition(operator, "AWS:Key", (Value("x", ()),), ())
    assert (condition.name, condition.test, condition.holds_without_key) == ("aws:key", test, holds)


@pytest.mark.parametrize(("value", "holds"), [("TRUE", True), ("false", False)])
def test_a_key_that_has_to_be_absent(value: str, holds: bool) -> None:
    condition = ReadCondition("null", "k", (Value(value, ()),), ())
    assert condition.holds_without_key is holds
