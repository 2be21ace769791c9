"""Policy documents out of templates: each fault with the template's own line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.declaration.load import load
from iamgen.errors import IamgenError
from iamgen.iam.json_text import parts
from iamgen.jinja.policy import documents, parse
from iamgen.jinja.template import RenderedText, render
from iamgen.source_place import SourcePlace

MakeRepo = Callable[..., Path]
HEAD = '{\n  "Version": "2012-10-17",\n  "Statement": [\n'
ONE = '    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}\n'


def rendered(root: Path, template: str) -> dict[str, object]:
    folder = root / "templates" / "policies"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "x.json.j2").write_text(template)
    declaration = load(root, datetime(2026, 11, 23, tzinfo=UTC)).declaration
    return documents(root, declaration)(
        "x.json.j2", {"team": "blue", "half": "{{res", "other": "olve:ssm:x}}"}, declaration.accounts["dev"]
    )


def test_what_a_template_knows(make_repo: MakeRepo) -> None:
    template = (
        '{"Statement": {"Sid": "{{ account.name }} {{ account.id }} {{ accounts.prod.id }} {{ partition }} '
        '{{ team }} {{ vars.team }} {{ constants.GLOBAL_AWS_REGION }}"}}'
    )
    assert rendered(make_repo(), template) == {
        "Statement": {"Sid": "dev 222222222222 333333333333 aws blue blue eu-west-1"}
    }


NO_POLICY = 'write {"Version": "2012-10-17", "Statement": [{"Effect": …}]}'
JINJA = "see Jinja2's template documentation"
FAULTS = {
    "undefined": (HEAD + '    "{{ teem }}"\n  ]\n}', "policies/x.json.j2:4: 'teem' is undefined", "did you mean team?"),
    "undefined attribute": (
        HEAD + '\n "{{ account.nme }}"]}',
        "x.json.j2:5: 'dict object' has no attribute 'nme'",
        "a template knows account, accounts, constants, half, other, partition, team, vars",
    ),
    "syntax": (HEAD + "{% for %}", "x.json.j2:4: Expected", JINJA),
    "an unknown tag": (HEAD + "\n{% boom %}", "x.json.j2:5: Encountered unknown tag 'boom'", JINJA),
    "an exception": (HEAD + "{{ 1 / 0 }}", "x.json.j2:4: division by zero", ""),
    "no JSON": (
        HEAD + '    {"Effect" "Allow"}\n  ]\n}',
        "x.json.j2:4: it makes no JSON: Expecting ':'",
        "JSON has a comma between two entries, none after the last, and text in double quotes",
    ),
    "no JSON at the end": (
        '{\n"Version":\n\n\n',
        "x.json.j2:4: it makes no JSON: Expecting value",
        "something is missing before this",
    ),
    "no JSON after a loop": (
        HEAD + "{% for n in range(30) %}\n" + ONE + "    ,\n{% endfor %}\n" + ONE + "  ] oops\n}",
        "x.json.j2:9: it makes no JSON: Expecting ',' delimiter",
        "JSON has a comma between two entries",
    ),
    "no JSON in a loop": (
        HEAD + "{% for n in range(3) %}\n    {} oops\n{% endfor %}\n  ]\n}",
        "x.json.j2:5: it makes no JSON: Expecting ',' delimiter",
        "JSON has a comma between two entries",
    ),
    "no JSON of a value": (
        HEAD + "    {{ team }}\n  ]\n}",
        "x.json.j2:4: it makes no JSON: Expecting value",
        "the template makes of it: blue",
    ),
    "a key twice": (
        HEAD + '    {"Effect": "Allow",\n     "Action": "s3:*",\n     "Effect": "Deny"}\n  ]\n}',
        "x.json.j2:6: the key 'Effect' stands twice",
        "join the two, or remove one of them",
    ),
    "a list": ("[\n]", "x.json.j2:1: it makes no policy document", NO_POLICY),
    "empty": ("", "x.json.j2:1: it makes no JSON", ""),
    "an empty object": ("{}", "x.json.j2:1: it has no Statement", NO_POLICY),
    "a statement that is text": ('{"Statement": "x"}', "x.json.j2:1: a Statement in it is no object", NO_POLICY),
    "a condition that is text": (
        '{"Statement": {"Condition": "x"}}',
        "x.json.j2:1: it has Condition with text",
        "{operator:",
    ),
    "a condition without keys": (
        '{"Statement": [{"Condition": {"Bool": 1}}]}',
        "x.json.j2:1: a Condition in it is not of the form {operator: {key: value}}",
        NO_POLICY,
    ),
    "no statement in it": ('{"Version": "2012-10-17", "Statement": []}', "x.json.j2:1: it has no Statement", ""),
}


RULE = '    {"Effect": "Allow", "Action": "s3:*",\n     "Resource": '
END = "}\n  ]\n}\n"
REPLACED = {  # what stands as a statement's Resource, on line 5
    "Fn::Sub": ('{"Fn::Sub": "arn:aws:s3:::${X}"}', "it has Fn::Sub, which CloudFormation would replace"),
    "in capitals, with blanks": ('{" FN::sub ": "x"}', "it has  FN::sub , which CloudFormation would replace"),
    "a loop": ('{"Fn::ForEach::Loop": []}', "it has Fn::ForEach::Loop, which CloudFormation would replace"),
    "a transform": ('"x", "Fn::Transform": {"Name": "AWS::Include"}', "it has Fn::Transform, which"),
    "a whole transform": ('[{"Transform": "AWS::Include"}]', "it has Transform, which CloudFormation would replace"),
    "a condition": ('[{"Condition": "IsProd"}]', "it has Condition with text"),
    "a dynamic reference": ("\"{{ '{{' }}resolve:ssm:x}}\"", "it has a dynamic reference, {{resolve:…}}"),
    "with blanks, in capitals": ("\"{{ '{ {' }} RESOLVE :ssm:x}}\"", "it has a dynamic reference, {{resolve:…}}"),
    "escaped": ('"\\u007b\\u007bresolve:ssm:x}}"', "it has a dynamic reference, {{resolve:…}}"),
    "out of two variables": ('"{{ half }}{{ other }}"', "it has a dynamic reference, {{resolve:…}}"),
    "in a key": ('"x", "Condition": {"StringEquals": {"{{ half }}{{ other }}": "x"}}', "it has a dynamic reference"),
    "a reference that takes away": ('{"Ref": "AWS::NoValue"}', "it has Ref AWS::NoValue, with which CloudFormation"),
    "a reference with company": ('{"Ref": "OpsR", "x": 1}', "it has Ref beside other keys"),
    "a reference to nothing": ('{"Ref": ["OpsR"]}', "it has Ref that names no resource"),
    "an attribute of nothing": ('{"Fn::GetAtt": "OpsR"}', "it has Fn::GetAtt that names no resource"),
    "an attribute by a function": (
        '{"Fn::GetAtt": ["OpsR", {"Ref": "A"}]}',
        "it has Fn::GetAtt that names no resource",
    ),
    "NaN": ("NaN", "it has NaN, Infinity, or a number that is too large"),
    "-Infinity": ("[1, -Infinity]", "it has NaN, Infinity, or a number that is too large"),
    "a large number": ("1e999", "it has NaN, Infinity, or a number that is too large"),
    "a long number": ("{{ '9' * 5000 }}", "it has NaN, Infinity, or a number that is too large"),
}


@pytest.mark.parametrize("case", REPLACED)
def test_what_cloudformation_would_replace(case: str, make_repo: MakeRepo) -> None:
    resource, message = REPLACED[case]
    with pytest.raises(IamgenError) as raised:
        rendered(make_repo(), HEAD + RULE + resource + END)
    (fault,) = raised.value.faults
    assert fault.where == "templates/policies/x.json.j2:5"
    assert fault.problem.startswith(message)
    assert fault.hint
    if "NaN" in message:
        assert fault.hint == "JSON has none of these: write a number, or text"


@pytest.mark.parametrize(
    "reference", ['{"Ref": "OpsR"}', '{"Fn::GetAtt": ["OpsR", "Arn"]}', '{"Fn::GetAtt": "OpsR.Arn"}']
)
def test_references_to_resources_come_out(reference: str, make_repo: MakeRepo) -> None:
    assert rendered(make_repo(), HEAD + RULE + reference + END)["Statement"]


def test_every_line_at_fault_is_told(make_repo: MakeRepo) -> None:
    template = HEAD + RULE + '{"Fn::Sub": "x"},\n     "Action": NaN,\n     "Sid": "{{ half }}{{ other }}"' + END
    with pytest.raises(IamgenError) as raised:
        rendered(make_repo(), template)
    places = [(fault.where.rpartition(":")[2], fault.problem.split(",")[0]) for fault in raised.value.faults]
    assert places == [
        ("6", "the key 'Action' stands twice"),
        ("5", "it has Fn::Sub"),
        ("7", "it has a dynamic reference"),
        ("6", "it has NaN"),
    ]


def test_json_that_is_nested_too_deeply(make_repo: MakeRepo) -> None:
    with pytest.raises(IamgenError) as raised:
        rendered(make_repo(), "\n{{ '[' * 5000 }}{{ ']' * 5000 }}")
    (fault,) = raised.value.faults
    assert fault == (
        "templates/policies/x.json.j2:2",
        "it is nested too deeply: 32 levels of brackets are the most that is read",
        "a policy has six levels: look for what repeats itself",
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
        max_leaves=12,
    )
)
def test_every_part_of_json_is_where_it_stands(value: object) -> None:
    text = json.dumps(value, indent=1)
    lines = text.split("\n")
    for part in parts(text):
        inner: Any = value
        for step in part.path:
            inner = inner[step]
        written = json.dumps(part.path[-1]) if part.is_key else json.dumps(inner, indent=1).partition("\n")[0]
        assert written in lines[part.position.line - 1]


@pytest.mark.parametrize("case", FAULTS)
def test_a_fault(case: str, make_repo: MakeRepo) -> None:
    template, where_and_what, hint = FAULTS[case]
    with pytest.raises(IamgenError) as raised:
        rendered(make_repo(), template)
    (fault,) = raised.value.faults
    assert where_and_what in f"{fault.where}: {fault.problem}"
    assert fault.where.startswith("templates/policies/x.json.j2:")
    assert hint in fault.hint


def test_a_statement_as_an_object_is_legal(make_repo: MakeRepo) -> None:
    assert rendered(make_repo(), '{"Statement": {"Effect": "Deny"}}') == {"Statement": {"Effect": "Deny"}}


def test_no_template(make_repo: MakeRepo) -> None:
    root = make_repo()
    (root / "templates/policies").mkdir(parents=True)
    (root / "templates/policies/logs.json.j2").write_text("{}")
    with pytest.raises(IamgenError) as raised:
        render(root, "policies/log.json.j2", {})
    assert raised.value.faults[0] == (
        "templates/policies/log.json.j2",
        "there is no such template",
        "did you mean policies/logs.json.j2?",
    )


def test_a_template_in_another_folder_is_named(make_repo: MakeRepo) -> None:
    root = make_repo()
    (root / "templates").mkdir(exist_ok=True)
    (root / "templates/log.json.j2").write_text("{}")
    with pytest.raises(IamgenError) as raised:
        render(root, "policies/log.json.j2", {})
    assert raised.value.faults[0] == (
        "templates/policies/log.json.j2",
        "there is no such template",
        "it is looked for there, and templates/log.json.j2 has its name: move that file",
    )


def test_a_template_that_includes_one_that_does_not_exist(make_repo: MakeRepo) -> None:
    root = make_repo()
    (root / "templates/policies").mkdir(parents=True)
    (root / "templates/policies/own.json.j2").write_text('{\n{% include "policies/shared.json.j2" %}}')
    with pytest.raises(IamgenError) as raised:
        render(root, "policies/own.json.j2", {})
    assert raised.value.faults[0].where == "templates/policies/own.json.j2:2"
    assert raised.value.faults[0].problem == "there is no template 'policies/shared.json.j2'"


@pytest.mark.parametrize("included", ["policies/owm.json.j2", "policies/pipe.json.j2", "/etc/passwd", "../users.py"])
def test_nobody_is_advised_to_write_what_is_there_already(included: str, make_repo: MakeRepo) -> None:
    root = make_repo()
    (root / "templates/policies").mkdir(parents=True)
    (root / "templates/policies/own.json.j2").write_text(f'{{% include "{included}" %}}')
    os.mkfifo(root / "templates/policies/pipe.json.j2")
    for template in ("policies/own.json.j2", "policies/pipe.json.j2"):
        with pytest.raises(IamgenError) as raised:
            render(root, template, {})
        assert f"did you mean {template}?" != raised.value.faults[0].hint
        assert f"did you mean {included}?" != raised.value.faults[0].hint


def test_what_is_not_utf_8(make_repo: MakeRepo) -> None:
    root = make_repo()
    (root / "templates").mkdir()
    (root / "templates/x.j2").write_bytes(b"\xff")
    with pytest.raises(IamgenError, match=r"templates/x\.j2: cannot be read") as raised:
        render(root, "x.j2", {})
    assert raised.value.faults[0].hint == "it has to be a readable file in UTF-8"


@given(
    st.lists(st.sampled_from(["text\n", "{{ a }}\n", "{% if a %}\n", "{% endif %}", "{# c\n #}", "\n", "{{- a -}}\n"]))
)
def test_marks_never_reach_the_text_and_every_line_has_its_origin(parts: list[str]) -> None:
    import tempfile

    source = "".join(parts)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "templates").mkdir()
        (root / "templates/x.j2").write_text(source)
        try:
            rendered = render(root, "x.j2", {"a": "1"})
        except IamgenError:
            return
    assert not set("\ue000\ue001") & set(rendered.text)
    assert len(rendered.lines) == rendered.text.count("\n") + 1
    assert all(1 <= line <= source.count("\n") + 1 for line in rendered.lines)
    assert list(rendered.lines) == sorted(rendered.lines)


def test_parse_finds_the_second_of_two_keys_in_the_same_object_only() -> None:
    text = '{"Statement": {"a": 1,\n"b": {"a": 2},\n"a": 3}}'
    with pytest.raises(IamgenError, match="x:3: the key 'a' stands twice"):
        parse(RenderedText("x", text, (1, 2, 3)))


PLACES = {
    "an undefined name": ('{"Statement":\n  "{{ teem }}"}', "templates/policies/x.json.j2:2:7", "teem"),
    "an undefined name that is there twice": (
        '{"Statement":\n "teem {{ teem }}"}',
        "templates/policies/x.json.j2:2",
        "",
    ),
    "an attribute that is not there": (
        '{"Statement":\n "{{ account.nme }}"}',
        "templates/policies/x.json.j2:2:14",
        "nme",
    ),
    "a line as the template has it": ('{"Statement":\n {"a" "b"}}', "templates/policies/x.json.j2:2:7", '"'),
    "a line that is made": ('{"Statement":\n "{{ team }}" "b"}', "templates/policies/x.json.j2:2", ""),
    "a wrong tag": ('{"Statement":\n {% boom %}}', "templates/policies/x.json.j2:2", ""),
    "a template that is not there": ('{% include "nope.j2" %}', "templates/policies/x.json.j2:1:13", "nope.j2"),
}


@pytest.mark.parametrize("case", PLACES)
def test_the_place_in_a_template(case: str, make_repo: MakeRepo) -> None:
    template, place, meant = PLACES[case]
    with pytest.raises(IamgenError) as raised:
        rendered(make_repo(), template)
    where = raised.value.faults[0].where
    assert isinstance(where, SourcePlace)
    assert where.exact == place
    assert where.span.text == template.split("\n")[int(where.rpartition(":")[2]) - 1]
    assert where.span.text[where.span.column - 1 :][: where.span.length] == meant


def test_the_place_in_a_template_that_another_includes(make_repo: MakeRepo) -> None:
    root = make_repo()
    (root / "templates" / "policies").mkdir(parents=True)
    (root / "templates" / "policies" / "inner.j2").write_text("x\n{% boom %}")
    with pytest.raises(IamgenError) as raised:
        rendered(root, '{% include "policies/inner.j2" %}')
    where = raised.value.faults[0].where
    assert isinstance(where, SourcePlace)
    assert (where, where.span.text) == ("templates/policies/inner.j2:2", "{% boom %}")
