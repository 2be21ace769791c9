"""What is proven agrees with the evaluator, on requests near the edges of what random policies name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from random import Random
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from iamgen import Forbid, Require
from iamgen.access.context import ContextValue
from iamgen.access.documents import parse
from iamgen.access.entities import AttachedPolicy, IamRole
from iamgen.access.evaluate import Request
from iamgen.access.principals import verdict_on
from iamgen.assertions.callers import AtAnyTime
from iamgen.assertions.policy_decisions import PolicyContents, PolicyDecisions
from iamgen.assertions.requests import AssertedRequests
from iamgen.questions.circumstances import Acting, acting_role
from iamgen.questions.model import KnownEntity
from iamgen.regions.difference import Witness

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ARN = "arn:aws:iam::222222222222:role/app"
BUCKET = "arn:aws:s3:::b"
PATTERNS = [
    "*",
    f"{BUCKET}/*",
    f"{BUCKET}/a*",
    f"{BUCKET}/?",
    f"{BUCKET}/secret/*",
    f"{BUCKET}/secret/?*/*",
    f"{BUCKET}*",
]
OBJECTS = [f"{BUCKET}/{key}" for key in ("a", "b", "ab", "secret/", "secret/x", "secret/x/y", "secret//")] + [
    "arn:aws:s3:::bb/a"
]
VALUES: dict[str, list[ContextValue]] = {
    "aws:SourceIp": [(), "10.0.0.1", "10.200.0.1", "192.0.2.1"],
    "aws:CurrentTime": ["2026-11-23T12:00:00Z", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "2027-06-01T00:00:00Z"],
    "s3:prefix": [(), "x", "y"],
}
CONDITIONS = [
    {},
    {},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/9"}},
    {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}},
    {"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
    {"DateGreaterThanEquals": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}},
    {"StringEqualsIfExists": {"s3:prefix": "x"}},
    {"Null": {"s3:prefix": "true"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"StringEquals": {"aws:PrincipalAccount": "222222222222"}},
    {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}},
]


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    element, actions = draw(
        st.sampled_from(
            [("Action", "s3:*"), ("Action", "s3:Get*"), ("Action", "s3:GetObject"), ("NotAction", "s3:Put*")]
        )
    )
    return {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        element: actions,
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(
            st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2)
        ),
        "Condition": draw(st.sampled_from(CONDITIONS)),
    }


policies = st.lists(statements(), min_size=1, max_size=4)
boundaries = st.none() | policies
places = st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2)
seeds = st.integers(0, 2**32)


def session(blocks: list[dict[str, Any]], boundary: list[dict[str, Any]] | None) -> Acting:
    def policy(listed: list[dict[str, Any]]) -> AttachedPolicy:
        return AttachedPolicy("own", parse({"Version": "2012-10-17", "Statement": listed}, "own"))

    role = IamRole("app", "app", ARN, "/", (policy(blocks),), boundary=policy(boundary) if boundary else None)
    return acting_role(KnownEntity(role, cast("Any", None)), "s", AtAnyTime(NOW))


def requests(acting: Acting, on: list[str], seed: int) -> Iterator[Request]:
    """Yield requests that an assertion on these resources means."""
    random = Random(seed)  # noqa: S311  # no secret comes of it
    meant = [resource for resource in OBJECTS if any(fnmatchcase(resource, entry) for entry in on)]
    known = {key: value for key, value in acting.caller.context.items() if isinstance(value, str)}
    for _ in range(60 if meant else 0):
        context = {**known, **{key: random.choice(values) for key, values in VALUES.items()}}
        yield Request("s3:GetObject", random.choice(meant), context)


@given(policies, boundaries, places, seeds)
@settings(max_examples=min(40, 2 * settings().max_examples), deadline=None)
def test_nothing_is_allowed_of_what_is_proven_to_be_forbidden(
    blocks: list[dict[str, Any]], boundary: list[dict[str, Any]] | None, on: list[str], seed: int
) -> None:
    acting = session(blocks, boundary)
    decisions = PolicyDecisions(AssertedRequests(Forbid("s3:GetObject", on=on), NOW), PolicyContents())
    violation = decisions.violation(acting)
    outcomes = {verdict_on(acting.caller, request).outcome for request in requests(acting, on, seed)}
    assert violation or "allowed" not in outcomes
    if violation and isinstance(violation[1], Witness):
        request = violation[1].request
        keys = {**{key: value for key, value in acting.caller.context.items() if isinstance(value, str)}}
        asked = Request(request.action, request.resource, {**keys, **dict(request.context)})
        assert verdict_on(acting.caller, asked).outcome == "allowed"
        assert any(fnmatchcase(request.resource, entry) for entry in on)
        assert str(request.context.get("aws:CurrentTime", "2999")) >= "2026-11-23T12:00:00"


@given(policies, boundaries, places, seeds)
@settings(max_examples=min(40, 2 * settings().max_examples), deadline=None)
def test_everything_is_allowed_of_what_is_proven_to_be_possible(
    blocks: list[dict[str, Any]], boundary: list[dict[str, Any]] | None, on: list[str], seed: int
) -> None:
    acting = session(blocks, boundary)
    decisions = PolicyDecisions(AssertedRequests(Require("s3:GetObject", who="x", on=on), NOW), PolicyContents())
    violation = decisions.violation(acting)
    outcomes = {verdict_on(acting.caller, request).outcome for request in requests(acting, on, seed)}
    assert violation or outcomes <= {"allowed"}
    if violation and isinstance(violation[1], Witness):
        assert any(fnmatchcase(violation[1].request.resource, entry) for entry in on)


@given(policies, places)
@settings(max_examples=30, deadline=None)
def test_what_is_allowed_somewhere_is_not_forbidden_and_denied_everywhere(
    blocks: list[dict[str, Any]], on: list[str]
) -> None:
    """Of one request, either it is proven that nobody may, or it is not proven that they always may."""
    acting = session(blocks, None)
    forbid = PolicyDecisions(AssertedRequests(Forbid("s3:GetObject", on=on), NOW), PolicyContents())
    require = PolicyDecisions(AssertedRequests(Require("s3:GetObject", who="x", on=on), NOW), PolicyContents())
    assert forbid.violation(acting) or require.violation(acting)


def test_equal_policies_are_decided_once() -> None:
    decisions = PolicyDecisions(AssertedRequests(Forbid("s3:*"), NOW), PolicyContents())
    block = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    first, second = session([block], None), session([dict(block)], None)
    assert decisions.class_key(first) == decisions.class_key(second)
    assert decisions.first_look(first) is decisions.first_look(second)
    other = session([{**block, "Condition": {"StringEquals": {"aws:PrincipalAccount": "222222222222"}}}], None)
    assert decisions.class_key(other) != decisions.class_key(first)
