"""What `iamgen user offboard` takes from somebody, in which order, and what its receipt proves, over HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from iamgen.aws_client.polling import Pace
from iamgen.commands.requests import Consent
from iamgen.commands.user_offboard import OffboardRequest, offboard
from iamgen.people.user_reading import read_user
from tests.conftest import ACCOUNTS
from tests.people.conftest import add_everything, add_groups, console, messages, printed, valid

WHERE = "user-only (111111111111)"
ALICE = "arn:aws:iam::111111111111:user/alice"
SERVICE = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def request(repository: Path, name: str = "alice", **settings: Any) -> OffboardRequest:
    settings = {"consent": Consent(yes=True), "pace": Pace(lambda _: None), "clock": lambda: NOW, **settings}
    return OffboardRequest(repository, name, **settings)


def add_role(iam: Any, name: str, *statements: dict[str, Any]) -> None:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))


def trusting(arn: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": arn}}


def policy(iam: Any, role: str, user: str = "alice") -> Any:
    """Return the policy that ended a user's sessions of a role, None where there is none."""
    name = f"iamgen-revoked-{user}"
    if name not in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        return None
    return iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]


@pytest.fixture
def iam(aws: Any) -> Any:
    """Return IAM of the account that holds people: alice with everything, erin with power, roles in dev and prod."""
    client = aws.client("iam", "user-only")
    add_groups(client)
    aws.people("alice", "erin")
    client.add_user_to_group(UserName="erin", GroupName="infra-PowerG-111111111111")
    add_everything(client, "alice")
    dev, prod = aws.client("iam", "dev"), aws.client("iam", "prod")
    add_role(dev, f"infra-AdminR-{ACCOUNTS['dev']}", trusting(ALICE))
    add_role(dev, "legacy", trusting("arn:aws:iam::111111111111:root"))
    add_role(dev, "ec2", SERVICE)
    deny = {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
    add_role(prod, f"infra-OpsR-{ACCOUNTS['prod']}", deny)
    return client


def test_everything_is_taken_and_the_receipt_proves_it(repository: Path, aws: Any, iam: Any) -> None:
    written = console("y\n", terminal=True)
    assert offboard(request(repository, consent=Consent()), written) == 0, messages(written)
    assert read_user(iam, "alice") is None
    assert iam.list_virtual_mfa_devices(AssignmentStatus="Any")["VirtualMFADevices"] == []
    dev, prod = aws.client("iam", "dev"), aws.client("iam", "prod")
    until = {"aws:TokenIssueTime": "2026-11-26T12:01:00Z"}
    document = policy(dev, f"infra-AdminR-{ACCOUNTS['dev']}")
    (statement,) = document["Statement"]
    assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Deny", "*", "*")
    assert statement["Condition"]["StringLike"] == {"aws:userid": "*:alice"}
    assert set(statement["Condition"]) == {"DateLessThan", "StringLike"}
    assert statement["Condition"]["DateLessThan"]["aws:TokenIssueTime"] >= until["aws:TokenIssueTime"]
    assert policy(dev, "legacy") == document
    assert policy(prod, f"infra-OpsR-{ACCOUNTS['prod']}")
    assert policy(dev, "ec2") is None
    text = messages(written)
    assert "Offboard alice of user-only (111111111111)? [y/N] " in text
    assert "yes: the IAM user alice is gone\n" in text
    assert "yes: no MFA device of alice is left\n" in text
    assert "yes: the sessions called alice at 2 roles in dev (222222222222) are ended\n" in text
    body = valid("offboarding-receipt", (repository / "offboarded-alice.json").read_text())
    assert (body["state"], body["user"]["arn"], len(body["found"]["user"]["keys"])) == ("done", ALICE, 2)
    assert body["runs"][0]["by"].startswith("arn:aws:iam::111111111111:")
    assert {step["state"] for steps in body["runs"][0]["steps"].values() for step in steps} == {"done"}
    assert body["found"]["trusting_roles"]["dev"] == [f"infra-AdminR-{ACCOUNTS['dev']}"]
    page = (repository / "offboarded-alice.md").read_text()
    assert page.startswith("# Offboarding of alice: done\n")
    assert "- trusted in dev by infra-AdminR-222222222222\n" in page
    assert "SecretAccessKey" not in page + json.dumps(body) + text + printed(written)


def test_access_goes_first_and_the_denial_last(repository: Path, iam: Any) -> None:
    written = console()
    assert offboard(request(repository, consent=Consent(dry_run=True), as_json=True), written) == 0
    body = valid("offboarding", printed(written))
    steps = [step["step"] for step in body["steps"]["user-only"]]
    assert steps[0] == "DenyEverything"
    assert steps[-2:] == ["DeleteInlinePolicy", "DeleteUser"]
    order = ["DeactivateCredential", "DeletePassword", "DeleteCredential", "RemoveMFADevice", "RemoveFromGroup",
             "DetachPolicy", "DeleteBoundary", "DeleteUser"]  # fmt: skip
    assert [steps.index(step) for step in order] == sorted(steps.index(step) for step in order)
    assert {step["step"] for step in body["steps"]["dev"]} == {"RevokeSessions"}
    assert "dry run: would offboard alice\n" in messages(written)
    assert read_user(iam, "alice")
    assert not (repository / "offboarded-alice.json").exists()


def test_an_account_that_cannot_be_looked_at_is_said_and_the_rest_is_done(repository: Path, aws: Any, iam: Any) -> None:
    const = repository / "CONST.inc"
    const.write_text(const.read_text().replace("of-prod", "of-dev"))
    written = console()
    assert offboard(request(repository), written) == 1
    text = messages(written)
    assert (
        "warning: prod: was not looked at, so sessions there go on: the credentials are of account 222222222222" in text
    )
    assert "not looked at: nothing is left in prod (the credentials are of account 222222222222" in text
    assert read_user(iam, "alice") is None
    body = valid("offboarding-receipt", (repository / "offboarded-alice.json").read_text())
    assert body["state"] == "incomplete"
    const.write_text(const.read_text().replace("PROD_AWS_PROFILE=of-dev", "PROD_AWS_PROFILE=of-prod"))
    assert offboard(request(repository), console()) == 0
    body = valid("offboarding-receipt", (repository / "offboarded-alice.json").read_text())
    assert body["state"] == "done"
