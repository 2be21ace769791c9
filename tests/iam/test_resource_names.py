"""Which resource a name, an ARN or a reference means: the rules, access, the lock-out guard and drift ask the same."""

from __future__ import annotations

import pytest

from iamgen.iam.holes import hole, shown
from iamgen.iam.named_resources import NamedResources
from iamgen.iam.place import NOWHERE, Place
from iamgen.iam.resource_names import Actual, ResourceName, ResourceNames
from iamgen.iam.resources import GROUP, POLICY, ROLE, USER, Resource
from iamgen.iam.template import Template
from iamgen.iam.values import Value

OWN, OTHER = "111111111111", "999999999999"
HERE = Place(OWN, "aws", "eu-west-1", "infra")
OIDC = "AWS::IAM::OIDCProvider"
RESOURCES = (
    Resource("Alice", USER, {"UserName": "Alice", "Path": "/staff/"}),
    Resource("DevG", GROUP, {}),
    Resource("ReadP", POLICY, {"ManagedPolicyName": "read"}),
    Resource("OpsR", ROLE, {"RoleName": "infra-ops"}),
    Resource("Issuer", OIDC, {"Url": "https://gitlab.example/x"}),
    Resource("Queue", "AWS::SQS::Queue", {"QueueName": "queue"}),
)


@pytest.mark.parametrize("place", [HERE, NOWHERE])
@pytest.mark.parametrize(
    ("written", "types", "expected"),
    [
        ("⟨Alice⟩", (USER,), "Alice"),
        ("⟨Alice.Arn⟩", (ROLE, USER), "Alice"),
        ("⟨Alice⟩", (ROLE,), None),
        ("⟨Nobody⟩", (USER,), None),
        ("⟨Queue⟩", ("AWS::SQS::Queue",), "Queue"),
        ("ALICE", (GROUP, USER), "Alice"),
        ("ALICE", (GROUP,), None),
        ("", (GROUP, USER), None),
        ("read", (POLICY,), None),  # a policy is named by its ARN
        (f"arn:aws:iam::{OWN}:policy/read", (POLICY,), "ReadP"),
        (f"arn:aws:iam::{OWN}:policy/read", (ROLE,), None),
        (f"arn:aws:iam::{OWN}:role/read", (POLICY,), None),
        (f"arn:aws:iam::{OWN}:user/staff/alice", (USER,), "Alice"),
        (f"arn:aws:iam::{OWN}:user/alice", (USER,), "Alice"),  # a name is there once, whatever the path
        (f"arn:aws:iam::{OWN}:user/⟨Alice⟩", (USER,), "Alice"),
        ("arn:⟨AWS::Partition⟩:iam::⟨AWS::AccountId⟩:user/alice", (USER,), "Alice"),
        ("arn:aws:iam::aws:policy/read", (POLICY,), None),  # one of AWS's own
        (f"arn:aws:iam::{OWN}:oidc-provider/gitlab.example/x", (OIDC,), "Issuer"),
        (f"arn:aws:iam::{OWN}:oidc-provider/x", (OIDC,), None),
        (f"arn:aws:sqs:eu-west-1:{OWN}:queue", ("AWS::SQS::Queue",), None),
        (f"arn:aws:iam::{OWN}:root", (USER, ROLE), None),
        ("arn:aws", (USER,), None),
    ],
)
def test_which_resource_is_meant(place: Place, written: str, types: tuple[str, ...], expected: str | None) -> None:
    assert ResourceNames.of(RESOURCES, place).find(written, *types) == expected


@pytest.mark.parametrize(
    ("written", "known", "unknown"),
    [
        (f"arn:aws:iam::{OTHER}:user/alice", None, "Alice"),
        (f"arn:aws-cn:iam::{OWN}:user/alice", None, "Alice"),
        ("infra-ops", "OpsR", "OpsR"),
        (f"arn:⟨AWS::Partition⟩:iam::{OWN}:role/infra-ops", "OpsR", "OpsR"),
    ],
)
def test_an_account_that_is_not_known_may_be_any(written: str, known: str | None, unknown: str | None) -> None:
    assert ResourceNames.of(RESOURCES, HERE).find(written, USER, ROLE) == known
    assert ResourceNames.of(RESOURCES, NOWHERE).find(written, USER, ROLE) == unknown


def test_names_and_references() -> None:
    names = ResourceNames.of(RESOURCES, HERE)
    assert names.by_id["OpsR"] == (ROLE, "infra-ops", f"arn:aws:iam::{OWN}:role/infra-ops")
    assert shown(names.by_id["DevG"].name) == "infra-DevG-${random characters}"
    assert names.text("⟨Alice⟩ ⟨Alice.Arn⟩ ⟨ReadP⟩ ⟨Issuer⟩ ⟨Queue⟩") == (
        f"Alice arn:aws:iam::{OWN}:user/staff/Alice arn:aws:iam::{OWN}:policy/read "
        f"arn:aws:iam::{OWN}:oidc-provider/gitlab.example/x ⟨Queue⟩"
    )


def test_names_of_a_deployed_stack() -> None:
    arn = f"arn:aws:iam::{OWN}:group/infra-DevG-1A2B"
    names = ResourceNames.of(RESOURCES, HERE, Actual({"DevG": ("infra-DevG-1A2B", arn), "Queue": ("q", "")}))
    assert names.find("infra-devg-1a2b", GROUP) == "DevG"
    assert names.find(arn, GROUP) == "DevG"
    assert names.text("⟨Queue⟩") == "q"


