from __future__ import annotations

from typing import Any

import pytest

from iamgen.access.accounts import Account, AccountSource, Scheme
from iamgen.access.documents import Principal, parse
from iamgen.access.entities import HandMadeUser
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Request
from iamgen.access.principals import Caller, request_of, role_session, verdict_on
from iamgen.aws.managed_policies import FILE, ManagedPolicyDocuments
from iamgen.aws.managed_policy_archive import PolicyArchive

ID = "123456789012"


def document(action: str, resource: object = "*", effect: str = "Allow") -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": action, "Resource": resource}}


def resource(kind: str, **properties: object) -> dict[str, Any]:
    return {"Type": f"AWS::IAM::{kind}", "Properties": properties}


def role(name: str = "infra-OpsR", **properties: object) -> dict[str, Any]:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ID}}
    more = {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]}, **properties}
    return resource("Role", RoleName=name, **more)


def policy(name: str, action: str, **properties: object) -> dict[str, Any]:
    return resource("ManagedPolicy", ManagedPolicyName=name, PolicyDocument=document(action), **properties)


def account(people: tuple[HandMadeUser, ...] = (), managed: Any = None, **resources: object) -> Account:
    template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    return Account.of(template, ID, managed=managed or {}, people=people)


def names(policies: object) -> list[str]:
    return [item.name for item in policies]  # type: ignore[attr-defined]


def test_names_paths_and_arns() -> None:
    account_read = Account.of(
        {
            "Resources": {
                "Alice": resource("User", UserName="alice", Path="/people/"),
                "PowerG": resource("Group", GroupName="infra-PowerG"),
                "OpsR": role(MaxSessionDuration="7200", Path="/x/"),
            }
        },
        ID,
        "aws-us-gov",
    )
    assert account_read.user("alice").arn == f"arn:aws-us-gov:iam::{ID}:user/people/alice"
    assert account_read.user("Alice") is account_read.user("alice")
    assert account_read.group("PowerG").arn == f"arn:aws-us-gov:iam::{ID}:group/infra-PowerG"
    ops = account_read.role("OpsR")
    assert (ops.name, ops.path, ops.arn) == (
        "infra-OpsR",
        "/x/",
        f"arn:aws-us-gov:iam::{ID}:role/x/infra-OpsR",
    )
    assert (ops.account_id, ops.partition, ops.max_session) == (ID, "aws-us-gov", 7_200)


def test_a_session_is_an_hour_unless_the_template_says_otherwise() -> None:
    assert account(OpsR=role()).role("OpsR").max_session == 3_600
    with pytest.raises(AccessError, match="MaxSessionDuration"):
        account(OpsR=role(MaxSessionDuration=[1]))


def test_every_way_to_attach_a_policy() -> None:
    account_read = account(
        OpsR=role(
            ManagedPolicyArns=[
                {"Ref": "ByArn"},
                f"arn:aws:iam::{ID}:policy/p/plain",
                "arn:aws:iam::aws:policy/View",
            ],
            Policies=[{"PolicyName": "inline", "PolicyDocument": document("s3:*")}],
        ),
        ByArn=policy("by-ref", "ec2:*"),
        Plain=policy("plain", "ec2:*", Path="/p/"),
        ByList=policy("by-list", "sqs:*", Roles=[{"Ref": "OpsR"}]),
        Apart=resource("RolePolicy", RoleName={"Ref": "OpsR"}, PolicyName="apart", PolicyDocument=document("sns:*")),
        managed={"View": document("iam:Get*")},
    )
    assert names(account_read.role("OpsR").policies) == ["inline", "by-ref", "plain", "View", "by-list", "apart"]
    assert len(account_read.role("OpsR").statements) == 6


def test_a_policy_attached_twice_counts_once() -> None:
    account_read = account(
        PowerG=resource("Group", GroupName="g", ManagedPolicyArns=[{"Ref": "P"}]),
        P=policy("p", "iam:*", Groups=[{"Ref": "PowerG"}]),
    )
    assert names(account_read.group("g").policies) == ["p"]


def test_a_user_has_the_policies_of_the_groups() -> None:
    account_read = account(
        Alice=resource("User", UserName="alice", Groups=[{"Ref": "One"}]),
        One=resource("Group", GroupName="one"),
        Two=resource("Group", GroupName="two"),
        P1=policy("p1", "s3:*", Groups=["one"]),
        P2=policy("p2", "ec2:*", Groups=[{"Ref": "Two"}]),
        P3=policy("p3", "sqs:*", Users=["ALICE"]),
        Join=resource("UserToGroupAddition", GroupName={"Ref": "Two"}, Users=[{"Ref": "Alice"}]),
    )
    assert names(account_read.user("alice").groups) == ["one", "two"]
    assert [statement.origin for statement in account_read.user("alice").statements] == ["p3", "p1", "p2"]


