"""What holds of every policy and request: an answer is certain only if every completion of it agrees."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from iamgen.access.context import UNSAID, ContextValue
from iamgen.access.documents import Statement, parse
from iamgen.access.evaluate import Request, evaluate
from iamgen.access.partial_reading import parse_partly

USER = "arn:aws:iam::123456789012:user/alice"
KEYS: dict[str, list[ContextValue]] = {
    "aws:username": ["alice", "bob", "", ()],
    "aws:MultiFactorAuthPresent": ["true", "false", ()],
    "aws:SourceIp": ["10.1.1.1", "203.0.113.9", "2001:db8::1", ()],
    "aws:TagKeys": [("team",), ("team", "cost"), ("cost",), ()],
    "aws:PrincipalArn": [USER, "arn:aws:iam::123456789012:role/x", ()],
    "aws:CurrentTime": ["2027-01-31T00:00:00Z", "2028-01-31T00:00:00Z", ()],
}
VALUES: dict[str, list[str]] = {
    "aws:username": ["alice", "a*", "${aws:username}"],
    "aws:TagKeys": ["team", "${aws:username}"],
}
TYPED: list[tuple[str, str, str]] = [
    ("Bool", "aws:MultiFactorAuthPresent", "true"),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", "false"),
    ("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
    ("NotIpAddress", "aws:SourceIp", "0.0.0.0/0"),
    ("DateLessThan", "aws:CurrentTime", "2027-06-01T00:00:00Z"),
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/${aws:username}"),
    ("ArnNotEquals", "aws:PrincipalArn", USER),
]

texts_block = st.builds(
    lambda operator, key, index: {operator: {key: VALUES[key][index % len(VALUES[key])]}},
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["", "ForAllValues:", "ForAnyValue:"]),
        st.sampled_from(["StringEquals", "StringNotEquals", "StringLike", "StringNotLike"]),
        st.sampled_from(["", "IfExists"]),
    ),
    st.sampled_from(sorted(VALUES)),
    st.integers(0, 2),
)
typed_block = st.sampled_from([{operator: {key: value}} for operator, key, value in TYPED])
null_block = st.builds(
    lambda key, value: {"Null": {key: value}}, st.sampled_from(sorted(KEYS)), st.sampled_from(["true", "false"])
)
conditions = st.lists(st.one_of(texts_block, typed_block, null_block), max_size=2).map(
    lambda blocks: {operator: keys for block in blocks for operator, keys in block.items()}
)
actions = st.sampled_from(["*", "iam:*", "iam:Get*", "iam:GetUser", "sqs:*", "iam:?etUser", "*:*"])
resources = st.sampled_from(
    ["*", "arn:aws:iam", "arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:user/a*", "arn:aws:sqs", "arn:aws:IAM"]
)
blocks = st.builds(
    lambda effect, action, listed, resource, where, condition: {
        "Effect": effect,
        action: listed,
        resource: where,
        "Condition": condition,
    },
    st.sampled_from(["Allow", "Deny"]),
    st.sampled_from(["Action", "NotAction"]),
    st.lists(actions, min_size=1, max_size=2),
    st.sampled_from(["Resource", "NotResource"]),
    st.lists(resources, min_size=1, max_size=2),
    conditions,
)
policies = st.lists(blocks, min_size=1, max_size=4)
contexts = st.fixed_dictionaries({key: st.sampled_from([UNSAID, *values]) for key, values in KEYS.items()})


def read(given_blocks: list[dict[str, Any]]) -> tuple[Statement, ...]:
    return parse({"Version": "2012-10-17", "Statement": given_blocks}, "test")


def outcome(statements: tuple[Statement, ...], context: dict[str, ContextValue]) -> str:
    return evaluate(statements, Request("iam:GetUser", USER, context)).verdict.outcome


@given(policies, contexts, st.data())
def test_a_certain_answer_is_that_of_every_completion(
    policy: list[dict[str, Any]], context: dict[str, ContextValue], data: st.DataObject
) -> None:
    statements = read(policy)
    partial = outcome(statements, context)
    for key, value in context.items():
        if value is UNSAID:
            context = {**context, key: data.draw(st.sampled_from(KEYS[key]))}
            refined = outcome(statements, context)
            assert partial in ("unknown", refined)
            partial = refined


@given(policies, blocks, contexts)
def test_another_statement_changes_the_answer_in_its_own_direction_only(
    policy: list[dict[str, Any]], another: dict[str, Any], context: dict[str, ContextValue]
) -> None:
    rank = {"denied": 0, "unknown": 1, "allowed": 2}
    before, after = rank[outcome(read(policy), context)], rank[outcome(read([*policy, another]), context)]
    assert after >= before if another["Effect"] == "Allow" else after <= before


@given(policies.flatmap(lambda policy: st.tuples(st.just(policy), st.permutations(policy))), contexts)
def test_order_changes_nothing(
    orders: tuple[list[dict[str, Any]], list[dict[str, Any]]], context: dict[str, ContextValue]
) -> None:
    assert outcome(read(orders[0]), context) == outcome(read(orders[1]), context)


@given(policies, contexts)
def test_a_statement_split_by_action_and_resource_is_the_same(
    policy: list[dict[str, Any]], context: dict[str, ContextValue]
) -> None:
    split = [
        {**block, **({"Action": [action]} if action else {}), **({"Resource": [resource]} if resource else {})}
        for block in policy
        for action in block.get("Action", [""])
        for resource in block.get("Resource", [""])
    ]
    assert outcome(read(split), context) == outcome(read(policy), context)


@given(policies, contexts, st.sampled_from(["Condition", "Action", "Resource", "Effect"]))
def test_what_cannot_be_read_makes_an_answer_at_most_unknown(
    policy: list[dict[str, Any]], context: dict[str, ContextValue], element: str
) -> None:
    spoilt = {key: value for key, value in policy[0].items() if key not in (element, f"Not{element}")}
    broken = parse_partly({"Version": "2012-10-17", "Statement": [{**spoilt, element: {"?": 5}}, *policy[1:]]}, "test")
    partial = outcome(broken, context)
    for possible in (policy, policy[1:]):
        assert partial in ("unknown", outcome(read(possible), context) if possible else "denied")
