"""Nothing leaves that CloudFormation would make something else of, whatever way it came in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from troposphere import GetAtt, Ref, Sub, Template
from troposphere.iam import Group, Role

from iamgen.declaration.load import load
from iamgen.errors import Fault, IamgenError
from iamgen.jinja.policy import documents
from iamgen.synth.account_templates import texts
from iamgen.synth.output_guard import _dangling, _is_plain, _replaced, output_faults
from iamgen.synth.template_text import text

MakeRepo = Callable[..., Path]
GROUP = {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "infra-X"}}


def template(**properties: Any) -> dict[str, Any]:
    role = {"Type": "AWS::IAM::Role", "Properties": properties}
    return {"AWSTemplateFormatVersion": "2010-09-09", "Description": "x", "Resources": {"R": role, "G": GROUP}}


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a transform of all": ({**template(), "Transform": "AWS::Include"}, "its template has Transform, and may have"),
    "outputs": ({**template(), "Outputs": {}}, "its template has Outputs, and may have"),
    "a description": ({**template(), "Description": "{{resolve:ssm:x}}"}, "it has a dynamic reference"),
    "a name": (template(RoleName="a{{resolve:ssm:x}}"), "it has a dynamic reference"),
    "a tag": (template(Tags=[{"Key": "a", "Value": "{{resolve:ssm:x}}"}]), "it has a dynamic reference"),
    "a function": (template(RoleName={"Fn::Sub": "x"}), "it has Fn::Sub"),
    "a key": (template(**{"Fn::Transform": {"Name": "AWS::Include"}}), "it has Fn::Transform"),
    "a reference": (
        template(Groups=[{"Ref": "Nowhere"}]),
        'Ref names "Nowhere", and the template has no such resource',
    ),
    "an attribute": (template(X={"Fn::GetAtt": ["Nowhere", "Arn"]}), 'Fn::GetAtt names "Nowhere"'),
    "no value": (template(X={"Ref": "AWS::NoValue"}), "it has Ref AWS::NoValue"),
    "a number": (template(MaxSessionDuration=float("nan")), "it has a number that JSON does not have"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_may_not_leave(case: str) -> None:
    body, message = CASES[case]
    (fault,) = output_faults("dev", body)
    assert fault.where.startswith("dev")
    assert fault.problem.startswith(message)


def test_other_parts_of_a_resource() -> None:
    body = template()
    body["Resources"]["R"] |= {"UpdatePolicy": {}, "Metadata": {}}
    faults = list(output_faults("dev", body))
    hint = "write what is meant instead, where it is declared"
    assert sorted(faults) == [
        Fault(f"dev Resources/R/{part}", "this may not be part of a resource", hint)
        for part in ("Metadata", "UpdatePolicy")
    ]


def test_what_may_leave() -> None:
    known = template(
        A={"Ref": "G"}, B={"Fn::GetAtt": ["G", "Arn"]}, C={"Ref": "AWS::AccountId"}, D="{{ x }} ${aws:username}"
    )
    assert list(output_faults("dev", known)) == []


TEXTS = ("G", "Nowhere", "AWS::NoValue", "{{resolve:ssm:x}}", "{ {re\u017folve:x", "condition", "Fn::Sub", "\n", "x", 1)
KEYS = ("Ref", "Fn::GetAtt", "fn::getatt", " Fn::Sub", "Transform", "Condition", " condition ", "Properties", "x\u00a0")
values = st.recursive(
    st.sampled_from((*TEXTS, float("inf"))),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2),
        st.dictionaries(st.sampled_from(KEYS), inner, max_size=2),
        st.dictionaries(st.sampled_from(KEYS[:2]), inner, min_size=1, max_size=1),
    ),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(value=values)
def test_a_look_at_the_text_misses_nothing_that_a_look_at_the_values_finds(value: Any) -> None:
    body = template(X=value)
    if _is_plain(body):
        assert [*_replaced("dev", body), *_dangling("dev", body)] == []


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_no_text_is_made_of_it(form: Any) -> None:
    result = Template()
    result.add_resource(Group("G", GroupName=Sub("x-${AWS::AccountId}")))
    result.add_resource(
        Role(
            "R",
            AssumeRolePolicyDocument={},
            Description="{{resolve:ssm:x}}",
            ManagedPolicyArns=[Ref("G"), GetAtt("G", "Arn")],
        )
    )
    with pytest.raises(IamgenError) as raised:
        text(result, form, "dev")
    assert [fault.where for fault in raised.value.faults] == [
        "dev Resources/G/Properties/GroupName/Fn::Sub",
        "dev Resources/R/Properties/Description",
    ]


def test_the_faults_of_every_template_of_a_policy_are_told(make_repo: MakeRepo) -> None:
    root = make_repo(
        'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ()\n'
        'POLICIES = (Policy("AP", "a.json.j2", accounts="*"), Policy("BP", "b.json.j2", accounts="dev"))\n'
        'ROLES = (Role("CR", accounts="dev", emergency=Emergency("x", until="2030-01-01", template="c.json.j2")),)\n'
    )
    (root / "templates/policies").mkdir(parents=True)
    for name in "abc":
        (root / f"templates/policies/{name}.json.j2").write_text('{"Statement": [{"Resource": {"Fn::Sub": "x"}}]}')
    declaration = load(root, datetime(2026, 11, 23, tzinfo=UTC)).declaration
    with pytest.raises(IamgenError) as raised:
        texts(declaration, declaration.accounts.values(), documents(root, declaration))
    assert [fault.where for fault in raised.value.faults] == [f"templates/policies/{name}.json.j2:1" for name in "abc"]
