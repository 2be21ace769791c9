from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iamgen.access.context import ContextValue
from iamgen.access.documents import Principal, Statement, parse
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Request, decide

ALICE = "arn:aws:iam::123456789012:user/alice"
BUCKET = "arn:aws:s3:::bucket/key"


def statements(*given_ones: dict[str, Any], version: str = "2012-10-17") -> tuple[Statement, ...]:
    return parse({"Version": version, "Statement": list(given_ones)}, "test")


def allow(action: str = "*", resource: str = "*", **more: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: str = "*", resource: str = "*", **more: object) -> dict[str, Any]:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def allowed(*given_ones: dict[str, Any], action: str = "s3:GetObject", resource: str = BUCKET) -> bool:
    return decide(statements(*given_ones), Request(action, resource)).allowed


def test_nothing_is_allowed_by_default() -> None:
    decision = decide((), Request("s3:GetObject", BUCKET))
    assert (decision.allowed, decision.explicit, decision.by) == (False, False, None)


def test_a_deny_wins() -> None:
    both = statements(allow(Sid="A"), deny("s3:*", Sid="D"))
    decision = decide(both, Request("s3:GetObject", BUCKET))
    assert (decision.allowed, decision.explicit) == (False, True)
    assert decision.by is both[1]
    decision = decide(both, Request("iam:GetUser", ALICE))
    assert (decision.allowed, decision.explicit) == (True, False)
    assert decision.by is both[0]


def test_actions_have_no_case_and_resources_do() -> None:
    assert allowed(allow("S3:getobject"))
    assert not allowed(allow("s3:*", BUCKET.upper().replace("ARN:AWS:S3", "arn:aws:s3")))


@pytest.mark.parametrize(
    ("pattern_text", "expected"),
    [
        ("s3:*", True),
        ("s3:Get*", True),
        ("s3:GetObjec?", True),
        ("*", True),
        ("s3:Put*", False),
        ("s3:Get", False),
    ],
)
def test_wildcards_of_actions(pattern_text: str, *, expected: bool) -> None:
    assert allowed(allow(pattern_text)) is expected


def test_not_action_and_not_resource() -> None:
    not_iam = {"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}
    assert allowed(not_iam)
    assert not allowed(not_iam, action="IAM:GetUser", resource=ALICE)
    not_bucket = {"Effect": "Allow", "Action": "*", "NotResource": ["arn:aws:s3:::bucket/*", "arn:aws:sqs:*"]}
    assert not allowed(not_bucket)
    assert allowed(not_bucket, resource="arn:aws:s3:::other/key")


def test_variables_of_resources() -> None:
    own = statements(allow("iam:*", "arn:aws:iam::*:user/${aws:username}"))
    for name, expected in (("alice", True), ("bob", False), ("*", False)):
        request = Request("iam:GetUser", ALICE, {"aws:username": name})
        assert decide(own, request).allowed is expected
    assert not decide(own, Request("iam:GetUser", ALICE)).allowed


def test_not_resource_with_a_variable_without_value_excludes_nothing() -> None:
    other_users = {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:iam::*:user/${aws:username}"}
    assert decide(statements(other_users), Request("iam:GetUser", ALICE)).explicit
    own = Request("iam:GetUser", ALICE, {"aws:username": "alice"})
    assert not decide(statements(other_users), own).explicit


def test_the_older_version_has_no_variables() -> None:
    own = statements(allow("iam:*", "arn:aws:iam::*:user/${aws:username}"), version="2008-10-17")
    assert not decide(own, Request("iam:GetUser", ALICE, {"aws:username": "alice"})).allowed
    literal = "arn:aws:iam::123456789012:user/${aws:username}"
    assert decide(own, Request("iam:GetUser", literal, {"aws:username": "alice"})).allowed


def test_the_resource_of_an_action_without_one() -> None:
    assert allowed(allow("iam:ListUsers"), action="iam:ListUsers", resource="*")
    assert not allowed(allow("iam:ListUsers", "arn:aws:iam::*:user/*"), action="iam:ListUsers", resource="*")


def test_conditions_decide() -> None:
    with_mfa = statements(allow(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    for context, expected in (({"aws:multifactorauthpresent": "true"}, True), ({}, False)):
        assert decide(with_mfa, Request("s3:GetObject", BUCKET, dict(context))).allowed is expected


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:*", BUCKET),
        ("*", BUCKET),
        ("GetObject", BUCKET),
        ("s3:GetObject", "arn:aws:s3:::*"),
        ("s3:Get", "bucket"),
    ],
)
def test_a_request_is_about_one_thing(action: str, resource: str) -> None:
    with pytest.raises(AccessError, match="is not one"):
        Request(action, resource)


def trust(**principal: object) -> tuple[Statement, ...]:
    return statements({"Effect": "Allow", "Action": "sts:AssumeRole", **principal})


ROLE = "arn:aws:iam::123456789012:role/OpsR"
BY_ALICE = Request("sts:AssumeRole", ROLE, principals=frozenset({Principal("AWS", ALICE)}))


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ALICE}, True),
        ({"AWS": [ROLE, ALICE]}, True),
        ({"AWS": ALICE + "x"}, False),
        ({"AWS": ALICE.replace("alice", "Alice")}, False),
        ({"Service": "ec2.amazonaws.com"}, False),
        ({"Federated": ALICE}, False),
    ],
)
def test_principals(principal: object, *, expected: bool) -> None:
    assert decide(trust(Principal=principal), BY_ALICE).allowed is expected