def test_people_are_described_by_the_caller() -> None:
    people = (HandMadeUser("bob", "/staff/", ("PowerG",), (("team", "ops"),)), HandMadeUser("carol"))
    account_read = account(
        people, PowerG=resource("Group", GroupName="infra-PowerG"), P=policy("p", "iam:*", Users=["bob"])
    )
    bob = account_read.user("bob")
    assert bob.arn == f"arn:aws:iam::{ID}:user/staff/bob"
    assert (names(bob.groups), names(bob.policies)) == (["infra-PowerG"], ["p"])
    assert bob.tags == (("team", "ops"),)
    assert account_read.user("carol").statements == ()


def test_references_inside_policies() -> None:
    account_read = account(
        OpsR=role(),
        P=resource(
            "ManagedPolicy",
            ManagedPolicyName="p",
            PolicyDocument=document("sts:AssumeRole", [{"Fn::GetAtt": ["OpsR", "Arn"]}, {"Ref": "Own"}]),
            Groups=[{"Ref": "G"}],
        ),
        Own=policy("own", "s3:*"),
        G=resource("Group", GroupName="g"),
    )
    assert account_read.group("g").statements[0].resources == (
        account_read.role("OpsR").arn,
        f"arn:aws:iam::{ID}:policy/own",
    )


def test_trust_of_a_pipeline() -> None:
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": {"Ref": "O"}},
    }
    account_read = account(
        O=resource("OIDCProvider", Url="https://gitlab.com/x"),
        R=role(AssumeRolePolicyDocument={"Statement": trust}),
    )
    federated = Principal("Federated", f"arn:aws:iam::{ID}:oidc-provider/gitlab.com/x")
    assert account_read.role("R").trust[0].principals == (federated,)


def test_boundaries_and_tags() -> None:
    account_read = account(
        OpsR=role(PermissionsBoundary={"Ref": "B"}, Tags=[{"Key": "team", "Value": "ops"}]),
        Alice=resource("User", UserName="alice", PermissionsBoundary="arn:aws:iam::aws:policy/View"),
        B=policy("boundary", "s3:*"),
        managed={"View": document("iam:Get*")},
    )
    ops, alice = account_read.role("OpsR"), account_read.user("alice")
    assert ops.boundary and ops.boundary.name == "boundary"
    assert alice.boundary and alice.boundary.statements[0].actions == ("iam:Get*",)
    assert ops.tags == (("team", "ops"),)
    assert ops.statements == ()


def test_an_aws_managed_policy_without_its_document_is_named() -> None:
    with pytest.raises(AccessError) as caught:
        account(OpsR=role(ManagedPolicyArns=["arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"]))
    (fault,) = caught.value.faults
    assert fault.where == f"template of {ID}"
    assert fault.problem == (
        "OpsR: arn:aws:iam::aws:policy/job-function/ViewOnlyAccess: is an AWS managed policy whose document is not known"
    )
    assert fault.hint == "pass ViewOnlyAccess in managed"


BROUGHT = ManagedPolicyDocuments(PolicyArchive.of(FILE.read_bytes()))


@pytest.mark.parametrize("name", ["NoSuchPolicy", "ViewOnlyAccess", "job-function/ReadOnlyAccess"])
def test_a_policy_that_aws_does_not_have_is_refused_with_the_date_of_the_list(name: str) -> None:
    """The path belongs to the name: AWS has job-function/ViewOnlyAccess, and ReadOnlyAccess without a path."""
    arn = f"arn:aws:iam::aws:policy/{name}"
    with pytest.raises(AccessError) as caught:
        account(OpsR=role(ManagedPolicyArns=[arn]), managed=BROUGHT)
    (fault,) = caught.value.faults
    assert fault.problem == (
        f"OpsR: {arn}: is none of the AWS managed policies of {BROUGHT.date}, so what it allows is not known"
    )
    assert fault.hint == "if AWS has had it since: iamgen refresh-managed-policies"
    source = AccountSource({"Resources": {"OpsR": role(ManagedPolicyArns=[arn])}}, ID, managed=BROUGHT, tolerant=True)
    verdict = verdict_on(*asked(Account.read(source), "s3:GetObject"))
    assert verdict.outcome == "unknown"
    assert BROUGHT.date in verdict.reasons[0].problem


