"""What policies allow: the cases that are easily taken wrong."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase
from typing import Any

import pytest

from iamgen.check.finding import Finding
from iamgen.check.rule_context import Facts
from iamgen.check.rules._examples import ALICE, MFA, allow, document, group, policy, role, trust, user

Named = Callable[..., set[str]]
Found = Callable[..., list[Finding]]
Block = dict[str, Any]

MACHINE = "machine-is-administrator"
BROAD = {"opens-every-resource", "reads-every-secret", "stops-the-audit", "tags-every-principal"}
PASS_ROLE, ESCALATION, FULL = "pass-any-role", "undeclared-escalation", "full-power"  # names of rules
OWN = "arn:aws:iam::111111111111:user/${aws:username}"


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("s3:*"), set()),
        (allow("*"), {FULL}),
        (allow(["*:*"], "arn:aws:s3:::bucket"), {FULL}),
        (allow("iam:*"), {PASS_ROLE, ESCALATION}),
        (allow("iam:*", "arn:aws:iam::*"), {PASS_ROLE, ESCALATION}),
        (allow("iam:P*Role", {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/*"}), {PASS_ROLE}),
        (allow("iam:PassRole", "arn:aws:iam::111111111111:role/app-*"), set()),
        (allow("iam:PassRole", {"Fn::GetAtt": ["AppR", "Arn"]}), set()),
        (allow("iam:PassRole", "arn:aws:s3:::*"), {"resource-of-another-kind"}),
        (allow("iam:PassRole", "arn:aws:iam::111111111111:role/?*"), {PASS_ROLE}),
        (allow("iam:PassRole", "arn:aws:iam::111111111111:role*"), {PASS_ROLE}),
        (allow("iam:PassRole", "arn:aws:iam::111111111111:r*"), {PASS_ROLE}),
        (allow("iam:PassRole", "arn:aws:iam::111111111111:rol?/*"), {PASS_ROLE}),
        (allow("iam:PassRole", "arn:aws:iam::111111111111:role/*/*"), {PASS_ROLE}),
        (allow("iam:PassRole", "arn:aws:iam"), {PASS_ROLE}),
        (allow("iam:PassRole", "arn:aws:iam::111111111111:role/${aws:PrincipalTag/x, '*'}*"), {PASS_ROLE}),
        (allow("iam:PassRole", "arn:aws:iam::111111111111:role/${aws:PrincipalTag/x}*"), set()),
        (allow("iam:PassRole", [f"arn:aws:iam::111111111111:role/{x}*" for x in ascii_lowercase]), {PASS_ROLE}),
        (allow("iam:PassRole", [f"arn:aws:iam::111111111111:role/{x}*" for x in "abcde"]), set()),
        (allow("iam:PassRole", Condition={"StringLike": {"iam:PassedToService": "*"}}), {PASS_ROLE}),
        (allow("iam:PassRole", Condition={"StringLike": {"iam:PassedToService": "*.amazonaws.com"}}), {PASS_ROLE}),
        (allow("iam:PassRole", Condition={"StringEquals": {"aws:ResourceAccount": "111111111111"}}), {PASS_ROLE}),
        (allow("iam:PassRole", Condition={"StringNotEquals": {"iam:PassedToService": "x"}}), {PASS_ROLE}),
        (allow("iam:PassRole", Condition={"StringEquals": {"aws:RequestTag/x": "y"}}), {PASS_ROLE}),
        (
            allow("iam:PutRolePolicy", Condition={"StringEqualsIfExists": {"iam:PermissionsBoundary": "x"}}),
            {ESCALATION},
        ),
        (
            allow("iam:PutRolePolicy", Condition={"ArnLike": {"iam:PermissionsBoundary": "arn:aws:iam::*:*"}}),
            {ESCALATION},
        ),
        (allow("ssm:SendCommand"), {ESCALATION}),
        (allow("ssm:SendCommand", ["arn:aws:ec2:*:*:instance/*", "arn:aws:ssm:*:*:document/Ours"]), set()),
        (
            allow("ssm:SendCommand", ["arn:aws:ec2:*:*:instance/*", "arn:aws:ssm:*::document/AWS-RunShellScript"]),
            {ESCALATION},
        ),
        (allow("ssm:ResumeSession", "arn:aws:ssm:*:*:session/${aws:username}-*"), set()),
        (allow("ec2:StartInstances"), set()),
        (allow(["ec2:StartInstances", "ec2:ModifyInstanceAttribute"]), {ESCALATION}),
        (allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}), set()),
        (allow("iam:PassRole", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}), {PASS_ROLE}),
        (allow(["iam:PassRole", "lambda:CreateFunction"]), {PASS_ROLE}),
        (allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]), {PASS_ROLE, ESCALATION}),
        (allow("lambda:*"), {ESCALATION}),
        (allow("lambda:*", "arn:aws:lambda:*:*:function:*"), {ESCALATION}),
        (allow("lambda:*", "arn:aws:lambda:*:*:function:shop-*"), set()),
        (allow("sts:AssumeRole"), {ESCALATION}),
        (allow("sts:AssumeRole", "arn:aws:iam::*:role/*"), {ESCALATION}),
        (allow("sts:AssumeRole", "arn:aws:iam::111111111111:role/infra-*"), set()),
        (allow("iam:AttachRolePolicy", "arn:aws:iam::*:role/*"), {ESCALATION}),
        (allow("iam:AttachRolePolicy", "arn:aws:iam::*:policy/*"), set()),
        (allow("iam:PutRolePolicy", Condition={"StringEquals": {"iam:PermissionsBoundary": "x"}}), set()),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, {FULL, ESCALATION}),
        ({"Effect": "Allow", "Action": "iam:PassRole", "NotResource": "arn:aws:iam::1:role/x"}, {PASS_ROLE}),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, set()),
        ({"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}, set()),
    ],
)
def test_one_statement(named: Named, statement: Block, expected: set[str]) -> None:
    assert named(P=policy(statement)) - BROAD == expected


def test_what_is_denied_outright_is_no_way(named: Named) -> None:
    guard = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
    assert named(P=policy(allow("iam:*"), guard)) == set()
    with_mfa = {**guard, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
    assert named(P=policy(allow("iam:*"), with_mfa)) - BROAD == {PASS_ROLE, ESCALATION}


@pytest.mark.parametrize(
    "attached",
    [
        {"P": policy(allow("sts:*")), "R": role(ManagedPolicyArns=[{"Ref": "P"}])},
        {"P": policy(allow("sts:*"), Roles=[{"Ref": "R"}]), "R": role()},
        {"P": policy(allow("sts:*"), Roles=["Reader"]), "R": role(RoleName="reader")},
        {
            "P": policy(allow("sts:*"), ManagedPolicyName="p"),
            "R": role(ManagedPolicyArns=["arn:aws:iam::111111111111:policy/p"]),
        },
    ],
)
def test_escalation_is_told_of_the_holder(findings_of: Found, attached: Block) -> None:
    (finding,) = findings_of({"Resources": attached})
    assert (finding.rule, finding.path) == ("W118", ("Resources", "R"))
    for declared in ("P", "R"):
        assert findings_of({"Resources": attached}, Facts(iam_roles=frozenset({declared}))) == []


def test_the_powers_of_several_policies_count_together(named: Named) -> None:
    passing = policy(allow("iam:PassRole"), Roles=[{"Ref": "R"}])
    running = policy(allow("ec2:RunInstances"), Roles=[{"Ref": "R"}])
    assert named(P=passing, R=role()) == {PASS_ROLE}
    assert named(P=passing, Q=running, R=role()) == {PASS_ROLE, ESCALATION}


def test_a_user_is_told_of_only_for_what_its_groups_do_not_give(findings_of: Found) -> None:
    given = {"P": policy(allow("sts:*"), Groups=[{"Ref": "G"}]), "G": group(), "Alice": user(Groups=[{"Ref": "G"}])}
    assert [finding.path for finding in findings_of({"Resources": given})] == [("Resources", "G")]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}, {ESCALATION}),
        ({"StringEqualsIfExists": {"iam:PassedToService": "ec2.amazonaws.com"}}, {ESCALATION}),
        ({"StringLike": {"iam:PassedToService": "ec2.*"}}, {ESCALATION}),
        ({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}, set()),
        ({"StringEquals": {"iam:PassedToService": {"Ref": "Service"}}}, set()),
        ({"StringLike": {"iam:PassedToService": "*"}}, {PASS_ROLE, ESCALATION}),
    ],
)
def test_a_role_for_the_service_of_the_step_is_enough(named: Named, condition: Block, expected: set[str]) -> None:
    assert named(P=policy(allow("iam:PassRole", Condition=condition), allow("ec2:RunInstances"))) == expected


def test_policies_of_aws_count(named: Named, findings_of: Found) -> None:
    def attached(name: str) -> Block:
        return role(ManagedPolicyArns=[{"Fn::Sub": f"arn:${{AWS::Partition}}:iam::aws:policy/{name}"}])

    assert named(R=attached("ReadOnlyAccess")) == set()
    assert named(R=attached("IAMFullAccess")) == {ESCALATION}
    assert named(R=attached("PowerUserAccess")) == {ESCALATION}
    assert named(AdminR=attached("AdministratorAccess")) == {MACHINE}  # since a function has it
    (finding,) = findings_of({"Resources": {"R": attached("AdministratorAccess")}})
    assert finding.message == "R has AdministratorAccess, and was not declared to: attach what it needs"


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (allow("s3:*"), set()),
        (allow("*"), {ESCALATION}),
        (allow(["s3:*", "lambda:*"]), {ESCALATION}),
    ],
)
def test_a_boundary_limits(named: Named, limit: Block, expected: set[str]) -> None:
    limited = role(
        PermissionsBoundary={"Ref": "Limit"}, ManagedPolicyArns=["arn:aws:iam::aws:policy/AWSLambda_FullAccess"]
    )
    assert named(R=limited, Limit=policy(limit)) == expected


@pytest.mark.parametrize(
    "boundary", ["arn:aws:iam::111111111111:policy/elsewhere", {"Ref": "Parameter"}, "arn:aws:iam::aws:policy/NoSuch"]
)
def test_a_boundary_that_is_not_known_may_leave_everything(findings_of: Found, boundary: object) -> None:
    everywhere = role(PermissionsBoundary=boundary, ManagedPolicyArns=["arn:aws:iam::aws:policy/AWSLambda_FullAccess"])
    itself = {
        "R": role(RoleName="App", PermissionsBoundary=boundary),
        "P": policy(allow("iam:PutRolePolicy", OWN_ROLE), Roles=[{"Ref": "R"}]),
    }
    for resources, name in (({"R": everywhere}, ESCALATION), (itself, "escalation-by-target")):
        (message,) = [item.message for item in findings_of({"Resources": resources}) if item.name == name]
        assert ", unless its permissions boundary " in message
        assert ", which is not known here, leaves that out: " in message


def test_full_power_is_for_who_is_declared(named: Named) -> None:
    everything = policy(allow("*"), Roles=[{"Ref": "AdminR"}])
    assert named(P=everything, AdminR=role()) == {MACHINE}
    assert named(P=everything, AdminR=role(trust(ALICE, Condition=MFA))) == set()
    shared = policy(allow("*"), Roles=[{"Ref": "AdminR"}, {"Ref": "R"}])
    by_alice = role(trust(ALICE, Condition=MFA))
    assert named(P=shared, AdminR=by_alice, R=role()) == {FULL}
    assert named(Facts(admin_roles=frozenset({"P"})), P=shared, AdminR=role(), R=role()) == set()
    assert named(Facts(admin_roles=frozenset()), P=everything, AdminR=role()) == {FULL}


@pytest.mark.parametrize(
    ("statements", "is_wrong"),
    [
        ([allow("iam:CreateAccessKey", OWN)], False),
        ([allow("iam:*AccessKey*", [OWN, "arn:aws:iam::111111111111:user/*/${aws:username}"])], False),
        ([allow("iam:CreateAccessKey", {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:user/${!aws:username}"})], False),
        ([allow("iam:CreateAccessKey", OWN), allow(["iam:GetUser", "iam:ListUsers", "iam:ChangePassword"])], False),
        ([allow("iam:*MFADevice", [OWN, "arn:aws:iam::*:mfa/*"])], False),
        ([allow(["iam:CreateUser", "iam:CreateAccessKey"])], False),
        ([allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*"), allow("iam:ListUsers")], False),
        ([allow("iam:CreateAccessKey", Condition={"StringEquals": {"aws:ResourceTag/x": "y"}})], False),
        ([allow("iam:CreateAccessKey", "arn:aws:iam::111111111111:user/*${aws:username}")], True),
        ([allow("iam:CreateAccessKey", f"{OWN}-ci")], True),
        ([allow("iam:CreateAccessKey", "arn:aws:iam::111111111111:user/alice")], True),
        ([allow("iam:ChangePassword", OWN), allow("iam:UpdateLoginProfile")], True),
        ([allow("iam:*", OWN)], True),
        ([allow(["iam:CreateAccessKey", "iam:AttachUserPolicy"], OWN)], True),
        ([allow("iam:Tag*", OWN)], True),
    ],
)
def test_self_service(named: Named, statements: list[Block], is_wrong: bool) -> None:
    assert ("self-service-reaches-others" in named(P=policy(*statements))) is is_wrong


def test_a_role_has_no_self_service(named: Named) -> None:
    inline = {"PolicyName": "Keys", "PolicyDocument": document(allow("iam:UpdateAccessKey"))}
    assert named(R=role(Policies=[inline])) == {"inline-policy"}


def test_emergencies_are_those_declared_and_end(findings_of: Found) -> None:
    ends = {"Condition": {"DateLessThan": {"aws:CurrentTime": "2027-01-31T00:00:00Z"}}}
    written = document(allow("s3:Get*", **ends), allow("sqs:List*"))
    body = {"Resources": {"R": role(Policies=[{"PolicyName": "infra-Fix", "PolicyDocument": written}])}}
    facts = Facts(emergencies=frozenset({"infra-Fix"}))
    assert [finding.path[-1] for finding in findings_of(body)] == ["PolicyDocument"]
    (finding,) = findings_of(body, facts)
    assert finding.path[-1] == 1
    assert "does not end" in finding.message
    del written["Statement"][1]
    assert findings_of(body, facts) == []


OWN_ROLE = "arn:aws:iam::111111111111:role/App"
ADMINISTRATOR = role(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"], RoleName="Boss")
RUN = allow(["lambda:CreateFunction", "lambda:InvokeFunction"], "*")


@pytest.mark.parametrize(
    ("statements", "steps"),
    [
        ([allow("iam:PutRolePolicy", OWN_ROLE)], ["iam:PutRolePolicy on itself"]),
        ([allow("iam:PutRolePolicy", {"Fn::GetAtt": ["R", "Arn"]})], ["iam:PutRolePolicy on itself"]),
        ([allow("iam:PutRolePolicy", "arn:aws:iam::111111111111:role/Ap*")], ["iam:PutRolePolicy on itself"]),
        ([allow("iam:PutRolePolicy", "arn:aws:iam::111111111111:role/Other")], []),
        ([allow("iam:PutRolePolicy", OWN_ROLE, Condition={"ArnEquals": {"iam:PermissionsBoundary": "x"}})], []),
        (
            [allow("iam:PutRolePolicy", OWN_ROLE, Condition={"Bool": {"aws:SecureTransport": "true"}})],
            ["iam:PutRolePolicy on itself"],
        ),
        (
            [allow("iam:AttachRolePolicy", "arn:aws:iam::111111111111:role/x-*")],
            ["iam:AttachRolePolicy on every role like arn:aws:iam::111111111111:role/x-*"],
        ),
        ([allow("iam:AttachRolePolicy", "arn:aws:iam::111111111111:policy/x-*")], []),
        ([allow("iam:CreatePolicyVersion", "arn:aws:iam::*:policy/P")], ["iam:CreatePolicyVersion on its own P"]),
        ([allow("iam:CreatePolicyVersion", "arn:aws:iam::*:policy/Other")], []),
        ([allow("iam:PassRole", "arn:aws:iam::*:role/Boss"), RUN], ["iam:PassRole of Boss with lambda:CreateFunction"]),
        (
            [allow("iam:PassRole", "arn:aws:iam::*:role/AdminR"), RUN],
            ["iam:PassRole of AdminR with lambda:CreateFunction"],
        ),
        ([allow("iam:PassRole", "arn:aws:iam::*:role/Boss")], []),
        (
            [
                allow(
                    "iam:PassRole",
                    "arn:aws:iam::*:role/Boss",
                    Condition={"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
                ),
                RUN,
            ],
            [],
        ),
        ([allow("iam:PassRole", "arn:aws:iam::*:role/Weak"), RUN], []),
        ([allow("iam:UpdateAssumeRolePolicy", "arn:aws:iam::*:role/Boss")], ["iam:UpdateAssumeRolePolicy of Boss"]),
        ([allow("sts:AssumeRole", "arn:aws:iam::*:role/Boss")], []),  # which Boss's own trust decides
        (
            [allow("sts:AssumeRole", "arn:aws:iam::*:role/OrganizationAccountAccessRole")],
            ["sts:AssumeRole of OrganizationAccountAccessRole"],
        ),
        ([allow("iam:PutRolePolicy", OWN_ROLE), {**allow("iam:PutRole*"), "Effect": "Deny"}], []),
    ],
)
def test_a_single_resource_may_be_enough(findings_of: Found, statements: list[Block], steps: list[str]) -> None:
    attached = {
        "P": policy(*statements, Roles=[{"Ref": "R"}]),
        "R": role(RoleName="App"),
        "Boss": ADMINISTRATOR,
        "Weak": role(RoleName="Weak"),
    }
    facts = Facts(admin_roles=frozenset({"Boss"}))
    messages = [
        finding.message
        for finding in findings_of({"Resources": attached}, facts)
        if finding.name == "escalation-by-target"
    ]
    start, end = "R may gain more power than it was granted, by ", ": leave that resource out, or declare that it may"
    assert messages == [f"{start}{step}{end}" for step in steps]
    assert not [
        item
        for item in findings_of(
            {"Resources": attached}, Facts(admin_roles=frozenset({"Boss"}), iam_roles=frozenset({"R"}))
        )
        if item.name == "escalation-by-target"
    ]


def test_a_boundary_takes_a_single_resource_away_too(named: Named) -> None:
    limited = role(RoleName="App", PermissionsBoundary={"Ref": "Limit"})
    resources = {"P": policy(allow("iam:PutRolePolicy", OWN_ROLE), Roles=[{"Ref": "R"}]), "R": limited}
    assert named(**resources, Limit=policy(allow("s3:*"))) == set()
    assert named(**resources, Limit=policy(allow("iam:*"))) == {"escalation-by-target"}


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow("secretsmanager:GetSecretValue"), {"reads-every-secret"}),
        (allow("ssm:GetParameter*", "arn:aws:ssm:*:*:parameter/*"), {"reads-every-secret"}),
        (allow("ssm:GetParameter*", "arn:aws:ssm:*:*:parameter/app/*"), set()),
        (allow("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/*"), {"reads-every-secret"}),
        (allow("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/1234"), set()),
        (allow("kms:Decrypt", Condition={"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}), set()),
        (allow("kms:Decrypt", Condition={"StringLike": {"kms:ViaService": "*"}}), {"reads-every-secret"}),
        (allow("s3:PutBucketPolicy"), {"opens-every-resource"}),
        (allow("s3:PutBucketPolicy", "arn:aws:s3:::*"), {"opens-every-resource"}),
        (allow("s3:PutBucketPolicy", "arn:aws:s3:::acme-*"), set()),
        (allow("cloudtrail:*"), {"stops-the-audit"}),
        (allow("cloudtrail:Get*"), set()),
        (allow("iam:TagRole"), {"tags-every-principal"}),
        (allow("iam:TagRole", "arn:aws:iam::*:user/*"), set()),
        (allow("*"), set()),
    ],
)
def test_what_is_too_much_on_everything(named: Named, findings_of: Found, statement: Block, expected: set[str]) -> None:
    assert named(P=policy(statement)) & BROAD == expected
    assert named(Facts(iam_roles=frozenset({"P"})), P=policy(statement)) & BROAD == set()
    denied = {**allow(statement["Action"]), "Effect": "Deny"}
    assert named(P=policy(statement, denied)) & BROAD == set()


def test_a_finding_names_the_action_that_is_meant(findings_of: Found) -> None:
    messages = [finding.message for finding in findings_of({"Resources": {"P": policy(allow("secretsmanager:Get*"))}})]
    start = "P allows secretsmanager:GetSecretValue on everything by secretsmanager:Get*, and so reads what is secret"
    assert messages == [f"{start} to all that runs in the account: name the resources that it is for"]


@pytest.mark.parametrize(
    ("condition", "is_wrong"),
    [
        ({"Bool": {"aws:MultiFactorAuthPresent": "false"}}, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": False}}, True),
        ({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}, False),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, False),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": "team"}}, True),
        ({"ForAnyValue:StringNotEquals": {"aws:TagKeys": "team"}, "Null": {"aws:TagKeys": "false"}}, False),
        ({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}, False),
        ({"ForAllValues:StringNotEquals": {"aws:TagKeys": "team"}}, False),
    ],
)
def test_a_deny_that_misses(named: Named, condition: Block, is_wrong: bool) -> None:
    denied = {**allow("ec2:RunInstances"), "Effect": "Deny", "Condition": condition}
    assert ("deny-that-misses" in named(P=policy(denied))) is is_wrong
    assert "deny-that-misses" not in named(P=policy(allow("ec2:RunInstances", Condition=condition)))


def test_users_have_no_policies_and_no_keys_of_a_template(findings_of: Found) -> None:
    key = {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "Alice"}}}
    attached = {"Alice": user(), "P": policy(allow("sqs:ListQueues"), Users=[{"Ref": "Alice"}]), "Key": key}
    assert {finding.name: finding.path[1:] for finding in findings_of({"Resources": attached})} == {
        "access-key-in-template": ("Key",),
        "policy-of-a-user": ("P", "Properties", "Users", 0),
    }
    grouped = {"P": policy(allow("sqs:ListQueues"), Groups=[{"Ref": "G"}]), "G": group()}
    assert findings_of({"Resources": {**grouped, "Alice": user(Groups=[{"Ref": "G"}])}}) == []
