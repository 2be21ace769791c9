"""The local AWS that tests deploy to: for this machine alone, gone with whoever started it, and strict where AWS is."""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

ROOT = Path(__file__).resolve().parents[2]
PEOPLE, DEV = "111111111111", "222222222222"
Client = Callable[..., Any]


@pytest.fixture
def client(local_aws: str) -> Client:
    """Return what makes a client of an account: `client("iam", "222222222222")`."""

    def make(service: str, account: str = DEV) -> Any:
        return boto3.client(
            service, endpoint_url=local_aws, region_name="eu-west-1",
            aws_access_key_id=account, aws_secret_access_key="any",
        )  # fmt: skip

    return make


def role(principal: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "R", "AssumeRolePolicyDocument": document}}


def deploy(client: Client, resources: dict[str, Any], account: str = DEV, name: str = "infra") -> str:
    """Create or update a stack; return its status in the end, and the reasons of what failed."""
    cloudformation = client("cloudformation", account)
    given = {
        "StackName": name,
        "TemplateBody": json.dumps({"Resources": resources}),
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    try:
        cloudformation.create_stack(**given)
    except ClientError:
        cloudformation.update_stack(**given)
    return settled(cloudformation, name)


def settled(cloudformation: Any, name: str = "infra") -> str:
    while True:
        status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
        if not status.endswith("_IN_PROGRESS"):
            events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            reasons = [event.get("ResourceStatusReason", "") for event in events if "FAILED" in event["ResourceStatus"]]
            return "; ".join([status, *reasons])
        time.sleep(0.02)


def test_the_key_id_is_the_account(client: Client) -> None:
    for account in (PEOPLE, DEV):
        assert client("sts", account).get_caller_identity()["Account"] == account


def test_it_is_empty_at_the_start_of_a_test(client: Client) -> None:
    assert client("iam", DEV).list_users()["Users"] == []
    client("iam", DEV).create_user(UserName="left-behind")


def test_a_stack_has_groups_members_keys_and_providers(client: Client) -> None:
    client("iam").create_user(UserName="bob")
    group = {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "G"}}
    members = {"Type": "AWS::IAM::UserToGroupAddition", "Properties": {"GroupName": {"Ref": "G"}, "Users": ["bob"]}}
    key = {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": "bob"}}
    url = "https://token.example.com"
    provider = {"Type": "AWS::IAM::OIDCProvider", "Properties": {"Url": url, "ClientIdList": ["sts"]}}
    assert deploy(client, {"G": group, "M": members, "K": key, "P": provider}) == "CREATE_COMPLETE"

    iam = client("iam")
    assert [entry["UserName"] for entry in iam.get_group(GroupName="G")["Users"]] == ["bob"]
    assert len(iam.list_access_keys(UserName="bob")["AccessKeyMetadata"]) == 1
    (arn,) = (
        open_id_connect_provider["Arn"]
        for open_id_connect_provider in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    )
    assert arn == f"arn:aws:iam::{DEV}:oidc-provider/token.example.com"

    provider["Properties"] = {"Url": url, "ClientIdList": ["other"]}
    assert deploy(client, {"G": group, "P": provider}) == "UPDATE_COMPLETE"
    assert iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)["ClientIDList"] == ["other"]
    assert iam.get_group(GroupName="G")["Users"] == []
    assert iam.list_access_keys(UserName="bob")["AccessKeyMetadata"] == []
    client("cloudformation").delete_stack(StackName="infra")
    assert iam.list_groups()["Groups"] == []


def test_a_group_that_holds_somebody_is_not_deleted(client: Client) -> None:
    deploy(client, {"G": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "G"}}})
    client("iam").create_user(UserName="bob")
    client("iam").add_user_to_group(GroupName="G", UserName="bob")
    client("cloudformation").delete_stack(StackName="infra")
    assert settled(client("cloudformation")).startswith("DELETE_FAILED; ")


@pytest.mark.parametrize(
    "arn",
    [f"arn:aws:iam::{PEOPLE}:user/bob", f"arn:aws:iam::{PEOPLE}:user/Alice", f"arn:aws:iam::{PEOPLE}:user/path/alice"],
)
def test_a_principal_has_to_exist(client: Client, arn: str) -> None:
    client("iam", PEOPLE).create_user(UserName="alice")
    assert f'"Invalid principal in policy: "AWS":"{arn}"' in deploy(client, {"R": role(arn)})


def test_a_principal_that_exists_will_do(client: Client) -> None:
    client("iam", PEOPLE).create_user(UserName="alice", Path="/path/")
    assert deploy(client, {"R": role(f"arn:aws:iam::{PEOPLE}:user/path/alice")}) == "CREATE_COMPLETE"
    assert "Invalid principal" in deploy(client, {"R": role(f"arn:aws:iam::{PEOPLE}:user/bob")})


