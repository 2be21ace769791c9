"""Paths to more power: each kind of step, with what makes it one and what does not, over accounts, within boundaries."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from iamgen.questions.can import Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.escalation import MOST_STATES, EscalationPath, EscalationSearch, path_in_words
from tests.questions.conftest import DEV, NOW, OPS, document, role, statement, user

Modelled = Callable[[dict[str, dict[str, Any]]], Asker]
Block = dict[str, Any]

LAMBDA = {"Service": "lambda.amazonaws.com"}
EC2 = {"Service": "ec2.amazonaws.com"}
FULL = statement("Allow", "*")
RUN = statement("Allow", ["lambda:CreateFunction", "lambda:InvokeFunction"])
ALICE = f"arn:aws:iam::{DEV}:user/alice"
OWN = "arn:aws:iam::aws:policy/AdministratorAccess"


def arn(kind: str, name: str, account: str = DEV) -> str:
    return f"arn:aws:iam::{account}:{kind}/{name}"


def allow(action: Any, resource: Any = "*", **more: Any) -> Block:
    return statement("Allow", action, resource, **more)


def search(asker: Asker) -> EscalationSearch:
    return EscalationSearch.over(asker.model, Circumstances(NOW))


@pytest.fixture
def path_of(modelled: Modelled) -> Callable[..., EscalationPath | None]:
    """Return what makes a model of the resources of DEV, and returns the path of the role or user called App."""

    def find(accounts: dict[str, dict[str, Block]]) -> EscalationPath | None:
        asker = modelled(accounts)
        users = [actor.known for actor in asker.model.actors if actor.known]
        (start,) = [known for known in (*asker.model.roles, *users) if known.entity.name == "App"]
        return search(asker).path(start)

    return find


def policy(name: str, *statements: Block, **more: Any) -> Block:
    properties = {"ManagedPolicyName": name, "PolicyDocument": document(*statements), **more}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}


def group(name: str, *statements: Block) -> Block:
    inline = [{"PolicyName": "own", "PolicyDocument": document(*statements)}] if statements else []
    return {"Type": "AWS::IAM::Group", "Properties": {"GroupName": name, "Policies": inline}}


BOSS = role("Boss", LAMBDA, FULL)
IN_EC2 = role("Boss", EC2, FULL)
WEAK = role("Boss", LAMBDA, allow("s3:GetObject", "arn:aws:s3:::data/*"))
LOGGING = role("Boss", LAMBDA, allow("logs:*"))
STORING = role("Boss", LAMBDA, allow("s3:*"))
PASS = allow("iam:PassRole", arn("role", "Boss"))


def app(*statements: Block, **more: Any) -> Block:
    return role("App", EC2, *statements, **more)


BECOMES = "become administrator of its account"


@pytest.mark.parametrize(
    ("resources", "gain", "steps"),
    [
        pytest.param({"A": app(PASS, RUN), "B": BOSS}, BECOMES, ["passes Boss to lambda"], id="pass"),
        pytest.param({"A": app(PASS, RUN), "B": WEAK}, "", [], id="pass a weak role"),
        pytest.param({"A": app(PASS, RUN), "B": LOGGING}, "", [], id="pass a role with logs"),
        pytest.param(
            {"A": app(PASS, RUN), "B": STORING},
            "gain full power over s3 in its account",
            ["passes Boss to lambda"],
            id="pass a role with a whole service",
        ),
        pytest.param({"A": app(PASS, RUN, allow("s3:*")), "B": STORING}, "", [], id="pass what one has oneself"),
        pytest.param({"A": app(PASS, RUN), "B": IN_EC2}, "", [], id="pass a role to a service that it does not trust"),
        pytest.param(
            {"A": app(PASS, RUN), "B": role("Boss", LAMBDA), "C": role("Other", LAMBDA, FULL)},
            "",
            [],
            id="pass another role than the powerful one",
        ),
        pytest.param({"A": app(PASS, allow("lambda:CreateFunction")), "B": BOSS}, "", [], id="pass and never run"),
        pytest.param(
            {
                "A": app(
                    allow(
                        "iam:PassRole",
                        arn("role", "Boss"),
                        Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
                    ),
                    RUN,
                ),
                "B": BOSS,
            },
            "",
            [],
            id="pass to another service only",
        ),
        pytest.param(
            {"A": app(allow("iam:UpdateAssumeRolePolicy", arn("role", "Boss"))), "B": BOSS},
            BECOMES,
            ["lets itself into Boss"],
            id="open a role",
        ),
        pytest.param(
            {"A": app(allow("iam:UpdateAssumeRolePolicy", arn("role", "Boss"))), "B": WEAK},
            "",
            [],
            id="open a weak role",
        ),
        pytest.param(
            {"A": app(allow("iam:AttachRolePolicy", arn("role", "App")))},
            BECOMES,
            ["gives itself any policy"],
            id="attach",
        ),
        pytest.param(
            {
                "A": app(
                    allow(
                        "iam:AttachRolePolicy",
                        arn("role", "App"),
                        Condition={"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/ReadOnlyAccess"}},
                    )
                )
            },
            "",
            [],
            id="attach one policy only",
        ),
        pytest.param(
            {"A": app(allow("iam:PutRolePolicy", arn("role", "Boss"))), "B": WEAK},
            "",
            [],
            id="change a role that one is not",
        ),
        pytest.param(
            {
                "A": app(allow("iam:PutRolePolicy", arn("role", "Boss")), allow("sts:AssumeRole", arn("role", "Boss"))),
                "B": role("Boss", {"AWS": arn("role", "App")}),
            },
            BECOMES,
            ["gives Boss any policy and assumes Boss"],
            id="change a role that one may assume",
        ),
        pytest.param(
            {
                "A": app(allow("iam:CreatePolicyVersion", arn("policy", "P")), ManagedPolicyArns=[{"Ref": "P"}]),
                "P": policy("P", allow("s3:ListBucket")),
            },
            BECOMES,
            ["rewrites a policy of itself"],
            id="rewrite one's own policy",
        ),
        pytest.param(
            {"A": app(allow("iam:CreatePolicyVersion", arn("policy", "P"))), "P": policy("P", allow("s3:ListBucket"))},
            "",
            [],
            id="rewrite a policy of nobody",
        ),
        pytest.param(
            {"A": app(allow("iam:CreateAccessKey", arn("user", "root"))), "U": user("root", FULL)},
            BECOMES,
            ["gets credentials of the user root"],
            id="credentials of a powerful user",
        ),
        pytest.param(
            {"A": app(allow("iam:CreateAccessKey", arn("user", "root"))), "U": user("root", allow("s3:ListBucket"))},
            "",
            [],
            id="credentials of a weak user",
        ),
        pytest.param(
            {"A": user("App", allow("iam:CreateAccessKey", arn("user", "${aws:username}"))), "U": user("root", FULL)},
            "",
            [],
            id="one's own credentials",
        ),
        pytest.param(
            {"A": user("App", allow("iam:AddUserToGroup", arn("group", "G"))), "G": group("G", FULL)},
            BECOMES,
            ["puts itself into G"],
            id="join a group",
        ),
        pytest.param(
            {"A": user("App", allow("iam:AddUserToGroup", arn("group", "G"))), "G": group("G")},
            "",
            [],
            id="join nothing",
        ),
        pytest.param(
            {
                "A": user("App", allow("iam:PutGroupPolicy", arn("group", "G")), Groups=[{"Ref": "G"}]),
                "G": group("G"),
            },
            BECOMES,
            ["gives its group G any policy"],
            id="change one's own group",
        ),
        pytest.param(
            {"A": app(allow("lambda:UpdateFunctionCode")), "B": BOSS},
            BECOMES,
            ["acts as Boss through an existing function"],
            id="an existing function",
        ),
        pytest.param({"A": app(allow("lambda:UpdateFunctionCode")), "B": IN_EC2}, "", [], id="no function can have it"),
        pytest.param(
            {
                "A": app(PASS, RUN),
                "B": role("Boss", LAMBDA, allow("sts:AssumeRole", arn("role", "Far"))),
                "C": role("Far", {"AWS": arn("role", "Boss")}, allow("iam:PutRolePolicy", arn("role", "Far"))),
            },
            BECOMES,
            ["passes Boss to lambda", "assumes Far", "gives itself any policy"],
            id="three steps",
        ),
        pytest.param(
            {"A": app(allow("sts:AssumeRole")), "B": role("Boss", {"AWS": arn("role", "App")}, FULL)},
            "",
            [],
            id="what both sides let it assume is granted",
        ),
        pytest.param(
            {"A": app(PASS, RUN, statement("Deny", "iam:PassRole")), "B": BOSS}, "", [], id="a deny breaks it"
        ),
    ],
)
def test_steps(path_of: Callable[..., Any], resources: dict[str, Block], gain: str, steps: list[str]) -> None:
    path = path_of({DEV: resources})
    assert [move.words for move in path.moves] == steps if path else not steps
    assert (path.gain if path else "") == gain


PUT, TAKE = (allow(f"iam:{name}", arn("role", "App")) for name in ("PutRolePolicy", "DeleteRolePermissionsBoundary"))


def limited(limit: list[str], *statements: Block) -> dict[str, Block]:
    return {"A": app(*statements, PermissionsBoundary={"Ref": "L"}), "L": policy("L", allow(limit))}


def test_a_boundary_limits_what_a_policy_can_give(path_of: Callable[..., Any]) -> None:
    path = path_of({DEV: limited(["s3:*", "iam:PutRolePolicy"], PUT)})
    assert path.gain == "gain full power over s3 in its account"
    assert path_of({DEV: limited(["s3:*", "iam:PutRolePolicy"], PUT, allow("s3:*"))}) is None
    assert path_of({DEV: limited(["s3:*"], PUT)}) is None


def test_a_boundary_that_may_be_taken_away_is_none(path_of: Callable[..., Any]) -> None:
    limit = ["s3:*", "iam:PutRolePolicy", "iam:DeleteRolePermissionsBoundary"]
    path = path_of({DEV: limited(limit, allow("s3:*"), PUT, TAKE)})
    assert path.gain == BECOMES
    assert {move.words for move in path.moves} == {
        "gives itself any policy",
        "takes the permissions boundary from itself",
    }
    assert path_of({DEV: limited(limit, allow("s3:*"), TAKE)}) is None


def test_a_boundary_that_is_not_known_is_said(path_of: Callable[..., Any]) -> None:
    unknown = app(PASS, RUN, PermissionsBoundary=arn("policy", "elsewhere"))
    path = path_of({DEV: {"A": unknown, "B": BOSS}})
    assert path.doubts[0] == "the permissions boundary of App, which is not known here, leaves iam:PassRole"


def test_a_condition_that_nobody_can_know_is_said(path_of: Callable[..., Any]) -> None:
    here = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    path = path_of({DEV: {"A": app({**PASS, "Condition": here}, RUN), "B": BOSS}})
    assert path.doubts == ("aws:SourceIp is in 10.0.0.0/8",)
    with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}  # which no session of a role has
    assert path_of({DEV: {"A": app({**PASS, "Condition": with_mfa}, RUN), "B": BOSS}}) is None


def test_a_policy_that_denies_may_be_taken_away(path_of: Callable[..., Any]) -> None:
    put = allow(["iam:PutRolePolicy", "iam:DetachRolePolicy"], arn("role", "App"))
    guard = policy("P", statement("Deny", "iam:PutRolePolicy"))
    path = path_of({DEV: {"A": app(put, ManagedPolicyArns=[{"Ref": "P"}]), "P": guard}})
    assert [move.words for move in path.moves] == ["takes P, which denies, from itself", "gives itself any policy"]


def test_a_path_over_accounts(path_of: Callable[..., Any], modelled: Modelled) -> None:
    accounts = {
        DEV: {
            "A": role("App", {"AWS": ALICE}, PASS, RUN),
            "B": role("Boss", LAMBDA, allow("sts:AssumeRole", arn("role", "Far", OPS))),
            "U": user("alice", allow("sts:AssumeRole")),
        },
        OPS: {"F": role("Far", {"AWS": arn("role", "Boss")}, FULL)},
    }
    path = path_of(accounts)
    assert path.gain == f"become administrator of {OPS}"
    assert path_in_words(path) == (
        "1. App passes Boss to lambda by iam:PassRole (own, statement 1), and lambda:CreateFunction and "
        "lambda:InvokeFunction (own, statement 2); "
        f"2. Boss assumes Far in {OPS} by sts:AssumeRole (trust policy of Far, statement 1)"
    )
    asker = modelled(accounts)
    start = asker.model.role_by_arn[arn("role", "App")]
    assert search(asker).holders(start) == ("alice",)


def test_a_certain_path_is_told_before_a_shorter_one_that_depends(path_of: Callable[..., Any]) -> None:
    resources = {
        "A": app(allow("lambda:UpdateFunctionCode"), PASS, RUN),
        "B": role("Boss", LAMBDA, allow("iam:PutRolePolicy", arn("role", "Boss"))),
        "C": role("Other", LAMBDA, FULL),
    }
    path = path_of({DEV: resources})
    assert [move.words for move in path.moves] == ["passes Boss to lambda", "gives itself any policy"]


def many(number: int) -> dict[str, dict[str, Block]]:
    """Return a role that may open very many, none of which is powerful."""
    roles = {f"R{index}": role(f"r{index}", LAMBDA, allow("s3:ListBucket")) for index in range(number)}
    return {DEV: {"A": app(allow("iam:UpdateAssumeRolePolicy", arn("role", "r*"))), **roles}}


def test_a_search_that_is_given_up_says_so(path_of: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_STATES > 100
    monkeypatch.setattr("iamgen.questions.escalation.MOST_STATES", 20)
    assert path_of(many(10)) is None
    path = path_of(many(30))
    assert not path.is_decided


def test_thousands_of_users_who_look_after_themselves_take_no_time(modelled: Modelled) -> None:
    own = allow(["iam:CreateAccessKey", "iam:UpdateLoginProfile"], arn("user", "${aws:username}"))
    users = {f"U{index}": user(f"u{index}", Groups=[{"Ref": "G"}]) for index in range(200)}
    asker = modelled({DEV: {"G": group("G", own), **users}})
    (start, *_) = (actor.known for actor in asker.model.actors if actor.known)
    began = time.perf_counter()
    assert search(asker).path(start) is None
    assert time.perf_counter() - began < 1


def test_an_administrator_of_one_account_may_still_become_one_of_another(path_of: Callable[..., Any]) -> None:
    accounts = {
        DEV: {
            "A": app(PASS, RUN, allow("sts:AssumeRole")),
            "B": role("Boss", LAMBDA, allow("sts:AssumeRole")),
        },
        OPS: {"G": role("Granted", {"AWS": arn("role", "App")}, FULL)},
        "333333333333": {"F": role("Far", {"AWS": arn("role", "Boss")}, FULL)},
    }
    assert path_of(accounts).gain == "become administrator of 333333333333"
    assert path_of({key: accounts[key] for key in (DEV, OPS)}) is None


def likenesses(asker: Asker) -> int:
    known = [actor.known for actor in asker.model.actors if actor.known]
    return len({search(asker).moves.likeness(item) for item in known})


@pytest.mark.parametrize(
    ("more", "number"),
    [
        pytest.param([{}, {}], 1, id="the same"),
        pytest.param(
            [{"Policies": []}, {"Policies": [{"PolicyName": "p", "PolicyDocument": document(FULL)}]}], 2, id="policy"
        ),
        pytest.param(
            [{"Policies": [{"PolicyName": "p", "PolicyDocument": document(item)}]} for item in (FULL, PASS)],
            2,
            id="policies of one name",
        ),
        pytest.param([{}, {"Tags": [{"Key": "team", "Value": "a"}]}], 2, id="tags"),
        pytest.param([{}, {"PermissionsBoundary": OWN}], 2, id="boundary"),
        pytest.param(
            [{"PermissionsBoundary": OWN}, {"PermissionsBoundary": arn("policy", "other")}], 2, id="boundaries"
        ),
        pytest.param(
            [
                {
                    "Policies": [
                        {"PolicyName": "p", "PolicyDocument": document(allow("s3:*", "arn:aws:s3:::${aws:username}"))}
                    ]
                }
            ]
            * 2,
            2,
            id="what is called like them",
        ),
        pytest.param(
            [
                {
                    "Policies": [
                        {"PolicyName": "p", "PolicyDocument": document(allow("iam:*", arn("user", "${aws:username}")))}
                    ]
                }
            ]
            * 2,
            1,
            id="their own user",
        ),
        pytest.param(
            [
                {
                    "Policies": [
                        {
                            "PolicyName": "p",
                            "PolicyDocument": document({**FULL, "Condition": {"StringEquals": {"aws:username": "u0"}}}),
                        }
                    ]
                }
            ]
            * 2,
            2,
            id="a condition on the name",
        ),
    ],
)
def test_users_are_alike_only_if_the_same_is_true_of_them(modelled: Modelled, more: list[Block], number: int) -> None:
    users = {f"U{index}": user(f"u{index}", **properties) for index, properties in enumerate(more)}
    assert likenesses(modelled({DEV: users})) == number


def test_a_role_that_may_perhaps_be_assumed_is_power_for_whoever_takes_a_step_to_it(modelled: Modelled) -> None:
    here = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": arn("role", "First")},
        "Action": "sts:AssumeRole",
        "Condition": here,
    }
    resources = {
        "A": role("First", EC2, allow("sts:AssumeRole")),
        "B": role("Second", EC2, allow("iam:UpdateAssumeRolePolicy", arn("role", "Boss"))),
        "C": role("Boss", [trust], FULL),
    }
    asker = modelled({DEV: resources})
    looking = search(asker)
    assert looking.path(asker.model.role_by_arn[arn("role", "First")]) is None
    path = looking.path(asker.model.role_by_arn[arn("role", "Second")])
    assert path
    assert path.gain == BECOMES


def test_what_is_decided_alike_names_the_policy_of_each_role_and_gives_nobody_the_power_of_a_step(
    modelled: Modelled,
) -> None:
    """One search for all: roles with equal policies of different names, one of which another role can give more."""
    statements = [PASS, RUN]
    names = {"App": "First", "Bpp": "Second"}
    resources: dict[str, Block] = {"Boss": BOSS}
    resources["Giver"] = role("Giver", EC2, allow("iam:PutRolePolicy", arn("role", "Weak")), allow("sts:AssumeRole"))
    resources["Weak"] = role("Weak", {"AWS": arn("role", "Giver")}, allow("s3:GetObject"))
    for holder, written in names.items():
        resources[holder] = role(holder, EC2)
        resources[written] = policy(written, *statements, Roles=[{"Ref": holder}])
    asker = modelled({DEV: resources})
    searched = search(asker)
    roles = {known.entity.name: known for known in asker.model.roles}
    path = searched.path(roles["Giver"])
    assert path
    assert [move.words for move in path.moves][-1] == "gives Weak any policy and assumes Weak"
    assert searched.path(roles["Weak"]) is None
    for holder, written in names.items():
        taken = searched.path(roles[holder])
        assert taken
        assert f"({written}, statement 1)" in path_in_words(taken)
