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
            lambda items: [{"PolicyName": name, "PolicyDocument": item} for name, item in items.items()]
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
    written = [_shuffled_statement(element, chance) for element in several]
    return {**document, "Statement": written[0] if len(written) == 1 and chance.random() < 0.5 else written}


def _shuffled_statement(statement: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    parts = list(statement.items())
    chance.shuffle(parts)
    return {name: value if name in {"Sid", "Effect"} else _shuffled(value, chance) for name, value in parts}


def _shuffled(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict) and not {"Ref", "Fn::GetAtt"} & set(value):
        parts = list(value.items())
        chance.shuffle(parts)
        return {name: _shuffled(element, chance) for name, element in parts}
    if isinstance(value, list):
        several = [*value, *value[:1]]  # what stands twice says nothing more
        chance.shuffle(several)
        return several[0] if len(value) == 1 and chance.random() < 0.5 else several
    return [value] if chance.random() < 0.5 else value


def shown(before: dict[str, Any] | None, after: dict[str, Any] | None) -> list[str]:
    return [str(line) for line in signed(differences(before, after))]


@given(TEMPLATES)
def test_a_template_does_not_differ_from_itself(template: dict[str, Any]) -> None:
    assert differences(template, json.loads(json.dumps(template))) == ()


@given(DOCUMENTS, st.randoms(use_true_random=False))
def test_the_way_a_document_is_written_does_not_count(document: dict[str, Any], chance: random.Random) -> None:
    assert statement_differences(document, shuffled_document(document, chance)) == ()


@given(DOCUMENTS, DOCUMENTS, st.randoms(use_true_random=False))
def test_nor_what_the_differences_are(element: dict[str, Any], other: dict[str, Any], chance: random.Random) -> None:
    shown = statement_differences(element, other)
    assert statement_differences(shuffled_document(element, chance), shuffled_document(other, chance)) == shown


@given(DOCUMENTS, DOCUMENTS)
def test_every_value_that_comes_or_goes_is_told(before: dict[str, Any], after: dict[str, Any]) -> None:
    """What is left of the one when the differences are taken away, is left of the other."""

    def words_of(document: dict[str, Any]) -> set[str]:
        return {statement_difference.text for statement_difference in statement_differences(None, document)}

    if statement_differences(before, after) == ():
        assert words_of(before) == words_of(after)
    else:
        assert words_of(before) != words_of(after) or before.get("Version") != after.get("Version")


@given(TEMPLATES, TEMPLATES)
def test_the_other_way_round_signs_are_turned(before: dict[str, Any], after: dict[str, Any]) -> None:
    remote_refs, back = differences(before, after), differences(after, before)
    assert [(change.logical_id, MIRRORED[change.sign], change.replaced) for change in remote_refs] == [
        (item.logical_id, item.sign, item.replaced) for item in back
    ]
    for item, other in zip(remote_refs, back, strict=True):
        assert leaves(item, turned=True) == leaves(other, turned=False)


def leaves(change: Change, *, turned: bool) -> list[tuple[str, str, str]]:
    """Return what comes and what goes within the change; `turned` exchanges the two."""

    def below(details: tuple[Detail, ...], path: str) -> list[tuple[str, str, str]]:
        collected = []
        for detail in details:
            if detail.details:
                collected += below(detail.details, f"{path}/{detail.where}")
            elif detail.sign != "~":
                collected.append(
                    (f"{path}/{detail.where}", MIRRORED[detail.sign] if turned else detail.sign, detail.text)
                )
        return collected

    return sorted(below(change.details, ""))


@given(TEMPLATES, TEMPLATES)
def test_no_difference_is_left_out(before: dict[str, Any], after: dict[str, Any]) -> None:
    changed = {difference.logical_id for difference in differences(before, after) if difference.is_of_resource}
    for name in {*before["Resources"], *after["Resources"]} - changed:
        element, other = ({"Resources": {name: items["Resources"][name]}} for items in (before, after))
        assert shown(None, element) == shown(None, other)


@given(TEMPLATES, TEMPLATES)
def test_lines_are_single_and_json_is_json(before: dict[str, Any], after: dict[str, Any]) -> None:
    changes = differences(before, after)
    assert all(str(line).isprintable() for line in signed(changes))
    json.dumps([change.plain() for change in changes])