def asked(account: Account, action: str) -> tuple[Caller, Request]:
    caller = role_session(account.roles[0])
    return caller, request_of(caller, action)


def test_a_managed_policy_is_parsed_once_for_all_accounts(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def counting(document: Any, origin: str) -> Any:
        parsed.append(origin)
        return parse(document, origin)

    monkeypatch.setattr("iamgen.access.policies.parse", counting)
    documents = {name: dict(BROUGHT["ReadOnlyAccess"]) for name in ("ReadOnlyAccess", "Other")}
    arns = [f"arn:aws:iam::aws:policy/{name}" for name in documents]
    resources: dict[str, Any] = {"A": role(ManagedPolicyArns=arns), "B": role("B", ManagedPolicyArns=arns)}
    accounts = [account(managed=documents, **resources) for _ in range(3)]
    assert [name for name in parsed if name in documents] == ["ReadOnlyAccess", "Other"]
    policies = {policy for item in accounts for holder in item.roles for policy in holder.policies}
    assert len(policies) == 2
    assert all(verdict_on(*asked(item, "s3:GetObject")).outcome == "allowed" for item in accounts)
    changed = {name: {**document, "Statement": [DENY_ALL]} for name, document in documents.items()}
    denied = account(A=role(ManagedPolicyArns=arns), managed=changed)
    assert verdict_on(*asked(denied, "s3:GetObject")).explicit


DENY_ALL = {"Effect": "Deny", "Action": "*", "Resource": "*"}


def test_a_policy_of_another_account_is_not_taken_for_one_of_aws() -> None:
    with pytest.raises(AccessError, match="not among those that were read"):
        account(OpsR=role(ManagedPolicyArns=["arn:aws:iam::999999999999:policy/View"]), managed={"View": document("*")})


TRUST_WITH_RESOURCE = {"Effect": "Allow", "Action": "*", "Principal": "*", "Resource": "*"}


OUT = " | write it out, or give the region and the stack"
PERSON = " | describe people who are not in the template as Person"
NAME = " | give it one"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        (
            {"X": {"Type": "AWS::IAM::SAMLProvider", "Properties": {}}},
            "X: AWS::IAM::SAMLProvider: is a type of resource that is not understood",
        ),
        (
            {"X": {"Type": "AWS::S3::BucketPolicy"}},
            "X: AWS::S3::BucketPolicy: is a type of resource that is not understood",
        ),
        ({"X": {}}, "Resources.X: this is no resource, for it has no Type"),
        ({"X": None}, "Resources.X: this is no resource, for it has no Type"),
        (
            {"X": {**role(), "Condition": "OnlySometimes"}},
            "X: resource: has something beside Type and Properties that is not understood",
        ),
        ({"X": {"Type": "AWS::IAM::Role", "Properties": []}}, "Resources.X.Properties: the properties are no block"),
        ({"X": resource("Role")}, f"X: RoleName: is not written out, so AWS would make up a name{NAME}"),
        ({"X": resource("Role", RoleName="x")}, "X: trust policy of x: has no policy document"),
        (
            {"X": resource("Role", RoleName={"Ref": "Y"})},
            f"X: RoleName: ${{Y}} is not known before the deployment{OUT}",
        ),
        ({"X": role(Path="nowhere")}, "X: Path: 'nowhere' does not begin and end with a slash"),
        (
            {"X": role(AssumeRolePolicyDocument=document("sts:AssumeRole"))},
            "X: infra-OpsR: has a trust policy without a Principal",
        ),
        (
            {"X": role(AssumeRolePolicyDocument={"Statement": TRUST_WITH_RESOURCE})},
            "X: infra-OpsR: has a trust policy with a Resource, which IAM refuses",
        ),
        (
            {"X": role(Description={"Fn::Sub": "${AWS::Region}"})},
            f"X: Description: ${{AWS::Region}} is not known before the deployment{OUT}",
        ),
        (
            {"X": role(Description={"Fn::ImportValue": "x"})},
            f"X: Description: ${{Fn::ImportValue x}} is not known before the deployment{OUT}",
        ),
        ({"X": role(Description={"Fn::If": ["C", "x", "y"]})}, f"X: Description: depends on the condition C{OUT}"),
        (
            {"X": role(Description={"Ref": "X", "Other": 1})},
            f"X: Description: has the function Ref among other keys{OUT}",
        ),
        (
            {"X": role(Description={"Fn::GetAtt": ["X"]})},
            f"X: Description: ${{Fn::GetAtt}} is not known before the deployment{OUT}",
        ),
        (
            {"X": role(Description={"Fn::GetAtt": ["X", "RoleId"]})},
            f"X: Description: ${{X.RoleId}} is not known before the deployment{OUT}",
        ),
        (
            {"X": role(Description={"Ref": ["X", "Arn"]})},
            f"X: Description: ${{Ref}} is not known before the deployment{OUT}",
        ),
        (
            {"X": role(Description={"Fn::GetAtt": ["X", "Arn"], "Other": 1})},
            f"X: Description: has the function Fn::GetAtt among other keys{OUT}",
        ),
        (
            {"X": role(Description={"Ref": "Missing"})},
            f"X: Description: ${{Missing}} is not known before the deployment{OUT}",
        ),
        ({"X": role(ManagedPolicyArns="arn:aws:iam::aws:policy/View")}, "X: ManagedPolicyArns: is not a list of texts"),
        (
            {"X": role(ManagedPolicyArns=["arn:aws:iam::999999999999:policy/elsewhere"])},
            "X: arn:aws:iam::999999999999:policy/elsewhere: is a policy that is not among those that were read, so its document is not known",
        ),
        ({"X": role(PermissionsBoundary=["x"])}, "X: PermissionsBoundary: is not a text"),
        ({"X": role(Policies=[{"PolicyName": "x"}])}, "X: X: inline policy: has no policy document"),
        ({"X": role(Policies={"PolicyName": "x"})}, "X: Policies: is not a list of blocks"),
        ({"X": role(Tags=["x"])}, "X: Tags: is not a list of blocks"),
        (
            {"X": role("same"), "Y": role("SAME")},
            "SAME: is the name of two of type AWS::IAM::Role: IAM compares names without case",
        ),
        ({"X": resource("User", UserName="alice", Groups=["missing"])}, "X: missing: is not a group of the account"),
        ({"X": resource("OIDCProvider", Url="http://plain")}, "X: Url: 'http://plain' is not an https address"),
        ({"X": resource("OIDCProvider")}, "X: Url: None is not an https address"),
        (
            {"X": policy("p", "s3:*", Users=["stranger"])},
            f"X: stranger: is named in the template, and no such AWS::IAM::User is known{PERSON}",
        ),
        (
            {"X": policy("p", "s3:*", Roles=["missing"])},
            f"X: missing: is named in the template, and no such AWS::IAM::Role is known{PERSON}",
        ),
        ({"X": policy("p", "s3:*", Groups="g")}, "X: Groups: is not a list of texts"),
        ({"X": resource("ManagedPolicy", ManagedPolicyName="p")}, "X: p: has no policy document"),
        (
            {"X": resource("ManagedPolicy", ManagedPolicyName="p", PolicyDocument={"Statement": TRUST_WITH_RESOURCE})},
            "X: p: has a Principal, which only a trust policy may have",
        ),
        (
            {"X": resource("GroupPolicy", GroupName="missing", PolicyName="p", PolicyDocument=document("s3:*"))},
            f"X: missing: is named in the template, and no such AWS::IAM::Group is known{PERSON}",
        ),
        ({"X": resource("UserToGroupAddition", Users=["alice"])}, "X: GroupName: is not a text"),
    ],
)
def test_what_is_not_understood_is_refused(resources: dict[str, Any], expected: str) -> None:
    with pytest.raises(AccessError) as raised:
        account(**resources)
    (fault,) = raised.value.faults
    assert fault.where == f"template of {ID}"
    assert " | ".join(filter(None, (fault.problem, fault.hint))) == expected


