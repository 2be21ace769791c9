"""Who may assume a role, by both sides: trust policies of any make, and what the callers' own policies say."""

from __future__ import annotations

from typing import Any

import pytest

from iamgen.aws.data.services import actions as actions_of
from tests.access_diff.conftest import Differ, allow, body, entries, role, trusting, user

DEV, OPS, ELSEWHERE = "222222222222", "999999999999", "444444444444"
MFA = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
R = f"arn:aws:iam::{DEV}:role/R"
MORE, FEWER = "who may assume a role in more ways", "who may assume a role in fewer ways"
PROVIDER = f"arn:aws:iam::{DEV}:oidc-provider/token.actions.githubusercontent.com"
SUBJECT, AUDIENCE = "token.actions.githubusercontent.com:sub", "token.actions.githubusercontent.com:aud"


def ann(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Ann": user("ann", *statements)}


def asking(resource: Any = R) -> dict[str, Any]:
    return ann(allow("sts:AssumeRole", resource))


def trust_of(*trusts: dict[str, Any]) -> dict[str, Any]:
    return {"R": role("R", list(trusts))}


def arn(name: str) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{OPS}:user/{name}"}


def subject(*values: str, test: str = "StringEquals") -> dict[str, Any]:
    conditions: dict[str, Any] = {"StringEquals": {AUDIENCE: "sts.amazonaws.com"}}
    conditions.setdefault(test, {})[SUBJECT] = list(values)
    return trusting({"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity", Condition=conditions)


def test_mfa_that_is_no_longer_demanded_is_a_gain_of_whoever_has_the_role(written: Differ) -> None:
    people = {OPS: asking()}
    model_difference = written(
        people | {DEV: trust_of(trusting(arn("ann"), **MFA))}, people | {DEV: trust_of(trusting(arn("ann")))}
    )
    assert entries(model_difference) == {MORE: ["ann in 999999999999: R in 222222222222"]}
    (change,) = model_difference.assumption
    assert change.gain
    assert (change.gain.before.outcome, change.gain.after.outcome, change.loss) == ("denied", "allowed", None)
    assert "aws:MultiFactorAuthPresent" not in change.gain.request.context


def test_trust_alone_gives_a_user_of_another_account_nothing_that_their_own_policies_do_not_allow(
    written: Differ,
) -> None:
    for people in ({OPS: ann(allow("s3:GetObject"))}, {OPS: asking(f"{R}x")}):
        model_difference = written(people | {DEV: trust_of(trusting({"Service": "ec2.amazonaws.com"}))},
                        people | {DEV: trust_of(trusting([{"Service": "ec2.amazonaws.com"}, arn("ann")][1]),
                                                trusting({"Service": "ec2.amazonaws.com"}))})  # fmt: skip
        assert model_difference.is_proven_equal
        title = "let in by one side, and still kept out by the other"
        assert entries(model_difference) == {title: ["ann in 999999999999: R in 222222222222, by its trust policy"]}


def test_own_policies_that_come_to_allow_it_are_a_gain_where_the_trust_policy_lets_them_in(written: Differ) -> None:
    for trusts, is_gain in (([trusting(arn("ann"))], True), ([trusting(arn("bea"))], False)):
        roles = {DEV: trust_of(*trusts)}
        model_difference = written({OPS: asking(f"{R}x")} | roles, {OPS: asking([f"{R}x", R])} | roles)
        assert model_difference.has_gains is is_gain
        assert [change.state for change in model_difference.held] == (["gained"] if is_gain else [])


def test_in_one_account_a_trust_policy_that_names_a_user_is_enough(written: Differ) -> None:
    trust = {"AWS": f"arn:aws:iam::{DEV}:user/ann"}
    model_difference = written({DEV: ann() | trust_of(trusting(arn("x")))}, {DEV: ann() | trust_of(trusting(trust))})
    assert entries(model_difference)["roles gained"] == ["ann in 222222222222: R in 222222222222"]
    denied = ann({"Effect": "Deny", "Action": "sts:*", "Resource": "*"})
    model_difference = written({DEV: denied | trust_of(trusting(arn("x")))}, {DEV: denied | trust_of(trusting(trust))})
    assert "roles gained" not in entries(model_difference)
    assert not any(change.party.name == "ann" for change in model_difference.assumption)


def test_a_deny_of_everybody_that_goes_lets_in_whom_the_policy_names_besides(written: Differ) -> None:
    deny = {**trusting("*"), "Effect": "Deny"}
    people = {OPS: asking()}
    model_difference = written(
        people | {DEV: trust_of(trusting(arn("ann")), deny)}, people | {DEV: trust_of(trusting(arn("ann")))}
    )
    assert entries(model_difference) == {"roles gained": ["ann in 999999999999: R in 222222222222"]}


def test_users_who_are_named_by_a_condition_on_the_account(written: Differ) -> None:
    def named(*names: str) -> dict[str, Any]:
        condition = {"StringEquals": {"aws:username": list(names)}}
        return trust_of(trusting({"AWS": f"arn:aws:iam::{OPS}:root"}, Condition=condition))

    people = {OPS: asking() | {"Bea": user("bea", allow("sts:AssumeRole"))}}
    model_difference = written(people | {DEV: named("ann")}, people | {DEV: named("ann", "bea", "eve")})
    assert entries(model_difference) == {
        "roles gained": ["bea in 999999999999: R in 222222222222"],
        MORE: ["the user eve of 999999999999, who is not known: R in 222222222222"],
    }


def test_a_whole_account_that_is_let_in(written: Differ) -> None:
    people = {OPS: asking()}
    root = {"AWS": f"arn:aws:iam::{OPS}:root"}
    model_difference = written(people | {DEV: trust_of(trusting(arn("bea")))}, people | {DEV: trust_of(trusting(root))})
    sections = entries(model_difference)
    assert sections["roles gained"] == ["ann in 999999999999: R in 222222222222"]
    assert sections[MORE] == ["users and roles of the account 999999999999: R in 222222222222"]
    assert FEWER not in sections  # bea is a user of that account


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (subject("repo:a/b:ref:refs/heads/main"), subject("repo:a/b:ref:refs/heads/main", "repo:a/c:x"),
         {"joined": ["pipeline: repo:a/c:x"], "roles gained": ["repo:a/c:x: R in 222222222222"]}),
        (subject("repo:a/b:x"), subject("repo:a/b:*", test="StringLike"),
         {"joined": ["pipeline: repo:a/b:*"], "left": ["pipeline: repo:a/b:x"],
          "roles gained": ["repo:a/b:*: R in 222222222222"], "roles lost": ["repo:a/b:x: R in 222222222222"]}),
        (trusting({"Service": "ec2.amazonaws.com"}), trusting({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]}),
         {"joined": ["service: lambda.amazonaws.com"], "roles gained": ["lambda.amazonaws.com: R in 222222222222"]}),
        (trusting({"Service": "ec2.amazonaws.com"}),
         trusting({"Service": "ec2.amazonaws.com"}, ["sts:AssumeRole", "sts:TagSession"]),
         {MORE: ["ec2.amazonaws.com: R in 222222222222, by sts:TagSession"]}),
    ],
    ids=["subject", "any-subject", "service", "tags"],
)  # fmt: skip
def test_pipelines_and_services(
    written: Differ, before: dict[str, Any], after: dict[str, Any], expected: dict[str, list[str]]
) -> None:
    assert entries(written({DEV: trust_of(before)}, {DEV: trust_of(after)})) == expected


