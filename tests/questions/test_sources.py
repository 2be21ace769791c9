"""Every source gives the same model; what is no such source is refused in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from iamgen.errors import IamgenError
from iamgen.questions.can import AccessAnswer, AccessQuestion, Asker
from iamgen.questions.circumstances import Circumstances
from iamgen.questions.details_source import AccountDetails, checked, from_details, pages, read_details
from iamgen.questions.explanation import conditions
from iamgen.questions.limits import not_looked_at_of_all
from iamgen.questions.model import AccessModel
from iamgen.questions.path_steps import path
from iamgen.questions.template_source import AccountFile, account_files, from_templates
from tests.questions.conftest import NOW, document, role, statement, user

ID = "123456789012"


def arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{ID}:{kind}/{name}"


def details(**more: Any) -> dict[str, Any]:
    """Return what `aws iam get-account-authorization-details` prints of an account with a bit of everything."""
    trust = {"Effect": "Allow", "Principal": {"AWS": arn("user", "alice")}, "Action": "sts:AssumeRole"}
    return {
        "UserDetailList": [
            {
                "Path": "/",
                "UserName": "alice",
                "UserId": "AIDAALICE",
                "Arn": arn("user", "alice"),
                "UserPolicyList": [{"PolicyName": "sqs", "PolicyDocument": document(statement("Allow", "sqs:*"))}],
                "GroupList": ["readers"],
                "AttachedManagedPolicies": [],
                "Tags": [{"Key": "team", "Value": "blue"}],
            },
            {
                "Path": "/",
                "UserName": "limited",
                "UserId": "AIDALIMITED",
                "Arn": arn("user", "limited"),
                "GroupList": [],
                "AttachedManagedPolicies": [{"PolicyName": "team/logs", "PolicyArn": arn("policy", "team/logs")}],
                "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn("policy", "limit")},
            },
        ],
        "GroupDetailList": [
            {
                "Path": "/",
                "GroupName": "readers",
                "GroupId": "AGPA",
                "Arn": arn("group", "readers"),
                "GroupPolicyList": [],
                "AttachedManagedPolicies": [
                    {"PolicyName": "ViewBilling", "PolicyArn": "arn:aws:iam::aws:policy/job-function/ViewBilling"}
                ],
            }
        ],
        "RoleDetailList": [
            {
                "Path": "/team/",
                "RoleName": "ops",
                "RoleId": "AROA",
                "Arn": arn("role", "team/ops"),
                "AssumeRolePolicyDocument": document(trust),
                "InstanceProfileList": [],
                "RolePolicyList": [
                    {"PolicyName": "s3", "PolicyDocument": document(statement("Allow", "s3:*", "arn:aws:s3:::b/*"))}
                ],
                "AttachedManagedPolicies": [],
            }
        ],
        "Policies": [
            {
                "PolicyName": "ViewBilling",
                "Arn": "arn:aws:iam::aws:policy/job-function/ViewBilling",
                "DefaultVersionId": "v2",
                "PolicyVersionList": [
                    {"VersionId": "v2", "IsDefaultVersion": True, "Document": document(statement("Allow", "aws-portal:ViewBilling"))}
                ],
            },
            {
                "PolicyName": "logs",
                "Path": "/team/",
                "Arn": arn("policy", "team/logs"),
                "DefaultVersionId": "v3",
                "PolicyVersionList": [
                    {"VersionId": "v4", "IsDefaultVersion": False, "Document": document(statement("Deny", "*"))},
                    {"VersionId": "v3", "IsDefaultVersion": True, "Document": document(statement("Allow", "logs:*"))},
                ],
            },
            {
                "PolicyName": "limit",
                "Path": "/",
                "Arn": arn("policy", "limit"),
                "DefaultVersionId": "v1",
                "PolicyVersionList": [
                    {"VersionId": "v1", "IsDefaultVersion": True, "Document": document(statement("Allow", "logs:Describe*"))}
                ],
            },
        ],
        **more,
    }  # fmt: skip


def file_of(tmp_path: Path, body: Any) -> AccountFile:
    file = tmp_path / "details.json"
    file.write_text(body if isinstance(body, str) else json.dumps(body, indent=4))
    return AccountFile(ID, file, "prod")


@pytest.fixture
def model(tmp_path: Path) -> AccessModel:
    return from_details([read_details(file_of(tmp_path, details()))])


def ask(model: AccessModel, actor: str, action: str, resource: str = "*") -> AccessAnswer:
    return Asker(model).answer(AccessQuestion(actor, action, Circumstances(NOW), resource))


@pytest.mark.parametrize(
    ("actor", "action", "resource", "level"),
    [
        ("alice", "sqs:SendMessage", "*", "yes"),
        ("alice", "aws-portal:ViewBilling", "*", "yes"),
        ("alice", "s3:GetObject", "arn:aws:s3:::b/k", "yes"),
        ("alice", "s3:GetObject", "arn:aws:s3:::c/k", "no"),
        ("alice", "logs:DescribeLogGroups", "*", "no"),
        ("limited", "logs:DescribeLogGroups", "*", "yes"),
        ("limited", "logs:DeleteLogGroup", "*", "no"),
        ("limited", "s3:GetObject", "arn:aws:s3:::b/k", "no"),
        ("role/ops", "s3:GetObject", "arn:aws:s3:::b/k", "yes"),
        ("role/team/ops", "s3:GetObject", "arn:aws:s3:::b/k", "yes"),
        (arn("role", "team/ops"), "s3:GetObject", "arn:aws:s3:::b/k", "yes"),
        (f"arn:aws:sts::{ID}:assumed-role/ops/x", "s3:GetObject", "arn:aws:s3:::b/k", "yes"),
        (arn("user", "alice"), "sqs:SendMessage", "*", "yes"),
        ("alice@prod", "sqs:SendMessage", "*", "yes"),
    ],
)
def test_details_are_an_account(model: AccessModel, actor: str, action: str, resource: str, level: str) -> None:
    assert ask(model, actor, action, resource).level == level


def test_steps_have_their_lines_in_the_details(model: AccessModel, tmp_path: Path) -> None:
    lines = (tmp_path / "details.json").read_text().splitlines()
    answer = ask(model, "alice", "s3:GetObject", "arn:aws:s3:::b/k")
    assert answer.best
    places = {step.kind: step.place for step in path(answer.best, {}) if step.place}
    shown = {kind: lines[place.line - 1].strip() for kind, place in places.items() if place.line}
    assert shown["trust statement"] == "{"
    trust, policy = places["trust statement"], places["policy"]
    assert trust and '"Principal"' in "".join(lines[trust.line : trust.line + 3])
    assert policy and '"PolicyDocument"' in lines[policy.line - 1]
    attached = ask(model, "limited", "logs:DescribeLogGroups")
    assert attached.best
    last = path(attached.best, {})[-1].place
    assert last and "logs:*" in "".join(lines[last.line : last.line + 4])


def test_documents_as_the_api_sends_them_are_decoded(tmp_path: Path) -> None:
    encoded = details()
    encoded["RoleDetailList"][0]["AssumeRolePolicyDocument"] = quote(
        json.dumps(encoded["RoleDetailList"][0]["AssumeRolePolicyDocument"])
    )
    assert (
        ask(from_details([read_details(file_of(tmp_path, encoded))]), "alice", "s3:GetObject", "arn:aws:s3:::b/k").level
        == "yes"
    )


def test_a_policy_that_the_details_leave_out_is_a_hole(tmp_path: Path) -> None:
    model = from_details([read_details(file_of(tmp_path, details(Policies=[])))])
    assert ask(model, "limited", "logs:DescribeLogGroups").level == "depends"
    assert ask(model, "alice", "sqs:SendMessage").level == "depends"  # ViewBilling may deny it
    answer = ask(model, "limited", "logs:DescribeLogGroups")
    assert answer.best
    policy = next(step for step in path(answer.best, {}) if step.kind == "policy")
    assert (str(policy.place), path(answer.best, {})[-1]) == ("not written in what was read", policy)
    why = conditions(answer)[0]
    assert why.startswith(f"whether {policy.name} allows or denies it: arn:aws:iam::{ID}:policy/")
    assert why.endswith(" is a policy that is not among those that were read, so its document is not known")


def holder(**fields: Any) -> dict[str, Any]:
    """Return details with a user who has these fields."""
    return details(UserDetailList=[{"Arn": arn("user", "a"), "UserName": "a", **fields}])


@pytest.mark.parametrize(
    ("body", "where", "problem"),
    [
        ("{", "details.json:1", "is no JSON: Expecting property name enclosed in double quotes"),
        ("[]", "details.json", "is not the details of an account: it is no block"),
        ({}, "details.json", "is not the details of an account: it has no list UserDetailList"),
        (details(Policies=None), "details.json", "is not the details of an account: it has no list Policies"),
        (
            details(IsTruncated=True),
            "details.json",
            "the details are truncated: users, groups, roles or policies are missing",
        ),
        (
            details(NextToken="x"),
            "details.json",
            "the details are truncated: users, groups, roles or policies are missing",
        ),
        (details(UserDetailList=[{}]), "details.json, UserDetailList 1", "has no Arn"),
        (details(UserDetailList=[{"Arn": arn("user", "a")}]), "details.json, UserDetailList 1", "has no UserName"),
        (
            details(UserDetailList=[{"Arn": "arn:aws:iam::999999999999:user/a", "UserName": "a"}]),
            "details.json, UserDetailList 1",
            f"is of account 999999999999, not of {ID}",
        ),
        (
            details(UserDetailList=[{"Arn": "a", "UserName": "a"}]),
            "details.json, UserDetailList 1",
            "'a' is not an ARN",
        ),
        (holder(GroupList="G"), "details.json, UserDetailList 1, GroupList", "is no list of texts"),
        (holder(GroupList=[7]), "details.json, UserDetailList 1, GroupList", "is no list of texts"),
        (holder(Path=7), "details.json, UserDetailList 1", "Path is no text"),
        (holder(UserPolicyList=7), "details.json, UserDetailList 1, UserPolicyList", "is no list"),
        (holder(UserPolicyList=["P"]), "details.json, UserDetailList 1, UserPolicyList 1", "is no block"),
        (
            holder(AttachedManagedPolicies=[{"PolicyName": "P"}]),
            "details.json, UserDetailList 1, AttachedManagedPolicies 1",
            "has no PolicyArn",
        ),
        (holder(Tags=[{"Key": "team"}]), "details.json, UserDetailList 1, Tags 1", "has no Value"),
        (
            holder(PermissionsBoundary={"PermissionsBoundaryArn": 9}),
            "details.json, UserDetailList 1, PermissionsBoundary",
            "has no PermissionsBoundaryArn",
        ),
        (holder(PermissionsBoundary=None), "details.json, UserDetailList 1, PermissionsBoundary", "is no block"),
        ('{"Policies": [], "Policies": []}', "details.json:1", "the key 'Policies' stands twice"),
    ],
)
def test_what_is_no_details_is_refused(tmp_path: Path, body: Any, where: str, problem: str) -> None:
    with pytest.raises(IamgenError) as caught:
        read_details(file_of(tmp_path, body))
    fault = caught.value.faults[0]
    assert fault.where == str(tmp_path / where)
    assert fault.problem == problem
    expected = {
        "the details are truncated": "fetch every page: without --max-items and without --no-paginate",
        "is of account": "write --account-details 999999999999=FILE, or fetch the other account's",
        "the key": "join the two, or remove one of them",
    }
    otherwise = "write it with: aws iam get-account-authorization-details > FILE"
    assert fault.hint == next((hint for start, hint in expected.items() if problem.startswith(start)), otherwise)


def test_all_that_has_another_shape_is_told(tmp_path: Path) -> None:
    with pytest.raises(IamgenError) as caught:
        read_details(file_of(tmp_path, holder(Path=7, GroupList=3, UserPolicyList=None)))
    assert [fault.problem for fault in caught.value.faults] == ["Path is no text", "is no list", "is no list of texts"]


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IamgenError, match="cannot be read: No such file or directory"):
        read_details(AccountFile(ID, tmp_path / "none.json", ID))
    (tmp_path / "latin").write_bytes(b"\xff")
    with pytest.raises(IamgenError, match="is not UTF-8"):
        read_details(AccountFile(ID, tmp_path / "latin", ID))


class Iam:
    """AWS, as far as it tells an account's details: one list a page."""

    def __init__(self, *answers: dict[str, Any]) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def get_account_authorization_details(self, **arguments: Any) -> dict[str, Any]:
        self.asked.append(arguments)
        return self.answers.pop(0)