def test_functions_that_an_account_answers_are_understood() -> None:
    name = {"Fn::Sub": "ops-${AWS::AccountId}"}
    account_read = account(
        X={**role(), "Properties": {**role()["Properties"], "RoleName": name, "Description": {"Fn::GetAtt": "X.Arn"}}},
        P=policy("p", "s3:*", Roles=[{"Fn::Join": ["-", ["ops", {"Ref": "AWS::AccountId"}]]}]),
        I=resource("InstanceProfile", InstanceProfileName="machines", Roles=[{"Ref": "X"}]),
    )
    assert account_read.role("X").arn == f"arn:aws:iam::{ID}:role/ops-{ID}"
    assert names(account_read.role("X").policies) == ["p"]
    (profile,) = account_read.instance_profiles
    assert (profile.arn, profile.roles) == (f"arn:aws:iam::{ID}:instance-profile/machines", (f"ops-{ID}",))


@pytest.mark.parametrize("section", ["Parameters", "Conditions", "Mappings", "Transform", "Rules"])
def test_a_section_that_could_change_resources_is_refused(section: str) -> None:
    with pytest.raises(AccessError, match=section):
        Account.of({"Resources": {}, section: {}}, ID)


def test_a_template_without_resources_is_refused() -> None:
    with pytest.raises(AccessError, match="Resources"):
        Account.of({}, ID)


