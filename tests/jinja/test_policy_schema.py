"""The JSON Schema of policy documents says what iamgen says, as far as a schema can."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from iamgen.check.rule_context import Facts
from iamgen.check.rules import malformed_policy, unknown_action
from iamgen.errors import IamgenError
from iamgen.iam.template import Template
from iamgen.jinja.policy import parse
from iamgen.jinja.template import RenderedText

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "expected"
SCHEMA = json.loads(files("iamgen.jinja.schemas").joinpath("policy-document.schema.json").read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

Document = Mapping[str, Any]
ROLE, REFERENCE, LEFT_OUT = {"Fn::GetAtt": ["OpsR", "Arn"]}, {"Ref": "OpsR"}, object()


def statement(**elements: object) -> dict[str, object]:
    """Return a good statement, but for these elements; an element LEFT_OUT is not in it."""
    whole = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", **elements}
    return {name: value for name, value in whole.items() if value is not LEFT_OUT}


def document(*statements: object, **more: object) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [*statements], **more}


def when(operator: str, value: object, key: str = "aws:username") -> dict[str, object]:
    return document(statement(Condition={operator: {key: value}}))


def is_accepted(body: object) -> bool:
    """Return whether iamgen takes it for the document of a policy, in `render` and in `check`."""
    text = json.dumps(body)
    try:
        parse(RenderedText("x.json.j2", text, (1,), text))
    except IamgenError:
        return False
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": body}}
    ops = {"Type": "AWS::IAM::Role", "Properties": {}}
    template = Template.of({"Resources": {"WorkP": policy, "OpsR": ops}}, 0)
    return not any(list(rule.check(template, Facts())) for rule in (malformed_policy.RULE, unknown_action.RULE))


def golden_documents() -> Iterator[Document]:
    """Yield every policy document in the golden templates but those of trust."""
    for path in sorted(GOLDEN.glob("*/*.json")):
        for resource in json.loads(path.read_text("utf-8"))["Resources"].values():
            properties = resource.get("Properties", {})
            for holder in (properties, *properties.get("Policies", ())):
                if "PolicyDocument" in holder:
                    yield holder["PolicyDocument"]


GOOD = {
    "one statement": {"Version": "2012-10-17", "Statement": statement()},
    "the older version": document(statement(), Version="2008-10-17"),
    "no version": {"Statement": [statement()]},
    "an id": document(statement(), Id="logs"),
    "every action": document(statement(Action="*", Resource=["*", "arn:aws:s3:::a/*"])),
    "wildcards": document(statement(Action=["s3:Get*", "ec2:Describe?*"], Sid="Read1")),
    "the opposites": document(statement(Action=LEFT_OUT, NotAction="iam:*", Resource=LEFT_OUT, NotResource=[ROLE])),
    "a reference": document(statement(Resource=REFERENCE)),
    "a reference with a dot": document(statement(Resource={"Fn::GetAtt": "OpsR.Arn"})),
    "no condition": document(statement(Condition={})),
    "a boolean": when("Bool", True),
    "a boolean in quotes": when("BoolIfExists", "false"),
    "a number": when("NumericLessThan", [5, "-1.5"]),
    "a date": when("DateGreaterThanEquals", ["2027-01-31", "2027-01-31T18:00:00Z", 1800000000]),
    "an address": when("IpAddress", ["203.0.113.5", "203.0.113.0/24", "2001:db8::/32", "::1"]),
    "no key": when("Null", "true"),
    "several values": when("ForAnyValue:StringLikeIfExists", ["a*", "b"]),
    "an ARN": when("ArnNotLike", [ROLE, "arn:aws:iam::*:role/*", "${aws:SourceArn}"]),
}
BAD = {
    "a list": [statement()],
    "no statement": {"Version": "2012-10-17"},
    "an empty list of statements": document(),
    "another version": document(statement(), Version="2012-10-18"),
    "another element of the document": document(statement(), **{"$schema": "policy-document.schema.json"}),
    "another element": document(statement(Actions="s3:*")),
    "Effect in lower case": document(statement(Effect="allow")),
    "no Effect": document(statement(Effect=LEFT_OUT)),
    "both Action and NotAction": document(statement(NotAction="iam:*")),
    "neither": document(statement(Action=LEFT_OUT)),
    "both Resource and NotResource": document(statement(NotResource="*")),
    "no Resource": document(statement(Resource=LEFT_OUT)),
    "a Principal": document(statement(Principal="*")),
    "a NotPrincipal": document(statement(NotPrincipal={"AWS": "111111111111"})),
    "a Sid with a blank": document(statement(Sid="read objects")),
    "no actions": document(statement(Action=[])),
    "an action without its service": document(statement(Action="GetObject")),
    "an action with two colons": document(statement(Action="s3:Get:Object")),
    "an empty action": document(statement(Action="")),
    "no resources": document(statement(Resource=[])),
    "a resource that is no ARN": document(statement(Resource="bucket/*")),
    "a resource that is a number": document(statement(Resource=5)),
    "a function": document(statement(Resource={"Fn::Sub": "arn:aws:s3:::x"})),
    "a reference beside other keys": document(statement(Resource={"Ref": "OpsR", "x": 1})),
    "a reference to nothing": document(statement(Resource={"Ref": "AWS::NoValue"})),
    "an attribute without its name": document(statement(Resource={"Fn::GetAtt": "OpsR"})),
    "a dynamic reference": document(statement(Resource="arn:aws:s3:::{{resolve:ssm:x}}")),
    "a dynamic reference in a condition": when("StringEquals", "{ { RESOLVE :ssm:x}}"),
    "a misspelt operator": when("StringEqual", "a"),
    "an operator in lower case": when("stringEquals", "a"),
    "IfExists of Null": when("NullIfExists", "true"),
    "Null of several": when("ForAllValues:Null", "true"),
    "a misspelt set operator": when("ForAnyValues:StringEquals", "a"),
    "an operator without keys": document(statement(Condition={"StringEquals": {}})),
    "an operator with text": document(statement(Condition={"StringEquals": "a"})),
    "a condition with text": document(statement(Condition="a")),
    "no values": when("StringEquals", []),
    "no value": when("StringEquals", None),
    "an ARN that is none": when("ArnLike", "*"),
    "a date that is none": when("DateLessThan", "tomorrow"),
    "a year": when("DateLessThan", 2027),
    "a boolean that is none": when("Bool", "yes"),
    "a number that is none": when("NumericEquals", "5 days"),
    "an address that is none": when("NotIpAddress", "office"),
}


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("body", GOOD.values(), ids=GOOD)
def test_good_documents(body: object) -> None:
    assert is_accepted(body)
    VALIDATOR.validate(body)


@pytest.mark.parametrize("body", BAD.values(), ids=BAD)
def test_bad_documents(body: object) -> None:
    assert not is_accepted(body)
    assert not VALIDATOR.is_valid(body)


def test_every_document_of_the_golden_templates_is_good() -> None:
    bodies = {json.dumps(body): body for body in golden_documents()}.values()
    assert len(bodies) > 30
    for body in bodies:
        VALIDATOR.validate(body)


ELEMENTS = sorted({*SCHEMA["$defs"]["statement"]["properties"], "Principal", "NotPrincipal", "action"})
VALUES = [
    "*", "Allow", "Deny", "s3:GetObject", "*:*", "s3*:Get", "arn:aws:s3:::a", "arn", "a b", "", "2027-01-31", "true", "5",
    5, True, None, [], {}, ["*"], ["*", "x"], ROLE, REFERENCE, {"Fn::Sub": "x"},
]  # fmt: skip
OPERATORS = sorted(
    {*SCHEMA["$defs"]["condition"]["properties"], "BoolIfExists", "ForAllValues:Null", "ForAnyValue:Bool", "Stringlike"}
)
CONDITIONS = st.dictionaries(
    st.sampled_from(OPERATORS),
    st.dictionaries(
        # as with actions below: what a reference comes to, such as a date, is not known before the deployment
        st.just("aws:username"),
        st.sampled_from([value for value in VALUES if value not in (ROLE, REFERENCE)]),
        max_size=1,
    ),
    max_size=2,
)
CHANGES = st.dictionaries(st.sampled_from(ELEMENTS), st.sampled_from([LEFT_OUT, *VALUES]), max_size=2)


@given(
    changes=CHANGES,
    condition=st.just({}) | CONDITIONS,
    version=st.sampled_from(["2012-10-17", "2008-10-17", "2012", None]),
)
def test_the_schema_refuses_what_iamgen_refuses(changes: Document, condition: Document, version: object) -> None:
    # What a reference comes to is known after the deployment: iamgen leaves it to a warning, and no action is one.
    assume(
        all(value not in (ROLE, REFERENCE) or name in ("Resource", "NotResource") for name, value in changes.items())
    )
    body = document(statement(**{"Condition": condition, **changes}), Version=version)
    assert VALIDATOR.is_valid(body) == is_accepted(body)


@pytest.mark.parametrize("element", ["Action", "Resource", "Sid"])
def test_an_expression_of_jinja_may_stand_for_what_it_becomes(element: str) -> None:
    VALIDATOR.validate(document(statement(**{element: "{{ vars.x }}"})))
    VALIDATOR.validate(when("DateLessThan", "{{ vars.end }}"))
    assert not VALIDATOR.is_valid(document(statement(Effect="{{ vars.x }}")))


def test_templates_without_statements_of_jinja_are_documents() -> None:
    templates = Path(__file__).resolve().parents[1] / "golden/cases"
    plain = [path.read_text("utf-8") for path in templates.glob("**/*.json.j2") if "{%" not in path.read_text("utf-8")]
    assert plain
    for text in plain:
        VALIDATOR.validate(json.loads(text))