def test_pages_of_aws_are_put_together() -> None:
    whole = details()
    iam = Iam(
        {"UserDetailList": whole["UserDetailList"], "IsTruncated": True, "Marker": "m"},
        {name: whole[name] for name in ("GroupDetailList", "RoleDetailList", "Policies")},
    )
    model = from_details([checked(AccountDetails(ID, "prod", "AWS", pages(iam, "prod")))])
    assert iam.asked == [{}, {"Marker": "m"}]
    assert ask(model, "alice", "s3:GetObject", "arn:aws:s3:::b/k").level == "yes"
    with pytest.raises(IamgenError, match="AWS's answer breaks off before its end"):
        pages(Iam({"IsTruncated": True}), "prod")


def test_a_template_and_details_of_the_same_account_say_the_same(tmp_path: Path, model: AccessModel) -> None:
    file = tmp_path / "template.json"
    resources = {
        "Alice": user("alice", statement("Allow", "sqs:*"), Groups=[{"Ref": "Readers"}]),
        "Readers": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "readers"}},
        "Ops": role(
            "ops", {"AWS": arn("user", "alice")}, statement("Allow", "s3:*", "arn:aws:s3:::b/*"), Path="/team/"
        ),
    }
    file.write_text(json.dumps({"Resources": resources}))
    template = from_templates([AccountFile(ID, file, "prod")], "aws")
    for action, resource in (("sqs:SendMessage", "*"), ("s3:GetObject", "arn:aws:s3:::b/k"), ("s3:GetObject", "*")):
        assert ask(template, "alice", action, resource).level == ask(model, "alice", action, resource).level


