"""What holds of the differences of any two templates."""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iamgen.diff.change import Change, Detail
from iamgen.diff.difference import differences, statement_differences
from iamgen.diff.lines import signed

MIRRORED = {"+": "-", "-": "+", "~": "~"}

WORDS = st.sampled_from(
    ["a", "b", "c", "s3:GetObject", "arn:aws:iam::111111111111:user/bob", "*", "true", "with, blank "]
)
REFERENCES = st.sampled_from([{"Ref": "OpsP"}, {"Fn::GetAtt": ["CIUserCi", "Arn"]}])
SCALARS = st.one_of(WORDS, st.integers(0, 5), st.booleans(), REFERENCES)
SEVERAL = st.one_of(SCALARS, st.lists(SCALARS, max_size=4))
PRINCIPALS = st.one_of(
    st.just("*"), st.dictionaries(st.sampled_from(["AWS", "Service", "Federated"]), SEVERAL, min_size=1, max_size=2)
)
CONDITIONS = st.dictionaries(
    st.sampled_from(["Bool", "BoolIfExists", "StringEquals"]),
    st.dictionaries(st.sampled_from(["aws:MultiFactorAuthPresent", "aws:username"]), SEVERAL, min_size=1, max_size=2),
    max_size=2,
)
STATEMENTS = st.fixed_dictionaries(
    {"Effect": st.sampled_from(["Allow", "Deny"])},
    optional={
        "Sid": st.sampled_from(["One", "Two"]),
        "Action": SEVERAL,
        "NotAction": SEVERAL,
        "Resource": SEVERAL,
        "Principal": PRINCIPALS,
        "Condition": CONDITIONS,
    },
)
DOCUMENTS = st.fixed_dictionaries(
    {"Statement": st.one_of(STATEMENTS, st.lists(STATEMENTS, max_size=4))},
    optional={"Version": st.sampled_from(["2012-10-17", "2008-10-17"])},
)
PROPERTIES = st.fixed_dictionaries(
    {},
    optional={
        "AssumeRolePolicyDocument": DOCUMENTS,
        "ManagedPolicyArns": st.lists(SCALARS, max_size=3),
        "MaxSessionDuration": st.integers(1, 3),
        "Path": WORDS,
        "RoleName": WORDS,
        "Tags": st.dictionaries(WORDS, WORDS, max_size=3).map(
            lambda tags: [{"Key": key, "Value": value} for key, value in tags.items()]
        ),
        "Policies": st.dictionaries(WORDS, DOCUMENTS, max_size=2).map(
            lambda some: [{"PolicyName": name, "PolicyDocument": one} for name, one in some.items()]
        ),
        "Other": st.recursive(
            SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=2)
        ),
    },
)
TEMPLATES = st.fixed_dictionaries(
    {
        "Resources": st.dictionaries(
            st.sampled_from(["AdminR", "OpsR", "ReadR"]),
            st.fixed_dictionaries(
                {"Type": st.sampled_from(["AWS::IAM::Role", "AWS::IAM::ManagedPolicy"])},
                optional={"Properties": PROPERTIES, "DeletionPolicy": st.sampled_from(["Retain", "Delete"])},
            ),
            max_size=3,
        )
    },
    optional={
        "Description": WORDS,
        "Outputs": st.dictionaries(WORDS, st.fixed_dictionaries({"Value": SCALARS}), max_size=2),
    },
)


def shuffled_document(document: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Return a document that means the same: lists in another order, one value in a list or not."""
    statements = document["Statement"]
    several = [*statements] if isinstance(statements, list) else [statements]
    chance.shuffle(several)
    written = [_shuffled_statement(one, chance) for one in several]
    return {**document, "Statement": written[0] if len(written) == 1 and chance.random() < 0.5 else written}


def _shuffled_statement(statement: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    parts = list(statement.items())
    chance.shuffle(parts)
    return {name: value if name in {"Sid", "Effect"} else _shuffled(value, chance) for name, value in parts}


def _shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict) and not {"Ref", "Fn::GetAtt"} & set(value):
        parts = list(value.items())
        chance.shuffle(parts)
        return {name: _shuffled(one, chance) for name, one in parts}
    if isinstance(value, list):
        several = [*value, *value[:1]]  # what stands twice says nothing more
        chance.shuffle(several)
        return several[0] if len(value) == 1 and chance.random() < 0.5 else several
    return [value] if chance.random() < 0.5 else value


def told(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[str]:
    return [str(line) for line in signed(differences(before, after))]


@given(TEMPLATES)
def test_a_template_does_not_differ_from_itself(template: dict[str, Any]) -> None:
    assert differences(template, json.loads(json.dumps(template))) == ()


@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_the_way_a_document_is_written_does_not_count(document: dict[str, Any], chance: random.Random) -> None:
    assert statement_differences(document, shuffled_document(document, chance)) == ()


@given(DOCUMENTS, DOCUMENTS, st.randoms(use_true_random=False))
def test_nor_what_the_differences_are(one: dict[str, Any], other: dict[str, Any], chance: random.Random) -> None:
    told = statement_differences(one, other)
    assert statement_differences(shuffled_document(one, chance), shuffled_document(other, chance)) == told


@given(DOCUMENTS, DOCUMENTS)
def test_every_value_that_comes_or_goes_is_told(before: dict[str, Any], after: dict[str, Any]) -> None:
    """What is left of the one when the differences are taken away, is left of the other."""

    def said(document: dict[str, Any]) -> set[str]:
        return {one.text for one in statement_differences(None, document)}

    if statement_differences(before, after) == ():
        assert said(before) == said(after)
    else:
        assert said(before) != said(after) or before.get("Version") != after.get("Version")


@given(TEMPLATES, TEMPLATES)
def test_the_other_way_round_signs_are_turned(before: dict[str, Any], after: dict[str, Any]) -> None:
    there, back = differences(before, after), differences(after, before)
    assert [(one.logical_id, MIRRORED[one.sign], one.replaced) for one in there] == [
        (one.logical_id, one.sign, one.replaced) for one in back
    ]
    for one, other in zip(there, back, strict=True):
        assert leaves(one, turned=True) == leaves(other, turned=False)


def leaves(change: Change, *, turned: bool) -> list[tuple[str, str, str]]:
    """Return what comes and what goes within the change; `turned` exchanges the two."""

    def below(details: tuple[Detail, ...], path: str) -> list[tuple[str, str, str]]:
        found = []
        for one in details:
            if one.details:
                found += below(one.details, f"{path}/{one.where}")
            elif one.sign != "~":
                found.append((f"{path}/{one.where}", MIRRORED[one.sign] if turned else one.sign, one.text))
        return found

    return sorted(below(change.details, ""))


@given(TEMPLATES, TEMPLATES)
def test_no_difference_is_left_out(before: dict[str, Any], after: dict[str, Any]) -> None:
    changed = {one.logical_id for one in differences(before, after) if one.is_of_resource}
    for name in {*before["Resources"], *after["Resources"]} - changed:
        one, other = ({"Resources": {name: some["Resources"][name]}} for some in (before, after))
        assert told(None, one) == told(None, other)


@given(TEMPLATES, TEMPLATES)
def test_lines_are_single_and_json_is_json(before: dict[str, Any], after: dict[str, Any]) -> None:
    changes = differences(before, after)
    assert all(str(line).isprintable() for line in signed(changes))
    json.dumps([one.plain() for one in changes])