def test_an_audience_that_is_no_longer_demanded_is_a_gain(written: Differ) -> None:
    free = trusting(
        {"Federated": PROVIDER}, "sts:AssumeRoleWithWebIdentity", Condition={"StringEquals": {SUBJECT: "s"}}
    )
    model_difference = written({DEV: trust_of(subject("s"))}, {DEV: trust_of(free)})
    assert model_difference.has_gains
    assert entries(model_difference)[MORE] == ["the pipeline s: R in 222222222222"]


def test_what_cannot_be_decided_is_named(written: Differ) -> None:
    other = {"Effect": "Deny", "NotPrincipal": arn("ann"), "Action": "sts:AssumeRole"}
    people = {OPS: asking()}
    model_difference = written(
        people | {DEV: trust_of(trusting(arn("ann")))}, people | {DEV: trust_of(trusting(arn("ann")), other)}
    )
    assert model_difference.has_doubts
    assert not model_difference.is_proven_equal
    assert "not decided" in entries(model_difference)


def test_tags_that_statements_depend_on_are_not_decided_when_they_change(written: Differ) -> None:
    by_tag = allow("s3:GetObject", "*", Condition={"StringEquals": {"aws:PrincipalTag/team": "a"}})
    states = [{OPS: {"Ann": user("ann", by_tag, Tags=[{"Key": "team", "Value": value}])}} for value in ("b", "a")]
    model_difference = written(*states)
    assert model_difference.has_doubts
    assert entries(model_difference) == {"not decided": ["ann in 999999999999"]}
    assert "aws:principaltag/team: has another value before than after" in body(model_difference)