def test_a_yaml_template_has_lines_too(tmp_path: Path) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(
        "Resources:\n"
        "  Alice:\n"
        "    Type: AWS::IAM::User\n"
        "    Properties:\n"
        "      UserName: alice\n"
        "      Policies:\n"
        "        - PolicyName: own\n"
        "          PolicyDocument:\n"
        "            Version: '2012-10-17'\n"
        "            Statement:\n"
        "              - {Effect: Allow, Action: 'sqs:*', Resource: !Sub 'arn:aws:sqs:*:${AWS::AccountId}:*'}\n"
    )
    model = from_templates([AccountFile(ID, file, ID)], "aws")
    answer = ask(model, "alice", "sqs:SendMessage")
    assert answer.level == "yes"
    assert answer.best
    assert [step.place.line for step in path(answer.best, {}) if step.place] == [2, 8, 11]


def test_other_resources_of_a_template_are_named_as_not_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "template.json"
    file.write_text(json.dumps({"Resources": {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": {}}}}))
    (unread,) = from_templates([AccountFile(ID, file, ID)], "aws").unread
    assert unread.where == f"{file}: Bucket"
    assert unread.problem == "is of type AWS::S3::Bucket: what its own policies allow was not looked at"


def test_files_are_named_with_their_accounts() -> None:
    (item,) = account_files("--template", [f"{ID}=a=b.json"], {ID: "prod"})
    assert item == AccountFile(ID, Path("a=b.json"), "prod")
    with pytest.raises(IamgenError) as caught:
        account_files("--template", ["prod.json", "12=x", f"{ID}=a", f"{ID}=b"], {})
    assert [fault.problem for fault in caught.value.faults] == [
        "'prod.json' is not ACCOUNT_ID=FILE",
        "'12=x' is not ACCOUNT_ID=FILE",
        f"the account {ID} is named twice",
    ]
    assert [fault.hint for fault in caught.value.faults][1:] == [
        "such as 123456789012=prod.json",
        "name one file for each account",
    ]


def test_what_a_source_does_not_tell_is_named(model: AccessModel, tmp_path: Path) -> None:
    (gap,) = model.gaps
    assert gap.problem == (
        "which users have an MFA device, a password or an access key is not told by them, nor which are people"
    )
    (tmp_path / "t.json").write_text('{"Resources": {}}')
    (gap,) = from_templates([AccountFile(ID, tmp_path / "t.json", ID)], "aws").gaps
    assert gap.problem == (
        "users, groups, policies and memberships that were made in another way than by these templates are not known"
    )


def test_details_of_several_partitions_are_refused(tmp_path: Path) -> None:
    body = json.dumps(details()).replace("arn:aws:", "arn:aws-cn:").replace(ID, "210987654321")
    other = AccountDetails("210987654321", "beijing", "beijing.json", json.loads(body))
    with pytest.raises(IamgenError) as caught:
        from_details([read_details(file_of(tmp_path, details())), other])
    (fault,) = caught.value.faults
    assert (fault.where, fault.hint) == ("beijing.json", "ask about the accounts of each partition by themselves")
    assert fault.problem == (
        "arn:aws-cn:iam::210987654321:user/alice is of another partition than aws, of which the first details are"
    )
    assert from_details([other]).partition == "aws-cn"


@pytest.mark.parametrize(("principal", "is_told"), [({"Service": "ec2.amazonaws.com"}, True), ({"AWS": ID}, False)])
def test_roles_of_services_are_told_to_be_a_way_around(
    tmp_path: Path, principal: dict[str, str], is_told: bool
) -> None:
    file = tmp_path / "svc.json"
    file.write_text(json.dumps({"Resources": {"R": role("run", principal, statement("Allow", "s3:*"))}}))
    model = from_templates([AccountFile(ID, file, ID)], "aws")
    reported = [text for text in not_looked_at_of_all(model) if text.startswith("what services do by other means")]
    assert bool(reported) is is_told


def test_users_groups_and_roles_that_a_condition_decides_on_are_named(tmp_path: Path) -> None:
    result = role("run", {"Service": "ec2.amazonaws.com"}, statement("Allow", "s3:*"))
    resources = {"R": {**result, "Condition": "C"}, "S": result, "U": {**user("alice"), "Condition": "C"}}
    file = tmp_path / "t.json"
    file.write_text(json.dumps({"Conditions": {"C": {"Fn::Equals": ["a", "b"]}}, "Resources": resources}))
    reported = not_looked_at_of_all(from_templates([AccountFile(ID, file, ID)], "aws"))
    assert reported[-1] == f"conditions of a template, which decide whether R, U are made in {ID}"