def test_the_end_of_a_name_that_cloudformation_makes() -> None:
    assert ResourceNames.of(RESOURCES, HERE, ending="").find("infra-DevG", GROUP) == "DevG"


def named(**properties: object) -> Template:
    role = {"Type": ROLE, "Properties": {"ManagedPolicyArns": [{"Ref": "Nobody"}], **properties}}
    return Template.of({"Resources": {"OpsR": role}}, 0, HERE)


def test_resources_have_the_names_that_are_asked_for() -> None:
    arn = f"arn:aws:iam::{OWN}:role/infra-OpsR-1A2B"
    (as_made,) = NamedResources.of(named()).resources
    (without_end,) = NamedResources.of(named(), ending="").resources
    (deployed,) = NamedResources.of(named(), Actual({"OpsR": ("infra-OpsR-1A2B", arn)})).resources
    assert [shown(named_resource.name) for named_resource in (as_made, without_end, deployed)] == [
        "infra-OpsR-${random characters}",
        "infra-OpsR",
        "infra-OpsR-1A2B",
    ]
    assert without_end.arn == f"arn:aws:iam::{OWN}:role/infra-OpsR"
    assert (as_made.has_known_name, deployed.has_known_name, deployed.arn) == (False, True, arn)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (' {"Statement": []}', {"Statement": []}),
        ('{"Statement": ', '{"Statement": '),
        ("{" * 100_000, "{" * 100_000),
        ("text", "text"),
        ({"Statement": [{"Resource": {"Fn::GetAtt": ["OpsR", "Arn"]}}]},
         {"Statement": [{"Resource": f"arn:aws:iam::{OWN}:role/ops"}]}),
    ],
)  # fmt: skip
def test_a_document_may_be_a_text(written: object, read: object) -> None:
    assert NamedResources.of(named(RoleName="ops")).document(written) == read


def test_a_name_cannot_break_out_of_its_hole() -> None:
    assert hole("a⟩b⟨c") == "⟨abc⟩"


@pytest.mark.parametrize(
    ("written", "types", "expected"),
    [
        (f"arn:aws:iam::{OWN}:user/bob/alice", (USER,), "Alice"),
        (f"arn:aws:iam::{OWN}:USER/alice", (USER,), None),
        (f"arn:aws:iam::{OWN}:user/ALICE", (USER,), "Alice"),
        (f"arn:aws:iam::{OWN}:oidc-provider/GITLAB.example/X", (OIDC,), "Issuer"),
        (f"arn:aws:iam::{OTHER}:user/alice", (USER,), None),
        (f"arn:aws-cn:iam::{OWN}:user/alice", (USER,), None),
        (f"arn:⟨AWS::Partition⟩:iam::{OTHER}:user/alice", (USER,), None),
        ("arn:aws-cn:iam::⟨AWS::AccountId⟩:user/alice", (USER,), None),
        (f"arn:aws:iam::{OWN}:user/alice\n", (USER,), None),
        (f"arn:aws:iam::{OWN}:user/al\nice", (USER,), None),
        ("gitlab.example/x", (OIDC,), None),
        ("arnold", (USER,), None),
        (f"arn:aws:iam::{OWN}:role/infra-ops", (USER, ROLE), "OpsR"),
        ("infra-ops", (USER, ROLE), "OpsR"),
        (Value("Alice", ("Somewhere",)), (USER,), "Alice"),
        ("⟨Alice⟩x", (USER,), None),
        ("⟨Alice.Arn⟩", (USER,), "Alice"),
    ],
)
def test_names_within_one_account(written: Value | str, types: tuple[str, ...], expected: str | None) -> None:
    assert ResourceNames.of(RESOURCES, HERE).find(written, *types) == expected


def test_policies_of_aws_are_none_of_the_template_in_an_account_that_is_not_known() -> None:
    names = ResourceNames.of(RESOURCES, NOWHERE)
    assert names.find("arn:aws:iam::aws:policy/read", POLICY) is None
    assert names.find(f"arn:aws:iam::{OTHER}:policy/read", POLICY) == "ReadP"


def test_each_reference_to_a_resource() -> None:
    names = ResourceNames.of(RESOURCES, HERE)
    start = f"arn:aws:iam::{OWN}"
    assert names.references == {
        "Alice": "Alice",
        "Alice.Arn": f"{start}:user/staff/Alice",
        "DevG": f"infra-DevG-{hole('random characters')}",
        "DevG.Arn": f"{start}:group/infra-DevG-{hole('random characters')}",
        "ReadP": f"{start}:policy/read",
        "ReadP.PolicyArn": f"{start}:policy/read",
        "OpsR": "infra-ops",
        "OpsR.Arn": f"{start}:role/infra-ops",
        "Issuer": f"{start}:oidc-provider/gitlab.example/x",
        "Issuer.Arn": f"{start}:oidc-provider/gitlab.example/x",
    }
    assert names.by_id["Queue"] == ResourceName("AWS::SQS::Queue", "", "")
    assert names.by_id["Alice"] == ResourceName(USER, "Alice", f"{start}:user/staff/Alice")
