"""Functions of CloudFormation, replaced by what they give. Each expectation is from the CloudFormation User Guide."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.iam.intrinsics import Expanded, Unread, expand
from iamgen.iam.place import Place

HERE = Place("123456789012", "aws-cn", "cn-north-1", "infra")
NOWHERE = Place()
TEMPLATE = {
    "Parameters": {
        "Env": {"Type": "String", "Default": "dev"},
        "Names": {"Type": "CommaDelimitedList", "Default": "a, b"},
        "Subnets": {"Type": "List<AWS::EC2::Subnet::Id>", "Default": "s-1,s-2"},
        "Open": {"Type": "String"},
        "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/path"},
    },
    "Mappings": {"Sizes": {"eu": {"x": "1"}, "us": {"x": "2"}}},
    "Conditions": {"InProd": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
}
NO_VALUE = {"Ref": "AWS::NoValue"}
R_ARN = {"Fn::GetAtt": ["R", "Arn"]}


def expanded(value: object, place: Place = HERE) -> Expanded:
    return expand({**TEMPLATE, "Resources": {"R": {"Value": value}}}, place)


def given_by(value: object, place: Place = HERE) -> object:
    resources: Any = expanded(value, place).body["Resources"]
    return resources["R"]["Value"]


def choose(first: object, second: object, condition: str = "InProd") -> dict[str, object]:
    return {"Fn::If": [condition, first, second]}


@pytest.mark.parametrize(
    ("function", "result"),
    [
        ({"Ref": "AWS::AccountId"}, "123456789012"),
        ({"Ref": "AWS::Partition"}, "aws-cn"),
        ({"Ref": "AWS::Region"}, "cn-north-1"),
        ({"Ref": "AWS::StackName"}, "infra"),
        ({"Ref": "AWS::URLSuffix"}, "amazonaws.com.cn"),
        ({"Ref": "AWS::StackId"}, {"Ref": "AWS::StackId"}),
        ({"Ref": "Env"}, "dev"),
        ({"Ref": "Names"}, ["a", "b"]),
        ({"Ref": "Subnets"}, ["s-1", "s-2"]),
        ({"Ref": "Open"}, {"Ref": "Open"}),
        ({"Ref": "Image"}, {"Ref": "Image"}),
        ({"Ref": "R"}, {"Ref": "R"}),
        (R_ARN, R_ARN),
        ({"Fn::Sub": "${Env}-${AWS::AccountId}-${Open}-${!aws:username}-${R}-${R.Arn}"}, "dev-123456789012-⟨Open⟩-${aws:username}-⟨R⟩-⟨R.Arn⟩"),
        ({"Fn::Sub": ["${a}-${Env}", {"a": {"Ref": "AWS::Region"}, "Env": "mine"}]}, "cn-north-1-mine"),
        ({"Fn::Join": [":", ["arn", {"Ref": "AWS::Partition"}, R_ARN, NO_VALUE]]}, "arn:aws-cn:⟨R.Arn⟩"),
        ({"Fn::Join": [",", {"Ref": "Names"}]}, "a,b"),
        ({"Fn::Select": ["1", {"Fn::Split": [",", "p,q"]}]}, "q"),
        ({"Fn::Select": [0, {"Ref": "Names"}]}, "a"),
        ({"Fn::Select": [7, ["a"]]}, {"Fn::Select": [7, ["a"]]}),
        ({"Fn::Split": [",", {"Ref": "Open"}]}, {"Fn::Split": [",", {"Ref": "Open"}]}),
        ({"Fn::FindInMap": ["Sizes", "eu", "x"]}, "1"),
        ({"Fn::FindInMap": ["Sizes", "asia", "x", {"DefaultValue": "0"}]}, "0"),
        ({"Fn::FindInMap": ["Sizes", "asia", "x"]}, "⟨Fn::FindInMap Sizes asia x⟩"),
        ({"Fn::FindInMap": ["Sizes", "eu"]}, "⟨Fn::FindInMap⟩"),
        ({"Fn::FindInMap": ["Sizes", "eu", "x", {"DefaultValue": "0"}]}, "1"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Open"}, "x", {"DefaultValue": "0"}]},
         choose("1", choose("2", "0", "Sizes ⟨Open⟩ x = us"), "Sizes ⟨Open⟩ x = eu")),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Open"}, "x"]}, choose("1", "2", "Sizes ⟨Open⟩ x = eu")),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Open"}, "y"]}, "⟨Fn::FindInMap Sizes Open y⟩"),
        ({"Fn::ToJsonString": {"a": R_ARN, "b": [{"Ref": "Env"}]}}, '{"a": "⟨R.Arn⟩", "b": ["dev"]}'),
        ({"Fn::ToJsonString": [[R_ARN], {"a": {"Ref": "Open"}}]}, '[["⟨R.Arn⟩"], {"a": "⟨Open⟩"}]'),
        ({"Fn::Length": {"Ref": "Names"}}, 2),
        ({"Fn::Sub": "${Missing}"}, "⟨Missing⟩"),
        ({"Fn::Join": ["", ["a", {"Fn::ImportValue": {"Fn::Sub": "${Env}-x"}}]]}, "a⟨Fn::ImportValue dev-x⟩"),
        ({"Fn::Cidr": ["a", "b"]}, {"Fn::Cidr": ["a", "b"]}),
        (["a", NO_VALUE, "b"], ["a", "b"]),
        ({"a": 1, "b": NO_VALUE}, {"a": 1}),
    ],
)  # fmt: skip
def test_functions_give_what_the_guide_says(function: object, result: object) -> None:
    assert given_by(function) == result


@pytest.mark.parametrize(
    ("function", "result"),
    [
        (choose("a", NO_VALUE), choose("a", NO_VALUE)),
        (choose("same", "same"), "same"),
        (choose(choose("a", "b"), choose("c", "d")), choose("a", "d")),
        ({"Fn::Join": ["", ["x", choose("y", "z"), choose("1", "2")]]}, choose("xy1", "xz2")),
        ({"Fn::Join": ["", ["x", choose("y", NO_VALUE)]]}, choose("xy", "x")),
        ({"Fn::Sub": ["r/${n}", {"n": choose("y", choose("z", "w", "Second"))}]}, choose("r/y", choose("r/z", "r/w", "Second"))),
        ({"Fn::Select": [0, choose(["a"], ["b"])]}, choose("a", "b")),
    ],
)  # fmt: skip
def test_both_branches_of_a_condition_are_read_and_stay_together(function: object, result: object) -> None:
    assert given_by(function) == result


def test_a_mapping_whose_key_is_not_known_gives_each_of_its_values() -> None:
    value = {"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "x"]}
    assert given_by(value, NOWHERE) == choose("1", "2", "Sizes ⟨AWS::Region⟩ x = eu")
    assert given_by({"Fn::Sub": ["r/${v}", {"v": value}]}, NOWHERE) == choose(
        "r/1", "r/2", "Sizes ⟨AWS::Region⟩ x = eu"
    )


def test_loops_are_written_out_and_say_where_they_come_from() -> None:
    loop = {
        "Fn::ForEach::Roles": [
            "Name",
            {"Ref": "Names"},
            {"Role${Name}": {"Type": "T", "Value": {"Fn::Sub": "x-${Name}"}}},
        ]
    }
    result = expand({**TEMPLATE, "Resources": loop}, HERE)
    assert result.body["Resources"] == {"Rolea": {"Type": "T", "Value": "x-a"}, "Roleb": {"Type": "T", "Value": "x-b"}}
    assert result.origins["Resources", "Roleb"] == ("Resources", "Fn::ForEach::Roles", 2, "Role${Name}")


def test_sections_that_are_worked_out_are_left_out() -> None:
    sections = ("Parameters", "Mappings", "Conditions", "Transform", "Outputs", "Resources")
    assert expand({section: {} for section in sections}, HERE).body == {"Outputs": {}, "Resources": {}}


def test_loops_within_loops_and_letters_only() -> None:
    inner = {"Fn::ForEach::In": ["B", ["1", "2"], {"R&{A}${B}": {"Value": {"Ref": "A"}}}]}
    result = expand({"Resources": {"Fn::ForEach::Out": ["A", ["x-y"], inner]}}, HERE)
    assert result.body["Resources"] == {"Rxy1": {"Value": "x-y"}, "Rxy2": {"Value": "x-y"}}


@pytest.mark.parametrize(
    ("body", "unread"),
    [
        ({"Transform": "Mine"}, Unread(("Transform",), "the transform Mine may change or add anything")),
        ({"Transform": [{"Name": "AWS::Include"}]}, Unread(("Transform",), "the transform AWS::Include may change or add anything")),
        (
            {"Resources": {"R": {"Fn::Transform": {"Name": "AWS::Include"}, "Type": "T"}}},
            Unread(("Resources", "R"), "Fn::Transform AWS::Include may add anything here"),
        ),
        (
            {"Resources": {"Fn::ForEach::L": ["N", {"Ref": "Open"}, {"R${N}": {"Type": "T"}}]}},
            Unread(("Resources", "Fn::ForEach::L"), "Fn::ForEach::L goes over a collection that is not known before the deployment"),
        ),
        (
            {"Resources": {"Fn::ForEach::L": "nonsense"}},
            Unread(("Resources", "Fn::ForEach::L"), "Fn::ForEach::L is not a loop of an identifier, a collection and a block"),
        ),
    ],
)  # fmt: skip
def test_what_is_not_read_is_named(body: dict[str, object], unread: Unread) -> None:
    assert expand(body, HERE).unread == (unread,)


def test_defaults_of_parameters_are_assumptions_each_told_once() -> None:
    result = expanded([{"Ref": "Env"}, {"Fn::Sub": "${Env}"}, {"Ref": "Names"}])
    assert result.unread == ()
    assert result.assumed == (
        "the parameter Env is taken at its default, dev",
        "the parameter Names is taken at its default, a, b",
    )


def test_a_loop_over_what_is_not_known_is_read_once_with_a_hole() -> None:
    body = {"Resources": {"Fn::ForEach::L": ["N", {"Ref": "Open"}, {"R${N}": {"Type": "T", "Value": {"Ref": "N"}}}]}}
    assert expand(body, HERE).body["Resources"] == {"R⟨N⟩": {"Type": "T", "Value": "⟨N⟩"}}


def test_transforms_that_are_read_are_not_named() -> None:
    assert expand({"Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"]}, HERE).unread == ()


def test_a_loop_bomb_is_bounded() -> None:
    body: dict[str, object] = {"R${A}${B}${C}${D}": {"Type": "T"}}
    for name in "ABCD":
        body = {f"Fn::ForEach::{name}": [name, [str(number) for number in range(100)], body]}
    (unread,) = expand({"Resources": body}, HERE).unread
    assert unread == Unread(("Resources",), "its loops make more than 50,000 values, and the rest was not read")


NAMES = st.sampled_from(["Ref", "Fn::Sub", "Fn::Join", "Fn::If", "Fn::Select", "Fn::Split", "Fn::GetAtt", "Fn::FindInMap", "Fn::Transform", "Fn::ForEach::X", "Fn::ToJsonString", "Fn::Length", "Fn::Nonsense", "a", "Condition"])  # fmt: skip
LEAVES = st.sampled_from(["Env", "Open", "Names", "InProd", "Sizes", "${Env}", "${", "R", "AWS::AccountId", "AWS::NoValue", "", "0", 0, 1, True, None, 1.5])  # fmt: skip
NONSENSE = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=2), max_leaves=16
)


@given(NONSENSE, st.dictionaries(st.sampled_from(["Parameters", "Mappings", "Conditions", "Transform"]), NONSENSE))
def test_nothing_in_a_template_makes_it_fail(value: object, sections: dict[str, object]) -> None:
    expand({**TEMPLATE, **sections, "Resources": value}, NOWHERE)


@pytest.mark.parametrize(("count", "told_apart"), [(64, True), (65, False)])
def test_a_mapping_of_many_values_is_one_hole(count: int, told_apart: bool) -> None:
    sizes = {f"k{number}": {"x": str(number)} for number in range(count)}
    value = {"Fn::FindInMap": ["Many", {"Ref": "Open"}, "x"]}
    body: Any = expand({"Mappings": {"Many": sizes}, "Resources": {"R": {"Value": value}}}, HERE).body
    assert isinstance(body["Resources"]["R"]["Value"], dict) is told_apart


def test_values_of_a_mapping_that_are_equal_are_told_once() -> None:
    sizes = {"a": {"x": {"p": 1, "q": 2}}, "b": {"x": {"q": 2, "p": 1}}}
    value = {"Fn::FindInMap": ["Many", {"Ref": "Open"}, "x"]}
    body: Any = expand({"Mappings": {"Many": sizes}, "Resources": {"R": {"Value": value}}}, HERE).body
    assert body["Resources"]["R"]["Value"] == {"p": 1, "q": 2}


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (choose({"Fn::Transform": {"Name": "M"}}, "x"), ("Fn::If", 1)),
        (choose("x", {"Fn::Transform": {"Name": "M"}}), ("Fn::If", 2)),
        (choose(choose({"Fn::Transform": {"Name": "M"}}, "x"), "y"), ("Fn::If", 1, "Fn::If", 1)),
        (choose("y", choose("x", {"Fn::Transform": {"Name": "M"}})), ("Fn::If", 2, "Fn::If", 2)),
        ({"Fn::Sub": ["${a}", {"a": {"Fn::Transform": {"Name": "M"}}}]}, ("Fn::Sub", 1, "a")),
        ([{"Fn::Join": [",", [{"Fn::Transform": {"Name": "M"}}]]}], (0, "Fn::Join", 1, 0)),
    ],
)
def test_where_a_part_is_that_could_not_be_read(value: object, path: tuple[str | int, ...]) -> None:
    """Whose part it is decides who may have any power: an answer about another resource stays certain."""
    (unread,) = expanded(value).unread
    assert unread.path == ("Resources", "R", "Value", *path)


@pytest.mark.parametrize("opening", ["${A", "${a:", "${!"])
def test_many_braces_that_nothing_closes_take_no_time(opening: str) -> None:
    """Each of them was followed to the end of the text, to look for a brace that closes it."""
    many = opening * 50_000
    started = time.process_time()
    result = given_by({"Fn::Sub": f"${{AWS::Region}}{many}"})
    assert time.process_time() - started < 5
    assert result == f"cn-north-1{many}"