def test_a_person_who_is_also_in_the_template_is_refused() -> None:
    with pytest.raises(AccessError, match="name of two"):
        account((HandMadeUser("Alice"),), A=resource("User", UserName="alice"))


def test_an_unknown_name_suggests_the_nearest() -> None:
    with pytest.raises(AccessError) as caught:
        account(OpsR=role()).role("OpR")
    assert caught.value.faults[0].hint == "did you mean OpsR?"


def test_a_scheme_holds_accounts_by_name() -> None:
    element = account((HandMadeUser("alice"),), OpsR=role())
    scheme = Scheme({"dev": element, "user-only": element})
    assert scheme["dev"] is element
    assert (names(scheme.users), names(scheme.roles)) == (["alice"], ["infra-OpsR"])
    with pytest.raises(AccessError, match="prod"):
        scheme["prod"]


def tolerant(body: dict[str, Any] | None = None, **resources: object) -> Account:
    return Account.read(AccountSource({"Resources": resources, **(body or {})}, ID, tolerant=True))


UNKNOWN = {"Fn::ImportValue": "x"}


def doubts(policies: Any) -> list[tuple[str, set[tuple[str, str]]]]:
    """Return the name of each policy with what about its statements is not known."""
    return [
        (
            attached_policy.name,
            {(fault.where, fault.problem) for item in attached_policy.statements for fault in item.unread},
        )
        for attached_policy in policies
    ]


def test_what_is_not_known_of_a_holder_may_be_anything() -> None:
    account_read = tolerant(
        OpsR=role(Policies=[UNKNOWN], PermissionsBoundary=UNKNOWN),
        Alice=resource("User", UserName="alice", Groups=[UNKNOWN]),
        Bob=resource("User", UserName="bob", PermissionsBoundary=["x"]),
        P=policy("p", "s3:*", Users=[UNKNOWN]),
    )
    ops, alice, bob = account_read.role("OpsR"), account_read.user("alice"), account_read.user("bob")
    later = "which is not known before the deployment"
    attached = ("p", {("p", f"may be attached to ${{Fn::ImportValue x}}, {later}")})
    member = ("${Fn::ImportValue x}", {("alice", f"may be in the group ${{Fn::ImportValue x}}, {later}")})
    assert doubts(ops.policies) == [("inline policy", {("OpsR", "has an inline policy that is not known")})]
    assert doubts(alice.policies) == [attached, member]
    assert doubts(bob.policies) == [attached]
    assert doubts([ops.boundary])[0][0] == "${Fn::ImportValue x}"
    assert doubts([bob.boundary]) == [("boundary", {("Bob", "has a permissions boundary that is not known")})]


def test_what_was_assumed_of_a_template_is_said() -> None:
    body = {"Parameters": {"Name": {"Type": "String", "Default": "x"}}}
    named: Any = {"Ref": "Name"}
    own: Any = UNKNOWN
    account_read = tolerant(body, OpsR=role(named), Bucket={"Type": "AWS::S3::Bucket"}, Own=role(own))
    assert [(fault.where, fault.problem) for fault in account_read.not_known] == [
        ("Parameters", "the parameter Name is taken at its default, x"),
        ("Bucket", "is of type AWS::S3::Bucket: what its own policies allow was not looked at"),
        ("Own", "is called ${Fn::ImportValue x}, which is not known before the deployment"),
    ]
    assert account_read.role("x").name == "x"


def test_a_transform_may_change_every_holder() -> None:
    account_read = tolerant({"Transform": "X"}, OpsR=role("a"))
    doubt = ("OpsR", "the transform X may change or add anything")
    assert [(fault.where, fault.problem) for fault in account_read.not_known] == [("Transform", doubt[1])]
    assert doubts(account_read.role("a").policies) == [("doubt about OpsR", {doubt})]
    assert [bool(statement.unread) for statement in account_read.role("a").trust] == [False, True, True]


def test_a_policy_of_a_role_whose_name_is_not_known_is_that_roles_alone() -> None:
    own: Any = UNKNOWN
    account_read = tolerant(Own=role(own), Other=role("other"), P=policy("p", "s3:*", Roles=[{"Ref": "Own"}]))
    assert doubts(account_read.role("Own").policies) == [("p", set())]
    assert account_read.role("other").policies == ()
