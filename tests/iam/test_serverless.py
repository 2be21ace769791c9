"""Roles of AWS::Serverless resources. Source: AWS SAM Developer Guide, "Generated CloudFormation resources"."""

from __future__ import annotations

from iamgen.iam import serverless

STATEMENT = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
TRUST = {"Statement": [{"Effect": "Allow", "Action": ["sts:AssumeRole"], "Principal": {"Service": "lambda.amazonaws.com"}}], "Version": "2012-10-17"}  # fmt: skip


def function(**properties: object) -> dict[str, object]:
    return {"Fn": {"Type": "AWS::Serverless::Function", "Properties": properties}}


def test_a_function_has_a_role_of_its_own() -> None:
    policies = [
        "AmazonS3FullAccess",
        "arn:aws:iam::1:policy/x",
        {"Ref": "Own"},
        {"Version": "2012-10-17", "Statement": STATEMENT},
    ]
    (result,) = serverless.roles(function(Policies=policies, PermissionsBoundary="b"))
    assert result == (
        "FnRole",
        {
            "Type": "AWS::IAM::Role",
            "Properties": {
                "AssumeRolePolicyDocument": TRUST,
                "ManagedPolicyArns": [
                    "arn:⟨AWS::Partition⟩:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
                    "arn:⟨AWS::Partition⟩:iam::aws:policy/AmazonS3FullAccess",
                    "arn:aws:iam::1:policy/x",
                    {"Ref": "Own"},
                ],
                "Policies": [{"PolicyName": "policy 0", "PolicyDocument": policies[3]}],
                "PermissionsBoundary": "b",
            },
        },
        ("Resources", "Fn"),
    )


def test_names_of_managed_policies_stand_without_their_paths() -> None:
    (result,) = serverless.roles(function(Policies=["AWSLambdaVPCAccessExecutionRole", "Nothing"]))
    start = "arn:⟨AWS::Partition⟩:iam::aws:policy"
    assert result[1]["Properties"]["ManagedPolicyArns"][1:] == [  # type: ignore[index]
        f"{start}/service-role/AWSLambdaVPCAccessExecutionRole",
        f"{start}/Nothing",
    ]


def test_its_own_trust_policy_is_the_one() -> None:
    (result,) = serverless.roles(function(AssumeRolePolicyDocument={"Statement": []}))
    assert result[1]["Properties"]["AssumeRolePolicyDocument"] == {"Statement": []}  # type: ignore[index]


def test_a_function_that_names_a_role_makes_none() -> None:
    assert not [*serverless.roles(function(Role="arn", Policies=[{"Statement": STATEMENT}]))]


def test_policy_templates_of_sam_are_named_as_not_known() -> None:
    (hole,) = serverless.unread(function(Policies=[{"S3ReadPolicy": {"BucketName": "b"}}]))
    assert hole.path == ("Resources", "Fn", "Properties", "Policies", 0)
    assert hole.reason == "SAM's policy template S3ReadPolicy is not known here"


def test_other_resources_make_no_roles() -> None:
    resources = {"A": {"Type": "AWS::S3::Bucket"}, "B": "nonsense", "C": {"Type": "AWS::Serverless::Function"}}
    assert not [*serverless.roles(resources)]
    assert not [*serverless.unread(resources)]


def test_a_state_machine_writes_no_logs_and_may_name_a_single_policy() -> None:
    machine = {"Type": "AWS::Serverless::StateMachine", "Properties": {"Policies": "AmazonS3FullAccess"}}
    ((name, role, path),) = serverless.roles({"Machine": machine})
    assert (name, path) == ("MachineRole", ("Resources", "Machine"))
    properties = role["Properties"]
    assert isinstance(properties, dict)
    assert properties["ManagedPolicyArns"] == ["arn:⟨AWS::Partition⟩:iam::aws:policy/AmazonS3FullAccess"]
    assert properties["Policies"] == []
    assert "states.amazonaws.com" in str(properties["AssumeRolePolicyDocument"])


def test_without_policies_a_function_may_write_its_logs_alone() -> None:
    ((_, role, _),) = serverless.roles(function())
    properties = role["Properties"]
    assert isinstance(properties, dict)
    assert properties["ManagedPolicyArns"] == [
        "arn:⟨AWS::Partition⟩:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    ]
    assert properties["Policies"] == []
