"""Two accounts as iamgen makes them, and who may do what there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from iamgen.access.accounts import Account, Scheme
from iamgen.access.entities import HandMadeUser, IamRole, IamUser
from iamgen.access.errors import AccessError
from iamgen.access.principals import (
    Caller,
    console_session,
    may,
    may_assume,
    role_session,
    with_keys,
    with_mfa,
)  # fmt: skip

PEOPLE_ID, PROD_ID = "111111111111", "222222222222"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
NO_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
NOON = datetime(2027, 1, 31, 12, tzinfo=UTC)

Block = dict[str, Any]


def user_arn(name: str) -> str:
    return f"arn:aws:iam::{PEOPLE_ID}:user/{name}"


def role_arn(name: str, account: str = PROD_ID) -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def document(*statements: Block) -> Block:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: object, resource: object = "*", **more: object) -> Block:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object, resource: object = "*", **more: object) -> Block:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def trust(principal: object, condition: object = MFA, effect: str = "Allow") -> Block:
    return {"Effect": effect, "Action": "sts:AssumeRole", "Principal": principal, "Condition": condition}


def role(name: str, *trusted: Block, **properties: object) -> Block:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": name, "AssumeRolePolicyDocument": document(*trusted), **properties},
    }


def policy(name: str, *statements: Block, **properties: object) -> Block:
    own = {"ManagedPolicyName": name, "PolicyDocument": document(*statements), **properties}
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": own}


def group(name: str) -> Block:
    return {"Type": "AWS::IAM::Group", "Properties": {"GroupName": name}}


OWN = f"arn:aws:iam::{PEOPLE_ID}:user/${{aws:username}}"
PEOPLE = {
    "AssumeRoleG": group("infra-AssumeRoleG"),
    "ManageOwnUserG": group("infra-ManageOwnUserG"),
    "AssumeRoleP": policy(
        "infra-AssumeRoleP",
        allow("sts:AssumeRole", [role_arn("infra-OpsR"), role_arn("infra-ReadR"), role_arn("infra-NobodyR")],
              Condition=MFA),
        Groups=[{"Ref": "AssumeRoleG"}],
    ),
    "ManageOwnUserP": policy(
        "infra-ManageOwnUserP",
        allow(["iam:CreateAccessKey", "iam:EnableMFADevice"], OWN),
        {"Effect": "Deny", "NotAction": "iam:EnableMFADevice", "Resource": "*", "Condition": NO_MFA},
        Groups=[{"Ref": "ManageOwnUserG"}],
    ),
}  # fmt: skip
EXPIRING = {**MFA, "DateLessThan": {"aws:CurrentTime": "2027-02-01T00:00:00Z"}}
PROD = {
    "OpsR": role("infra-OpsR", trust({"AWS": [user_arn("alice")]}), trust({"AWS": user_arn("carol")}, EXPIRING)),
    "ReadR": role("infra-ReadR", trust({"AWS": [user_arn("alice"), user_arn("bob")]})),
    "NobodyR": role("infra-NobodyR", trust("*", {}, "Deny")),
    "OpsP": policy("infra-OpsP", allow(["s3:*", "sts:*"]), Roles=[{"Ref": "OpsR"}]),
    "ReadP": policy("infra-ReadP", allow("s3:Get*"), Roles=[{"Ref": "ReadR"}, {"Ref": "OpsR"}]),
}


@pytest.fixture(scope="module")
def scheme() -> Scheme:
    groups = ("AssumeRoleG", "ManageOwnUserG")
    people = [HandMadeUser(name, groups=groups) for name in ("alice", "bob", "carol")]
    return Scheme(
        {
            "user-only": Account.of({"Resources": PEOPLE}, PEOPLE_ID, people=people),
            "prod": Account.of({"Resources": PROD}, PROD_ID),
        }
    )


def user(scheme: Scheme, name: str) -> IamUser:
    return scheme["user-only"].user(name)


@pytest.mark.parametrize(
    ("name", "role_name", "expected"),
    [
        ("alice", "OpsR", True),
        ("alice", "ReadR", True),
        ("bob", "OpsR", False),
        ("bob", "ReadR", True),
        ("carol", "OpsR", True),
        ("carol", "ReadR", False),
        ("alice", "NobodyR", False),
    ],
)
def test_who_may_assume_what(scheme: Scheme, name: str, role_name: str, *, expected: bool) -> None:
    decision = may_assume(with_mfa(user(scheme, name)), scheme["prod"].role(role_name), at=NOON)
    assert decision.allowed is expected
    assert decision.side == "trust"


def test_nobody_without_mfa_may_assume_anything(scheme: Scheme) -> None:
    for person in scheme.users:
        for caller in (with_keys(person), console_session(person)):
            for assumed in scheme.roles:
                assert not may_assume(caller, assumed, at=NOON).allowed


def test_a_grant_expires(scheme: Scheme) -> None:
    carol, ops = with_mfa(user(scheme, "carol")), scheme["prod"].role("OpsR")
    assert may_assume(carol, ops, at=datetime(2027, 1, 31, 23, 59, 59, tzinfo=UTC)).allowed
    assert not may_assume(carol, ops, at=datetime(2027, 2, 1, tzinfo=UTC)).allowed


def test_what_depends_on_the_time_needs_one(scheme: Scheme) -> None:
    ops = scheme["prod"].role("OpsR")
    with pytest.raises(AccessError, match="aws:CurrentTime"):
        may_assume(with_mfa(user(scheme, "carol")), ops)
    assert not may_assume(with_keys(user(scheme, "carol")), ops).allowed  # no time helps without MFA
    assert may_assume(with_mfa(user(scheme, "alice")), ops).allowed
    with pytest.raises(AccessError) as refused:
        may_assume(with_mfa(user(scheme, "carol")), ops, at=datetime(2027, 1, 1))
    assert [tuple(fault) for fault in refused.value.faults] == [
        ("2027-01-01 00:00:00", "is a time without a time zone", "pass an aware datetime")
    ]


def test_own_user_and_no_other(scheme: Scheme) -> None:
    alice = with_mfa(user(scheme, "alice"))
    assert may(alice, "iam:CreateAccessKey", user_arn("alice")).allowed
    assert not may(alice, "iam:CreateAccessKey", user_arn("bob")).allowed
    for caller in (with_keys(user(scheme, "alice")), console_session(user(scheme, "alice"))):
        decision = may(caller, "iam:CreateAccessKey", user_arn("alice"))
        assert (decision.allowed, decision.explicit) == (False, True)
        assert decision.by and decision.by.origin == "infra-ManageOwnUserP"
        assert may(caller, "iam:EnableMFADevice", user_arn("alice")).allowed


def test_sessions_of_roles(scheme: Scheme) -> None:
    ops, read = (role_session(scheme["prod"].role(name)) for name in ("OpsR", "ReadR"))
    for caller, action, expected in (
        (ops, "s3:PutObject", True),
        (ops, "ec2:RunInstances", False),
        (read, "s3:GetObject", True),
        (read, "s3:PutObject", False),
    ):
        assert may(caller, action, "arn:aws:s3:::bucket/key").allowed is expected


def test_a_session_of_a_role_has_no_mfa_to_show(scheme: Scheme) -> None:
    ops = role_session(scheme["prod"].role("OpsR"))
    assert not may_assume(ops, scheme["prod"].role("ReadR")).allowed


def test_what_requests_carry(scheme: Scheme) -> None:
    alice = user(scheme, "alice")
    keys, console, mfa = with_keys(alice).context, console_session(alice).context, with_mfa(alice, 60).context
    assert keys["aws:username"] == "alice"
    assert (keys["aws:PrincipalArn"], keys["aws:PrincipalAccount"]) == (alice.arn, PEOPLE_ID)
    assert keys["aws:PrincipalType"] == "User"
    assert "aws:MultiFactorAuthPresent" not in keys
    assert console["aws:MultiFactorAuthPresent"] == "false"
    assert "aws:MultiFactorAuthAge" not in console
    assert (mfa["aws:MultiFactorAuthPresent"], mfa["aws:MultiFactorAuthAge"]) == ("true", "60")
    assert console_session(alice, mfa=True, mfa_age=60).context == mfa
    ops = scheme["prod"].role("OpsR")
    session = role_session(ops).context
    assert (session["aws:PrincipalArn"], session["aws:PrincipalType"]) == (ops.arn, "AssumedRole")
    assert not {"aws:username", "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"} & set(session)


# Below, accounts of one role and one user, to see each rule by itself.

ANY: Block = {}
ROLE_ARN = f"arn:aws:iam::{PEOPLE_ID}:role/target"


def single(*trusted: Block, **resources: object) -> Account:
    """Return an account with alice, who has what `resources` give her, and a role that trusts so."""
    alice = {
        "Type": "AWS::IAM::User",
        "Properties": {"UserName": "alice", "Tags": [{"Key": "team", "Value": "ops"}]},
    }
    return Account.of({"Resources": {"Alice": alice, "Target": role("target", *trusted), **resources}}, PEOPLE_ID)


def alice_may_assume(account: Account, **more: Any) -> bool:
    return may_assume(with_keys(account.user("alice")), account.role("target"), **more).allowed


ASSUME = policy("assume", allow("sts:AssumeRole"), Users=["alice"])
DENY = policy("deny", deny("sts:*"), Users=["alice"])


@pytest.mark.parametrize(
    ("principal", "alone", "with_policy"),
    [
        ({"AWS": user_arn("alice")}, True, True),
        ({"AWS": f"arn:aws:iam::{PEOPLE_ID}:root"}, False, True),
        ({"AWS": PEOPLE_ID}, False, True),
        ("*", True, True),
        ({"AWS": "*"}, True, True),
        ({"AWS": user_arn("bob")}, False, False),
        ({"AWS": PROD_ID}, False, False),
        ({"Service": "ec2.amazonaws.com"}, False, False),
    ],
)
def test_trust_within_one_account(principal: object, *, alone: bool, with_policy: bool) -> None:
    assert alice_may_assume(single(trust(principal, ANY))) is alone
    assert alice_may_assume(single(trust(principal, ANY), P=ASSUME)) is with_policy
    assert not alice_may_assume(single(trust(principal, ANY), P=ASSUME, D=DENY))
    assert not alice_may_assume(single(trust(principal, ANY), trust("*", ANY, "Deny"), P=ASSUME))


@pytest.mark.parametrize("principal", [user_arn("alice"), PEOPLE_ID, f"arn:aws:iam::{PEOPLE_ID}:root", "*"])
def test_a_deny_in_the_trust_policy_decides(principal: str) -> None:
    account = single(trust("*", ANY), trust({"AWS": principal}, ANY, "Deny"), P=ASSUME)
    decision = may_assume(with_keys(account.user("alice")), account.role("target"))
    assert (decision.allowed, decision.explicit, decision.side) == (False, True, "trust")


@pytest.mark.parametrize("principal", [user_arn("alice"), PEOPLE_ID, "*"])
def test_across_accounts_both_sides_must_allow(principal: str) -> None:
    target = Account.of({"Resources": {"Target": role("target", trust({"AWS": principal}, ANY))}}, PROD_ID)
    bare, allowed, denied = (
        single(trust("*", ANY), **resources).user("alice")
        for resources in ({}, {"P": ASSUME}, {"P": ASSUME, "D": DENY})
    )
    decision = may_assume(with_keys(bare), target.role("target"))
    assert (decision.allowed, decision.explicit, decision.side) == (False, False, "identity")
    assert may_assume(with_keys(allowed), target.role("target")).allowed
    decision = may_assume(with_keys(denied), target.role("target"))
    assert (decision.allowed, decision.explicit, decision.side) == (False, True, "identity")
    assert decision.by and decision.by.origin == "deny"


def test_across_partitions_nobody_may() -> None:
    account = single(trust("*", ANY), P=ASSUME)
    elsewhere = Account.of({"Resources": {"T": role("target", trust("*", ANY))}}, PEOPLE_ID, "aws-cn")
    assert not may_assume(with_keys(account.user("alice")), elsewhere.role("target")).allowed


def test_the_session_name() -> None:
    named = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
    account = single(trust({"AWS": user_arn("alice")}, named))
    assert alice_may_assume(account, session_name="alice")
    assert not alice_may_assume(account, session_name="bob")
    assert not alice_may_assume(account)


def test_tags_and_further_context() -> None:
    team = {"StringEquals": {"aws:PrincipalTag/team": "ops"}}
    assert alice_may_assume(single(trust("*", team)))
    assert not alice_may_assume(single(trust("*", {"StringEquals": {"aws:PrincipalTag/team": "dev"}})))
    outside = single(trust("*", {"StringEquals": {"sts:ExternalId": "x"}}))
    assert alice_may_assume(outside, context={"sts:externalid": "x"})
    assert not alice_may_assume(outside)


def test_an_address_must_be_said() -> None:
    account = single(trust("*", {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}))
    with pytest.raises(AccessError, match="aws:SourceIp"):
        alice_may_assume(account)
    assert alice_may_assume(account, context={"AWS:SourceIP": "10.1.1.1"})
    assert not alice_may_assume(account, context={"aws:SourceIp": "11.1.1.1"})


def bounded(caller_policy: Block, boundary: Block, trusted: Block) -> tuple[Caller, IamRole]:
    """Return a session of a role with a boundary, and the role that it might go on to."""
    first = role("first", trust("*", ANY), PermissionsBoundary={"Ref": "B"})
    account = single(
        trusted,
        First=first,
        P=policy("p", caller_policy, Roles=["first"]),
        B=policy("boundary", boundary),
    )
    return role_session(account.role("first"), "s"), account.role("target")


FIRST = {"AWS": f"arn:aws:iam::{PEOPLE_ID}:role/first"}
SESSION = {"AWS": f"arn:aws:sts::{PEOPLE_ID}:assumed-role/first/s"}


@pytest.mark.parametrize(
    ("principal", "boundary", "expected"),
    [
        (FIRST, allow("sts:*"), True),
        (FIRST, allow("s3:*"), False),
        (FIRST, deny("sts:*"), False),
        (SESSION, allow("sts:*"), True),
        (SESSION, allow("s3:*"), True),
        (SESSION, deny("sts:*"), False),
        ("*", allow("s3:*"), True),
        ("*", deny("sts:*"), False),
        ({"AWS": PEOPLE_ID}, allow("sts:*"), False),
        ({"AWS": f"arn:aws:sts::{PEOPLE_ID}:assumed-role/first/other"}, allow("sts:*"), False),
    ],
)
def test_how_far_trust_alone_carries_a_role_session(principal: object, boundary: Block, *, expected: bool) -> None:
    caller, target = bounded(allow("s3:*"), boundary, trust(principal, ANY))
    assert may_assume(caller, target).allowed is expected


def test_a_boundary_limits_what_the_policies_allow() -> None:
    caller, _ = bounded(allow(["s3:*", "sts:*"]), allow(["s3:Get*", "ec2:*"]), trust("*", ANY))
    assert may(caller, "s3:GetObject", "arn:aws:s3:::b/k").allowed
    put = may(caller, "s3:PutObject", "arn:aws:s3:::b/k")
    assert (put.allowed, put.explicit, put.side) == (False, False, "boundary")
    run = may(caller, "ec2:RunInstances")
    assert (run.allowed, run.explicit, run.side) == (False, False, "identity")
    caller, _ = bounded(allow("s3:*"), deny("*"), trust("*", ANY))
    denied = may(caller, "s3:GetObject", "arn:aws:s3:::b/k")
    assert (denied.allowed, denied.explicit, denied.side) == (False, True, "boundary")


def test_a_boundary_limits_assuming_across_accounts() -> None:
    target = Account.of({"Resources": {"Target": role("target", trust({"AWS": PEOPLE_ID}, ANY))}}, PROD_ID)
    caller, _ = bounded(allow("sts:*"), allow("s3:*"), trust("*", ANY))
    decision = may_assume(caller, target.role("target"))
    assert (decision.allowed, decision.side) == (False, "boundary")
