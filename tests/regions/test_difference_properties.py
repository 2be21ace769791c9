"""What holds of every pair of policies: differences and the evaluator agree, in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from iamgen.access.context import ContextValue
from iamgen.access.documents import parse
from iamgen.access.evaluate import Request
from iamgen.regions.difference import NotDecided, PolicySet, Witness, difference

ACTION = "s3:getobject"
BUCKET = "arn:aws:s3:::b"
RESOURCES = ["*", f"{BUCKET}/*", f"{BUCKET}/a*", f"{BUCKET}/a?", f"{BUCKET}/?", f"{BUCKET}/secret/*", f"{BUCKET}/secret/?*/*",
             f"{BUCKET}*", "arn:aws:s3", "arn:*:s3:::b/a", f"{BUCKET}/*a", f"{BUCKET}/${{aws:username}}/*"]  # fmt: skip
REQUESTED = ["*", BUCKET, f"{BUCKET}/", f"{BUCKET}/a", f"{BUCKET}/aa", f"{BUCKET}/ab", f"{BUCKET}/A", f"{BUCKET}/secret/",
             f"{BUCKET}/secret//", f"{BUCKET}/secret/x/", f"{BUCKET}/abc", f"{BUCKET}c/x", f"{BUCKET}/alice/", f"{BUCKET}/name/x",
             "arn:aws:sqs:eu-west-1:123456789012:b", "arn:aws-cn:s3:::b/a"]  # fmt: skip
KEYS: dict[str, list[ContextValue]] = {
    "aws:username": [(), "alice", "Alice", "bob", "name", "a", "x"],
    "aws:MultiFactorAuthPresent": [(), "true", "false", "True"],
    "aws:MultiFactorAuthAge": [(), "0", "99", "99.5", "100", "100.5", "101", "3600"],
    "aws:CurrentTime": [(), "2026-12-31T23:59:59.5Z", "2027-01-01", "2027-01-01T00:00:01Z", "2027-06-01", "2028-01-01"],
    "aws:SourceIp": [(), "10.0.0.0", "10.127.255.255", "10.128.0.0", "10.255.255.255", "11.0.0.0", "2001:db8::1"],
    "aws:TagKeys": [(), "team", "cost", ("team", "cost"), ("x", "team"), ("x", "y")],
    "aws:PrincipalArn": [(), "arn:aws:iam::123456789012:user/alice", "arn:aws:iam::123456789012:role/x", "arn:aws:iam::1:user/a:b"],
}  # fmt: skip
CONDITIONS: list[tuple[str, list[str], list[str]]] = [
    ("aws:username", ["StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase",
                      "StringNotEqualsIgnoreCase"], ["alice", "Alice", "bob", "a*", "?", "*"]),
    ("aws:MultiFactorAuthPresent", ["Bool", "StringEquals"], ["true", "false"]),
    ("aws:MultiFactorAuthAge", ["NumericLessThan", "NumericLessThanEquals", "NumericEquals", "NumericNotEquals",
                                "NumericGreaterThan", "NumericGreaterThanEquals"], ["99", "100", "101", "99.5"]),
    ("aws:CurrentTime", ["DateLessThan", "DateLessThanEquals", "DateEquals", "DateNotEquals", "DateGreaterThan",
                         "DateGreaterThanEquals"], ["2027-01-01", "2027-06-01T00:00:00Z", "2027-01-01T00:00:01Z"]),
    ("aws:SourceIp", ["IpAddress", "NotIpAddress"], ["10.0.0.0/8", "10.0.0.0/9", "10.128.0.0/9", "0.0.0.0/0", "2001:db8::/32"]),
    ("aws:TagKeys", ["ForAllValues:StringEquals", "ForAnyValue:StringEquals", "ForAllValues:StringNotLike",
                     "ForAnyValue:StringNotEquals"], ["team", "cost", "t*"]),
    ("aws:PrincipalArn", ["ArnLike", "ArnNotEquals"], ["arn:aws:iam::*:user/*", "arn:aws:iam::123456789012:*", "arn:*:iam::*:user/${aws:username}"]),
]  # fmt: skip


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    block: dict[str, dict[str, Any]] = {}
    for _ in range(draw(st.integers(0, 2))):
        key, operators, values = draw(st.sampled_from(CONDITIONS))
        if draw(st.integers(0, 5)) == 0:
            block.setdefault("Null", {})[key] = draw(st.sampled_from(["true", "false"]))
        else:
            operator = draw(st.sampled_from(operators)) + draw(st.sampled_from(["", "", "IfExists"]))
            block.setdefault(operator, {})[key] = draw(st.lists(st.sampled_from(values), min_size=1, max_size=2))
    return block


@st.composite
def statements(draw: st.DrawFn, effects: tuple[str, ...] = ("Allow", "Allow", "Deny")) -> dict[str, Any]:
    action = draw(
        st.sampled_from([("Action", "s3:*"), ("Action", "s3:Get*"), ("NotAction", "s3:Get*"), ("NotAction", "iam:*")])
    )
    element = draw(st.sampled_from(["Resource", "Resource", "NotResource"]))
    listed = draw(st.lists(st.sampled_from(RESOURCES), min_size=1, max_size=3))
    return {
        "Effect": draw(st.sampled_from(effects)),
        action[0]: action[1],
        element: listed,
        "Condition": draw(conditions()),
    }


policies = st.lists(statements(), min_size=1, max_size=4)
seeds = st.integers(0, 2**32)
Asked = tuple[str, dict[str, ContextValue]]


def requests(seed: int, *policy_sets: PolicySet) -> Iterator[Asked]:
    """Yield requests near the edges of what the policies name, with the keys that they have conditions on."""
    random = Random(seed)  # noqa: S311  # no secret comes of it
    text = repr(policy_sets)
    keys = [key for key in KEYS if key in text]
    for _ in range(150):
        yield random.choice(REQUESTED), {key: random.choice(KEYS[key]) for key in keys}


def policy_set(blocks: list[dict[str, Any]], boundary: list[dict[str, Any]] | None = None) -> PolicySet:
    def read(listed: list[dict[str, Any]]) -> Any:
        return parse({"Version": "2012-10-17", "Statement": listed}, "test")

    return PolicySet(read(blocks), read(boundary) if boundary else None)


def outcome(policies: PolicySet, requested: Asked) -> str:
    return policies.verdict(Request(ACTION, *requested)).outcome


def gains(before: PolicySet, after: PolicySet) -> Witness | NotDecided | None:
    result = difference(before, after, ACTION)
    if isinstance(result, Witness):
        assert before.verdict(result.request).outcome == "denied"
        assert after.verdict(result.request).outcome == "allowed"
    elif isinstance(result, NotDecided):
        assert result.reasons
        assert not any("otherwise" in reason.problem for reason in result.reasons)
    return result


def proven(before: PolicySet, after: PolicySet) -> bool:
    return gains(before, after) is None


@given(policies, policies, seeds)
@settings(max_examples=min(60, 2 * settings().max_examples), deadline=None)
def test_nothing_is_gained_where_that_is_proven(
    first: list[dict[str, Any]], second: list[dict[str, Any]], seed: int
) -> None:
    before, after = policy_set(first), policy_set(second)
    for requested in requests(seed, before, after):
        if outcome(before, requested) == "denied" and outcome(after, requested) == "allowed":
            assert gains(before, after) is not None
    gains(before, after)


@given(policies, statements(), seeds, st.integers(0, 3))
@settings(max_examples=min(60, 2 * settings().max_examples), deadline=None)
def test_one_edit_is_compared_as_the_evaluator_does(
    blocks: list[dict[str, Any]], edited: dict[str, Any], seed: int, place: int
) -> None:
    before = policy_set(blocks)
    changed = list(blocks)
    changed[place % len(blocks)] = {**changed[place % len(blocks)], "Condition": edited["Condition"]}
    after = policy_set(changed)
    results = {True: gains(before, after), False: gains(after, before)}
    for requested in requests(seed, before, after):
        pair = outcome(before, requested), outcome(after, requested)
        if sorted(pair) == ["allowed", "denied"]:
            assert results[pair[0] == "denied"] is not None


@given(policies, policies, policies, policies, seeds)
@settings(max_examples=min(40, 2 * settings().max_examples), deadline=None)
def test_boundaries_are_compared_as_the_evaluator_does(
    first: list[dict[str, Any]],
    first_boundary: list[dict[str, Any]],
    second: list[dict[str, Any]],
    second_boundary: list[dict[str, Any]],
    seed: int,
) -> None:
    before, after = policy_set(first, first_boundary), policy_set(second, second_boundary)
    result = gains(before, after)
    for requested in requests(seed, before, after):
        if outcome(before, requested) == "denied" and outcome(after, requested) == "allowed":
            assert result is not None


@given(policies, statements(effects=("Deny",)))
@settings(deadline=None)
def test_adding_a_deny_never_allows_more(blocks: list[dict[str, Any]], deny: dict[str, Any]) -> None:
    assert proven(policy_set(blocks), policy_set([*blocks, deny]))


@given(policies, statements(effects=("Allow",)))
@settings(deadline=None)
def test_adding_an_allow_never_denies_more(blocks: list[dict[str, Any]], allow: dict[str, Any]) -> None:
    assert proven(policy_set([*blocks, allow]), policy_set(blocks))


@given(policies.flatmap(lambda blocks: st.tuples(st.just(blocks), st.permutations(blocks))))
@settings(deadline=None)
def test_order_changes_nothing(orders: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    first, second = map(policy_set, orders)
    assert proven(first, second)
    assert proven(second, first)


@given(policies)
@settings(deadline=None)
def test_a_statement_for_each_resource_is_the_same(blocks: list[dict[str, Any]]) -> None:
    split = [{**block, "Resource": entry} for block in blocks if "Resource" in block for entry in block["Resource"]] + [
        block for block in blocks if "NotResource" in block
    ]
    assert proven(policy_set(blocks), policy_set(split))
    assert proven(policy_set(split), policy_set(blocks))


@given(policies, st.sampled_from([(f"{BUCKET}/*", f"{BUCKET}/x/y*"), ("*", BUCKET), (f"{BUCKET}*", f"{BUCKET}/a?")]))
@settings(deadline=None)
def test_an_entry_that_is_covered_changes_nothing(blocks: list[dict[str, Any]], entries: tuple[str, str]) -> None:
    wide, covered = entries

    def widened(listed: list[str]) -> list[str]:
        return [*listed, wide, covered]

    first = [
        {**block, key: [*block[key], wide]} for block in blocks for key in ("Resource", "NotResource") if key in block
    ]
    second = [
        {**block, key: widened(block[key])} for block in blocks for key in ("Resource", "NotResource") if key in block
    ]
    assert proven(policy_set(first), policy_set(second))
    assert proven(policy_set(second), policy_set(first))
