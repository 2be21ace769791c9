"""Three-valued verdicts: each rule with the sentence of AWS's documents that it is from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from iamgen.access.accounts import Account, AccountSource
from iamgen.access.context import UNSAID, ContextValue
from iamgen.access.documents import Principal, Statement, parse
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Request, Verdict, decide, evaluate
from iamgen.access.partial_reading import parse_partly
from iamgen.access.principals import (
    console_session,
    may,
    may_assume,
    request_of,
    role_session,
    verdict_on,
    verdict_on_assuming,
    with_keys,
    with_mfa,
)
from iamgen.errors import Fault

ID, OTHER = "123456789012", "999999999999"
QUEUE = f"arn:aws:sqs:eu-west-1:{ID}:q"
BUCKET = "arn:aws:s3:::bucket"
Block = dict[str, Any]


def allow(action: object = "*", resource: object = "*", **more: object) -> Block:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object = "*", resource: object = "*", **more: object) -> Block:
    return {**allow(action, resource, **more), "Effect": "Deny"}


def on_everything_but(effect: str, resource: object) -> Block:
    return {"Effect": effect, "Action": "*", "NotResource": resource}


def statements(*blocks: Block) -> tuple[Statement, ...]:
    return parse({"Version": "2012-10-17", "Statement": list(blocks)}, "test")


def verdict(action: str, resource: str, *blocks: Block, context: dict[str, ContextValue] | None = None) -> Verdict:
    return evaluate(statements(*blocks), Request(action, resource, context or {})).verdict


# I1. IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)": "When you specify an incomplete ARN
# (one with fewer than the standard six fields) in an identity-based policy, AWS automatically completes the ARN by
# adding wildcard characters (*) to all missing fields. For example, specifying arn:aws:sqs is equivalent to
# arn:aws:sqs:*:*:*".


@pytest.mark.parametrize(
    ("entry", "action", "resource", "outcome"),
    [
        ("arn:aws:sqs", "sqs:SendMessage", QUEUE, "allowed"),
        ("arn:aws:sqs:eu-west-1", "sqs:SendMessage", QUEUE, "allowed"),
        (f"arn:aws:sqs:*:{ID}", "sqs:SendMessage", QUEUE, "allowed"),
        (f"arn:aws:sqs:*:{OTHER}", "sqs:SendMessage", QUEUE, "denied"),
        ("arn:aws:sqs:us-east-1", "sqs:SendMessage", QUEUE, "denied"),
        ("arn:aws:sqs", "s3:DeleteBucket", BUCKET, "denied"),
        ("arn:aws:s3", "s3:DeleteBucket", BUCKET, "allowed"),
        ("arn:aws:s3*", "s3:DeleteBucket", BUCKET, "allowed"),
        ("arn:aws", "s3:DeleteBucket", BUCKET, "allowed"),
        ("arn:aws-cn", "s3:DeleteBucket", BUCKET, "denied"),
        ("arn", "s3:DeleteBucket", BUCKET, "unknown"),
        ("arn:aws:S3:::bucket", "s3:DeleteBucket", BUCKET, "unknown"),
        ("arn:aws:S3:::Bucket", "s3:DeleteBucket", BUCKET, "denied"),
        ("arn:AWS:sqs", "sqs:SendMessage", QUEUE, "unknown"),
        ("arn:aws:elasticloadbalancing:*:*:*/*", "elasticloadbalancing:DeleteRule",
         f"arn:aws:elasticloadbalancing:eu-west-1:{ID}:loadbalancer/app/x/1", "allowed"),
    ],
)  # fmt: skip
def test_an_incomplete_arn_is_completed(entry: str, action: str, resource: str, outcome: str) -> None:
    assert verdict(action, resource, allow("*", entry)).outcome == outcome
    opposite = {"allowed": "denied", "denied": "allowed", "unknown": "unknown"}[outcome]
    assert verdict(action, resource, allow(), deny("*", entry)).outcome == opposite
    assert verdict(action, resource, on_everything_but("Allow", entry)).outcome == opposite
    assert verdict(action, resource, allow(), on_everything_but("Deny", entry)).outcome == outcome


# I2. IAM User Guide, "Set operators for multivalued context keys": ForAnyValue "returns false" for "no matching keys
# in the request context"; re:Post, "ForAnyValue:StringEqualsIfExists behaving unexpectedly": the Allow does not apply.


@pytest.mark.parametrize(
    ("operator", "value"),
    [("StringEquals", "team"), ("StringNotEquals", "team"), ("StringNotEqualsIgnoreCase", "team"),
     ("StringNotLike", "team*"), ("ArnNotLike", QUEUE), ("ArnNotEquals", QUEUE), ("NumericNotEquals", "1"),
     ("DateNotEquals", "2027-01-31"), ("NotIpAddress", "10.0.0.0/8")],
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["", "IfExists"])
def test_for_any_value_of_no_value_is_false(operator: str, value: str, suffix: str) -> None:
    condition = {f"ForAnyValue:{operator}{suffix}": {"aws:TagKeys": value}}
    for context in ({}, {"aws:TagKeys": ()}):
        known: dict[str, ContextValue] = dict(context)
        denying = deny("ec2:RunInstances", Condition=condition)
        assert verdict("ec2:RunInstances", "*", allow(), denying, context=known).outcome == "allowed"
        assert verdict("ec2:RunInstances", "*", allow(Condition=condition), context=known).outcome == "denied"
        every = {f"ForAllValues:{operator}{suffix}": {"aws:TagKeys": value}}
        assert verdict("ec2:RunInstances", "*", allow(Condition=every), context=known).outcome == "allowed"
        guarded = every | {"Null": {"aws:TagKeys": "false"}}
        assert verdict("ec2:RunInstances", "*", allow(Condition=guarded), context=known).outcome == "denied"


# I3. IAM User Guide, "Variables and tags": "You can't use a variable to replace parts of the ARN before the fifth
# colon, such as the service or account".


@pytest.mark.parametrize("entry", ["arn:aws:sqs:*:${aws:PrincipalAccount}:q", "arn:aws:sqs:*:${aws:PrincipalAccount}"])
def test_a_variable_before_the_fifth_colon_matches_nothing(entry: str) -> None:
    context: dict[str, ContextValue] = {"aws:PrincipalAccount": ID}
    assert verdict("sqs:SendMessage", QUEUE, allow("*", entry), context=context).outcome == "denied"
    assert verdict("sqs:SendMessage", QUEUE, allow(), deny("*", entry), context=context).outcome == "allowed"
    assert verdict("sqs:SendMessage", QUEUE, on_everything_but("Allow", entry), context=context).outcome == "allowed"


BEFORE_2027 = {"DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}

# I5. STS API Reference, quoted in beyond_policies.


@pytest.fixture
def account() -> Account:
    def iam_resource(kind: str, **properties: object) -> Block:
        return {"Type": f"AWS::IAM::{kind}", "Properties": properties}

    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ID}}],
    }
    admin = {"Version": "2012-10-17", "Statement": [allow()]}
    nothing = {"Version": "2012-10-17", "Statement": [deny()]}
    return Account.of(
        {
            "Resources": {
                "Alice": iam_resource("User", UserName="alice", Policies=[{"PolicyName": "a", "PolicyDocument": admin}]),
                "Denied": iam_resource("User", UserName="denied", Policies=[{"PolicyName": "n", "PolicyDocument": nothing}]),
                "Bare": iam_resource("User", UserName="bare"),
                "R": iam_resource("Role", RoleName="r", AssumeRolePolicyDocument=trust,
                          Policies=[{"PolicyName": "a", "PolicyDocument": admin}]),
            }
        },
        ID,
    )  # fmt: skip


def test_what_needs_no_permission(account: Account) -> None:
    for name in ("alice", "denied", "bare"):
        user = account.user(name)
        for caller in (with_keys(user), console_session(user), with_mfa(user)):
            assert may(caller, "sts:GetCallerIdentity").allowed
            assert may(caller, "STS:getcalleridentity").allowed
        assert may(with_keys(user), "sts:GetSessionToken").allowed
        assert not may(with_mfa(user), "sts:GetSessionToken").allowed
    assert may(role_session(account.role("r")), "sts:GetCallerIdentity").allowed


@pytest.mark.parametrize("action", ["sts:GetAccessKeyInfo", "sts:DecodeAuthorizationMessage", "sts:GetFederationToken"])
def test_what_is_near_to_it_and_needs_permission(account: Account, action: str) -> None:
    assert may(with_keys(account.user("alice")), action).allowed
    assert not may(with_keys(account.user("bare")), action).allowed
    assert may(with_keys(account.user("denied")), action).explicit


@pytest.mark.parametrize("action", ["sts:GetSessionToken", "sts:GetFederationToken"])
def test_what_takes_the_long_term_credentials_of_a_user(account: Account, action: str) -> None:
    for caller in (role_session(account.role("r")), with_mfa(account.user("alice"))):
        decision = may(caller, action)
        assert not decision.allowed
        assert [" | ".join(reason) for reason in decision.reasons] == [
            f"{action.lower()} | is refused to temporary credentials | call it with the access key of a user"
        ]


# I6. IAM API Reference, UnmodifiableEntity of each action; IAM Identity Center User Guide, "Cannot perform the
# operation on the protected role"; TagRole: "The role can be a regular role or a service-linked role".

LINKED = f"arn:aws:iam::{ID}:role/aws-service-role/ec2.amazonaws.com/AWSServiceRoleForX"
RESERVED = f"arn:aws:iam::{ID}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_X_1"


@pytest.mark.parametrize(
    ("action", "linked", "reserved"),
    [
        ("UpdateAssumeRolePolicy", False, False),
        ("AttachRolePolicy", False, False),
        ("DetachRolePolicy", False, False),
        ("PutRolePolicy", False, False),
        ("DeleteRolePolicy", False, False),
        ("DeleteRole", False, False),
        ("PutRolePermissionsBoundary", False, False),
        ("DeleteRolePermissionsBoundary", False, False),
        ("TagRole", True, False),
        ("UntagRole", True, False),
        ("UpdateRole", True, False),
        ("UpdateRoleDescription", True, False),
        ("DeleteServiceLinkedRole", True, True),
        ("GetRole", True, True),
        ("PassRole", True, True),
    ],
)
def test_protected_roles(account: Account, action: str, *, linked: bool, reserved: bool) -> None:
    alice = with_mfa(account.user("alice"))
    for arn, expected in ((LINKED, linked), (RESERVED, reserved), (LINKED.replace("/aws-", "/x/aws-"), True)):
        decision = may(alice, f"iam:{action}", arn)
        assert decision.allowed is expected
        assert expected or [" | ".join(reason) for reason in decision.reasons] == [
            f"{arn} | is a role that AWS protects: only the service that it belongs to may change or delete it"
            " | make the change through that service"
        ]


# I8. IAM User Guide, "Cross-account policy evaluation logic"; KMS Developer Guide, "Key policies in AWS KMS".


KEY_POLICY = "the key policy, by naming the caller or by leaving it to IAM policies, must allow it as well"


@pytest.mark.parametrize(
    ("action", "resource", "needs"),
    [
        ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{OTHER}:key/x", f"{{}} is in account {OTHER}: {KEY_POLICY}"),
        ("kms:Decrypt", f"arn:aws:kms:eu-west-1:{ID}:key/x", KEY_POLICY),
        ("kms:DescribeKey", f"arn:aws:kms:eu-west-1:{ID}:alias/x", None),
        # what is called a key, and is none of KMS
        ("acme:Turn", f"arn:aws:acme:eu-west-1:{ID}:key/x", None),
        (
            "lambda:InvokeFunction",
            f"arn:aws:lambda:eu-west-1:{OTHER}:function:f",
            f"{{}} is in account {OTHER}: the resource's own policy must allow it as well",
        ),
        ("lambda:InvokeFunction", f"arn:aws:lambda:eu-west-1:{ID}:function:f", None),
        (
            "s3:GetObject",
            "arn:aws:s3:::bucket/key",
            "if {} is in another account, the resource's own policy must allow it as well",
        ),
        # the account is the fifth field, however many colons the name has
        (
            "s3:GetObject",
            "arn:aws:s3:::bucket/a:b:c",
            "if {} is in another account, the resource's own policy must allow it as well",
        ),
        ("sts:AssumeRole", f"arn:aws:iam::{ID}:role/r", "the role's trust policy must allow it as well"),
        (
            "sts:AssumeRole",
            f"arn:aws:iam::{OTHER}:role/r",
            f"{{}} is in account {OTHER}: the role's trust policy must allow it as well",
        ),
        ("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess", None),
        ("iam:ListUsers", "*", None),
    ],
)
def test_what_else_must_allow(account: Account, action: str, resource: str, needs: str | None) -> None:
    decision = may(with_keys(account.user("alice")), action, resource)
    assert decision.allowed
    assert decision.needs == ((needs.format(resource),) if needs else ())
    assert may(with_keys(account.user("bare")), action, resource).needs == ()


def test_the_account_of_a_bucket_may_be_said(account: Account) -> None:
    alice = with_keys(account.user("alice"))
    for owner, expected in (
        (ID, ()),
        (OTHER, (f"{BUCKET} is in account {OTHER}: the resource's own policy must allow it as well",)),
    ):
        assert may(alice, "s3:ListBucket", BUCKET, context={"aws:ResourceAccount": owner}).needs == expected


def test_of_assuming_a_role_both_sides_were_looked_at(account: Account) -> None:
    assert may_assume(with_keys(account.user("alice")), account.role("r")).needs == ()


def test_what_has_an_end_is_allowed_before_it() -> None:
    """The time is that of the question; without one, it is not known whether the end has come."""
    policy = {"Version": "2012-10-17", "Statement": [allow("s3:*", Condition=BEFORE_2027)]}
    properties = {"UserName": "alice", "Policies": [{"PolicyName": "a", "PolicyDocument": policy}]}
    alice = Account.of({"Resources": {"Alice": {"Type": "AWS::IAM::User", "Properties": properties}}}, ID).user("alice")
    end = datetime(2027, 1, 1, tzinfo=UTC)
    for caller in (with_keys(alice), with_mfa(alice)):
        assert may(caller, "s3:GetObject", at=end - timedelta(seconds=1)).allowed
        assert not may(caller, "s3:GetObject", at=end).allowed
        with pytest.raises(AccessError) as raised:
            may(caller, "s3:GetObject")
        assert [" | ".join(fault) for fault in raised.value.faults] == [
            "a, statement without Sid | aws:CurrentTime: a policy depends on this key, and the question does not say"
            " its value | give it: context={'aws:CurrentTime': ...}, or at=... for the time"
        ]


# I9. Three values: what is unknown matters only where it decides.

FROM_OFFICE = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
UNTOLD: dict[str, ContextValue] = {"aws:SourceIp": UNSAID}


@pytest.mark.parametrize(
    ("blocks", "outcome"),
    [
        ([allow("s3:*"), allow("s3:*", Condition=FROM_OFFICE)], "allowed"),
        ([allow("s3:*"), deny("s3:*", Condition=FROM_OFFICE)], "unknown"),
        ([allow("s3:*"), deny("ec2:*", Condition=FROM_OFFICE)], "allowed"),
        ([deny("s3:*"), deny("s3:*", Condition=FROM_OFFICE), allow(Condition=FROM_OFFICE)], "denied"),
        ([deny("s3:*", Condition=FROM_OFFICE)], "denied"),
        ([allow("s3:*", Condition=FROM_OFFICE)], "unknown"),
        ([allow("s3:*", Condition={**FROM_OFFICE, "Bool": {"aws:MultiFactorAuthPresent": "true"}})], "denied"),
        ([allow("*:*")], "unknown"),
        ([allow("*:*"), allow("s3:*")], "allowed"),
        ([allow("*:*"), deny()], "denied"),
    ],
)
def test_what_is_unknown_matters_only_where_it_decides(blocks: list[Block], outcome: str) -> None:
    for order in (blocks, blocks[::-1]):
        reached = verdict("s3:ListBucket", BUCKET, *order, context=UNTOLD)
        assert reached.outcome == outcome
        assert bool(reached.reasons) is (outcome == "unknown")
        if outcome == "unknown":
            with pytest.raises(AccessError):
                decide(statements(*order), Request("s3:ListBucket", BUCKET, UNTOLD))


def test_an_unknown_verdict_says_where_and_why() -> None:
    (reason,) = verdict("s3:ListBucket", BUCKET, allow(Sid="A", Condition=FROM_OFFICE), context=UNTOLD).reasons
    assert reason.where == "test, statement A"
    assert "aws:SourceIp" in reason.problem


def test_a_variable_whose_value_is_unsaid_matters_only_where_it_could_match() -> None:
    block = allow("iam:*", f"arn:aws:iam::{ID}:user/${{aws:userid}}")
    unsaid: dict[str, ContextValue] = {"aws:userid": UNSAID}
    assert verdict("iam:GetUser", f"arn:aws:iam::{ID}:user/x", block, context=unsaid).outcome == "unknown"
    assert verdict("iam:GetRole", f"arn:aws:iam::{ID}:role/x", block, context=unsaid).outcome == "denied"


def test_not_principal_matters_only_where_it_decides() -> None:
    trusted = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}
    unclear = {"Effect": "Deny", "Action": "sts:TagSession", "NotPrincipal": {"AWS": ID}}
    caller = frozenset({Principal("AWS", ID)})
    for action, outcome in (("sts:AssumeRole", "allowed"), ("sts:TagSession", "denied")):
        request = Request(action, f"arn:aws:iam::{ID}:role/r", principals=caller)
        assert evaluate(statements(trusted, unclear), request, side="trust").verdict.outcome == outcome


ODD = {"Bool": {"aws:x": "maybe"}}


@pytest.mark.parametrize(
    ("block", "ec2", "s3"),
    [
        (deny("ec2:*", Condition=ODD), "unknown", "allowed"),
        (deny(["ec2:*", 5]), "unknown", "unknown"),
        (deny("s3:*", "bucket"), "allowed", "unknown"),
        ({**deny("ec2:*"), "Effect": "deny"}, "unknown", "allowed"),
        ({**deny("ec2:*"), "Extra": 1}, "unknown", "allowed"),
        ({**deny("ec2:*"), "NotAction": "s3:*"}, "unknown", "unknown"),
        (deny("ec2:*", Principal="*"), "unknown", "allowed"),
        ("text", "unknown", "unknown"),
        (allow("ec2:*", Condition=ODD), "allowed", "allowed"),
    ],
)
def test_an_unreadable_statement_matters_only_where_it_could_apply(block: Any, ec2: str, s3: str) -> None:
    document = {"Version": "2012-10-17", "Statement": [allow(), block]}
    read = parse_partly(document, "test")
    for action, outcome in (("ec2:RunInstances", ec2), ("s3:ListBucket", s3)):
        assert evaluate(read, Request(action, "*")).verdict.outcome == outcome
    if not isinstance(block, dict) or "Principal" not in block:
        with pytest.raises(AccessError):
            parse(document)


@pytest.mark.parametrize(
    "document", [None, "text", {}, {"Statement": []}, {"Version": "2020-01-01", "Statement": [allow()]}]
)
def test_an_unreadable_document_may_mean_anything(document: object) -> None:
    for trust, principals in ((False, frozenset()), (True, frozenset({Principal("AWS", ID)}))):
        read = parse_partly(document, "test", trust=trust)
        request = Request("sts:AssumeRole", f"arn:aws:iam::{ID}:role/r", principals=principals)
        assert evaluate(read, request, side="trust" if trust else "identity").verdict.outcome == "unknown"


@pytest.mark.parametrize(("trust", "principal"), [(True, {}), (False, {"Principal": "*"})])
def test_a_principal_where_none_may_be_and_none_where_it_must(trust: bool, principal: dict[str, str]) -> None:
    """A trust statement that names nobody, and a policy that names somebody: what AWS makes of it is not known."""
    document = {"Version": "2012-10-17", "Statement": [{**allow("s3:*"), **principal}]}
    faults = {fault for statement in parse_partly(document, "test", trust=trust) for fault in statement.unread}
    assert faults == {Fault("test", "has a Principal where none may be, or has none where it must")}


def test_an_unknown_managed_policy_matters_only_where_it_decides() -> None:
    inline = {"PolicyName": "d", "PolicyDocument": {"Version": "2012-10-17", "Statement": [deny("s3:*")]}}
    user = {
        "Type": "AWS::IAM::User",
        "Properties": {
            "UserName": "a",
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/Unheard"],
            "Policies": [inline],
        },
    }
    template = {"Resources": {"A": user}}
    with pytest.raises(AccessError, match="Unheard"):
        Account.of(template, ID)
    caller = with_keys(Account.read(AccountSource(template, ID, tolerant=True)).user("a"))
    assert may(caller, "s3:ListBucket", BUCKET).explicit
    reached = verdict_on(caller, request_of(caller, "ec2:RunInstances"))
    assert reached.outcome == "unknown"
    assert "Unheard" in reached.reasons[0].problem


def test_assuming_with_what_is_unknown_on_either_side(account: Account) -> None:
    alice, role = with_keys(account.user("alice")), account.role("r")
    assert verdict_on_assuming(alice, role, alice.context).outcome == "allowed"
    bare = with_keys(account.user("bare"))
    assert verdict_on_assuming(bare, role, bare.context).outcome == "denied"


# IAM, MalformedPolicyDocument: "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards".


@pytest.mark.parametrize("action", ["*:Untag*", "dynamodb*:TagResource", "ec?:RunInstances", "*:Get"])
def test_a_wildcard_in_the_name_of_a_service_is_refused(action: str) -> None:
    for element in ("Action", "NotAction"):
        block = {"Effect": "Deny", element: action, "Resource": "*"}
        with pytest.raises(AccessError, match="name of the service"):
            statements(block)
