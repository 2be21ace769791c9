"""What a value refers to as it was written."""

from __future__ import annotations

import pytest

from iamgen.iam.references import references, substituted_text

KEY = {"Fn::GetAtt": ["Key", "SecretAccessKey"]}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Alice", []),
        (None, []),
        ({"Ref": "Alice"}, ["Alice"]),
        (KEY, ["Key.SecretAccessKey"]),
        ({"Fn::GetAtt": "Key.Arn"}, ["Key.Arn"]),
        ({"Fn::Sub": "${A}-${ B.Arn }-${!C}"}, ["A", "B.Arn"]),
        ({"Fn::Sub": ["${A}", {"A": KEY}]}, ["A", "Key.SecretAccessKey"]),
        ({"Fn::Sub": []}, []),
        ({"Fn::Sub": [{"Ref": "X"}]}, ["X"]),
        ({"Fn::Join": [":", ["a", {"Ref": "X"}, [KEY]]]}, ["X", "Key.SecretAccessKey"]),
        ({"Fn::If": ["C", {"Ref": "X"}, {"Ref": "Y"}]}, ["X", "Y"]),
        ({"a": {"Ref": "X"}, "Ref": "no function, for it is not alone"}, ["X"]),
        ({"a": 1, "Fn::Sub": "${X}"}, []),
    ],
)
def test_references(value: object, expected: list[str]) -> None:
    assert list(references(value)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::Sub": "a ${B}"}, "a ${B}"),
        ({"Fn::Sub": ["a", {}]}, "a"),
        ({"Fn::Sub": []}, ""),
        ("a", ""),
        ({"Fn::Sub": "a", "b": 1}, ""),
    ],
)
def test_the_text_of_a_substitution(value: object, expected: str) -> None:
    assert substituted_text(value) == expected