def test_a_stack_in_review_stays_the_same_whatever_is_planned_for_it(client: Client) -> None:
    cloudformation = client("cloudformation")
    given = {
        "StackName": "infra",
        "TemplateBody": json.dumps({"Resources": {"G": {"Type": "AWS::IAM::Group"}}}),
        "ChangeSetType": "CREATE",
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }
    first, second = (cloudformation.create_change_set(ChangeSetName=name, **given) for name in ("one", "two"))
    assert first["StackId"] == second["StackId"]
    assert first["Id"] != second["Id"]
    for name in ("infra", first["StackId"]):
        result = cloudformation.list_change_sets(StackName=name)["Summaries"]
        assert {entry["ChangeSetId"] for entry in result} == {first["Id"], second["Id"]}
    cloudformation.execute_change_set(ChangeSetName=first["Id"])
    assert settled(cloudformation) == "CREATE_COMPLETE"
    assert cloudformation.describe_stacks(StackName=first["StackId"])["Stacks"][0]["StackName"] == "infra"


@pytest.mark.parametrize("port", ["abc", "65536", "-1", "4566.0"])
def test_what_is_no_port(port: str) -> None:
    command = [sys.executable, "-m", "tests.emulator", port]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        f"error: {port}: a port is a number up to 65535, such as 4566\n",
    )


def test_it_listens_for_this_machine_alone(emulator: str) -> None:
    port = f"{int(emulator.rpartition(':')[2]):04X}"
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("only Linux has /proc/net/tcp")
    listening = [line.split()[1] for line in table.read_text().splitlines()[1:] if line.split()[3] == "0A"]
    assert [text for text in listening if text.endswith(f":{port}")] == [f"0100007F:{port}"]


def test_it_ends_with_whoever_started_it(tmp_path: Path) -> None:
    """Kill its parent in the way that leaves no time for anything; then wait for the end of the emulator's stderr,
    which it holds as long as it lives."""
    code = f"""
import runpy, time
from pathlib import Path
running = runpy.run_path({str(ROOT / "tests" / "emulator" / "process.py")!r})["running"]
with running(home=Path({str(tmp_path)!r})) as url:
    print(url, flush=True)
    time.sleep(60)
"""
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert parent.stdout
    assert parent.stdout.readline().startswith("http://127.0.0.1:")
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate(timeout=20)


def test_it_says_how_it_is_installed(tmp_path: Path) -> None:
    running = runpy.run_path(str(ROOT / "tests" / "emulator" / "process.py"))["running"]
    missing = tmp_path / "python"
    with pytest.raises(RuntimeError, match=r"make \.venv/emulator/made"), running(home=tmp_path, python=missing):
        pass


def test_no_line_that_it_prints_reaches_the_real_aws() -> None:
    """An older AWS CLI does not know AWS_ENDPOINT_URL; where somebody has real credentials it would use them."""
    text = (ROOT / "tests" / "emulator" / "__main__.py").read_text()
    commands = [line for line in text.splitlines() if line.startswith("  aws ")]
    assert len(commands) == 4  # the people of the example
    assert all(" --endpoint-url {url} " in command for command in commands)


def test_a_user_goes_only_when_nothing_of_theirs_is_left(client: Client) -> None:
    """As in AWS; ministack by itself looks at keys and attached policies alone."""
    iam = client("iam", PEOPLE)
    iam.create_user(UserName="bob")
    iam.create_login_profile(UserName="bob", Password="Ab1!Ab1!")
    credential = iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody="x")["SSHPublicKey"]["SSHPublicKeyId"]
    for operation, asked in (("delete_login_profile", {}), ("delete_ssh_public_key", {"SSHPublicKeyId": credential})):
        with pytest.raises(ClientError, match="DeleteConflict"):
            iam.delete_user(UserName="bob")
        getattr(iam, operation)(UserName="bob", **asked)
    iam.update_user(UserName="bob", NewUserName="robert")
    iam.delete_user(UserName="robert")


def test_a_password_meets_the_policy_of_the_account(client: Client) -> None:
    iam = client("iam", PEOPLE)
    iam.create_user(UserName="bob")
    iam.update_account_password_policy(MinimumPasswordLength=20, RequireSymbols=True)
    with pytest.raises(ClientError, match="PasswordPolicyViolation"):
        iam.create_login_profile(UserName="bob", Password="Ab1Ab1Ab1Ab1Ab1Ab1Ab1")
    iam.create_login_profile(UserName="bob", Password="Ab1!Ab1!Ab1!Ab1!Ab1!")
