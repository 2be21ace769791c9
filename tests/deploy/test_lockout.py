"""The last way in: what a deployment may not take away unless it is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.aws_client.clients import Identity
from iamgen.deploy.lockout import Losses, losses, lost_by_repair
from iamgen.deploy.references import Place
from iamgen.deploy.refusals import Allowed, refused, refused_in_all
from iamgen.deploy.template_change import TemplateChange

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ACCOUNT = "222222222222"
PLACE = Place(ACCOUNT, "aws", "eu-west-1", "infra")
ALICE, BOB = (f"arn:aws:iam::111111111111:user/{name}" for name in ("alice", "bob"))
ROOT = "arn:aws:iam::222222222222:root"
OPS = "arn:aws:sts::222222222222:assumed-role/infra-OpsR-2/alice"
IAMGEN = OPS.replace("alice", "iamgen")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
FULL = ["cloudformation:*", "iam:*", "s3:*"]
Body = dict[str, Any]


def allow(*principals: str, **more: Any) -> Body:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(principals)}, **more}


def until(text: str) -> Body:
    return {"DateLessThan": {"aws:CurrentTime": text}}


NOBODY = {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}


def document(*statements: Body) -> Body:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def policy(*actions: str, effect: str = "Allow", **more: Any) -> Body:
    return document({"Effect": effect, "Action": list(actions), "Resource": "*", **more})


def inline(*documents: Body) -> list[Body]:
    return [{"PolicyName": f"p{number}", "PolicyDocument": element} for number, element in enumerate(documents)]


def role(name: str, *statements: Body, arns: tuple[str, ...] = (ADMINISTRATOR,), **more: Any) -> Body:
    properties = {"RoleName": name, "AssumeRolePolicyDocument": document(*statements), "ManagedPolicyArns": list(arns)}
    return {"Type": "AWS::IAM::Role", "Properties": {**properties, **more}}


def ops(*documents: Body, trust: Body | None = None, **more: Any) -> Body:
    return role("infra-OpsR-2", trust or allow(ALICE, BOB), arns=(READ_ONLY,), Policies=inline(*documents), **more)


def user(name: str, *groups: str, **more: Any) -> Body:
    properties = {"UserName": name, "Groups": [{"Ref": text} for text in groups], **more}
    return {"Type": "AWS::IAM::User", "Properties": properties}


def group(*documents: Body, **more: Any) -> Body:
    result = documents or (policy("iam:*", Condition=MFA),)
    return {
        "Type": "AWS::IAM::Group",
        "Properties": {"GroupName": "infra-PowerG-2", "Policies": inline(*result), **more},
    }


def losses_of(before: Body | None, after: Body, caller: str = ROOT, source: str = "", **more: Any) -> Losses:
    was = None if before is None else {"Resources": before}
    identity = Identity(caller.split(":")[4], caller, source) if caller else None
    result = losses(TemplateChange("dev", PLACE, was, {"Resources": after}, **more), identity, NOW)
    for refusal in result.refusals:
        account, _, name = refusal.where.partition(" ")
        assert account == "dev"
        assert name in (before or {}) or name in refusal.problem
        assert refusal.hint == "--lock-me-out, if it is meant and there is another way in"
    for warning in result.warnings:
        assert warning.where in {f"dev {name}" for name in after}
        assert warning.hint == "extend it in users.py, or see to it that there is another way in"
    return result


def refusals_of(before: Body | None, after: Body, caller: str = ROOT, source: str = "", **more: Any) -> list[str]:
    return [fault.problem for fault in losses_of(before, after, caller, source, **more).refusals]


def test_a_first_deployment_takes_nothing_away() -> None:
    assert refusals_of(None, {}) == []


ADMIN_GOES = "nobody may assume AdminR any more; now alice may"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([allow(ALICE)], [NOBODY], [ADMIN_GOES]),
        ([allow(ALICE)], [allow(BOB)], []),
        ([allow(ALICE, BOB)], [allow(BOB)], []),
        ([NOBODY], [NOBODY], []),
        ([allow(ALICE)], [allow(ALICE, Condition=until("2026-11-01T00:00:00Z"))], [ADMIN_GOES]),
        # what has ended was no way in
        ([allow(ALICE, Condition=until("2026-11-01T00:00:00Z"))], [NOBODY], []),
        ([allow(ALICE, Condition=until("2026-11-01"))], [NOBODY], []),
        # trust by name
        ([allow("111111111111", Condition={"StringEquals": {"aws:username": ["alice"]}})], [NOBODY], [ADMIN_GOES]),
        # a Deny in the trust policy counts, for everybody and for one of them
        ([allow(ALICE)], [allow(ALICE), NOBODY], [ADMIN_GOES]),
        (
            [allow(ALICE, BOB)],
            [allow(ALICE, BOB), {**NOBODY, "Principal": {"AWS": [BOB]}}],
            ["bob may assume AdminR now, and could not any more"],
        ),
        # a condition that is new
        (
            [allow(ALICE)],
            [allow(ALICE, Condition={"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}})],
            [
                "alice may assume AdminR now, and could not any more, as far as one can say;"
                " not known: whether aws:SourceIp is 192.0.2.0/24 (IpAddress)"
            ],
        ),
        # people have MFA, and an end that is far away takes nothing away
        ([allow(ALICE)], [allow(ALICE, Condition=MFA)], []),
        ([allow(ALICE)], [allow(ALICE, Condition=until("2027-06-01T00:00:00Z"))], []),
    ],
)
def test_every_grant_of_admin(before: list[Body], after: list[Body], expected: list[str]) -> None:
    assert refusals_of({"AdminR": role("A", *before)}, {"AdminR": role("A", *after)}) == expected


def test_a_trust_policy_that_cannot_be_read_is_not_taken_for_one_that_trusts() -> None:
    wrong = allow(ALICE, Condition={"NoSuchOperator": {"aws:username": "x"}})
    assert refusals_of({"AdminR": role("A", allow(ALICE))}, {"AdminR": role("A", wrong)}) == [ADMIN_GOES]


def test_admin_itself() -> None:
    assert refusals_of({"AdminR": role("A", allow(ALICE))}, {}) == [ADMIN_GOES]


def denied(*principals: str) -> Body:
    return {**NOBODY, "Principal": {"AWS": list(principals)}}


BY_ADMIN = OPS.replace("infra-OpsR-2", "A")


@pytest.mark.parametrize(
    ("caller", "after", "expected"),
    [
        # of the role that deploys its own rules speak, and each loss is told once
        (
            BY_ADMIN,
            [NOBODY],
            ["whoever may assume AdminR now may not any more, and it is the role that deploys: alice, bob"],
        ),
        (OPS, [NOBODY], ["nobody may assume AdminR any more; now alice, bob may"]),
        ("", [NOBODY], ["nobody may assume AdminR any more; now alice, bob may"]),
        # who is taken out of users.py is no accident, but for the one who deploys
        (BY_ADMIN, [allow(BOB)], ["alice, who deploys, may not assume AdminR any more"]),
        (BY_ADMIN, [allow(ALICE)], []),
        (OPS, [allow(BOB)], []),
        (BY_ADMIN, [allow(ALICE, BOB)], []),
        # another holder of AdminR is still named in its trust policy, and could not assume it any more
        (BY_ADMIN, [allow(ALICE, BOB), denied(BOB)], ["bob may assume AdminR now, and could not any more"]),
        (OPS, [allow(ALICE, BOB), denied(BOB)], ["bob may assume AdminR now, and could not any more"]),
        (BY_ADMIN, [allow(ALICE, BOB), denied(ALICE)], ["alice, who deploys, may not assume AdminR any more"]),
        (
            BY_ADMIN.replace("alice", "iamgen"),
            [allow(ALICE, BOB), denied(BOB)],
            ["bob may not assume AdminR, the role that deploys, any more as now"],
        ),
    ],
)
def test_when_admin_deploys(caller: str, after: list[Body], expected: list[str]) -> None:
    assert refusals_of({"AdminR": role("A", allow(ALICE, BOB))}, {"AdminR": role("A", *after)}, caller) == expected


OTHERS = "111111111111"
OF_OTHERS = {"StringEquals": {"aws:PrincipalAccount": OTHERS}}
NOT_KNOWN = (
    f"whoever account {OTHERS} lets may assume AdminR now, and could not any more, as far as one can say; not known: "
)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (allow(OTHERS), [NOBODY], [f"nobody may assume AdminR any more; now whoever account {OTHERS} lets may"]),
        (allow(OTHERS, Condition=OF_OTHERS), [NOBODY],
         [f"nobody may assume AdminR any more; now whoever account {OTHERS} lets may"]),
        (allow(OTHERS), [allow(OTHERS), denied(OTHERS)],
         [f"nobody may assume AdminR any more; now whoever account {OTHERS} lets may"]),
        *((allow("*", **more), [NOBODY], ["nobody may assume AdminR any more; now anybody may"])
          for more in ({}, {"Condition": MFA}, {"Condition": OF_OTHERS})),
        # MFA can be had, and a single user of an account is not all of it
        (allow(OTHERS), [allow(OTHERS, Condition=MFA)], []),
        (allow(OTHERS, Condition=MFA), [allow(OTHERS, Condition={**MFA, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}})], []),
        (allow(OTHERS), [allow(OTHERS), denied(BOB)], []),
        (allow(OTHERS), [allow("*")], []),
        # who it is, is not known: neither the name nor the ARN
        (allow(OTHERS), [allow(OTHERS, Condition={"StringNotEquals": {"aws:username": "x"}})],
         [f"{NOT_KNOWN}whether aws:username is x (StringEquals)"]),
        (allow(OTHERS), [allow(OTHERS, Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111111111111:user/x/*"}})],
         [f"{NOT_KNOWN}whether aws:PrincipalArn is arn:aws:iam::111111111111:user/x/* (ArnLike)"]),
    ],
)  # fmt: skip
def test_a_whole_account_that_holds_admin(before: Body, after: list[Body], expected: list[str]) -> None:
    assert refusals_of({"AdminR": role("A", before)}, {"AdminR": role("A", *after)}) == expected


@pytest.mark.parametrize(
    ("source", "after", "expected"),
    [
        (ALICE, [allow(ALICE, BOB), denied(BOB)], ["bob may assume AdminR now, and could not any more"]),
        (BOB, [allow(ALICE, BOB), denied(BOB)], ["bob, who deploys, may not assume AdminR any more"]),
        # one whom the trust policy does not name
        (
            ALICE.replace("alice", "carol"),
            [allow(ALICE, BOB), denied(BOB)],
            ["bob may assume AdminR now, and could not any more"],
        ),
        (ALICE, [allow(ALICE)], []),
    ],
)
def test_when_it_is_known_who_deploys_as_admin(source: str, after: list[Body], expected: list[str]) -> None:
    by = BY_ADMIN.replace("alice", "iamgen")
    assert refusals_of({"AdminR": role("A", allow(ALICE, BOB))}, {"AdminR": role("A", *after)}, by, source) == expected


def test_admin_that_deploys_goes_or_loses_its_power() -> None:
    admin = {"AdminR": role("A", allow(ALICE))}
    goes = ["AdminR goes, and it is the role that deploys"]
    assert refusals_of(admin, {}, BY_ADMIN) == refusals_of(admin, {"AdminR": role("B", allow(ALICE))}, BY_ADMIN) == goes
    reported = refusals_of(
        admin, {"AdminR": role("A", allow(ALICE), arns=("arn:aws:iam::aws:policy/PowerUserAccess",))}, BY_ADMIN
    )
    assert len(reported) == 2  # of a deployment, and of an administrator
    assert all(
        text.startswith("AdminR, the role that deploys, can do this now and could not any more: iam:")
        for text in reported
    )


ADMIN_LOSES = "AdminR, which alice may assume, can do this now and could not any more: "


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        ({}, ""),
        ({"ManagedPolicyArns": [ADMINISTRATOR, READ_ONLY]}, ""),
        ({"ManagedPolicyArns": ["arn:aws:iam::aws:policy/PowerUserAccess"]}, "iam:"),
        ({"Policies": inline(policy("*", effect="Deny"))}, "any-other-service:AnyAction; cloudformation:"),
        ({"Policies": inline(policy("s3:DeleteBucket", effect="Deny"))}, ""),
        ({"PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"}, "iam:"),
        ({"PermissionsBoundary": ADMINISTRATOR}, ""),
        # by other words the same
        ({"ManagedPolicyArns": [], "Policies": inline(policy("*"))}, ""),
    ],
)
def test_admin_stays_an_administrator(change: Body, lost: str) -> None:
    admin = role("A", allow(ALICE))
    reported = refusals_of({"AdminR": admin}, {"AdminR": changed(admin, **change)})
    assert (len(reported), reported[0].startswith(ADMIN_LOSES + lost)) == (1, True) if lost else reported == []
    # the same when it is AdminR that deploys
    reported = refusals_of({"AdminR": admin}, {"AdminR": changed(admin, **change)}, OPS.replace("infra-OpsR-2", "A"))
    assert bool(reported) is bool(lost)


def test_an_admin_role_that_nobody_held_loses_nothing() -> None:
    assert refusals_of({"AdminR": role("A", NOBODY)}, {"AdminR": role("A", NOBODY, arns=())}) == []


def changed(resource: Body, **properties: Any) -> Body:
    return {**resource, "Properties": {**resource["Properties"], **properties}}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"OpsR": role("infra-OpsR-2", allow(ALICE, BOB))}, []),
        ({"OpsR": role("infra-OpsR-2", allow(ALICE))}, []),
        ({"OpsR": role("infra-OpsR-2", allow(BOB))}, ["alice, who deploys, may not assume OpsR any more"]),
        ({}, ["OpsR goes, and it is the role that deploys"]),
        ({"OpsR": role("other", allow(ALICE, BOB))}, ["OpsR goes, and it is the role that deploys"]),
        (
            {"OpsR": role("infra-OpsR-2", NOBODY)},
            ["whoever may assume OpsR now may not any more, and it is the role that deploys: alice, bob"],
        ),
    ],
)
def test_the_role_that_deploys(after: Body, expected: list[str]) -> None:
    before = {"OpsR": role("infra-OpsR-2", allow(ALICE, BOB))}
    assert refusals_of(before, after, OPS) == expected
    assert refusals_of(before, after, OPS.replace("OpsR", "Other")) == []
    assert refusals_of(before, after, OPS.replace("222222222222", "999999999999")) == []


LOSES = "OpsR, the role that deploys, can do this now and could not any more: "
CLOUDFORMATION = (
    "cloudformation:CreateChangeSet, cloudformation:DeleteChangeSet, cloudformation:DescribeChangeSet"
    " and 8 more of cloudformation; iam:"
)
WRITES = "cloudformation:CreateChangeSet, cloudformation:DeleteChangeSet, cloudformation:ExecuteChangeSet"
UNDECIDED = "whether OpsR, the role that deploys, could still do this cannot be decided: "


@pytest.mark.parametrize(
    ("documents", "more", "start"),
    [
        # OPS_SERVICES = ("s3",): read-only power is not enough
        ([policy("s3:*")], {}, LOSES + WRITES),
        ([], {}, LOSES + WRITES),
        ([policy(*FULL), policy("*", effect="Deny")], {}, LOSES + CLOUDFORMATION),
        ([policy(*FULL), document({"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"})], {}, LOSES + CLOUDFORMATION),
        ([policy(*FULL), policy("iam:UpdateAssumeRolePolicy", effect="Deny")], {}, LOSES + "iam:UpdateAssumeRolePolicy"),
        (
            [policy(*FULL), policy("iam:*", effect="Deny", Resource="arn:aws:iam::222222222222:role/infra-OpsR-2")],
            {},
            LOSES + "iam:AttachRolePolicy, iam:CreateRole, iam:DeleteRole and 8 more of iam",
        ),
        ([policy(*FULL)], {"PermissionsBoundary": READ_ONLY}, LOSES + WRITES),
        # a boundary that is not known
        ([policy(*FULL)], {"PermissionsBoundary": "arn:aws:iam::222222222222:policy/x"}, UNDECIDED + CLOUDFORMATION),
        # conditions that are new: MFA never holds for a session of a role, a source IP may hold
        ([policy(*FULL, Condition=MFA)], {}, LOSES + WRITES),
        ([policy(*FULL, Condition={"IpAddress": {"aws:SourceIp": "192.0.2.1"}})], {}, UNDECIDED + WRITES),
        ([policy(*FULL, Condition=until("2026-11-01"))], {}, LOSES + WRITES),
        # an emergency with a Deny that has ended takes nothing away, nor do other words, nor more
        ([policy(*FULL), policy("*", effect="Deny", Condition=until("2026-11-01"))], {}, ""),
        ([policy("iam:*"), policy("cloudformation:*")], {}, ""),
        ([policy(*FULL, "ec2:*")], {"PermissionsBoundary": ADMINISTRATOR}, ""),
        ([policy("cloudformation:*", "iam:*")], {}, ""),
        ([policy(*FULL), policy("s3:*", effect="Deny")], {}, ""),
    ],
)  # fmt: skip
def test_the_power_of_the_role_that_deploys(documents: list[Body], more: Body, start: str) -> None:
    reported = refusals_of({"OpsR": ops(policy(*FULL))}, {"OpsR": ops(*documents, **more)}, OPS)
    assert (len(reported), reported[0].startswith(start)) == (1, True) if start else reported == []
    # by others than OpsR it may be deployed
    assert refusals_of({"OpsR": ops(policy(*FULL))}, {"OpsR": ops(*documents, **more)}) == []


def test_what_it_could_not_do_before_is_no_loss() -> None:
    before, after = ops(policy("cloudformation:*")), ops(policy("cloudformation:*"), policy("iam:Tag*", effect="Deny"))
    assert refusals_of({"OpsR": before}, {"OpsR": after}, OPS) == []


@pytest.mark.parametrize("unknown", ["arn:aws:iam::222222222222:policy/own", "arn:aws:iam::aws:policy/NewerThanThis"])
def test_a_policy_that_is_not_known_is_not_empty(unknown: str) -> None:
    full = policy(*FULL)
    with_it: Body = {"ManagedPolicyArns": [READ_ONLY, unknown]}
    # it stays, and what is said otherwise stays too
    assert (
        refusals_of({"OpsR": ops(full, **with_it)}, {"OpsR": ops(policy("iam:*", "cloudformation:*"), **with_it)}, OPS)
        == []
    )
    # it comes, and might deny; it goes, and might have been what allowed
    for before, after in ((ops(full), ops(full, **with_it)), (ops(**with_it), ops())):
        (reported,) = refusals_of({"OpsR": before}, {"OpsR": after}, OPS)
        assert reported.startswith(UNDECIDED)
        assert reported.endswith(f"; not known: {unknown} is not known here")


def test_conditions_on_both_sides_take_nothing_away() -> None:
    narrow, wide = ({"IpAddress": {"aws:SourceIp": list(ips)}} for ips in (["192.0.2.1"], ["192.0.2.1", "192.0.2.9"]))
    assert (
        refusals_of({"OpsR": ops(policy(*FULL, Condition=narrow))}, {"OpsR": ops(policy(*FULL, Condition=wide))}, OPS)
        == []
    )
    (reported,) = refusals_of(
        {"OpsR": ops(policy(*FULL, Condition=wide))}, {"OpsR": ops(policy(*FULL, Condition=narrow))}, OPS
    )
    assert reported.startswith(UNDECIDED)
    assert "whether aws:SourceIp is 192.0.2.9 (IpAddress)" in reported


def test_cloudformation_calls_iam_for_it() -> None:
    """A Deny of what CloudFormation does for others counts, one of what they do themselves does not."""
    for value, expected in (("true", 1), ("false", 0)):
        deny = policy("iam:*", effect="Deny", Condition={"Bool": {"aws:ViaAWSService": value}})
        assert len(refusals_of({"OpsR": ops(policy(*FULL))}, {"OpsR": ops(policy(*FULL), deny)}, OPS)) == expected


def by_name(*names: str, account: str = "arn:aws:iam::111111111111:root", key: str = "aws:username") -> Body:
    return allow(account, Condition={"StringEquals": {key: list(names)}})


@pytest.mark.parametrize("account", ["arn:aws:iam::111111111111:root", "111111111111"])
@pytest.mark.parametrize("source", ["", ALICE, "arn:aws:iam::111111111111:user/team/alice"])
def test_trust_by_arn_or_by_name_is_the_same(account: str, source: str) -> None:
    arns = {"OpsR": role("infra-OpsR-2", allow(ALICE, BOB)), "AdminR": role("A", allow(ALICE))}
    named = by_name("alice", "bob", account=account)
    names = {"OpsR": role("infra-OpsR-2", named), "AdminR": role("A", by_name("alice"))}
    assert refusals_of(arns, names, OPS, source) == refusals_of(names, arns, OPS, source) == []


WHOEVER = "whoever may assume OpsR now may not any more, and it is the role that deploys: alice"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (by_name(ALICE, key="aws:PrincipalArn"), []),
        (allow("arn:aws:iam::111111111111:user/team/alice"), []),
        # a whole account is more than one of its users
        (allow("111111111111"), []),
        # the same name, and somebody else
        (allow("arn:aws:iam::111111111111:role/alice"), [WHOEVER]),
        (allow(ALICE.replace("1", "9")), [WHOEVER]),
        (by_name("alice", account="arn:aws:iam::999999999999:root"), [WHOEVER]),
    ],
)
def test_a_name_alone_is_nobody(after: Body, expected: list[str]) -> None:
    assert (
        refusals_of({"OpsR": role("infra-OpsR-2", allow(ALICE))}, {"OpsR": role("infra-OpsR-2", after)}, OPS)
        == expected
    )


def test_a_user_whom_the_template_makes() -> None:
    result = {"Alice": user("alice")}
    own = {"OpsR": role("infra-OpsR-2", allow({"Fn::GetAtt": ["Alice", "Arn"]})), **result}  # type: ignore[arg-type]
    named = {"OpsR": role("infra-OpsR-2", by_name("alice", account="222222222222")), **result}
    assert refusals_of(own, named, OPS) == []
    assert refusals_of(own, {**own, "OpsR": role("infra-OpsR-2", NOBODY)}, OPS) == [WHOEVER]
    # a Deny of the user's own counts as well
    denied = user("alice", Policies=inline(policy("sts:*", effect="Deny")))
    assert refusals_of(own, {**own, "Alice": denied}, OPS) == [WHOEVER]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (ALICE, []),
        (BOB, ["bob, who deploys, may not assume OpsR any more"]),
        ("arn:aws:sts::111111111111:assumed-role/CI/run-1", ["CI, who deploys, may not assume OpsR any more"]),
        # not known: the name of the session says nothing
        ("", []),
    ],
)
def test_who_assumed_the_role_that_deploys(source: str, expected: list[str]) -> None:
    before = {"OpsR": role("infra-OpsR-2", allow(ALICE, BOB, "arn:aws:iam::111111111111:role/x/CI"))}
    after = {"OpsR": role("infra-OpsR-2", allow(ALICE))}
    assert refusals_of(before, after, IAMGEN, source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("arn:aws:iam::222222222222:user/ci", ["ci, who deploys, may not assume OpsR any more without MFA"]),
        (ALICE, []),
        ("", ["ci may not assume OpsR, the role that deploys, any more as now without MFA"]),
    ],
)
def test_mfa_that_a_robot_cannot_have(source: str, expected: list[str]) -> None:
    robot = "arn:aws:iam::222222222222:user/ci"
    before = {"OpsR": role("infra-OpsR-2", allow(ALICE, Condition=MFA), allow(robot))}
    after = {"OpsR": role("infra-OpsR-2", allow(ALICE, robot, Condition=MFA))}
    assert refusals_of(before, after, IAMGEN, source) == expected


@pytest.mark.parametrize(("session", "lost"), [("alice", False), ("iamgen", True)])
@pytest.mark.parametrize("source", ["", ALICE])
def test_a_trust_policy_that_asks_for_the_name_of_the_session(session: str, source: str, lost: bool) -> None:
    own_name = {"StringEquals": {"sts:RoleSessionName": "${aws:username}"}}
    before = {"OpsR": role("infra-OpsR-2", allow(ALICE))}
    after = {"OpsR": role("infra-OpsR-2", allow(ALICE, Condition=own_name))}
    caller = OPS.replace("alice", session)
    assert refusals_of(before, after, caller, source) == ([WHOEVER] if lost else [])
    assert refusals_of(after, after, caller, source) == []


def federated(*subjects: str, **more: Any) -> Body:
    condition = {"StringEquals": {"token.example.com:aud": "sts", "token.example.com:sub": list(subjects)}, **more}
    provider = "arn:aws:iam::222222222222:oidc-provider/token.example.com"
    action = "sts:AssumeRoleWithWebIdentity"
    return {"Effect": "Allow", "Action": action, "Principal": {"Federated": provider}, "Condition": condition}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (federated("repo:a/b"), []),
        (federated("repo:a/b", "repo:c/d"), []),
        (
            allow(BOB),
            ["whoever may assume OpsR now may not any more, and it is the role that deploys: repo:a/b"],
        ),
    ],
)
def test_a_pipeline_that_deploys(after: Body, expected: list[str]) -> None:
    before = {"OpsR": role("infra-OpsR-2", federated("repo:a/b"))}
    assert refusals_of(before, {"OpsR": role("infra-OpsR-2", after)}, OPS.replace("alice", "run-17")) == expected


def test_a_service_that_deploys() -> None:
    service = {**allow(), "Principal": {"Service": "codebuild.amazonaws.com"}}
    before = {"OpsR": role("infra-OpsR-2", service)}
    assert refusals_of(before, before, IAMGEN) == []
    (reported,) = refusals_of(before, {"OpsR": role("infra-OpsR-2", allow(BOB))}, IAMGEN)
    assert reported.endswith("the role that deploys: codebuild.amazonaws.com")


def power(*members: str, added: tuple[str, ...] = (), documents: tuple[Body, ...] = ()) -> Body:
    """Return PowerG and its members, by `Groups` of the user or by an addition."""
    result: Body = {"PowerG": group(*documents)}
    result |= {name.capitalize(): user(name, "PowerG") for name in members}
    if added:
        result |= {name.capitalize(): user(name) for name in added}
        users = [{"Ref": name.capitalize()} for name in added]
        properties = {"GroupName": {"Ref": "PowerG"}, "Users": users}
        result["M"] = {"Type": "AWS::IAM::UserToGroupAddition", "Properties": properties}
    return result


NOBODY_IN_POWER = "nobody is in PowerG any more; now it has alice, bob"


def test_power() -> None:
    both = {"Alice": user("alice"), "Bob": user("bob")}
    for before in (power("alice", "bob"), power(added=("alice", "bob")), power("alice", added=("bob",))):
        assert refusals_of(before, power("bob")) == refusals_of(before, power(added=("alice",))) == []
        assert refusals_of(before, {**power(), **both}) == [NOBODY_IN_POWER]
        assert refusals_of(before, both) == ["the group PowerG goes, and with it the power of whoever is in it"]


OF_POWER = "whoever is in PowerG{} can do this now and could not any more: iam:"


@pytest.mark.parametrize(
    ("documents", "count"),
    [
        ((policy("s3:*"),), 1),
        ((policy("iam:Get*", "iam:List*", Condition=MFA),), 1),
        ((policy("iam:*", Condition=MFA), policy("iam:*", effect="Deny")), 1),
        ((policy("iam:*"),), 0),
        ((policy("*", Condition=MFA),), 0),
    ],
)
def test_what_power_means(documents: tuple[Body, ...], count: int) -> None:
    reported = refusals_of(power(), power(documents=documents))
    assert (len(reported), all(text.startswith(OF_POWER.format("")) for text in reported)) == (count, True)
    reported = refusals_of(power("alice"), power("alice", documents=documents))
    assert (len(reported), all(item.startswith(OF_POWER.format(" (alice)")) for item in reported)) == (count, True)


def test_the_power_of_one_member() -> None:
    before = power("alice", "bob")
    for more in (
        {"PermissionsBoundary": READ_ONLY},
        {"Policies": inline(policy("iam:*", effect="Deny"))},
    ):
        (reported,) = refusals_of(before, {**before, "Bob": user("bob", "PowerG", **more)})
        assert reported.startswith("bob, who is in PowerG, can do this now and could not any more: iam:")


@pytest.mark.parametrize("caller", [ROOT, "", "arn:aws:sts::222222222222:assumed-role/Elsewhere/alice"])
def test_the_power_of_members_by_hand_by_way_of_their_other_groups(caller: str) -> None:
    """People are put into groups by hand; a Deny in the group of self-service takes their power as well as any."""
    members = {"PowerG": frozenset({"alice"}), "ManageOwnUserG": frozenset({"alice", "bob"})}
    own = {**group(policy("iam:ChangePassword")), "Type": "AWS::IAM::Group"}
    own["Properties"] = {**own["Properties"], "GroupName": "infra-ManageOwnUserG-2"}
    denying = changed(own, Policies=inline(policy("iam:*", effect="Deny")))
    before = {**power(), "ManageOwnUserG": own}
    assert refusals_of(before, before, caller, members=members) == []
    (reported,) = refusals_of(before, {**before, "ManageOwnUserG": denying}, caller, members=members)
    assert reported.startswith("alice, who is in PowerG, can do this now and could not any more: iam:")
    nobody = {**members, "PowerG": frozenset[str]()}
    assert refusals_of(before, {**before, "ManageOwnUserG": denying}, caller, members=nobody) == []


def test_ways_into_other_accounts_are_said_not_to_be_looked_at() -> None:
    assume = changed(group(policy("sts:AssumeRole")), GroupName="infra-AssumeRoleG-2")
    before = {**power("alice"), "AssumeRoleG": assume}
    note = (
        "dev: what AssumeRoleG allows changes: whether its members can still assume the roles of other accounts was not"
        " looked at"
    )
    assert note not in losses_of(before, before).notes
    for after in ({**before, "AssumeRoleG": changed(assume, Policies=[])}, power("alice")):
        assert note in losses_of(before, after).notes
    assert note not in losses_of(power("alice"), before).notes


def test_the_user_who_deploys() -> None:
    caller = "arn:aws:iam::222222222222:user/team/alice"
    for before in (power("alice", "bob"), power("bob", added=("alice",))):
        assert refusals_of(before, power("bob"), caller) == ["alice goes, and it is the user who deploys"]
        assert refusals_of(before, {**power("bob"), "Alice": user("alice")}, caller) == [
            "alice, who deploys, is not in PowerG any more"
        ]
    own = {"Alice": user("alice", Policies=inline(policy(*FULL)))}
    (reported,) = refusals_of(own, {"Alice": user("alice", Policies=inline(policy("s3:*")))}, caller)
    assert reported.startswith("alice, the user who deploys, can do this now and could not any more: cloudformation:")
    (reported,) = refusals_of(own, {"Alice": user("alice", Policies=inline(policy(*FULL, Condition=MFA)))}, caller)
    assert reported.endswith(", without MFA")


def test_a_user_who_deploys_and_is_put_into_groups_by_hand() -> None:
    caller = "arn:aws:iam::222222222222:user/alice"
    before = {"PowerG": group(policy(*FULL, Condition=MFA))}
    after = {"PowerG": group(policy("iam:*", Condition=MFA))}
    members = {"PowerG": frozenset({"alice"})}
    (reported,) = refusals_of(before, after, caller, members=members)
    assert reported.startswith(
        "whether alice, the user who deploys, could still do this cannot be decided: cloudformation:"
    )
    assert reported.endswith("; not known: what alice has elsewhere is not known here")
    assert refusals_of(before, before, caller, members=members) == []


@pytest.mark.parametrize(
    "caller",
    [
        "arn:aws:sts::222222222222:assumed-role/AWSReservedSSO_Admin_1234/alice@example.com",
        "arn:aws:sts::222222222222:assumed-role/other-stack-DeployR/run-7",
        "arn:aws:iam::222222222222:user/somebody",
    ],
)
def test_a_principal_that_is_not_of_the_stack(caller: str) -> None:
    before, after = {"OpsR": ops(policy(*FULL))}, {"OpsR": ops(policy("s3:*"))}
    result = losses_of(before, after, caller)
    assert (result.refusals, len(result.notes)) == ((), 1)
    words = "is not of this stack: what it may do was not looked at, and nothing here takes it away"
    assert f"{caller}, who deploys, {words}" in result.notes[0]
    assert losses_of(before, before, caller).notes == ()
    assert losses_of(before, after).notes == ()  # nothing in the account limits its root


def test_a_principal_of_elsewhere_to_which_the_stack_attaches_something() -> None:
    attached = {"PolicyDocument": policy(*FULL), "Roles": ["ci-deploys"]}
    before = {"P": {"Type": "AWS::IAM::ManagedPolicy", "Properties": attached}}
    caller = "arn:aws:sts::222222222222:assumed-role/ci-deploys/run-7"
    (reported,) = refusals_of(before, {}, caller)
    assert reported.startswith("whether ci-deploys, the role that deploys, could still do this cannot be decided: ")
    assert refusals_of(before, before, caller) == []


def test_nobody_knows_yet_who_deploys() -> None:
    result = losses_of({"OpsR": ops(policy(*FULL))}, {"OpsR": ops()}, "")
    assert (result.refusals, result.notes) == (
        (),
        ("dev: whether the principal that will deploy could deploy again was not looked at",),
    )


@pytest.mark.parametrize(("end", "count"), [("2026-12-20T00:00:00Z", 1), ("2027-01-20T00:00:00Z", 0)])
def test_a_last_grant_that_ends_soon(end: str, count: int) -> None:
    admin = {"AdminR": role("A", allow(ALICE, Condition=until(end)))}
    result = losses_of(admin, admin)
    assert [fault.problem for fault in result.warnings] == [
        "all grants of AdminR end before 2026-12-23; now alice may assume it"
    ] * count
    assert result.refusals == ()
    hint = "extend it in users.py, or see to it that there is another way in"
    assert {(fault.where, fault.hint) for fault in result.warnings} <= {("dev AdminR", hint)}
    two = {"AdminR": role("A", allow(ALICE, Condition=until(end)), allow(BOB))}
    assert losses_of(two, two).warnings == ()
    own = {"OpsR": ops(policy(*FULL, Condition=until(end)))}
    problems = [fault.problem for fault in losses_of(own, own, OPS).warnings]
    assert (len(problems), all(item.startswith("this ends before 2026-12-23: OpsR") for item in problems)) == (
        count,
        True,
    )


GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "expected"


@pytest.mark.parametrize("file", sorted(GOLDEN.rglob("*.json")), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_every_generated_template_is_understood(file: Path) -> None:
    """What iamgen makes leaves no doubt: the same template takes nothing away, an emptied one from every role."""
    template = json.loads(file.read_text())
    resources = template["Resources"]
    place = Place(file.stem if file.stem.isdigit() else "222222222222", partition(resources), "eu-west-1", "infra")
    for name, resource in resources.items():
        if resource["Type"] == "AWS::IAM::Role":
            caller = Identity(
                place.account, f"arn:aws:sts::{place.account}:assumed-role/{resource['Properties']['RoleName']}/x"
            )
            assert losses(TemplateChange("x", place, template, template), caller, NOW).refusals == ()
            bare = {**template, "Resources": {**resources, name: changed(resource, ManagedPolicyArns=[], Policies=[])}}
            refusals = losses(TemplateChange("x", place, template, bare), caller, NOW).refusals
            assert not any("cannot be decided" in fault.problem for fault in refusals)


def partition(resources: Body) -> str:
    text = json.dumps(resources)
    return "aws-cn" if "arn:aws-cn:" in text else "aws-us-gov" if "arn:aws-us-gov:" in text else "aws"


def test_members_are_members_in_whatever_way_the_template_says_so() -> None:
    added = {"GroupName": {"Ref": "PowerG"}, "Users": ["alice"]}
    addition = {"Type": "AWS::IAM::UserToGroupAddition", "Properties": added}
    before = {"PowerG": group(), "Added": addition}
    nobody = ["nobody is in PowerG any more; now it has alice"]
    assert refusals_of(before, {"PowerG": group()}) == nobody
    assert refusals_of(before, {"PowerG": group(), "Added": {**addition, "Condition": "Prod"}}) == nobody
    assert refusals_of(before, {"PowerG": group(), "Alice": user("alice", "PowerG")}) == []
    joined = {**addition, "Properties": {**added, "GroupName": {"Fn::Join": ["-", ["infra", "PowerG", "2"]]}}}
    assert refusals_of(before, {"PowerG": group(), "Added": joined}) == []


def test_a_policy_that_a_condition_attaches_is_not_certain() -> None:
    sometimes = {"Fn::If": ["Prod", ADMINISTRATOR, READ_ONLY]}
    before = {"AdminR": role("A", allow(ALICE))}
    (loss,) = refusals_of(before, {"AdminR": role("A", allow(ALICE), arns=(sometimes,))})  # type: ignore[arg-type]
    assert "cannot be decided" in loss
    assert refusals_of(before, {"AdminR": role("A", allow(ALICE), arns=({"Fn::Sub": ADMINISTRATOR},))}) == []  # type: ignore[arg-type]


def test_what_a_deployment_would_refuse_from_templates_alone() -> None:
    before = {"Resources": {"AdminR": role("A", allow(ALICE)), "G": group()}}
    after = {"Resources": {"AdminR": role("A", NOBODY)}}
    change = TemplateChange("dev", PLACE, before, after)
    assert [fault.problem for fault in refused(change, None, NOW).refusals] == [
        ADMIN_GOES,
        "the group G would be deleted",
    ]
    assert refused(change, None, NOW, Allowed(replacement=True, lock_me_out=True)).refusals == ()
    both = refused_in_all([change, TemplateChange("prod", PLACE, before, before)], None, NOW)
    assert [fault.where for fault in both.refusals] == ["dev AdminR", "dev G"]


@pytest.mark.parametrize(
    ("belong", "removed", "caller", "expected"),
    [
        (["alice"], [], ALICE, []),
        (["alice"], ["bob"], ALICE, []),
        (["alice"], ["bob"], BOB, ["bob, who deploys, is in PowerG by hand and would be taken out of it"]),
        ([], ["bob"], ALICE, ["nobody would be in PowerG any more; now it has bob, by hand"]),
        ([], [], ALICE, []),
    ],
)
def test_power_that_a_repair_takes(belong: list[str], removed: list[str], caller: str, expected: list[str]) -> None:
    faults = list(lost_by_repair("user-only", belong, removed, caller))
    assert [fault.problem for fault in faults] == expected
    meant = "--lock-me-out, if it is meant and there is another way in"
    hint = f"declare power=True in users.py, or {meant}"
    if "nobody" in str(expected):
        hint = f"declare power=True in users.py for somebody who exists, or {meant}"
    assert {(fault.where, fault.hint) for fault in faults} <= {("user-only PowerG", hint)}


def test_power_is_a_group() -> None:
    """Something else of that logical id has no members and no power that could go."""
    assert refusals_of({"PowerG": role("r", allow(ALICE))}, {}) == []


def test_whoever_an_account_lets_may_be_who_deploys() -> None:
    before = {"OpsR": ops(policy(*FULL), trust=allow(BOB, "111111111111"))}
    after = {"OpsR": ops(policy(*FULL), trust=allow(BOB))}
    source = "arn:aws:iam::111111111111:role/elsewhere"
    assert refusals_of(before, after, OPS, source) == [
        "whoever account 111111111111 lets, who deploys, may not assume OpsR any more"
    ]