def test_a_chain_of_roles_is_gained_to_its_end(written: Differ) -> None:
    chain = {"Q": role("Q", [trusting({"AWS": R})])}
    step = allow("sts:AssumeRole", f"arn:aws:iam::{DEV}:role/Q")
    people = {OPS: asking()}

    def roles(*trusts: dict[str, Any]) -> dict[str, Any]:
        return {DEV: chain | {"R": role("R", list(trusts), step)}}

    model_difference = written(people | roles(trusting(arn("bea"))), people | roles(trusting(arn("ann"))))
    assert entries(model_difference)["roles gained"] == ["ann in 999999999999: Q in 222222222222; R in 222222222222"]


def test_a_role_of_another_account_that_own_policies_allow_to_assume(written: Differ) -> None:
    outside = f"arn:aws:iam::{ELSEWHERE}:role/x"
    model_difference = written({OPS: asking(R)}, {OPS: asking([R, outside])})
    assert entries(model_difference) == {"more is allowed": ["ann in 999999999999, as their own user"]}
    (change,) = model_difference.own
    assert [gain.witness.request.resource for gain in change.comparison.gains] == [outside]


def test_a_caller_who_is_trusted_by_name_and_by_account_is_not_decided(written: Differ) -> None:
    """In one account the name is enough, and the account is not: which statement lets them in makes a difference."""
    by_account, by_name = ({"AWS": f"arn:aws:iam::{DEV}:{name}"} for name in ("root", "user/ann"))
    both = trust_of(trusting(by_account), trusting(by_name, **MFA))
    model_difference = written({DEV: ann() | trust_of(trusting(arn("bea")))}, {DEV: ann() | both})
    assert model_difference.has_doubts
    reason = "trusts a caller both by name and by account, of which one alone is enough"
    assert f"trust policy of R: {reason}" in " ".join(body(model_difference).split())


def test_an_administrator_role_that_lets_in_somebody_unknown_is_a_way_to_administrator(written: Differ) -> None:
    admin = "arn:aws:iam::aws:policy/AdministratorAccess"

    def roles(*trusts: dict[str, Any]) -> dict[str, Any]:
        return {DEV: {"R": role("R", list(trusts), ManagedPolicyArns=[admin])}}

    people = {OPS: asking()}
    model_difference = written(
        people | roles(trusting(arn("ann"))), people | roles(trusting(arn("ann")), trusting(arn("eve")))
    )
    title = "new ways to administrator"
    assert entries(model_difference)[title] == [
        f"arn:aws:iam::{OPS}:user/eve as R in {DEV}, which depends on the request"
    ]


@pytest.mark.parametrize("action", ["newservice:DoIt", "newservice:*", "s3:ShinyThing", "s3:Shiny*", "s3:*Shiny"])
def test_own_policies_that_name_what_the_list_of_actions_lacks_allow_more(written: Differ, action: str) -> None:
    policies = (allow("s3:Get*"), allow(action))
    model_difference = written({OPS: {"A": user("ann", policies[0])}}, {OPS: {"A": user("ann", *policies)}})
    assert (model_difference.has_gains, model_difference.has_losses, model_difference.has_doubts) == (
        True,
        False,
        False,
    )
    assert action.partition(":")[2].replace("*", "every action" if action == "newservice:*" else "*") in body(
        model_difference
    )


def test_a_pattern_is_more_than_the_actions_of_today_that_it_means(written: Differ) -> None:
    listed = [f"kms:{name}" for name in actions_of("kms").values() if name.startswith("Get")]
    model_difference = written({OPS: {"A": user("ann", allow(listed))}}, {OPS: {"A": user("ann", allow("kms:Get*"))}})
    assert (model_difference.has_gains, model_difference.has_losses) == (True, False)
    assert "kms: Get* (any new action)" in body(model_difference)
