"""Roles that are reached: over several hops, on both sides, with names of sessions, by machines and by strangers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from iamgen.questions.can import AccessAnswer, Asker
from iamgen.questions.explanation import conditions, missing, missing_for_role
from iamgen.questions.path_steps import path
from tests.questions.conftest import DEV, OPS, document, role, statement, trusted, user

Modelled = Callable[[dict[str, dict[str, Any]]], Asker]
Ask = Callable[..., AccessAnswer]

ASSUME = statement("Allow", "sts:AssumeRole")
READ = statement("Allow", "s3:GetObject")
SEND = statement("Allow", "sqs:SendMessage")
ALICE = f"arn:aws:iam::{OPS}:user/alice"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def steps(asker: Asker, answer: AccessAnswer) -> list[tuple[str, str]]:
    assert answer.best
    return [(step.kind, step.name) for step in path(answer.best, asker.model.granted)]


def words(answer: AccessAnswer) -> list[str]:
    attempts = [text for attempt in answer.attempts for text in missing(attempt)]
    return attempts + [text for refused in answer.refused for text in missing_for_role(refused)]


def test_a_role_that_is_reached_over_another(modelled: Modelled, ask: Ask) -> None:
    asker = modelled(
        {
            OPS: {"Alice": user("alice", ASSUME), "Jump": role("jump", {"AWS": ALICE}, ASSUME)},
            DEV: {"Far": role("far", {"AWS": f"arn:aws:iam::{OPS}:role/jump"}, READ)},
        }
    )
    answer = ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", DEV)
    assert answer.level == "yes"
    assert steps(asker, answer) == [
        ("user", "alice"),
        ("policy", "own"),
        ("statement", "statement 1"),
        ("role", "jump"),
        ("trust statement", "statement 1"),
        ("policy", "own"),
        ("statement", "statement 1"),
        ("role", "far"),
        ("trust statement", "statement 1"),
        ("policy", "own"),
        ("statement", "statement 1"),
    ]
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", OPS).level == "no"


def test_the_shortest_way_comes_first(modelled: Modelled, ask: Ask) -> None:
    jump = f"arn:aws:iam::{OPS}:role/jump"
    asker = modelled(
        {
            OPS: {
                "Alice": user("alice", ASSUME),
                "Jump": role("jump", {"AWS": ALICE}, ASSUME),
                "Far": role("far", {"AWS": [jump, ALICE]}, READ),
            }
        }
    )
    answer = ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k")
    assert answer.best
    assert [hop.role.entity.name for hop in answer.best.way.hops] == ["far"]


@pytest.mark.parametrize(
    ("statements", "trust", "expected"),
    [
        ((ASSUME,), {"AWS": ALICE}, []),
        ((), {"AWS": ALICE}, ["alice's own policies do not allow sts:AssumeRole on it"]),
        ((ASSUME,), {"AWS": f"arn:aws:iam::{OPS}:user/bob"}, ["its trust policy does not name alice"]),
        (
            (statement("Deny", "sts:*"), ASSUME),
            {"AWS": ALICE},
            ["denied by own, statement 1"],
        ),
    ],
)
def test_both_sides_must_allow_it_across_accounts(
    modelled: Modelled, ask: Ask, statements: Any, trust: Any, expected: list[str]
) -> None:
    asker = modelled({OPS: {"Alice": user("alice", *statements)}, DEV: {"Far": role("far", trust, READ)}})
    answer = ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", DEV)
    assert answer.level == ("no" if expected else "yes")
    assert [text for refused in answer.refused for text in missing_for_role(refused)][: len(expected)] == expected


def test_mfa_counts_on_the_way_and_not_behind_it(modelled: Modelled, ask: Ask) -> None:
    with_mfa = trusted({"AWS": ALICE}, Condition=MFA)
    asker = modelled({OPS: {"Alice": user("alice", ASSUME)}, DEV: {"Far": role("far", with_mfa, READ)}})
    arguments = (asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", DEV)
    assert ask(*arguments).level == "yes"
    assert "with MFA" in conditions(ask(*arguments))
    for mfa in ("false", "absent"):
        answer = ask(*arguments, mfa=mfa)
        assert answer.level == "no"
        assert words(answer) == ["its trust policy lets alice in only with MFA"]


def test_a_chained_role_cannot_show_mfa(modelled: Modelled, ask: Ask) -> None:
    jump = trusted({"AWS": f"arn:aws:iam::{OPS}:role/jump"}, Condition=MFA)
    asker = modelled(
        {
            OPS: {"Alice": user("alice", ASSUME), "Jump": role("jump", {"AWS": ALICE}, ASSUME)},
            DEV: {"Far": role("far", jump, READ)},
        }
    )
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", DEV).level == "no"


@pytest.mark.parametrize("demanded", ["${aws:username}", "release", "rel-*"])
def test_the_name_of_a_session_is_chosen_as_the_trust_demands(modelled: Modelled, ask: Ask, demanded: str) -> None:
    named = trusted({"AWS": ALICE}, Condition={"StringLike": {"sts:RoleSessionName": demanded}})
    asker = modelled({OPS: {"Alice": user("alice", ASSUME)}, DEV: {"Far": role("far", named, READ)}})
    answer = ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", DEV)
    assert answer.level == "yes"
    session = demanded.replace("${aws:username}", "alice").replace("*", "x")
    assert f"the session of far is called {session}" in conditions(answer)


def test_a_trust_in_one_session_is_reached_by_calling_it_so(modelled: Modelled, ask: Ask) -> None:
    session = f"arn:aws:sts::{OPS}:assumed-role/jump/deploy"
    asker = modelled(
        {
            OPS: {
                "Alice": user("alice", ASSUME),
                "Jump": role("jump", {"AWS": ALICE}, ASSUME),
                "Far": role("far", {"AWS": session}, READ),
            }
        }
    )
    answer = ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", via="far")
    assert answer.level == "yes"
    assert "the session that assumes far is called deploy" in conditions(answer)


def test_a_session_that_must_have_another_name_does_not_reach_it(modelled: Modelled, ask: Ask) -> None:
    session = f"arn:aws:sts::{OPS}:assumed-role/jump/deploy"
    own = trusted({"AWS": ALICE}, Condition={"StringEquals": {"sts:RoleSessionName": "${aws:username}"}})
    asker = modelled(
        {
            OPS: {
                "Alice": user("alice", ASSUME),
                "Jump": role("jump", own, ASSUME),
                "Far": role("far", {"AWS": session}, READ),
            }
        }
    )
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", via="far").level == "no"


@pytest.mark.parametrize(
    ("condition", "decides"),
    [
        ({"StringEquals": {"sts:ExternalId": "secret"}}, "sts:ExternalId is secret"),
        ({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}, "aws:SourceIp is in 192.0.2.0/24"),
    ],
)
def test_what_nobody_knows_makes_a_way_uncertain(
    modelled: Modelled, ask: Ask, condition: dict[str, Any], decides: str
) -> None:
    open_trust = trusted({"AWS": ALICE}, Condition=condition)
    asker = modelled({OPS: {"Alice": user("alice", ASSUME)}, DEV: {"Far": role("far", open_trust, READ)}})
    arguments = (asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", DEV)
    answer = ask(*arguments)
    assert answer.level == "depends"
    assert conditions(answer) == (f"whether far may be assumed: {decides}",)
    ((key, value),) = next(iter(condition.values())).items()
    assert ask(*arguments, context={key: value.removesuffix("0/24") + ("9" if "/24" in value else "")}).level == "yes"


def test_a_key_that_is_stated_decides(modelled: Modelled, ask: Ask) -> None:
    tagged = statement("Allow", "s3:GetObject", Condition={"StringEquals": {"aws:ResourceTag/env": "dev"}})
    asker = modelled({DEV: {"Alice": user("alice", tagged)}})
    arguments = (asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k")
    assert ask(*arguments).level == "depends"
    assert ask(*arguments, context={"aws:ResourceTag/env": "dev"}).level == "yes"
    assert ask(*arguments, context={"aws:ResourceTag/env": "prod"}).level == "no"


def test_tags_of_a_session_are_known_unless_it_may_be_tagged(modelled: Modelled, ask: Ask) -> None:
    tagged = statement("Allow", "s3:GetObject", Condition={"StringEquals": {"aws:PrincipalTag/team": "blue"}})
    trusts = {
        "plain": trusted({"AWS": ALICE}),
        "tagging": trusted({"AWS": ALICE}, ["sts:AssumeRole", "sts:TagSession"]),
    }
    for name, trust in trusts.items():
        for tags, level in (([], "no"), ([{"Key": "team", "Value": "blue"}], "yes")):
            asker = modelled({OPS: {"Alice": user("alice", ASSUME), "Far": role("far", trust, tagged, Tags=tags)}})
            answer = ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", via="far")
            assert answer.level == ("depends" if name == "tagging" else level)


def test_names_in_the_place_of_arns_let_in_those_alone(modelled: Modelled, ask: Ask) -> None:
    named = trusted({"AWS": f"arn:aws:iam::{OPS}:root"}, Condition={"StringEquals": {"aws:username": ["alice", "bob"]}})
    people = {name: user(name, ASSUME) for name in ("alice", "bob", "carol")}
    asker = modelled({OPS: people, DEV: {"Far": role("far", named, READ)}})
    levels = {name: ask(asker, name, "s3:GetObject", "arn:aws:s3:::b/k", DEV).level for name in people}
    assert levels == {"alice": "yes", "bob": "yes", "carol": "no"}


def test_a_grant_with_an_end_ends(modelled: Modelled, ask: Ask) -> None:
    ending = trusted({"AWS": ALICE}, Condition={"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}})
    asker = modelled({OPS: {"Alice": user("alice", ASSUME)}, DEV: {"Far": role("far", ending, READ)}})
    arguments = (asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", DEV)
    assert ask(*arguments).level == "yes"
    late = ask(*arguments, at=datetime(2027, 1, 1, tzinfo=UTC))
    assert late.level == "no"
    assert words(late) == ["its trust policy lets alice in only until the end of 2026-12-31 (UTC)"]


def test_a_service_and_a_pipeline_act_as_roles_that_trust_them(modelled: Modelled, ask: Ask) -> None:
    provider = f"arn:aws:iam::{DEV}:oidc-provider/token.actions.githubusercontent.com"
    subject = "repo:acme/shop:environment:prod"
    issuer = "token.actions.githubusercontent.com"
    claims = {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subject}}
    web = trusted({"Federated": provider}, "sts:AssumeRoleWithWebIdentity", Condition=claims)
    asker = modelled(
        {
            DEV: {
                "Job": role("job", {"Service": "lambda.amazonaws.com"}, READ),
                "Deploy": role("deploy", web, statement("Allow", "s3:PutObject")),
            }
        }
    )
    levels = {
        (actor, action): ask(asker, actor, action, "arn:aws:s3:::b/k").level
        for actor in ("lambda.amazonaws.com", subject, "ec2.amazonaws.com")
        for action in ("s3:GetObject", "s3:PutObject")
    }
    assert levels == {
        ("lambda.amazonaws.com", "s3:GetObject"): "yes",
        ("lambda.amazonaws.com", "s3:PutObject"): "no",
        (subject, "s3:GetObject"): "no",
        (subject, "s3:PutObject"): "yes",
        ("ec2.amazonaws.com", "s3:GetObject"): "no",
        ("ec2.amazonaws.com", "s3:PutObject"): "no",
    }


def test_a_role_of_another_account_depends_on_its_own_policies(modelled: Modelled, ask: Ask) -> None:
    vendor = "arn:aws:iam::444444444444:role/vendor"
    asker = modelled({DEV: {"Far": role("far", {"AWS": vendor}, READ)}})
    answer = ask(asker, vendor, "s3:GetObject", "arn:aws:s3:::b/k")
    assert answer.level == "depends"
    assert conditions(answer) == (
        f"whether far may be assumed: {vendor}: is of another account, whose own policies must allow it as well",
    )
    assert ask(asker, "arn:aws:iam::555555555555:role/nobody", "s3:GetObject", "arn:aws:s3:::b/k").level == "no"


def test_a_trust_that_cannot_be_read_is_a_way_that_may_be(modelled: Modelled, ask: Ask) -> None:
    trust = {"Effect": "Allow", "NotPrincipal": {"AWS": f"arn:aws:iam::{OPS}:user/bob"}, "Action": "sts:AssumeRole"}
    asker = modelled({OPS: {"Alice": user("alice", ASSUME)}, DEV: {"Far": role("far", trust, READ)}})
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", DEV).level == "depends"


def test_roles_that_trust_each_other_end_the_search(modelled: Modelled, ask: Ask) -> None:
    element, two = (f"arn:aws:iam::{DEV}:role/{name}" for name in ("one", "two"))
    asker = modelled(
        {DEV: {"One": role("one", {"AWS": two}, ASSUME), "Two": role("two", {"AWS": element}, ASSUME, READ)}}
    )
    assert ask(asker, "role/one", "s3:GetObject", "arn:aws:s3:::b/k").level == "yes"
    assert ask(asker, "role/one", "s3:GetObject", "arn:aws:s3:::b/k", via="self").level == "no"


def test_assuming_a_role_of_the_model_is_decided_with_its_trust(modelled: Modelled, ask: Ask) -> None:
    asker = modelled({OPS: {"Alice": user("alice", ASSUME), "Far": role("far", {"AWS": f"arn:aws:iam::{OPS}:root"})}})
    assert ask(asker, "alice", "sts:AssumeRole", f"arn:aws:iam::{OPS}:role/far").level == "yes"
    missing_role = ask(asker, "alice", "sts:AssumeRole", f"arn:aws:iam::{OPS}:role/other")
    assert missing_role.level == "depends"
    assert conditions(missing_role) == ("the role's trust policy must allow it as well",)


@pytest.mark.parametrize(
    ("named", "level"),
    [
        ({"StringLike": {"sts:RoleSessionName": "a*"}}, "yes"),
        ({"StringEquals": {"sts:RoleSessionName": ["bob", "carol-1"]}}, "yes"),
        ({"StringNotEquals": {"sts:RoleSessionName": "alice"}}, "yes"),
        ({"StringEquals": {"sts:RoleSessionName": "bob"}}, "no"),
        ({"StringLike": {"sts:RoleSessionName": "${aws:username}"}}, "no"),
    ],
)
def test_a_session_has_the_name_that_the_next_role_trusts(
    modelled: Modelled, ask: Ask, named: dict[str, Any], level: str
) -> None:
    """Several names are possible for the session of the first role, and only one of them leads further."""
    session = "abc" if "StringLike" in named else "carol-1"
    trust = {"AWS": f"arn:aws:sts::{DEV}:assumed-role/near/{session}"}
    near = role("near", trusted({"AWS": ALICE}, Condition=named), READ)
    asker = modelled({OPS: {"Alice": user("alice", ASSUME)}, DEV: {"Near": near, "Far": role("far", trust, SEND)}})
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k").level == "yes"
    answer = ask(asker, "alice", "sqs:SendMessage")
    assert answer.level == level
    assert (f"the session of near is called {session}" in conditions(answer)) is (level == "yes")


def session_of(name: str, session: str, account: str = DEV) -> str:
    return f"arn:aws:sts::{account}:assumed-role/{name}/{session}"


BOB = {"StringEquals": {"sts:RoleSessionName": "bob"}}


def roundabout(*more: Any, short: Any = BOB, far: Any = None) -> dict[str, dict[str, Any]]:
    """Near is reached from alice in a session that is called bob, and over mid in one of any name; far trusts the
    session alice of near."""
    trusts = [trusted({"AWS": ALICE}, Condition=short), trusted({"AWS": f"arn:aws:iam::{DEV}:role/mid"})]
    resources = {
        "Near": role("near", trusts, ASSUME, READ),
        "Mid": role("mid", {"AWS": ALICE}, ASSUME),
        "Far": role("far", far or {"AWS": session_of("near", "alice")}, SEND, *more),
    }
    return {OPS: {"Alice": user("alice", ASSUME)}, DEV: resources}


def test_a_longer_way_to_a_role_leads_on_where_the_shorter_one_names_the_session(modelled: Modelled, ask: Ask) -> None:
    asker = modelled(roundabout())
    near = ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k")
    assert near.best
    assert [hop.role.entity.name for hop in near.best.way.hops] == ["near"]
    far = ask(asker, "alice", "sqs:SendMessage")
    assert far.level == "yes"
    assert far.best
    assert [hop.role.entity.name for hop in far.best.way.hops] == ["mid", "near", "far"]
    assert "the session that assumes far is called alice" in conditions(far)
    assert ask(asker, "alice", "sts:AssumeRole", f"arn:aws:iam::{DEV}:role/far").level == "yes"


def test_an_uncertain_way_leads_on_where_a_certain_one_names_the_session(modelled: Modelled, ask: Ask) -> None:
    accounts = roundabout()
    accounts[DEV]["Mid"] = role("mid", trusted({"AWS": ALICE}, Condition={"StringEquals": {"sts:ExternalId": "x"}}))
    accounts[DEV]["Mid"]["Properties"] |= user("mid", ASSUME)["Properties"]
    asker = modelled(accounts)
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k").level == "yes"
    assert ask(asker, "alice", "sqs:SendMessage").level == "depends"
    assert ask(asker, "alice", "sts:AssumeRole", f"arn:aws:iam::{DEV}:role/far").level == "depends"


def test_no_way_gives_a_session_a_name_that_nobody_may_choose(modelled: Modelled, ask: Ask) -> None:
    accounts = roundabout()
    del accounts[DEV]["Mid"]
    asker = modelled(accounts)
    assert ask(asker, "alice", "sqs:SendMessage").level == "no"
    assert ask(asker, "alice", "sts:AssumeRole", f"arn:aws:iam::{DEV}:role/far").level == "no"


def test_a_session_is_called_otherwise_where_a_trust_keeps_out_one_name(modelled: Modelled, ask: Ask) -> None:
    """Both the name of a session that is chosen and one that another role demands may be kept out."""
    for short, level in ((BOB, "yes"), ({"StringEquals": {"sts:RoleSessionName": ["bob", "carol"]}}, "yes")):
        kept_out = [
            trusted({"AWS": f"arn:aws:iam::{DEV}:role/near"}),
            {**trusted({"AWS": session_of("near", "bob")}), "Effect": "Deny"},
            {**trusted({"AWS": session_of("near", "session")}), "Effect": "Deny"},
        ]
        asker = modelled(roundabout(short=short, far=kept_out))
        assert ask(asker, "alice", "sqs:SendMessage").level == level
        without_mid = roundabout(short=short, far=kept_out)
        del without_mid[DEV]["Mid"]
        assert ask(modelled(without_mid), "alice", "sqs:SendMessage").level == ("no" if short is BOB else "yes")


def test_the_name_of_a_session_is_chosen_as_policies_of_who_asks_demand(modelled: Modelled, ask: Ask) -> None:
    named = {"StringEquals": {"sts:RoleSessionName": "deploy"}}
    other = {"StringNotEquals": {"sts:RoleSessionName": "deploy"}}
    for own in (
        [statement("Allow", "sts:AssumeRole", Condition=named)],
        [ASSUME, statement("Deny", "sts:AssumeRole", Condition=other)],
    ):
        asker = modelled({OPS: {"Alice": user("alice", *own)}, DEV: {"Far": role("far", {"AWS": ALICE}, READ)}})
        answer = ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k")
        assert answer.level == "yes"
        assert "the session of far is called deploy" in conditions(answer)
        assert ask(asker, "alice", "s3:GetObject", context={"sts:RoleSessionName": "alice"}).level == "no"


def test_a_pipeline_chooses_the_name_of_its_session_and_a_service_does_not(modelled: Modelled, ask: Ask) -> None:
    issuer, subject = "token.actions.githubusercontent.com", "repo:acme/shop:ref:refs/heads/main"
    claims = {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": subject, "sts:RoleSessionName": "release"}
    provider = {"Federated": f"arn:aws:iam::{DEV}:oidc-provider/{issuer}"}
    web = trusted(provider, "sts:AssumeRoleWithWebIdentity", Condition={"StringEquals": claims})
    named = {"StringLike": {"sts:RoleSessionName": "rel*"}}
    service = trusted({"Service": "lambda.amazonaws.com"}, Condition=named)
    asker = modelled(
        {
            DEV: {
                "Near": role("near", [web, service], ASSUME),
                "Far": role("far", {"AWS": session_of("near", "release")}, READ),
            }
        }
    )
    assert ask(asker, subject, "s3:GetObject", "arn:aws:s3:::b/k").level == "yes"
    assert ask(asker, "lambda.amazonaws.com", "s3:GetObject", "arn:aws:s3:::b/k").level == "depends"


def test_a_session_that_is_trusted_under_a_condition_that_nobody_knows(modelled: Modelled, ask: Ask) -> None:
    network = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    trust = trusted({"AWS": f"arn:aws:sts::{DEV}:assumed-role/near/abc"}, Condition=network)
    accounts = {"Near": role("near", {"AWS": ALICE}), "Far": role("far", trust, READ)}
    asker = modelled({OPS: {"Alice": user("alice", ASSUME)}, DEV: accounts})
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k").level == "depends"
    inside, outside = {"aws:SourceIp": "10.1.1.1"}, {"aws:SourceIp": "192.0.2.1"}
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", context=inside).level == "yes"
    assert ask(asker, "alice", "s3:GetObject", "arn:aws:s3:::b/k", context=outside).level == "no"


@pytest.mark.parametrize(
    ("condition", "level"),
    [
        ({"StringEquals": {"aws:ResourceAccount": OPS}}, "yes"),
        ({"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}, "no"),
        ({"StringEquals": {"aws:ResourceTag/env": "dev", "iam:ResourceTag/env": "dev"}}, "yes"),
        ({"StringNotEquals": {"aws:ResourceTag/env": "dev"}}, "no"),
        ({"StringEquals": {"aws:ResourceTag/team": "x"}}, "depends"),
    ],
)
def test_the_account_and_the_tags_of_a_role_are_known_where_policies_ask_for_them(
    modelled: Modelled, ask: Ask, condition: dict[str, Any], level: str
) -> None:
    alice = user("alice", statement("Allow", "sts:AssumeRole", Condition=condition))
    tags = [{"Key": "env", "Value": "dev"}]
    trusting = role("R", {"AWS": f"arn:aws:iam::{DEV}:user/alice"}, statement("Allow", "s3:*"), Tags=tags)
    assert ask(modelled({DEV: {"U": alice}, OPS: {"R": trusting}}), "alice", "s3:GetObject").level == level


def test_what_is_missing_follows_the_word_only(modelled: Modelled, ask: Ask) -> None:
    limited = statement("Allow", "s3:*", Condition={"StringEquals": {"aws:username": "bob"}})
    answer = ask(modelled({DEV: {"U": user("alice", limited)}}), "alice", "s3:GetObject")
    assert missing(answer.attempts[0]) == ("own allows it only if aws:username is bob",)


@pytest.mark.parametrize(
    ("allowed", "denied", "level"),
    [
        (
            {"StringEquals": {"sts:RoleSessionName": "deploy"}},
            {"StringEquals": {"sts:RoleSessionName": "deploy"}},
            "no",
        ),
        ({"StringNotEquals": {"sts:RoleSessionName": "a"}}, {"StringNotEquals": {"sts:RoleSessionName": "a"}}, "no"),
        ({"StringNotEquals": {"sts:RoleSessionName": "a"}}, {"StringNotEquals": {"sts:RoleSessionName": "b"}}, "yes"),
        ({"StringEquals": {"sts:RoleSessionName": "a"}}, {"StringLike": {"sts:RoleSessionName": "a*"}}, "no"),
    ],
)
def test_conditions_on_the_name_of_a_session_that_exclude_each_other_let_nobody_in(
    modelled: Modelled, ask: Ask, allowed: dict[str, Any], denied: dict[str, Any], level: str
) -> None:
    trusts = [
        trusted({"AWS": ALICE}, Condition=allowed),
        {**trusted({"AWS": ALICE}, Condition=denied), "Effect": "Deny"},
    ]
    asker = modelled({OPS: {"Alice": user("alice", ASSUME)}, DEV: {"Ops": role("ops", trusts, READ)}})
    answer = ask(asker, "alice", "s3:GetObject", account=DEV)
    assert answer.level == level


@pytest.mark.parametrize(
    ("trust_of", "asked_for"),
    [
        ({"StringLike": {"sts:RoleSessionName": "o*"}}, f"arn:aws:iam::{DEV}:role/${{sts:RoleSessionName}}"),
        (
            {
                "StringLike": {"sts:RoleSessionName": "o*"},
                "StringEquals": {"aws:PrincipalAccount": "${sts:RoleSessionName}"},
            },
            "*",
        ),
        (
            {
                "StringLike": {"sts:RoleSessionName": "a*"},
                "StringEquals": {"aws:PrincipalTag/login": "${STS:rolesessionname, 'x'}"},
            },
            "*",
        ),
    ],
)
def test_of_a_name_that_is_compared_with_something_else_not_every_value_has_been_tried(
    modelled: Modelled, ask: Ask, trust_of: dict[str, Any], asked_for: str
) -> None:
    assume = statement("Allow", "sts:AssumeRole", asked_for)
    trust = trusted({"AWS": ALICE}, Condition=trust_of)
    alice = user("alice", assume, Tags=[{"Key": "login", "Value": "al"}])
    asker = modelled({OPS: {"Alice": alice}, DEV: {"Ops": role("ops", trust, READ)}})
    assert ask(asker, "alice", "s3:GetObject", account=DEV).level == "depends"


EXTERNAL = {"sts:ExternalId": "x"}


@pytest.mark.parametrize(
    ("trust_of", "own", "bounded"),
    [
        ({"StringLike": {"sts:RoleSessionName": "a*"}}, {}, {"StringNotEquals": {"sts:RoleSessionName": "a"}}),
        ({"StringLike": {"sts:RoleSessionName": "a*"}}, {"StringNotEquals": {"sts:RoleSessionName": "a"}}, {}),
        (
            {"StringEqualsIgnoreCase": {"sts:RoleSessionName": "Ab"}},
            {"StringNotEquals": {"sts:RoleSessionName": "Ab"}},
            {},
        ),
        ({"StringEquals": {**EXTERNAL, "sts:RoleSessionName": "${aws:username}"}}, {}, {}),
    ],
)
def test_a_name_that_is_not_tried_first_may_still_be_let_in(
    modelled: Modelled, ask: Ask, trust_of: dict[str, Any], own: dict[str, Any], bounded: dict[str, Any]
) -> None:
    trust = trusted({"AWS": ALICE}, Condition={"StringEquals": EXTERNAL, **trust_of})
    boundary = {"ManagedPolicyName": "b", "PolicyDocument": document(statement("Allow", "*", Condition=bounded))}
    bound = {} if not bounded else {"PermissionsBoundary": {"Ref": "B"}}
    resources = {
        "Alice": user("alice", statement("Allow", "sts:AssumeRole", **({"Condition": own} if own else {})), **bound),
        "B": {"Type": "AWS::IAM::ManagedPolicy", "Properties": boundary},
    }
    asker = modelled(
        {OPS: resources if bounded else {"Alice": resources["Alice"]}, DEV: {"Ops": role("ops", trust, READ)}}
    )
    assert ask(asker, "alice", "s3:GetObject", account=DEV).level == "depends"


def test_a_role_that_is_denied_unless_the_session_is_called_as_it_may_be_assumed(modelled: Modelled, ask: Ask) -> None:
    named = {"NotResource": f"arn:aws:iam::{DEV}:role/${{sts:RoleSessionName}}"}
    denied = {"Effect": "Deny", "Action": "sts:AssumeRole", **named}
    trust = trusted({"AWS": ALICE}, Condition={"StringLike": {"sts:RoleSessionName": "o*"}})
    asker = modelled({OPS: {"Alice": user("alice", ASSUME, denied)}, DEV: {"Ops": role("ops", trust, READ)}})
    assert ask(asker, "alice", "s3:GetObject", account=DEV).level == "depends"
