"""Drift, of a local AWS in which somebody changed things by hand; and putting it right."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
Aws = Any
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
ARN = "arn:aws:iam::111111111111:user"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_TRUST = (
    "    ~ AssumeRolePolicyDocument: Allow sts:AssumeRole for auditors/dave, bob, carol"
    " if Bool aws:MultiFactorAuthPresent = true\n"
)
SIGNS = " (+ is only in AWS, - is missing there, ~ is not as it was deployed)"
NEVER = (
    "Never compared: passwords, access keys, MFA devices; boundaries and tags of people outside the stack;"
    " tags of policies and providers; thumbprints of OIDC providers; old versions of policies; roles and groups outside the stack, except the stack's policies. iamgen audit looks for access outside the stack.\n"
)
ADVICE = ": declare {0} in users.py, or take everything from them: iamgen user offboard {0}\n"
EVERYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


@pytest.fixture
def deployed(tmp_path: Path, aws: Aws, iamgen: Iamgen) -> Path:
    """Return the example, deployed, everybody in the groups in which they belong."""
    root = tmp_path / "example"
    root.mkdir()
    for name in ("users.py", "CONST.inc"):
        shutil.copy(ROOT / name, root / name)
    with (root / "CONST.inc").open("a") as file:
        file.write("USER_ONLY_AWS_PROFILE=of-user-only\nDEV_AWS_PROFILE=of-dev\nPROD_AWS_PROFILE=of-prod\n")
    aws.people("/alice", "/bob", "/carol", "/auditors/dave")
    done = iamgen(root, "deploy", "--all", "--yes", "--no-lint")
    assert done.returncode == 0, done.stderr
    for group in ("AssumeRoleG", "ManageOwnUserG"):
        for user in ("alice", "bob", "carol", "dave"):
            join(aws, group, user)
    join(aws, "PowerG", "alice")
    return root


def join(aws: Aws, group: str, user: str) -> None:
    aws.client("iam", "user-only").add_user_to_group(GroupName=f"infra-{group}-111111111111", UserName=user)


def change_trust(aws: Aws, principal: str) -> None:
    iam = aws.client("iam", "dev")
    trust = iam.get_role(RoleName="infra-ReadR-222222222222")["Role"]["AssumeRolePolicyDocument"]
    trust["Statement"][0]["Principal"]["AWS"].append(principal)
    iam.update_assume_role_policy(RoleName="infra-ReadR-222222222222", PolicyDocument=json.dumps(trust))


def test_as_it_was_deployed(deployed: Path, iamgen: Iamgen) -> None:
    done = iamgen(deployed, "drift", "--all", "--exit-code")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "user-only (111111111111): is as it was deployed\n\n"
        "dev (222222222222): is as it was deployed\n\n"
        "prod (333333333333): is as it was deployed\n\n"
        f"Drift: 0 of 23 resources differ.\n{NEVER}"
    )


def test_a_trust_and_a_session_changed_by_hand(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    change_trust(aws, f"{ARN}/mallory")
    aws.client("iam", "dev").update_role(RoleName="infra-AdminR-222222222222", MaxSessionDuration=43200)
    message = (
        "dev (222222222222): differs from what was deployed\n"
        "~ AdminR  AWS::IAM::Role\n"
        "    ~ MaxSessionDuration: 3600 -> 43200\n"
        "~ ReadR  AWS::IAM::Role\n"
        f"{READ_TRUST}"
        "        + Principal: mallory\n\n"
        f"Drift: 2 of 7 resources differ{SIGNS}.\n{NEVER}"
    )
    done = iamgen(deployed, "drift", "dev", "--exit-code")
    assert (done.returncode, done.stdout) == (4, message)
    assert iamgen(deployed, "drift", "dev").returncode == 0

    planned = iamgen(deployed, "deploy", "dev", "--repair", "--plan-only", "--no-lint")
    assert planned.stdout == (
        "dev (222222222222): update the stack infra\n"
        "~ AdminR  AWS::IAM::Role\n"
        "    ~ MaxSessionDuration: 43200 -> 3600\n"
        "~ ReadR  AWS::IAM::Role\n"
        f"{READ_TRUST}"
        "        - Principal: mallory\n\n"
        "Plan: 0 to add, 2 to change, 0 to destroy.\n"
    )
    assert f"{ARN}/mallory" in aws.trusted("dev", "ReadR")
    # a deployment that repairs nothing has nothing to do
    assert iamgen(deployed, "deploy", "dev", "--yes", "--no-lint").stdout.startswith(
        "dev (222222222222): nothing to change in the stack infra"
    )
    assert iamgen(deployed, "deploy", "dev", "--repair", "--yes", "--no-lint").returncode == 0
    assert f"{ARN}/mallory" not in aws.trusted("dev", "ReadR")
    assert iamgen(deployed, "drift", "dev", "--exit-code").returncode == 0


def test_what_cloudformation_does_not_see(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    people, dev = aws.client("iam", "user-only"), aws.client("iam", "dev")
    people.put_group_policy(GroupName="infra-AssumeRoleG-111111111111", PolicyName="more", PolicyDocument=EVERYTHING)
    aws.people("/mallory")
    join(aws, "PowerG", "mallory")
    people.remove_user_from_group(GroupName="infra-ManageOwnUserG-111111111111", UserName="dave")
    dev.put_role_policy(RoleName="infra-ReadR-222222222222", PolicyName="more", PolicyDocument=EVERYTHING)
    dev.attach_user_policy(UserName="ci", PolicyArn=ADMIN)
    done = iamgen(deployed, "drift", "user-only", "dev", "--exit-code")
    assert done.stdout == (
        "user-only (111111111111): differs from what was deployed\n"
        "~ AssumeRoleG  AWS::IAM::Group\n"
        "    + Policies: more\n"
        "        + Statement: Allow * on *\n"
        "~ ManageOwnUserG  AWS::IAM::Group\n"
        "    - members missing: dave\n"
        "~ PowerG  AWS::IAM::Group\n"
        "    + members added by hand: mallory\n"
        f"! the IAM user mallory is in no file, in infra-PowerG-111111111111{ADVICE.format('mallory')}\n"
        "dev (222222222222): differs from what was deployed\n"
        "~ CIUserCi  AWS::IAM::User\n"
        f"    + ManagedPolicyArns: {ADMIN}\n"
        "~ ReadR  AWS::IAM::Role\n"
        "    + Policies: more\n"
        "        + Statement: Allow * on *\n\n"
        f"Drift: 5 of 16 resources differ; 1 user is in no file{SIGNS}.\n{NEVER}"
    )
    assert done.returncode == 4
    repaired = iamgen(deployed, "deploy", "user-only", "dev", "--repair", "--yes", "--no-lint")
    assert repaired.returncode == 0, repaired.stderr
    assert repaired.stdout.endswith("Plan: 0 to add, 5 to change, 0 to destroy.\n")
    assert "    + members: dave\n" in repaired.stdout
    assert "    - members: mallory\n" in repaired.stdout
    assert (
        f"! the IAM user mallory is in no file, in infra-PowerG-111111111111{ADVICE.format('mallory')}"
        in repaired.stdout
    )
    assert (
        f"! the IAM user mallory is in no file{ADVICE.format('mallory')}" in iamgen(deployed, "drift", "--all").stdout
    )
    people.delete_user(UserName="mallory")
    assert iamgen(deployed, "drift", "--all", "--exit-code").returncode == 0


def test_boundaries_and_tags_put_on_by_hand(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    iam, read_only = aws.client("iam", "dev"), "arn:aws:iam::aws:policy/ReadOnlyAccess"
    iam.put_role_permissions_boundary(RoleName="infra-AdminR-222222222222", PermissionsBoundary=read_only)
    iam.put_user_permissions_boundary(UserName="ci", PermissionsBoundary=read_only)
    iam.tag_role(RoleName="infra-ReadR-222222222222", Tags=[{"Key": "team", "Value": "core"}])
    iam.tag_user(UserName="ci", Tags=[{"Key": "team", "Value": "core"}])
    done = iamgen(deployed, "drift", "dev", "--exit-code")
    assert done.stdout == (
        "dev (222222222222): differs from what was deployed\n"
        "~ AdminR  AWS::IAM::Role\n"
        f"    + PermissionsBoundary: {read_only}\n"
        "~ CIUserCi  AWS::IAM::User\n"
        f"    + PermissionsBoundary: {read_only}\n"
        "    + Tags.team: core\n"
        "~ ReadR  AWS::IAM::Role\n"
        "    + Tags.team: core\n\n"
        f"Drift: 3 of 7 resources differ{SIGNS}.\n{NEVER}"
    )
    assert done.returncode == 4
    done = iamgen(deployed, "deploy", "dev", "--repair", "--yes", "--no-lint")
    assert done.returncode == 0, done.stderr
    assert f"    - PermissionsBoundary: {read_only}\n" in done.stdout
    assert "    - Tags.team: core\n" in done.stdout
    assert iamgen(deployed, "drift", "dev", "--exit-code").returncode == 0


def test_the_stacks_policies_in_other_hands(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    iam, policy = aws.client("iam", "dev"), "arn:aws:iam::222222222222:policy/infra-OpsP-222222222222"
    iam.create_role(
        RoleName="deployer", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []})
    )
    iam.create_group(GroupName="strangers")
    iam.create_user(UserName="zed")
    iam.attach_role_policy(RoleName="deployer", PolicyArn=policy)
    iam.attach_group_policy(GroupName="strangers", PolicyArn=policy)
    iam.attach_user_policy(UserName="zed", PolicyArn=policy)
    done = iamgen(deployed, "drift", "dev", "--exit-code")
    assert "    + attached outside the stack: group strangers, role deployer, user zed\n" in done.stdout
    assert done.stdout.count("zed") == 1  # only where people are a stranger has no place
    assert done.returncode == 4
    done = iamgen(deployed, "deploy", "dev", "--repair", "--yes", "--no-lint")
    assert done.returncode == 0, done.stderr
    assert iamgen(deployed, "drift", "dev", "--exit-code").returncode == 0
    assert iam.list_entities_for_policy(PolicyArn=policy)["PolicyUsers"] == []


def test_what_a_person_has_beside_users_py(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    people = aws.client("iam", "user-only")
    people.attach_user_policy(UserName="bob", PolicyArn=ADMIN)
    people.put_user_policy(UserName="bob", PolicyName="more", PolicyDocument=EVERYTHING)
    people.create_group(GroupName="Admins")
    people.add_user_to_group(GroupName="Admins", UserName="carol")
    done = iamgen(deployed, "drift", "user-only", "--exit-code")
    assert done.stdout == (
        "user-only (111111111111): differs from what was deployed\n"
        "~ user/bob  AWS::IAM::User\n"
        "    + Policies: more\n"
        "        + Statement: Allow * on *\n"
        f"    + ManagedPolicyArns: {ADMIN}\n"
        "~ user/carol  AWS::IAM::User\n"
        "    + Groups: Admins, which is not of the stack\n\n"
        f"Drift: 0 of 9 resources differ; 2 people have more than users.py gives{SIGNS}.\n{NEVER}"
    )
    assert done.returncode == 4
    assert iamgen(deployed, "deploy", "user-only", "--repair", "--yes", "--no-lint").returncode == 0
    assert iamgen(deployed, "drift", "user-only", "--exit-code").returncode == 0


def test_a_leaver_is_seen_until_the_user_is_deleted(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    users = (deployed / "users.py").read_text()
    line = next(line for line in users.splitlines(keepends=True) if 'User("carol"' in line)
    (deployed / "users.py").write_text(users.replace(line, ""))
    done = iamgen(deployed, "deploy", "--all", "--repair", "--yes", "--no-lint")
    assert done.returncode == 0, done.stderr
    member = "! the IAM user carol is in no file, in infra-AssumeRoleG-111111111111, infra-ManageOwnUserG-111111111111"
    assert f"{member}{ADVICE.format('carol')}" in done.stdout
    done = iamgen(deployed, "drift", "--all", "--exit-code")
    assert done.returncode == 4
    differs = f"user-only (111111111111): differs from what was deployed\n! the IAM user carol is in no file{ADVICE.format('carol')}"
    assert differs in done.stdout
    assert "Drift: 0 of 23 resources differ; 1 user is in no file.\n" in done.stdout
    (result, *_) = json.loads(iamgen(deployed, "drift", "--all", "--json").stdout)["accounts"]
    assert result["undeclared_users"] == [{"user": "carol", "groups": [], "policies": [], "is_drift": True}]
    done = iamgen(deployed, "deploy", "--all", "--repair", "--yes", "--no-lint", "--json")
    assert json.loads(done.stdout)["accounts"][0]["undeclared_users"][0]["user"] == "carol"
    aws.client("iam", "user-only").delete_user(UserName="carol")
    assert iamgen(deployed, "drift", "--all", "--exit-code").returncode == 0


def test_what_nobody_looked_at_is_not_as_it_was_deployed(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    """A stack of the same name, with a resource that CloudFormation does not compare."""
    cloudformation = aws.client("cloudformation", "prod")
    cloudformation.update_termination_protection(StackName="infra", EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName="infra")
    instances = {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": []}}
    cloudformation.create_stack(StackName="infra", TemplateBody=json.dumps({"Resources": {"Instances": instances}}))
    done = iamgen(deployed, "drift", "prod", "--exit-code")
    assert (done.returncode, done.stdout) == (
        4,
        "prod (333333333333): nothing differs in what was looked at, and 1 of 1 resources were not\n"
        "! not looked at: Instances  AWS::IAM::InstanceProfile: NOT_CHECKED\n\n"
        f"Drift: 0 of 1 resources differ; 1 was not looked at.\n{NEVER}",
    )
    assert iamgen(deployed, "drift", "prod").returncode == 0
    (prod,) = json.loads(iamgen(deployed, "drift", "prod", "--json").stdout)["accounts"]
    assert prod["not_looked_at"] == [
        {"logical_id": "Instances", "type": "AWS::IAM::InstanceProfile", "status": "NOT_CHECKED", "reason": ""}
    ]


def test_trust_in_somebody_who_was_deleted(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    change_trust(aws, "AIDAQWERTYUIOPASDFGHJ")
    done = iamgen(deployed, "drift", "dev")
    assert "    + AssumeRolePolicyDocument: AIDAQWERTYUIOPASDFGHJ, whose user or role was deleted\n" in done.stdout
    assert iamgen(deployed, "deploy", "dev", "--repair", "--yes", "--no-lint").returncode == 0
    assert aws.trusted("dev", "ReadR") == {f"{ARN}/bob", f"{ARN}/carol", f"{ARN}/auditors/dave"}


def test_a_member_who_does_not_exist_cannot_be_put_in(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    people = aws.client("iam", "user-only")
    for group in ("AssumeRoleG", "ManageOwnUserG"):
        people.remove_user_from_group(GroupName=f"infra-{group}-111111111111", UserName="bob")
    people.delete_user(UserName="bob")
    done = iamgen(deployed, "deploy", "user-only", "--repair", "--yes", "--no-lint")
    assert done.returncode == 1
    each = "".join(
        f"error: user-only (111111111111) {group}: bob cannot be put into infra-{group}-111111111111:"
        " there is no such user\nhint: create bob, or take bob out of users.py\n"
        for group in ("AssumeRoleG", "ManageOwnUserG")
    )
    assert done.stderr == (
        "warning: user-only (111111111111): users.py declares bob, and there is no such IAM user\n"
        "hint: iamgen user create bob --profile of-user-only; or take bob out of users.py\n"
        f"{each}error: user-only (111111111111): the repair put right 0 of 2 differences beside the stack\n"
        "hint: see what differs now: iamgen drift user-only\n"
    )


def test_a_resource_that_was_deleted(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    iam = aws.client("iam", "dev")
    iam.detach_role_policy(RoleName="infra-AdminR-222222222222", PolicyArn=ADMIN)
    iam.delete_role(RoleName="infra-AdminR-222222222222")
    done = iamgen(deployed, "drift", "dev", "--profile", "of-dev")
    assert "- AdminR  AWS::IAM::Role  (is missing in AWS)\n" in done.stdout
    assert done.stderr == "next: iamgen deploy dev --repair --profile of-dev shows what it puts right, and asks\n"
    assert iamgen(deployed, "deploy", "dev", "--repair", "--yes", "--no-lint").returncode == 0
    assert aws.trusted("dev", "AdminR") == {f"{ARN}/alice"}


def test_as_json(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    aws.client("iam", "dev").attach_user_policy(UserName="ci", PolicyArn=ADMIN)
    (dev,) = json.loads(iamgen(deployed, "drift", "dev", "--json").stdout)["accounts"]
    assert dev == {
        "account": "dev",
        "account_id": "222222222222",
        "stack": "infra",
        "resources": 7,
        "drift": [
            {
                "sign": "~",
                "logical_id": "CIUserCi",
                "type": "AWS::IAM::User",
                "replaced": False,
                "details": [{"sign": "+", "where": "ManagedPolicyArns", "text": ADMIN, "details": []}],
            }
        ],
        "unchecked": [],
        "not_looked_at": [],
        "undeclared_users": [],
    }


def test_missing_credentials_are_one_accounts_failure(deployed: Path, iamgen: Iamgen) -> None:
    constants = deployed / "CONST.inc"
    constants.write_text(constants.read_text().replace("DEV_AWS_PROFILE=of-dev", "DEV_AWS_PROFILE=nope"))
    done = iamgen(deployed, "drift", "--all", "--json")
    assert (done.returncode, done.stderr) == (
        1,
        "error: dev (222222222222): there is no profile nope\n"
        "hint: `aws configure list-profiles` lists those that there are\n",
    )
    people, dev, prod = json.loads(done.stdout)["accounts"]
    assert [entry["account"] for entry in (people, dev, prod)] == ["user-only", "dev", "prod"]
    assert dev["faults"][0]["what"] == "there is no profile nope"
    assert "faults" not in people
    assert prod["drift"] == []


def test_an_account_without_a_stack(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    cloudformation = aws.client("cloudformation", "prod")
    cloudformation.update_termination_protection(StackName="infra", EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName="infra")
    done = iamgen(deployed, "drift", "--all")
    assert done.returncode == 1
    assert done.stdout.endswith(f"Drift: 0 of 16 resources differ.\n{NEVER}")
    assert done.stderr == ("error: prod (333333333333): there is no stack infra to look at\nhint: iamgen deploy prod\n")
    done = iamgen(deployed, "template", "prod", "--deployed")
    assert (done.returncode, done.stderr) == (
        1,
        "error: prod (333333333333): there is no stack infra\nhint: deploy it: iamgen deploy prod\n",
    )


def test_a_creation_that_failed_has_no_template(tmp_path: Path, aws: Aws, iamgen: Iamgen) -> None:
    for name in ("users.py", "CONST.inc"):
        shutil.copy(ROOT / name, tmp_path / name)
    options = ("--profile", "of-dev")
    assert iamgen(tmp_path, "deploy", "dev", "--yes", "--no-lint", *options).returncode == 1  # there are no people
    done = iamgen(tmp_path, "template", "dev", "--deployed", *options)
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "error: dev (222222222222): there is no stack infra (it is ROLLBACK_COMPLETE)\n"
        "hint: deploy it: iamgen deploy dev\n",
    )


def test_the_deployed_template_compares_with_the_rendered(deployed: Path, iamgen: Iamgen) -> None:
    done = iamgen(deployed, "template", "dev")
    assert done.returncode == 0
    assert iamgen(deployed, "template", "dev", "--deployed").stdout == done.stdout
    assert done.stdout == iamgen(deployed, "render", "dev", "--no-lint").stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("drift",), "error: drift: it takes either accounts or --all\nhint: such as: iamgen drift dev\n"),
        (("drift", "dve"), "error: dve: there is no such account\nhint: did you mean dev?\n"),
        (("template", "dve"), "error: dve: there is no such account\nhint: did you mean dev?\n"),
    ],
)
def test_wrong_usage(make_repo: Callable[..., Path], iamgen: Iamgen, args: tuple[str, ...], message: str) -> None:
    done = iamgen(make_repo(), *args)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


def power(aws: Aws) -> set[str]:
    result = aws.client("iam", "user-only").get_group(GroupName="infra-PowerG-111111111111")["Users"]
    return {entry["UserName"] for entry in result}


def test_who_has_power_keeps_it_when_who_should_does_not_exist(deployed: Path, aws: Aws, iamgen: Iamgen) -> None:
    people = aws.client("iam", "user-only")
    for group in ("AssumeRoleG", "ManageOwnUserG", "PowerG"):
        people.remove_user_from_group(GroupName=f"infra-{group}-111111111111", UserName="alice")
    people.delete_user(UserName="alice")
    join(aws, "PowerG", "bob")
    command = ("deploy", "user-only", "--repair", "--yes", "--no-lint", "--allow-replacement")
    done = iamgen(deployed, *command)
    assert (done.returncode, done.stderr) == (
        1,
        "error: user-only (111111111111) PowerG: nobody would be in PowerG any more; now it has bob, by hand\n"
        "hint: declare power=True in users.py for somebody who exists, or --lock-me-out, if it is meant and there is"
        " another way in\n",
    )
    assert power(aws) == {"bob"}
    # with somebody who exists it is an exchange
    aws.people("/alice")
    assert iamgen(deployed, *command).returncode == 0
    assert power(aws) == {"alice"}
