"""Templates as people write them: what they say, where each value is, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path as FilePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.errors import IamgenError
from iamgen.iam import source
from iamgen.iam.syntax import MAX_DEPTH, Path, Position

SHORT_FORMS = """\
AWSTemplateFormatVersion: 2010-09-09
Resources:
  Reader:
    Type: AWS::IAM::Role
    Properties:
      Arn: !GetAtt Other.Stack.Arn
      Name: !Sub "x-${Env}"
      Joined: !Join [":", [a, !Ref B]]
      Chosen: !If [InProd, {a: 1}, !Ref AWS::NoValue]
      Condition: !Condition InProd
"""
SCALARS = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=8),
    st.integers(0, 10**6),
    st.booleans(),
    st.none(),
)
DATA = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abcXYZ-:_ ", min_size=1, max_size=6), inner, max_size=3)
    ),
    max_leaves=12,
)
FILES = DATA.map(lambda data: {"Resources": {"A": data}})


def walk(value: Any, path: Path = ()) -> Any:
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from walk(item, (*path, key))


def test_short_forms_are_spelled_out() -> None:
    properties: Any = source.parse("t.yaml", SHORT_FORMS).body["Resources"]
    assert properties["Reader"]["Properties"] == {
        "Arn": {"Fn::GetAtt": ["Other", "Stack.Arn"]},
        "Name": {"Fn::Sub": "x-${Env}"},
        "Joined": {"Fn::Join": [":", ["a", {"Ref": "B"}]]},
        "Chosen": {"Fn::If": ["InProd", {"a": 1}, {"Ref": "AWS::NoValue"}]},
        "Condition": {"Condition": "InProd"},
    }


def test_short_forms_are_what_cfn_lint_reads() -> None:
    from cfnlint.decode import decode_str

    decoded, _ = decode_str(SHORT_FORMS)
    mine: Any = source.parse("t.yaml", SHORT_FORMS).body
    theirs = json.loads(json.dumps(decoded, default=str))
    theirs["Resources"]["Reader"]["Properties"]["Arn"] = {"Fn::GetAtt": ["Other", "Stack.Arn"]}  # theirs may be a text
    assert mine["Resources"] == theirs["Resources"]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2012-10-17", "2012-10-17"),
        ("012345678901", "012345678901"),
        ("012345670123", "012345670123"),
        ("222222222222", 222222222222),
        ("-3", -3),
        ("1.5", 1.5),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("190:20:30", "190:20:30"),
        ("0x1F", "0x1F"),
        ("yes", True),
        ("off", False),
        ("~", None),
        ('"yes"', "yes"),
        ("'010'", "010"),
        ("!!str 5", "5"),
    ],
)
def test_scalars_stay_what_was_meant(written: str, read: object) -> None:
    body: Any = source.parse("t.yaml", f"Resources:\n  A: {written}\n").body
    assert body["Resources"]["A"] == read
    assert type(body["Resources"]["A"]) is type(read)


def test_what_is_merged_gives_way_to_what_is_written() -> None:
    body: Any = source.parse(
        "t.yaml", "Resources:\n  A: &a {x: 1, y: 2}\n  B:\n    y: 3\n    <<: *a\n  C:\n    <<: [{x: 9}, *a]\n"
    ).body
    assert body["Resources"]["B"] == {"x": 1, "y": 3}
    assert body["Resources"]["C"] == {"x": 9, "y": 2}


def test_positions_lead_to_keys_in_blocks_and_to_items_in_lists() -> None:
    template = source.parse("t.yaml", SHORT_FORMS)
    properties = ("Resources", "Reader", "Properties")
    assert template.position(("Resources", "Reader")) == Position(3, 3)
    assert template.position((*properties, "Joined")) == Position(8, 7)
    assert template.position((*properties, "Joined", "Fn::Join", 1, 1)) == Position(8, 31)
    assert template.position((*properties, "Chosen", "Fn::If", 1, "a")) == Position(9, 29)
    assert template.position((*properties, "Absent", 4)) == Position(5, 5)
    assert template.position(()) is None


@given(FILES)
def test_json_of_any_kind_has_the_position_of_each_value(body: Any) -> None:
    for indent in (None, 2):
        text = json.dumps(body, indent=indent)
        template = source.parse("t.json", text)
        assert template.body == body
        lines = text.splitlines()
        for path, _ in walk(body):
            if path and isinstance(path[-1], str):
                line, column = template.positions[path]
                assert lines[line - 1][column - 1 :].startswith(json.dumps(path[-1]))
        assert set(template.positions) == {path for path, _ in walk(body) if path}


@given(FILES)
def test_yaml_of_any_kind_says_the_same_as_json(body: Any) -> None:
    import yaml

    template = source.parse("t.yaml", yaml.safe_dump(body, allow_unicode=True, default_flow_style=False))
    assert template.body == body
    assert set(template.positions) == {path for path, _ in walk(body) if path}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"Resources": {\n"a": 1,\n"a": 2}}', "t:3: the key 'a' stands twice"),
        ('{"Resources": {"a": NaN}}', "t: is no JSON: NaN is not a number that JSON has"),
        ('{"Resources": {"a": 1}', "t:1: is no JSON: Expecting ',' delimiter"),
        (f'{{"Resources": {"[" * 5000}{"]" * 5000}}}', "t: is nested more than 200 levels deep"),
        (f'{{"Resources": {{"a": {"[" * MAX_DEPTH}{"]" * MAX_DEPTH}}}}}', "t: is nested more than 200 levels deep"),
        ("Resources:\n  a: 1\n  a: 2\n", "t:3: the key 'a' stands twice"),
        (f"Resources: {'[' * 300}{']' * 300}", "t:1: is nested more than 200 levels deep"),
        ("Resources: [*b]", "t:1: refers to *b, which is not defined before it"),
        ("Resources: &b [*b]", "t:1: refers to *b, which is not defined before it"),
        ("a: b: c", "t:1: is no YAML: mapping values are not allowed in this context"),
        ("Resources: {}\n---\n{}\n", "t:2: has more than one document"),
        ("Resources:\n  ? [a]\n  : b\n", "t:2: has a key that is no text"),
        ("Resources:\n  <<: 3\n", "t:2: merges something that is no block"),
        ("x: 1", "t: is no template: it has no Resources"),
        ("", "t: is no template: it has no Resources"),
        ("just words", "t: is no template: it has no Resources"),
        ("[]", "t: is no template: it has no Resources"),
        ('{"Resources": []}', "t: is no template: it has no Resources"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(IamgenError) as refused:
        source.parse("t", text)
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        '{"Resources": {\n"a": {"x": 1, "y": 2},\n"b": {"x": 1,\n"x": [1], "x": 2},\n"a": {"x": 1}}}',
        "Resources:\n  a: {x: 1, y: 2}\n  b: {x: 1,\n    x: [1], x: 2}\n  a: {x: 1}\n",
    ],
)
def test_every_key_that_repeats_is_named_at_once(text: str) -> None:
    with pytest.raises(IamgenError) as refused:
        source.parse("t", text)
    assert [(fault.where, fault.problem) for fault in refused.value.faults] == [
        ("t:4", "the key 'x' stands twice"),
        ("t:4", "the key 'x' stands twice"),
        ("t:5", "the key 'a' stands twice"),
    ]
    assert {fault.hint for fault in refused.value.faults} == {"join the two, or remove one of them"}


def test_the_deepest_nesting_that_is_read() -> None:
    depth = MAX_DEPTH - 2
    text = f'{{"Resources": {{"a": {"[" * depth}{"]" * depth}}}}}'
    assert source.parse("t", text).positions
    assert source.parse("t", text[1:-1].replace('"Resources"', "Resources")).positions


def test_an_alias_bomb_is_refused_before_it_goes_off() -> None:
    levels = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for previous, letter in zip("abcdefgh", "bcdefghi", strict=True):
        levels.append(f"{letter}: &{letter} [{', '.join([f'*{previous}'] * 9)}]")
    with pytest.raises(IamgenError, match="holds more than 2,000,000 values once its aliases are spelled out"):
        source.parse("t", "\n".join([*levels, "Resources: {}"]))


def test_the_position_of_what_has_none_is_that_of_what_is_around_it() -> None:
    read = source.parse("t", '{\n"Resources": {\n"R": {\n"Type": "T"}}}')
    assert read.position(("Resources", "R", "Type")) != read.position(("Resources", "R"))
    assert read.position(("Resources", "R", "Properties", "x")) == read.position(("Resources", "R")) is not None
    assert read.position(("Resources", "S")) == read.position(("Resources", "S", "x")) == read.position(("Resources",))
    assert read.position(("Resources",)) is not None
    assert read.position(()) is None


def test_files(tmp_path: FilePath) -> None:
    file = tmp_path / "t.json"

    def refusal() -> str:
        with pytest.raises(IamgenError) as raised:
            source.read(file)
        (fault,) = raised.value.faults
        return " | ".join(fault)

    assert refusal() == f"{file} | cannot be read: No such file or directory | check that it is a readable file"
    file.write_bytes(b'\xef\xbb\xbf{"Resources": {}}')
    assert (source.read(file).body, source.read(file).file) == ({"Resources": {}}, str(file))
    file.write_bytes(b"\xff\xfe")
    assert refusal() == f"{file} | is not UTF-8 | a template is text in UTF-8"
    file.write_text("{")
    assert refusal().endswith(" | write JSON or YAML, as CloudFormation reads it")
    file.write_text("{}")
    assert refusal() == f"{file} | is no template: it has no Resources | name a CloudFormation template"