def test_a_pipeline_is_asked_about_by_its_provider_and_claims() -> None:
    provider = Principal("Federated", "arn:aws:iam::123456789012:oidc-provider/gitlab.com")
    trusted = statements(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {"Federated": provider.name},
            "Condition": {"StringEquals": {"gitlab.com:sub": "project_path:g/p"}},
        }
    )
    for subject, expected in (("project_path:g/p", True), ("project_path:g/q", False)):
        claims: dict[str, ContextValue] = {"gitlab.com:sub": subject}
        request = Request("sts:AssumeRoleWithWebIdentity", ROLE, claims, frozenset({provider}))
        assert decide(trusted, request).allowed is expected


def test_who_is_asking_must_fit_the_kind_of_policy() -> None:
    with pytest.raises(AccessError, match="who is asking"):
        decide(trust(Principal="*"), Request("sts:AssumeRole", ROLE))
    with pytest.raises(AccessError, match="not named"):
        decide(statements(allow()), BY_ALICE)
    with pytest.raises(AccessError, match="NotPrincipal"):
        decide(trust(NotPrincipal={"AWS": ALICE}), BY_ALICE)


def test_an_error_names_policy_and_statement() -> None:
    odd = statements(allow(Sid="Odd", Condition={"NumericLessThan": {"aws:MultiFactorAuthAge": "5"}}))
    with pytest.raises(AccessError) as caught:
        decide(odd, Request("s3:GetObject", BUCKET, {"aws:MultiFactorAuthAge": "old"}))
    assert caught.value.faults[0].where == "test, statement Odd"


conditions = st.sampled_from(
    [
        {},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        {"StringLike": {"aws:username": ["a*", "b*"]}},
        {"StringNotEquals": {"aws:username": "alice"}},
        {"Null": {"aws:username": "true"}},
    ]
)
actions = st.sampled_from(["*", "s3:*", "s3:Get*", "iam:GetUser", "iam:?etUser"])
resources = st.sampled_from(["*", "arn:aws:iam::*:user/*", "arn:aws:iam::*:user/${aws:username}", "arn:aws:s3:::b*"])


@st.composite
def written(draw: st.DrawFn, effect: str | None = None) -> Statement:
    expected_message = effect or draw(st.sampled_from(["Allow", "Deny"]))
    action = draw(st.sampled_from(["Action", "NotAction"]))
    resource = draw(st.sampled_from(["Resource", "NotResource"]))
    return statements(
        {
            "Effect": expected_message,
            action: draw(st.lists(actions, min_size=1, max_size=3)),
            resource: draw(st.lists(resources, min_size=1, max_size=3)),
            "Condition": draw(conditions),
        }
    )[0]


requests = st.builds(
    Request,
    st.sampled_from(["s3:GetObject", "iam:GetUser", "iam:SetUser", "sts:AssumeRole"]),
    st.sampled_from(["*", ALICE, BUCKET]),
    st.fixed_dictionaries(
        {},
        optional={
            "aws:username": st.sampled_from(["alice", "bob", "carol"]),
            "aws:MultiFactorAuthPresent": st.sampled_from(["true", "false"]),
        },
    ),
)
several = st.lists(written(), max_size=6)


@given(several, written("Deny"), requests)
def test_another_deny_never_allows_more(items: list[Statement], another: Statement, request: Request) -> None:
    assert decide([*items, another], request).allowed <= decide(items, request).allowed


@given(several, written("Allow"), requests)
def test_another_allow_never_allows_less(items: list[Statement], another: Statement, request: Request) -> None:
    assert decide([*items, another], request).allowed >= decide(items, request).allowed


@given(several.flatmap(lambda drawn_list: st.tuples(st.just(drawn_list), st.permutations(drawn_list))), requests)
def test_order_does_not_matter(orders: tuple[list[Statement], list[Statement]], request: Request) -> None:
    decision, other = (decide(order, request) for order in orders)
    assert (decision.allowed, decision.explicit) == (other.allowed, other.explicit)


@given(several, requests)
def test_a_decision_names_its_statement(items: list[Statement], request: Request) -> None:
    decision = decide(items, request)
    assert not (decision.allowed and decision.explicit)
    effect = decision.by.effect if decision.by else None
    assert effect == ("Allow" if decision.allowed else "Deny" if decision.explicit else None)
    assert decision.by is None or decision.by in items


@given(st.text(alphabet="aBcD*?", min_size=1, max_size=6), st.text(alphabet="aBcD", min_size=1, max_size=6))
def test_case_of_an_action_makes_no_difference(pattern_text: str, name: str) -> None:
    as_written = allowed(allow(f"s3:{pattern_text}"), action=f"s3:{name}")
    assert as_written is allowed(allow(f"S3:{pattern_text.upper()}"), action=f"s3:{name.lower()}")
    assert as_written is allowed(allow(f"s3:{pattern_text.lower()}"), action=f"S3:{name.upper()}")
