"""Deploying to a local AWS: what is planned, asked, done; what AWS then really has; what is refused before that."""

from __future__ import annotations

import copy
import hashlib
import io
import json
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pexpect
import pytest

from iamgen.aws_client.clients import Identity
from iamgen.commands.deploy import DeployRequest, deploy
from iamgen.commands.requests import Consent, DeployOptions, Lint, Output, Permit, Reach
from iamgen.deploy import stack as stacks
from iamgen.deploy import stack_operations
from iamgen.deploy.change_set import ChangeSet
from iamgen.deploy.declared_people import DeclaredPeople
from iamgen.deploy.execution import Execution
from iamgen.deploy.planner import Prepared
from iamgen.errors import IamgenError, refuse
from iamgen.ui.console import Console

ROOT = Path(__file__).resolve().parents[2]
PEOPLE = ("/alice", "/bob", "/carol", "/auditors/dave")
ARN = "arn:aws:iam::111111111111:user"
IDS = {"user-only": "111111111111", "dev": "222222222222", "prod": "333333333333"}
PROFILES = "".join(f"{name.upper().replace('-', '_')}_AWS_PROFILE=of-{name}\n" for name in IDS)
BOB = '"bob", {"dev": ("OpsR", "ReadR"), "prod": "ReadR"}'
Aws = Any


class Ended(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Ended]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def request(root: Path, *accounts: str, **options: Any) -> DeployRequest:
    """Return what is asked for, by the names of the values, without cfn-lint, which has tests of its own."""

    def is_said(name: str) -> bool:
        return bool(options.pop(name, False))

    return DeployRequest(
        root,
        Reach(accounts, is_said("every"), options.pop("profile", None), options.pop("role_arn_template", None)),
        Consent(is_said("yes"), is_said("dry_run")),
        Permit(is_said("allow_replacement"), is_said("lock_me_out")),
        Lint(on=False, cache=True),
        Output(is_said("as_json"), is_said("exit_code")),
        DeployOptions(is_said("repair"), is_said("wait"), options.pop("bucket", None)),
        **options,
    )


def run(root: Path, *accounts: str, answer: str | None = None, **options: Any) -> Ended:
    """Deploy; with an `answer`, somebody is there to give it."""
    out, err = io.StringIO(), io.StringIO() if answer is None else Terminal()
    answers = io.StringIO() if answer is None else Terminal(f"{answer}\n")
    asked = request(root, *accounts, **{"yes": answer is None, **options})
    console = Console(out, err, coloured=False, answers=answers)
    try:
        code = deploy(asked, console)
    except IamgenError as exc:  # as the command line does
        code = 1
        for fault in exc.faults:
            console.error(fault)
    return Ended(code, out.getvalue(), err.getvalue())


@pytest.fixture
def example(tmp_path: Path, aws: Aws) -> Path:
    """Return a copy of the example, with a profile for each account."""
    root = tmp_path / "example"
    root.mkdir()
    for name in ("users.py", "CONST.inc"):
        shutil.copy(ROOT / name, root / name)
    with (root / "CONST.inc").open("a") as file:
        file.write(PROFILES)
    edit(root, "CIUser, Forbid, Grant, Require,", "CIUser, Grant,")  # tests take away what the assertions speak of
    users = (root / "users.py").read_text()
    (root / "users.py").write_text(users.partition("\n# What must never")[0])
    return root


@pytest.fixture
def deployed(example: Path, aws: Aws) -> Path:
    """Return the example, all three accounts of it deployed."""
    aws.people(*PEOPLE)
    assert run(example, every=True).code == 0
    return example


def edit(root: Path, before: str, after: str, file: str = "users.py") -> None:
    text = (root / file).read_text()
    assert text.count(before) == 1
    (root / file).write_text(text.replace(before, after))


def test_all_three_accounts_from_nothing(example: Path, aws: Aws) -> None:
    aws.people(*PEOPLE)
    ended = run(example, every=True)
    assert ended.code == 0, ended
    assert ended.out.startswith(
        "ci joined. alice, bob, carol, dave, ci and 5 more gain access. No one loses anything: "
    )
    assert "\n\nuser-only (111111111111): create the stack infra\n+ AssumeRoleG  AWS::IAM::Group\n" in ended.out
    assert ended.out.endswith("\nPlan: 23 to add, 0 to change, 0 to destroy.\n")
    assert ended.err == (
        "user-only (111111111111): done\ndev (222222222222): done\nprod (333333333333): done\n"
        "warning: user-only (111111111111): these people are not in their groups yet, and do not have the rights of them:"
        " AssumeRoleG: alice, bob, carol, dave; ManageOwnUserG: alice, bob, carol, dave; PowerG: alice\n"
        "hint: put them in: iamgen deploy user-only --repair\n"
        "3 done, 0 failed, 0 not begun\n"
    )
    assert {aws.status(name) for name in IDS} == {"CREATE_COMPLETE"}
    assert aws.trusted("dev", "ReadR") == {f"{ARN}/bob", f"{ARN}/carol", f"{ARN}/auditors/dave"}


def test_nothing_to_change_leaves_nothing(deployed: Path, aws: Aws) -> None:
    ended = run(deployed, "dev", exit_code=True)
    assert ended == Ended(
        0,
        "dev (222222222222): nothing to change in the stack infra\n\nPlan: 0 to add, 0 to change, 0 to destroy.\n",
        "",
    )
    assert aws.change_sets("dev") == []


def test_a_trust_changes_in_aws(deployed: Path, aws: Aws) -> None:
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": ("ReadR", "OpsR")}')
    ended = run(deployed, "dev", "prod")
    assert ended.code == 0
    assert ended.out.splitlines()[:14] == [
        "bob gains access. bob loses access.",
        "    roles gained:",
        "        + bob: OpsR in prod",
        "    roles lost:",
        "        - bob: ReadR in dev",
        "    new ways to administrator:",
        "        + bob as OpsR in prod",
        "! this takes user-only to be deployed as users.py declares, without a look there",
        "",
        "dev (222222222222): update the stack infra",
        "~ ReadR  AWS::IAM::Role",
        "    ~ AssumeRolePolicyDocument: Allow sts:AssumeRole for auditors/dave, carol"
        " if Bool aws:MultiFactorAuthPresent = true",
        "        - Principal: bob",
        "",
    ]
    assert ended.out.splitlines()[-1] == "Plan: 0 to add, 2 to change, 0 to destroy."
    assert aws.trusted("dev", "ReadR") == {f"{ARN}/carol", f"{ARN}/auditors/dave"}
    assert f"{ARN}/bob" in aws.trusted("prod", "OpsR")


def test_what_goes_is_gone(deployed: Path, aws: Aws) -> None:
    edit(deployed, 'CI_USERS = (CIUser("ci", {"dev": "OpsR", "prod": "OpsR"}),)', "CI_USERS = ()")
    refused = run(deployed, "dev")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith(
        "dev (222222222222): refused, and nothing has changed\n- CIUserCi  AWS::IAM::User  (is "
    )
    assert refused.err.endswith(
        "error: dev (222222222222) CIUserCiG: the group CIUserCiG would be deleted\n"
        "hint: --allow-replacement, if it is meant\n",
    )
    assert len(aws.client("iam", "dev").list_users()["Users"]) == 1

    ended = run(deployed, "dev", allow_replacement=True)
    assert (ended.code, ended.out.splitlines()[-1]) == (0, "Plan: 0 to add, 1 to change, 3 to destroy.")
    assert aws.client("iam", "dev").list_users()["Users"] == []
    assert aws.client("iam", "dev").list_groups()["Groups"] == []
    policy = aws.client("cloudformation", "dev").get_stack_policy(StackName="infra")["StackPolicyBody"]
    assert [load["Effect"] for load in json.loads(policy)["Statement"]] == ["Allow", "Deny"]


def test_every_stack_is_guarded(deployed: Path, aws: Aws) -> None:
    for name in IDS:
        cloudformation = aws.client("cloudformation", name)
        (stack,) = cloudformation.describe_stacks()["Stacks"]
        assert stack["EnableTerminationProtection"] is True
        policy = json.loads(cloudformation.get_stack_policy(StackName="infra")["StackPolicyBody"])
        assert policy["Statement"][1] == {
            "Effect": "Deny",
            "Action": ["Update:Replace", "Update:Delete"],
            "Principal": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"ResourceType": ["AWS::IAM::Group", "AWS::IAM::Role"]}},
        }


def test_a_guard_that_was_taken_away_is_put_back(deployed: Path, aws: Aws) -> None:
    cloudformation = aws.client("cloudformation", "dev")
    cloudformation.update_termination_protection(StackName="infra", EnableTerminationProtection=False)
    planned = run(deployed, "dev", dry_run=True, exit_code=True)
    assert planned.code == 4
    assert planned.err.endswith("\nnext: iamgen deploy dev\n")
    assert "! its stack policy and its protection against deletion are put back\n" in planned.out
    assert cloudformation.describe_stacks()["Stacks"][0]["EnableTerminationProtection"] is False
    assert run(deployed, "dev").code == 0
    assert cloudformation.describe_stacks()["Stacks"][0]["EnableTerminationProtection"] is True


@pytest.mark.parametrize(("answer", "code", "status"), [("n", 4, ""), ("", 4, ""), ("y", 0, "CREATE_COMPLETE")])
def test_it_asks(example: Path, aws: Aws, answer: str, code: int, status: str) -> None:
    aws.people(*PEOPLE)
    ended = run(example, "user-only", answer=answer, exit_code=True)
    assert ended.code == code
    assert "Deploy this to user-only (111111111111)? [y/N] " in ended.err
    assert aws.status("user-only") == status


def test_declining_an_update_leaves_no_change_set(deployed: Path, aws: Aws) -> None:
    edit(deployed, BOB, '"bob", {"prod": "ReadR"}')
    assert run(deployed, "dev", answer="n").code == 0
    assert aws.change_sets("dev") == []
    assert f"{ARN}/bob" in aws.trusted("dev", "OpsR")


def test_without_a_terminal_it_refuses_before_anything(example: Path, aws: Aws) -> None:
    ended = run(example, "dev", yes=False)
    assert ended.code == 1
    assert "there is no terminal to ask on" in ended.err
    assert aws.status("dev") == ""


@pytest.mark.parametrize(("exit_code", "code"), [(True, 4), (False, 0)])
def test_a_plan_alone_leaves_nothing_in_aws(example: Path, aws: Aws, exit_code: bool, code: int) -> None:
    aws.people(*PEOPLE)
    ended = run(example, "user-only", dry_run=True, exit_code=exit_code, yes=False)
    assert (ended.code, ended.out.splitlines()[-1]) == (code, "Plan: 9 to add, 0 to change, 0 to destroy.")
    assert re.fullmatch(
        r"user-only \(111111111111\): the steps in AWS would be\n"
        r"  1. execute the change set on the stack infra\n"
        r"  2. set the stack policy of infra, which does not let groups and roles be replaced or deleted\n"
        r"  3. protect the stack infra against deletion\n"
        r"next: iamgen deploy user-only\n",
        ended.err,
    )
    assert aws.status("user-only") == ""


def test_a_user_who_does_not_exist(example: Path, aws: Aws) -> None:
    ended = run(example, "dev")
    assert ended.err == (
        "error: dev (222222222222) AdminR: it trusts the user alice, who does not exist: "
        "arn:aws:iam::111111111111:user/alice\n"
        "hint: create alice in the account of the people, with that path, or take alice out of users.py; deploy again\n"
    )
    assert (ended.code, aws.status("dev")) == (1, "ROLLBACK_COMPLETE")

    # what failed to be created can only go: it is said, and done
    aws.people(*PEOPLE)
    again = run(example, "dev")
    assert (
        "\n\ndev (222222222222): delete and create the stack infra\n"
        "! ROLLBACK_COMPLETE: its creation failed; what is left of it is deleted first\n"
    ) in again.out
    assert (again.code, aws.status("dev")) == (0, "CREATE_COMPLETE")


def test_an_update_that_fails_leaves_all_as_it_was(deployed: Path, aws: Aws) -> None:
    edit(deployed, BOB, '"erin", {"dev": ("OpsR", "ReadR"), "prod": "ReadR"}')
    edit(deployed, "bob@", "erin@")
    ended = run(deployed, "dev", "prod")
    assert ended.code == 1
    assert "it trusts the user erin, who does not exist" in ended.err
    assert ended.err.splitlines()[-1] == "0 done, 2 failed, 0 not begun"
    assert aws.status("dev") == "UPDATE_ROLLBACK_COMPLETE"
    assert f"{ARN}/bob" in aws.trusted("dev", "OpsR")
    # and the next deployment works
    aws.people("/erin")
    assert run(deployed, "dev", "prod").code == 0
    assert f"{ARN}/erin" in aws.trusted("dev", "OpsR")


def test_when_people_fail_the_others_are_not_begun(deployed: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    edit(deployed, BOB, '"erin", {"user-only": "ReadR", "dev": ("OpsR", "ReadR"), "prod": "ReadR"}')
    unknown_people(monkeypatch)
    ended = run(deployed, every=True)
    assert ended.code == 1
    assert "error: dev (222222222222): not begun, because user-only failed; its change set is removed" in ended.err
    assert ended.err.splitlines()[-1] == "0 done, 1 failed, 2 not begun"
    assert aws.change_sets("dev") == aws.change_sets("prod") == []


def unknown_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody see beforehand who exists: for some seconds IAM lists users whom trust policies may not name yet."""
    monkeypatch.setattr("iamgen.deploy.planner.declared_people", lambda *_: DeclaredPeople())


def test_people_who_do_not_exist_are_named_at_once_and_nothing_is_begun(deployed: Path, aws: Aws) -> None:
    """erin is to be trusted on dev and user-only; dave has another path in IAM; frank is trusted nowhere."""
    edit(deployed, BOB, '"erin", {"user-only": "ReadR", "dev": ("OpsR", "ReadR")}')
    edit(deployed, "bob@", "erin@")
    edit(deployed, 'path="/auditors/"', 'path="/audit/"')
    edit(deployed, "\nUSERS = (", '\nUSERS = (\n    User("frank", {}),')
    states = [aws.status(name) for name in IDS]
    ended = run(deployed, every=True)
    assert (ended.code, ended.out) == (1, "")
    options = '--region eu-west-1 --profile of-user-only --endpoint-url "$AWS_ENDPOINT_URL"'
    causes = (
        "error: user-only (111111111111): users.py declares dave with the path /audit/, and the IAM user has the path"
        f" /auditors/\nhint: aws iam update-user --user-name dave --new-path /audit/ {options}; or write"
        ' path="/auditors/" in users.py\n',
        "error: user-only (111111111111): users.py declares erin, and there is no such IAM user\n"
        "hint: iamgen user create erin --profile of-user-only; or take erin out of users.py\n",
    )
    for cause in causes:
        assert ended.err.count(cause) == 1
    for account, roles in (("user-only", "ReadR"), ("dev", "OpsR, ReadR"), ("prod", "ReadR")):
        message = f"refused, because AWS accepts no trust in users who do not exist: {roles}\nhint: deploy again when they exist\n"
        assert f"{account} ({IDS[account]}): {message}" in ended.err, (account, ended.err)
    assert "warning: user-only (111111111111): users.py declares frank, and there is no such IAM user\n" in ended.err
    assert [aws.status(name) for name in IDS] == states
    assert aws.change_sets("dev") == aws.change_sets("user-only") == []

    # what is missing is made, and it works
    aws.people("/erin")
    edit(deployed, 'path="/audit/"', 'path="/auditors/"')
    again = run(deployed, every=True)
    assert again.code == 0, again.err
    assert f"{ARN}/erin" in aws.trusted("dev", "OpsR")


def test_a_first_deployment_leaves_no_failed_stack_where_people_are_missing(example: Path, aws: Aws) -> None:
    ended = run(example, every=True)
    assert ended.code == 1
    assert ended.err.count("and there is no such IAM user\n") == 4
    assert {aws.status(name) for name in IDS} == {""}


def test_who_is_missing_does_not_hold_up_what_takes_access_away(deployed: Path, aws: Aws) -> None:
    """alice, whom AdminR trusts, was deleted by hand; bob loses ReadR, which does not trust alice."""
    aws.client("iam", "user-only").delete_user(UserName="alice")
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    ended = run(deployed, every=True)
    assert ended.code == 0, ended.err
    message = "users.py declares alice, and there is no such IAM user"
    assert f"warning: user-only (111111111111): {message}\n" in ended.err
    (plan,) = json.loads(run(deployed, "user-only", as_json=True).out)["accounts"]
    assert [person["what"] for person in plan["missing_people"]] == [message]
    assert f"{ARN}/bob" not in aws.trusted("dev", "ReadR")


def test_who_is_put_into_the_groups_is_named_no_more(deployed: Path, aws: Aws) -> None:
    message = "these people are not in their groups yet"
    assert message in run(deployed, "user-only").err
    (plan,) = json.loads(run(deployed, "user-only", as_json=True).out)["accounts"]
    everybody = ["alice", "bob", "carol", "dave"]
    groups = {"AssumeRoleG": everybody, "ManageOwnUserG": everybody, "PowerG": ["alice"]}
    assert (plan["outside_groups"], "missing_people" in plan) == (groups, False)
    assert message not in run(deployed, "dev").err
    repaired = run(deployed, "user-only", repair=True)
    assert (repaired.code, message in repaired.err) == (0, False)
    assert message not in run(deployed, "user-only").err


def test_a_kept_plan_that_is_not_what_users_py_gives(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    """Somebody made a change set of their own, and wrote its digest into the file: the plan and a warning show it."""
    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    assert run(deployed, "dev", plan_file=file).code == 0
    whole = json.loads(file.read_text())
    (plan,) = whole["plans"]
    cloudformation = aws.client("cloudformation", "dev")
    text = cloudformation.get_template(StackName="infra", ChangeSetName=plan["change_set"])["TemplateBody"]
    template = json.loads(json.dumps(text).replace(f"{ARN}/carol", f"{ARN}/alice"))
    own = cloudformation.create_change_set(
        StackName="infra",
        ChangeSetName="own",
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    digest = hashlib.sha256(stacks.text(template).encode()).hexdigest()
    plan.update({"change_set": own["Id"], "digest": digest})
    for step in plan["steps"]:
        step.update({"change_set": own["Id"]} if "change_set" in step else {})
    file.write_text(json.dumps(whole))
    ended = run(deployed, approved=file, dry_run=True)
    assert (
        "warning: dev (222222222222): the plan's template is not what users.py gives now, which it differs from by:"
        " ~ ReadR\nhint: apply it only if you know why; else make a new plan: iamgen plan dev -o FILE\n"
    ) in ended.err
    assert "Principal: alice\n" in ended.out


def test_a_kept_plan_that_is_what_users_py_gives_needs_no_warning(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    assert run(deployed, "dev", plan_file=file).code == 0
    assert run(deployed, approved=file).err == "dev (222222222222): done\n"


def test_a_kept_plan_is_applied_though_users_py_cannot_be_rendered(
    deployed: Path, aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def render(*_: object) -> None:
        raise refuse("users.py:3", "the cause", "the way out")

    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    assert run(deployed, "dev", plan_file=file).code == 0
    monkeypatch.setattr("iamgen.project.Project.render", render)
    ended = run(deployed, approved=file)
    assert (ended.code, ended.err) == (
        0,
        "warning: users.py:3: the plan was not compared with users.py, which cannot be rendered: the cause\n"
        "hint: the way out\ndev (222222222222): done\n",
    )


def test_when_people_fail_what_takes_access_away_is_done(
    deployed: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """erin does not exist, which AWS says when user-only is updated; bob loses ReadR on dev, and gets OpsR on prod."""
    erin = 'User("erin", {"user-only": "ReadR"}),\n    '
    unknown_people(monkeypatch)
    edit(deployed, f"User({BOB}", f'{erin}User("bob", {{"dev": "OpsR", "prod": ("OpsR", "ReadR")}}')
    ended = run(deployed, every=True)
    assert ended.code == 1
    assert ended.err.splitlines()[-1] == "1 done, 1 failed, 1 not begun"
    assert "error: prod (333333333333): not begun, because user-only failed; its change set is removed" in ended.err
    assert (aws.status("user-only"), aws.change_sets("prod")) == ("UPDATE_ROLLBACK_COMPLETE", [])
    assert f"{ARN}/bob" not in aws.trusted("dev", "ReadR")
    assert f"{ARN}/bob" not in aws.trusted("prod", "OpsR")


def test_one_that_fails_leaves_the_others_alone(deployed: Path, aws: Aws) -> None:
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    edit(deployed, '"prod": Grant("OpsR"', '"prod": Grant("AdminR"')
    aws.client("iam", "user-only").delete_user(UserName="alice")
    ended = run(deployed, "dev", "prod")
    assert ended.code == 1
    assert "error: prod (333333333333) OpsR: it trusts the user alice, who does not exist" in ended.err
    assert "dev (222222222222): done\n" in ended.err
    assert ended.err.splitlines()[-1] == "1 done, 1 failed, 0 not begun"
    assert f"{ARN}/bob" not in aws.trusted("dev", "ReadR")


def test_the_last_way_in_is_kept(deployed: Path, aws: Aws) -> None:
    edit(deployed, '"dev": "AdminR", ', "")
    refused = run(deployed, "dev")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("dev (222222222222): refused, and nothing has changed\n~ AdminR  AWS::IAM::Role\n")
    assert refused.err.endswith(
        "error: dev (222222222222) AdminR: nobody may assume AdminR any more; now alice may\n"
        "hint: --lock-me-out, if it is meant and there is another way in\n",
    )
    assert run(deployed, "dev", lock_me_out=True).code == 0


def test_the_wrong_account_is_found_before_anything(example: Path, aws: Aws) -> None:
    ended = run(example, every=True, profile="of-prod")
    assert ended == Ended(
        1,
        "",
        "".join(
            f"error: {name} ({IDS[name]}): the credentials are of account 333333333333: profile of-prod,"
            " arn:aws:iam::333333333333:root\n"
            "hint: choose with --profile, --role-arn-template or <ACCOUNT>_AWS_PROFILE in CONST.inc\n"
            for name in ("user-only", "dev")
        ),
    )
    assert {aws.status(name) for name in IDS} == {""}


def test_missing_credentials_are_one_accounts_failure(deployed: Path, aws: Aws) -> None:
    edit(deployed, "DEV_AWS_PROFILE=of-dev", "DEV_AWS_PROFILE=nope", "CONST.inc")
    message = (
        "error: dev (222222222222): there is no profile nope\n"
        "hint: `aws configure list-profiles` lists those that there are\n"
    )
    edit(deployed, BOB, '"bob", {"dev": "OpsR"}')
    ended = run(deployed, every=True, dry_run=True)
    assert (ended.code, ended.err.startswith(message)) == (1, True)
    assert "dev (" not in ended.out
    assert "prod (production, 333333333333): update the stack infra\n~ ReadR" in ended.out
    accounts = json.loads(run(deployed, every=True, dry_run=True, as_json=True).out)["accounts"]
    assert [(entry["account"], entry["outcome"]) for entry in accounts] == [
        ("user-only", "planned"),
        ("prod", "planned"),
        ("dev", "refused"),
    ]
    ended = run(deployed, every=True)
    assert (ended.code, ended.err.startswith(message)) == (1, True)
    assert (aws.status("prod"), aws.status("dev")) == ("UPDATE_COMPLETE", "CREATE_COMPLETE")


def test_no_credentials_at_all(example: Path, aws: Aws) -> None:
    ended = run(example, every=True, profile="nope")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "".join(
        f"error: {name} ({IDS[name]}): there is no profile nope\n"
        "hint: `aws configure list-profiles` lists those that there are\n"
        for name in IDS
    )


def test_a_kept_plan(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    file = tmp_path / "plan.json"
    ended = run(deployed, "dev", plan_file=file, yes=False, exit_code=True)
    assert ended.code == 4
    assert ended.err == f"the plan is kept: iamgen apply {file}\n"
    assert len(aws.change_sets("dev")) == 1
    assert stat.S_ISREG(file.stat().st_mode)

    # what is executed is what was approved, whatever users.py says by now
    edit(deployed, "OPS_SERVICES = (", 'OPS_SERVICES = ("sqs", ')
    done = run(deployed, approved=file)
    assert (done.code, done.out) == (0, ended.out)
    assert f"{ARN}/bob" not in aws.trusted("dev", "ReadR")
    again = run(deployed, approved=file)
    assert again == (0, "", "dev (222222222222): this plan was carried out already\n")


def two_accounts(root: Path) -> None:
    """Let bob lose ReadR on dev, and get OpsR on prod."""
    edit(root, BOB, '"bob", {"dev": "OpsR", "prod": ("OpsR", "ReadR")}')


def test_each_account_of_a_kept_plan_goes_its_own_way(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    """One account is done and one could not be: the same file carries out what is left."""
    file = tmp_path / "plan.json"
    two_accounts(deployed)
    assert run(deployed, "dev", "prod", plan_file=file).code == 0
    approved = file.read_bytes()
    edit(deployed, "\nPROD_AWS_PROFILE=of-prod", "\nPROD_AWS_PROFILE=nope", "CONST.inc")
    first = run(deployed, approved=file)
    assert (first.code, first.err.splitlines()[-1]) == (1, "1 done, 0 failed, 0 not begun, 1 not planned")
    assert f"{ARN}/bob" not in aws.trusted("dev", "ReadR")
    assert f"{ARN}/bob" not in aws.trusted("prod", "OpsR")

    edit(deployed, "\nPROD_AWS_PROFILE=nope", "\nPROD_AWS_PROFILE=of-prod", "CONST.inc")
    second = run(deployed, approved=file, as_json=True)
    assert (second.code, second.err) == (
        0,
        "dev (222222222222): this plan was carried out already\n"
        "prod (333333333333): done\n1 done, 0 failed, 0 not begun, 1 carried out already\n",
    )
    outcomes = {load["account"]: load["outcome"] for load in json.loads(second.out)["accounts"]}
    assert outcomes == {"dev": "carried out already", "prod": "done"}
    assert f"{ARN}/bob" in aws.trusted("prod", "OpsR")

    third = run(deployed, approved=file, exit_code=True)
    assert (third.code, third.out, third.err.count("this plan was carried out already")) == (0, "", 2)
    assert file.read_bytes() == approved


def test_a_kept_plan_goes_on_where_one_account_was_denied(
    deployed: Path, aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """dev is done, and AWS refuses to begin on prod: its change set stays, and the same file carries out the rest."""

    def denied(change_set: ChangeSet, execution: Execution) -> None:
        if execution.account.name == "prod":
            raise refuse(execution.where, "may not do ExecuteChangeSet")
        begin(change_set, execution)

    begin, file = stack_operations._begin, tmp_path / "plan.json"
    two_accounts(deployed)
    assert run(deployed, "dev", "prod", plan_file=file).code == 0
    with monkeypatch.context() as patch:
        patch.setattr("iamgen.deploy.stack_operations._begin", denied)
        first = run(deployed, approved=file)
    assert (first.code, first.err.splitlines()[-1]) == (1, "1 done, 1 failed, 0 not begun")
    assert len(aws.change_sets("prod")) == 1
    second = run(deployed, approved=file)
    assert (second.code, second.err.splitlines()[-1]) == (0, "1 done, 0 failed, 0 not begun, 1 carried out already")
    assert f"{ARN}/bob" in aws.trusted("prod", "OpsR")


def test_a_kept_plan_whose_people_cannot_be_deployed_is_kept(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    two_accounts(deployed)
    edit(deployed, "CIUser, Grant", "CIUser, Group, Grant")
    edit(deployed, "CI_USERS = ", 'GROUPS = (Group("AuditorsG", members=("dave",)),)\nCI_USERS = ')
    assert run(deployed, every=True, plan_file=file).code == 0
    edit(deployed, "USER_ONLY_AWS_PROFILE=of-user-only", "USER_ONLY_AWS_PROFILE=nope", "CONST.inc")
    first = run(deployed, approved=file)
    assert first.code == 1
    assert (
        "error: prod (333333333333): not begun, because user-only failed; its change set is kept\n"
        f"hint: mend that, and then again: iamgen apply {file}\n"
    ) in first.err
    assert len(aws.change_sets("prod")) == 1
    assert f"{ARN}/bob" not in aws.trusted("dev", "ReadR")  # what only takes access away waits for nobody

    edit(deployed, "USER_ONLY_AWS_PROFILE=nope", "USER_ONLY_AWS_PROFILE=of-user-only", "CONST.inc")
    second = run(deployed, approved=file)
    assert (second.code, second.err.splitlines()[-1]) == (0, "2 done, 0 failed, 0 not begun, 1 carried out already")
    assert f"{ARN}/bob" in aws.trusted("prod", "OpsR")


def test_a_repair_is_kept_and_applied_and_nothing_else(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    """What somebody wrote into the file, or did by hand after the approval, is no part of it."""
    iam, role = aws.client("iam", "dev"), "infra-ReadR-222222222222"
    document = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
    iam.put_role_policy(RoleName=role, PolicyName="approved", PolicyDocument=document)
    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    planned = run(deployed, "dev", repair=True, plan_file=file)
    assert planned.code == 0, planned.err
    whole = json.loads(file.read_text())
    assert [entry["step"] for entry in whole["plans"][0]["steps"]] == [
        *("SetStackPolicy", "ProtectStack", "ExecuteChangeSet"),
        *("SetStackPolicy", "ProtectStack", "DeleteInlinePolicy"),
    ]
    forged = {"step": "AddToGroup", "group": "infra-CIUserCiG-222222222222", "user": "mallory"}
    whole["plans"][0]["steps"].append(forged)
    file.write_text(json.dumps(whole))
    iam.put_role_policy(RoleName=role, PolicyName="later", PolicyDocument=document)

    applied = run(deployed, approved=file)
    assert (applied.code, applied.out) == (0, planned.out), applied.err
    assert "not needed any more: put the user mallory into the group infra-CIUserCiG-222222222222" in applied.err
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == ["later"]
    assert f"{ARN}/bob" not in aws.trusted("dev", "ReadR")

    iam.put_role_policy(RoleName=role, PolicyName="approved", PolicyDocument=document)
    again = run(deployed, approved=file)  # the change set was carried out, the repair is needed once more
    assert (again.code, iam.list_role_policies(RoleName=role)["PolicyNames"]) == (0, ["later"])


def test_a_repair_alone_is_kept(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    iam, role, file = aws.client("iam", "dev"), "infra-ReadR-222222222222", tmp_path / "plan.json"
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    iam.put_role_policy(RoleName=role, PolicyName="x", PolicyDocument=document)
    planned = run(deployed, "dev", repair=True, plan_file=file)
    assert (planned.code, json.loads(file.read_text())["plans"][0]["change_set"]) == (0, "")
    applied = run(deployed, approved=file)
    assert (applied.code, applied.out) == (0, planned.out), applied.err
    assert iam.list_role_policies(RoleName=role)["PolicyNames"] == []


def test_one_forged_account_stops_all_of_a_kept_plan(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    two_accounts(deployed)
    assert run(deployed, "dev", "prod", plan_file=file).code == 0
    whole = json.loads(file.read_text())
    whole["plans"][1]["digest"] = "0" * 64
    file.write_text(json.dumps(whole))
    assert run(deployed, approved=file).code == 1
    assert f"{ARN}/bob" in aws.trusted("dev", "ReadR")


def test_a_kept_plan_for_a_new_stack(example: Path, aws: Aws, tmp_path: Path) -> None:
    aws.people(*PEOPLE)
    file = tmp_path / "plan.json"
    assert run(example, "user-only", plan_file=file).code == 0
    assert aws.status("user-only") == "REVIEW_IN_PROGRESS"
    assert run(example, approved=file).code == 0
    assert aws.status("user-only") == "CREATE_COMPLETE"


def test_there_has_to_be_a_change_set_to_keep(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    aws.client("cloudformation", "dev").update_termination_protection(
        StackName="infra", EnableTerminationProtection=False
    )
    ended = run(deployed, "dev", plan_file=tmp_path / "plan.json")
    assert ended.code == 1
    assert "there is no change set to keep: only the stack's protection is to be put back" in ended.err
    assert not (tmp_path / "plan.json").exists()


def test_a_kept_plan_of_a_stack_that_moved(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    run(deployed, "dev", plan_file=file)
    edit(deployed, '"bob", {"dev": "OpsR", "prod": "ReadR"}', '"bob", {"dev": "ReadR", "prod": "ReadR"}')
    assert run(deployed, "dev").code == 0
    ended = run(deployed, approved=file)
    assert (ended.code, ended.err.partition("\n")[0]) == (
        1,
        "error: dev (222222222222): the stack infra is not as it was when the plan was made: somebody deployed meanwhile",
    )
    assert f"{ARN}/bob" in aws.trusted("dev", "ReadR")


def test_a_plan_that_was_tampered_with(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    run(deployed, "dev", plan_file=file)
    plan = json.loads(file.read_text())
    plan["plans"][0]["digest"] = "0" * 64
    file.write_text(json.dumps(plan))
    assert "the plan's change set has another template than the plan says" in run(deployed, approved=file).err
    assert f"{ARN}/bob" in aws.trusted("dev", "ReadR")


def other_stack(aws: Aws, order: str) -> dict[str, str]:
    """Make a stack of another name, and return what a forged plan would say of an update of it."""
    cloudformation = aws.client("cloudformation", "dev")
    cloudformation.create_stack(StackName="other", TemplateBody=order)
    body = {"Resources": {"G": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "H"}}}}
    create_change_set = cloudformation.create_change_set(
        StackName="other", ChangeSetName="x", TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    return {"stack_id": create_change_set["StackId"], "change_set": create_change_set["Id"]}


@pytest.mark.parametrize(
    ("forged", "message"),
    [
        ({"stack": "other"}, "the plan is for the stack other of eu-west-1, not for the stack infra of eu-west-1"),
        ({"region": "us-east-1"}, "the plan is for the stack infra of us-east-1, not for the stack infra of eu-west-1"),
        ({}, "the plan's change set is on the stack other, not on the stack infra of eu-west-1"),
    ],
)
def test_a_plan_for_another_stack(
    deployed: Path, aws: Aws, tmp_path: Path, forged: dict[str, str], message: str
) -> None:
    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    run(deployed, "dev", plan_file=file)
    plan = json.loads(file.read_text())
    group = '{"Resources": {"G": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "G"}}}}'
    forged = forged or other_stack(aws, group)
    plan["plans"][0].update(forged)
    for step in plan["plans"][0]["steps"]:
        step.update({name: value for name, value in forged.items() if name in step})
    file.write_text(json.dumps(plan))
    ended = run(deployed, approved=file, allow_replacement=True)
    assert (ended.code, ended.out) == (1, "")
    assert f"error: dev (222222222222): {message}\n" in ended.err
    assert f"{ARN}/bob" in aws.trusted("dev", "ReadR")


def test_a_plan_of_nothing_replaces_an_older_one(deployed: Path, aws: Aws, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    run(deployed, "dev", plan_file=file)
    edit(deployed, '"bob", {"dev": "OpsR", "prod": "ReadR"}', BOB)
    assert run(deployed, "dev", plan_file=file).code == 0
    assert run(deployed, approved=file) == Ended(0, "", f"{file}: there is nothing to do\n")
    assert json.loads(run(deployed, approved=file, as_json=True).out) == {"accounts": [], "access": None}
    assert f"{ARN}/bob" in aws.trusted("dev", "ReadR")


def test_a_kept_plan_is_patient_too(deployed: Path, aws: Aws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where user-only is deployed in the same run, a user whom AWS does not know yet is waited for."""

    def heeding(_stop: object) -> Callable[[float], None]:
        return lambda seconds: aws.people("/erin") if seconds == 5 else None

    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"erin", {"dev": ("OpsR", "ReadR"), "prod": "ReadR"}')
    edit(deployed, "bob@", "erin@")
    edit(deployed, "CIUser, Grant", "CIUser, Group, Grant")
    edit(deployed, "CI_USERS = ", 'GROUPS = (Group("AuditorsG", members=("dave",)),)\nCI_USERS = ')
    unknown_people(monkeypatch)
    run(deployed, "user-only", "dev", plan_file=file)
    monkeypatch.setattr("iamgen.commands.deploy.heeding", heeding)
    ended = run(deployed, approved=file)
    assert ended.code == 0, ended.err
    assert f"{ARN}/erin" in aws.trusted("dev", "OpsR")


def test_a_kept_plan_keeps_to_the_same_rules(deployed: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    edit(deployed, '"dev": "AdminR", ', "")
    assert run(deployed, "dev", plan_file=file, lock_me_out=True).code == 0
    assert "nobody may assume AdminR any more" in run(deployed, approved=file).err
    assert run(deployed, approved=file, lock_me_out=True).code == 0


def test_a_stack_in_review_is_taken_over(example: Path, aws: Aws) -> None:
    aws.people(*PEOPLE)
    group = {"Type": "AWS::IAM::Group", "Properties": {}}
    aws.client("cloudformation", "user-only").create_change_set(
        StackName="infra",
        ChangeSetName="somebodys",
        ChangeSetType="CREATE",
        Capabilities=["CAPABILITY_NAMED_IAM"],
        TemplateBody=json.dumps({"Resources": {"G": group}}),
    )
    assert run(example, "user-only").code == 0
    assert aws.status("user-only") == "CREATE_COMPLETE"


def test_as_json(deployed: Path, aws: Aws) -> None:
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    loads = json.loads(run(deployed, "dev", as_json=True).out)
    (dev,) = loads["accounts"]
    assert {key: dev[key] for key in ("account", "action", "outcome", "add", "change", "destroy", "pending")} == {
        "account": "dev",
        "action": "update",
        "outcome": "done",
        "add": 0,
        "change": 1,
        "destroy": 0,
        "pending": True,
    }
    assert [entry["logical_id"] for entry in dev["changes"]] == ["ReadR"]


def test_who_is_asked_sees_the_plan_also_with_json(deployed: Path, aws: Aws) -> None:
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    plan = run(deployed, "dev", dry_run=True).out
    ended = run(deployed, "dev", as_json=True, answer="n")
    assert ended.err.endswith(f"{plan}Deploy this to dev (222222222222)? [y/N] nothing was changed\n")
    assert [load["outcome"] for load in json.loads(ended.out)["accounts"]] == ["planned"]
    assert plan not in run(deployed, "dev", as_json=True).err


def test_people_made_by_the_stack(example: Path, aws: Aws) -> None:
    edit(example, "SETTINGS = Settings(", 'SETTINGS = Settings(users="stack", ')
    assert run(example, every=True).code == 0
    assert f"{ARN}/auditors/dave" in aws.trusted("prod", "ReadR")
    iam = aws.client("iam", "user-only")
    members = iam.get_group(GroupName="infra-PowerG-111111111111")["Users"]
    assert [member["UserName"] for member in members] == ["alice"]
    # nobody with power is left
    edit(example, ", power=True", "")
    assert "nobody is in PowerG any more; now it has alice" in run(example, "user-only").err


@pytest.mark.parametrize("name", IDS)
def test_a_stack_can_be_deleted_in_the_end(deployed: Path, aws: Aws, name: str) -> None:
    cloudformation, iam = aws.client("cloudformation", name), aws.client("iam", name)
    with pytest.raises(Exception, match="TerminationProtection"):
        cloudformation.delete_stack(StackName="infra")
    cloudformation.update_termination_protection(StackName="infra", EnableTerminationProtection=False)
    cloudformation.delete_stack(StackName="infra")
    assert (iam.list_roles()["Roles"], iam.list_groups()["Groups"]) == ([], [])
    assert iam.list_policies(Scope="Local")["Policies"] == []


def test_a_large_template_goes_through_a_bucket(example: Path, aws: Aws) -> None:
    people = ", ".join(
        f'User("user{number:03}", {{"user-only": "ReadR"}}, tags={{"note": "{"x" * 250}"}})' for number in range(120)
    )
    (example / "users.py").write_text(
        f'from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ({people})\nSETTINGS = Settings(users="stack",'
        " trust='names', trust_policy_quota=4096)\n"
    )
    refused = run(example, "user-only")
    assert "bytes, and more than 51,200 have to go through S3\n" in refused.err
    assert "hint: name a bucket of that account, in the stack's region: --bucket NAME\n" in refused.err
    s3 = aws.client("s3", "user-only")
    s3.create_bucket(Bucket="templates", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    ended = run(example, "user-only", bucket="templates")
    assert ended.code == 0, ended.err
    assert len(aws.client("iam", "user-only").list_users(MaxItems=1000)["Users"]) == 120
    assert "Contents" not in s3.list_objects_v2(Bucket="templates")


def test_an_interruption_at_the_question_leaves_nothing(deployed: Path, aws: Aws, environment: dict[str, str]) -> None:
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    command = ["-m", "iamgen", "deploy", "dev", "--no-lint"]
    child = pexpect.spawn(sys.executable, command, cwd=str(deployed), env=environment, encoding="utf-8", timeout=30)
    child.expect_exact("[y/N]")
    assert len(aws.change_sets("dev")) == 1
    child.sendintr()
    child.expect_exact("interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert aws.change_sets("dev") == []


def interrupted(root: Path, environment: dict[str, str], *args: str) -> None:
    """Answer the question of a deployment with ^C."""
    command = ["-m", "iamgen", "deploy", "--no-lint", *args]
    child = pexpect.spawn(sys.executable, command, cwd=str(root), env=environment, encoding="utf-8", timeout=30)
    child.expect_exact("[y/N]")
    child.sendintr()
    child.expect_exact("interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130


def test_an_interruption_at_the_question_keeps_an_approved_plan(
    deployed: Path, aws: Aws, environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    assert run(deployed, "dev", plan_file=file).code == 0
    interrupted(deployed, environment, "--execute-plan", str(file))
    assert run(deployed, approved=file, answer="n").code == 0
    assert len(aws.change_sets("dev")) == 1
    assert run(deployed, approved=file).code == 0
    assert f"{ARN}/bob" not in aws.trusted("dev", "ReadR")


def test_an_interruption_after_the_plan_file_was_written_keeps_its_change_sets(
    deployed: Path, aws: Aws, tmp_path: Path
) -> None:
    class Interrupting(io.StringIO):
        def write(self, text: str) -> int:
            if "the plan is kept" in text:
                raise KeyboardInterrupt
            return super().write(text)

    file = tmp_path / "plan.json"
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    console = Console(io.StringIO(), Interrupting(), coloured=False, answers=io.StringIO())
    with pytest.raises(KeyboardInterrupt):
        deploy(request(deployed, "dev", plan_file=file), console)
    assert run(deployed, approved=file).code == 0


def test_an_interruption_of_a_deployment_removes_what_was_not_begun(
    deployed: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two accounts one was begun, and AWS goes on with it; of the other nothing is left."""

    def interrupted(_ready: object, _first: str, _show: object, _stop: object, begun: set[str]) -> None:
        begun.add("dev")
        raise KeyboardInterrupt

    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": ()}')
    monkeypatch.setattr("iamgen.deploy.several_accounts.carry_out", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(deployed, "dev", "prod")
    assert (len(aws.change_sets("dev")), aws.change_sets("prod")) == (1, [])


@pytest.mark.parametrize("is_kept", [True, False])
def test_when_people_cannot_be_planned_only_what_takes_access_away_goes_on(
    deployed: Path, aws: Aws, tmp_path: Path, is_kept: bool
) -> None:
    """Bob loses ReadR on dev and gets OpsR on prod; a plan for approval is of all accounts or of none."""
    groups = 'GROUPS = (Group("AuditorsG", members=("dave",)),)\n'
    edit(deployed, "CIUser, Grant", "CIUser, Group, Grant")
    edit(deployed, "CI_USERS = ", f"{groups}CI_USERS = ")
    assert run(deployed, "user-only").code == 0
    edit(deployed, groups, "")
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": ("OpsR", "ReadR")}')
    file = tmp_path / "plan.json"
    ended = run(deployed, every=True, as_json=True, plan_file=file if is_kept else None)
    assert ended.code == 1
    assert "error: user-only (111111111111) AuditorsG: the group AuditorsG would be deleted" in ended.err
    outcome = "not begun" if is_kept else "done"
    assert [load["outcome"] for load in json.loads(ended.out)["accounts"]] == [outcome, "not begun", "refused"]
    not_begun = "error: {}: not begun, because user-only failed; its change set is removed\n"
    assert (not_begun.format("dev (222222222222)") in ended.err) is is_kept
    assert ended.err.count(not_begun.format("prod (333333333333)")) == 1
    assert not file.exists()
    assert aws.change_sets("dev") == aws.change_sets("prod") == []
    assert (f"{ARN}/bob" in aws.trusted("dev", "ReadR")) is is_kept
    assert f"{ARN}/bob" not in aws.trusted("prod", "OpsR")


def test_who_declines_hears_what_was_not_begun(deployed: Path, aws: Aws) -> None:
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": ("OpsR", "ReadR")}')
    edit(deployed, "USER_ONLY_AWS_PROFILE=of-user-only", "USER_ONLY_AWS_PROFILE=nope", "CONST.inc")
    ended = run(deployed, every=True, answer="n")
    assert ended.code == 1
    assert "Deploy this to dev (222222222222)? [y/N]" in ended.err
    assert ended.err.count("error: prod (333333333333): not begun, because user-only failed") == 1
    assert f"{ARN}/bob" in aws.trusted("dev", "ReadR")


LEAVERS = """\
from iamgen import *
OPS_SERVICES = ("cloudformation", "iam", "s3")
USERS = (
    User("alice", {"user-only": "OpsR", "dev": "AdminR", "prod": "AdminR"}, power=True),
    User("bob", {"user-only": "ReadR", "dev": "ReadR", "prod": "ReadR"}),
)
"""


@pytest.fixture
def with_leavers(example: Path, aws: Aws) -> Path:
    """Return a repository, deployed, in which bob alone holds a role of user-only."""
    aws.people("/alice", "/bob")
    (example / "users.py").write_text(LEAVERS)
    assert run(example, every=True).code == 0
    return example


def test_offboarding_is_never_blocked(with_leavers: Path, aws: Aws) -> None:
    """The last holder of a role of user-only leaves: the role stays, and trusts nobody, as it does elsewhere."""
    edit(with_leavers, '    User("bob", {"user-only": "ReadR", "dev": "ReadR", "prod": "ReadR"}),\n', "")
    iam = aws.client("iam", "user-only")
    role_id = iam.get_role(RoleName="infra-ReadR-111111111111")["Role"]["RoleId"]
    ended = run(with_leavers, every=True)
    assert (ended.code, ended.err.splitlines()[-1]) == (0, "3 done, 0 failed, 0 not begun")
    assert "~ ReadR  AWS::IAM::Role" in ended.out
    assert "- ReadR" not in ended.out
    trust = iam.get_role(RoleName="infra-ReadR-111111111111")["Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert [(entry["Effect"], entry["Principal"]) for entry in trust] == [("Deny", {"AWS": ["*"]})]
    for account in ("dev", "prod"):
        assert f"{ARN}/bob" not in aws.trusted(account, "ReadR")
    again = run(with_leavers, every=True, exit_code=True)
    assert (again.code, again.out.splitlines()[0]) == (
        0,
        "user-only (111111111111), dev (222222222222), prod (production, 333333333333):"
        " nothing to change in the stack infra",
    )

    # whoever is granted it later gets the same role
    edit(with_leavers, '{"user-only": "OpsR", ', '{"user-only": ("OpsR", "ReadR"), ')
    assert run(with_leavers, "user-only").code == 0
    assert aws.trusted("user-only", "ReadR") == {f"{ARN}/alice"}
    assert iam.get_role(RoleName="infra-ReadR-111111111111")["Role"]["RoleId"] == role_id


def test_everybody_leaves_user_only_in_two_steps_of_approval(with_leavers: Path, aws: Aws, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    edit(with_leavers, '{"user-only": "OpsR", ', "{")
    edit(with_leavers, '{"user-only": "ReadR", ', "{")
    assert run(with_leavers, "user-only", plan_file=file).code == 0
    assert run(with_leavers, approved=file).code == 0
    names = {role["RoleName"] for role in aws.client("iam", "user-only").list_roles()["Roles"]}
    assert names == {"infra-OpsR-111111111111", "infra-ReadR-111111111111"}
    assert aws.trusted("user-only", "OpsR") == aws.trusted("user-only", "ReadR") == {"*"}


def test_a_leaver_who_is_still_in_the_groups_is_named(with_leavers: Path, aws: Aws) -> None:
    iam = aws.client("iam", "user-only")
    for group in ("AssumeRoleG", "PowerG"):
        iam.add_user_to_group(GroupName=f"infra-{group}-111111111111", UserName="bob")
    iam.add_user_to_group(GroupName="infra-AssumeRoleG-111111111111", UserName="alice")
    assert "the IAM user" not in run(with_leavers, "user-only").err
    edit(with_leavers, '    User("bob", {"user-only": "ReadR", "dev": "ReadR", "prod": "ReadR"}),\n', "")
    message = (
        "warning: user-only (111111111111): the IAM user bob is in AssumeRoleG, PowerG, and users.py does not declare bob\n"
        "hint: take bob out of the groups alone with: iamgen deploy user-only --repair; "
        "to take everything from somebody who left: iamgen user offboard bob\n"
    )
    for plan_only in (True, False, True):
        assert message in run(with_leavers, "user-only", dry_run=plan_only).err
    assert "bob" not in run(with_leavers, "dev", dry_run=True).err
    # the command that it names does it
    run(with_leavers, "user-only", repair=True)
    assert "bob" not in run(with_leavers, "user-only", dry_run=True).err


def as_role(aws: Aws, monkeypatch: pytest.MonkeyPatch, account: str, role: str, session: str) -> None:
    """Let STS say that a session of a role of the account calls, as where a pipeline or a person has assumed it."""
    arn = f"arn:aws:sts::{IDS[account]}:assumed-role/infra-{role}-{IDS[account]}/{session}"
    identity = Identity(IDS[account], arn)
    monkeypatch.setattr("iamgen.deploy.planner.require_account", lambda *_: identity)


def test_ops_services_without_what_deploys_are_refused(
    deployed: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ops,) = [line for line in (deployed / "users.py").read_text().splitlines() if line.startswith("OPS_SERVICES")]
    edit(deployed, ops, 'OPS_SERVICES = ("s3",)')
    as_role(aws, monkeypatch, "dev", "OpsR", "bob")
    ended = run(deployed, "dev")
    assert (ended.code, aws.status("dev")) == (1, "CREATE_COMPLETE")
    (error, hint) = ended.err.splitlines()[-2:]
    assert error.startswith(
        "error: dev (222222222222) OpsR: OpsR, the role that deploys, can do this now and could not any more:"
        " cloudformation:CreateChangeSet, cloudformation:DeleteChangeSet, "
    )
    assert hint == "hint: --lock-me-out, if it is meant and there is another way in"
    # with the flag, and by others
    assert run(deployed, "dev", dry_run=True, lock_me_out=True).code == 0
    as_role(aws, monkeypatch, "dev", "AdminR", "alice")
    assert run(deployed, "dev").code == 0


def test_a_principal_of_elsewhere_hears_that_it_was_not_looked_at(
    deployed: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = "arn:aws:sts::222222222222:assumed-role/AWSReservedSSO_Admin_12/alice"
    monkeypatch.setattr("iamgen.deploy.planner.require_account", lambda *_: Identity(IDS["dev"], arn))
    assert run(deployed, "dev").err == ""
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    ended = run(deployed, "dev")
    assert ended.code == 0
    assert (
        f"dev (222222222222): {arn}, who deploys, is not of this stack: what it may do was not looked at" in ended.err
    )


def test_a_last_grant_that_ends_soon_is_a_warning(deployed: Path) -> None:
    edit(deployed, '"dev": "AdminR", ', '"dev": Grant("AdminR", until="2026-12-10"), ')
    ended = run(deployed, "dev")
    assert ended.code == 0
    assert (
        "warning: dev (222222222222) AdminR: all grants of AdminR end before 2026-12-23; now alice may assume it\n"
        "hint: extend it in users.py, or see to it that there is another way in\n"
    ) in ended.err


def test_a_deletion_that_aws_gives_up_is_a_fault(example: Path, aws: Aws) -> None:
    """CloudFormation calls the update complete, although a user with an active access key is still there."""
    edit(example, "SETTINGS = Settings(", 'SETTINGS = Settings(users="stack", ')
    assert run(example, every=True).code == 0
    iam = aws.client("iam", "user-only")
    iam.create_access_key(UserName="bob")
    edit(example, f'    User({BOB}, email="bob@example.com"),\n', "")
    ended = run(example, "user-only")
    assert aws.status("user-only") == "UPDATE_COMPLETE"
    assert [user["UserName"] for user in iam.list_users()["Users"] if user["UserName"] == "bob"] == ["bob"]
    assert "done" not in ended.err
    assert ended.code == 1
    assert "error: user-only (111111111111) UserBob: AWS could not delete the User bob: it still has something" in (
        ended.err
    )
    assert "its access keys and whatever it may do still work\n" in ended.err
    assert (
        "by hand: aws iam delete-user --user-name bob --region eu-west-1 --profile of-user-only --endpoint-url "
        in ended.err
    )


def test_json_says_what_failed_in_an_operation_that_ended_well(deployed: Path, aws: Aws) -> None:
    """The group of a CI user has a stranger in it, and the user a key of another make."""
    iam = aws.client("iam", "dev")
    (user,), (group,) = iam.list_users()["Users"], iam.list_groups()["Groups"]
    iam.create_user(UserName="x")
    iam.add_user_to_group(GroupName=group["GroupName"], UserName="x")
    iam.create_access_key(UserName=user["UserName"])
    edit(deployed, 'CI_USERS = (CIUser("ci", {"dev": "OpsR", "prod": "OpsR"}),)', "CI_USERS = ()")
    ended = run(deployed, "dev", allow_replacement=True, as_json=True)
    (dev,) = json.loads(ended.out)["accounts"]
    assert (ended.code, dev["outcome"], aws.status("dev")) == (1, "failed", "UPDATE_COMPLETE")
    assert {entry["where"].rpartition(" ")[2]: entry["what"].partition(":")[0] for entry in dev["faults"]} == {
        "CIUserCi": f"AWS could not delete the User {user['UserName']}",
        "CIUserCiG": f"AWS could not delete the Group {group['GroupName']}",
    }
    assert all("by hand: aws iam delete-" in entry["hint"] for entry in dev["faults"])


def test_json_says_why_a_deployment_failed(deployed: Path, aws: Aws) -> None:
    edit(deployed, BOB, '"erin", {"dev": ("OpsR", "ReadR"), "prod": "ReadR"}')
    edit(deployed, "bob@", "erin@")
    ended = run(deployed, "dev", "prod", as_json=True)
    accounts = json.loads(ended.out)["accounts"]
    assert [(entry["outcome"], entry["faults"][0]["what"].partition(":")[0]) for entry in accounts] == [
        ("failed", "it trusts the user erin, who does not exist")
    ] * 2


def test_json_says_why_no_account_can_be_used(example: Path, aws: Aws) -> None:
    ended = run(example, every=True, profile="nope", as_json=True)
    accounts = json.loads(ended.out)["accounts"]
    assert ended.code == 1
    assert [(entry["outcome"], entry["faults"][0]["what"]) for entry in accounts] == [
        ("refused", "there is no profile nope")
    ] * 3


def test_a_plan_that_cannot_be_cleaned_up_is_a_fault(example: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    def discard(prepared: Prepared) -> None:
        raise refuse(prepared.order.where, "the change set of the plan stays in AWS")

    aws.people(*PEOPLE)
    monkeypatch.setattr("iamgen.deploy.several_accounts.discard", discard)
    ended = run(example, "user-only", dry_run=True, as_json=True)
    (account,) = json.loads(ended.out)["accounts"]
    assert (ended.code, account["outcome"]) == (1, "planned")
    assert [entry["what"] for entry in account["faults"]] == ["the change set of the plan stays in AWS"]
    assert "error: user-only (111111111111): the change set of the plan stays in AWS\n" in ended.err


def test_change_sets_do_not_pile_up_when_nothing_may_begin(
    deployed: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    def set_policy(*_: object, **__: object) -> None:
        raise refuse("dev", "denied")

    monkeypatch.setattr("iamgen.deploy.stack_policy.set_policy", set_policy)
    edit(deployed, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    assert run(deployed, "dev").code == 1
    assert aws.change_sets("dev") == []


def test_every_account_counts_once(deployed: Path, aws: Aws) -> None:
    """One is deployed, one has nothing to change, and one cannot be planned."""
    edit(deployed, '"dev": "AdminR", ', "")
    edit(deployed, BOB, '"bob", {"dev": ("OpsR", "ReadR"), "prod": ("OpsR", "ReadR")}')
    ended = run(deployed, every=True)
    assert ended.code == 1
    assert ended.err.splitlines()[-1] == "1 done, 0 failed, 0 not begun, 1 not planned, 1 with nothing to change"


@pytest.fixture
def half_created(example: Path, aws: Aws) -> Path:
    """Return the example, the creation of dev's stack having failed after two roles, which are there and in use."""
    aws.people(*PEOPLE)
    template = json.loads((ROOT / "tests/golden/expected/example/dev.json").read_text())
    resources = {name: template["Resources"][name] for name in ("AdminR", "OpsR")}
    broken = copy.deepcopy(resources["OpsR"])
    broken["DependsOn"] = ["AdminR", "OpsR"]
    broken["Properties"] |= {"RoleName": "broken"}
    broken["Properties"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"] = [f"{ARN}/nobody"]
    for resource in resources.values():
        resource["Properties"].pop("ManagedPolicyArns", None)
    aws.client("cloudformation", "dev").create_stack(
        StackName="infra",
        OnFailure="DO_NOTHING",
        EnableTerminationProtection=True,
        Capabilities=["CAPABILITY_NAMED_IAM"],
        TemplateBody=json.dumps({"Resources": {**resources, "Broken": broken}}),
    )
    wait_for(lambda: aws.status("dev") == "CREATE_FAILED")
    return example


def wait_for(is_so: Callable[[], bool]) -> None:
    for _ in range(200):
        if is_so():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def roles_of(aws: Aws, account: str) -> set[str]:
    return {role["RoleName"] for role in aws.client("iam", account).list_roles()["Roles"]}


def test_a_failed_stack_with_live_roles_is_not_deleted_by_accident(half_created: Path, aws: Aws) -> None:
    live = roles_of(aws, "dev")
    assert live == {"infra-AdminR-222222222222", "infra-OpsR-222222222222"}
    refused = run(half_created, "dev")
    assert (refused.code, refused.out) == (1, "")
    for sentence in (
        "- AdminR  AWS::IAM::Role  (is destroyed)\n",
        "- OpsR  AWS::IAM::Role  (is destroyed)\n",
        "error: dev (222222222222) AdminR: nobody may assume AdminR any more; now alice may\n",
        "error: dev (222222222222) AdminR: the role AdminR would be deleted\n",
        "error: dev (222222222222) OpsR: the role OpsR would be deleted\n",
    ):
        assert sentence in refused.err
    assert run(half_created, "dev", allow_replacement=True).code == 1
    assert run(half_created, "dev", lock_me_out=True).code == 1
    assert roles_of(aws, "dev") == live
    (stack,) = aws.client("cloudformation", "dev").describe_stacks()["Stacks"]
    assert (stack["StackStatus"], stack["EnableTerminationProtection"]) == ("CREATE_FAILED", True)


def test_what_goes_with_a_failed_stack_is_in_the_plan(half_created: Path, aws: Aws) -> None:
    allowed: dict[str, Any] = {"allow_replacement": True, "lock_me_out": True}
    document = json.loads(run(half_created, "dev", dry_run=True, as_json=True, **allowed).out)["accounts"][0]
    assert (document["destroy"], document["action"]) == (2, "delete and create")
    assert [entry["logical_id"] for entry in document["changes"] if entry["sign"] == "-"] == ["AdminR", "OpsR"]
    ended = run(half_created, "dev", **allowed)
    assert "! CREATE_FAILED: its creation failed; what is left of it is deleted first\n- AdminR  AWS" in ended.out
    assert ended.out.splitlines()[-1].endswith("0 to change, 2 to destroy.")
    assert (ended.code, aws.status("dev")) == (0, "CREATE_COMPLETE"), ended.err


def test_with_cfn_lint_and_in_a_repository(example: Path, aws: Aws, iamgen: Any, environment: dict[str, str]) -> None:
    """The whole program, checks and all; the stack says which release and commit it is of."""
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@example.com"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["tag", "v1.2.3"], ["tag", "env/infra/1"]):
        subprocess.run([*git, *command], cwd=example, check=True, env=environment)
    commit = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=example, text=True).strip()
    aws.people(*PEOPLE)
    done = iamgen(example, "deploy", "dev", "--yes")
    assert (done.returncode, done.stderr) == (0, "dev (222222222222): done\n")
    (stack,) = aws.client("cloudformation", "dev").describe_stacks()["Stacks"]
    tags = {tag["Key"]: tag["Value"] for tag in stack["Tags"]}
    assert tags == {"iamgen:release": "v1.2.3", "iamgen:commit": commit}

    edit(example, BOB, '"bob", {"dev": "OpsR", "prod": "ReadR"}')
    done = iamgen(example, "deploy", "dev", "--yes")
    assert "tags" not in done.stdout  # they change with every commit: that says nothing about this one
    assert done.stdout.endswith("\nPlan: 0 to add, 1 to change, 0 to destroy.\n")
    (stack,) = aws.client("cloudformation", "dev").describe_stacks()["Stacks"]
    assert {tag["Value"] for tag in stack["Tags"]} == {"v1.2.3-dirty", f"{commit}-dirty"}


def test_what_a_check_finds_is_not_deployed(example: Path, aws: Aws, iamgen: Any) -> None:
    role = 'Role("XR", managed_policies=("NoSuchPolicy",), assumed_by=("ec2.amazonaws.com",))'
    edit(example, "CI_USERS", f"ROLES = ({role},)\nCI_USERS")
    edit(example, "CIUser, Grant", "CIUser, Role, Grant")
    done = iamgen(example, "deploy", "dev", "--yes", "--no-lint")
    assert (done.returncode, done.stdout) == (1, "")
    assert "dev Resources/XR/Properties/ManagedPolicyArns/0: E" in done.stderr
    assert aws.status("dev") == ""


def test_credentials_of_the_environment_come_before_profiles_of_constants(
    example: Path, aws: Aws, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipeline has its keys in the environment, and no profiles."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", IDS["prod"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    monkeypatch.delenv("AWS_CONFIG_FILE")
    aws.people(*PEOPLE)
    assert run(example, "prod").code == 0
    refused = run(example, "dev")
    assert "the credentials are of account 333333333333: the default credentials, arn:" in refused.err


def test_a_profile_that_asks_for_a_code(
    deployed: Path, aws: Aws, at_terminal: Any, iamgen: Any, environment: dict[str, str]
) -> None:
    """One code an account, one after the other; the second time nobody is asked."""
    roles = "".join(
        f"[profile as-{name}]\nrole_arn = arn:aws:iam::{IDS[name]}:role/infra-OpsR-{IDS[name]}\n"
        "source_profile = of-user-only\nmfa_serial = arn:aws:iam::111111111111:mfa/alice\nregion = eu-west-1\n"
        for name in ("dev", "prod")
    )
    with Path(environment["AWS_CONFIG_FILE"]).open("a") as config:
        config.write(roles)
    edit(deployed, "DEV_AWS_PROFILE=of-dev", "DEV_AWS_PROFILE=as-dev", "CONST.inc")
    edit(deployed, "PROD_AWS_PROFILE=of-prod", "PROD_AWS_PROFILE=as-prod", "CONST.inc")
    command = ["deploy", "dev", "prod", "--plan-only", "--no-lint"]
    without = iamgen(deployed, *command)
    assert (without.returncode, without.stdout) == (1, "")
    assert "error: dev (222222222222): the profile asks for an MFA code" in without.stderr

    question = "Enter MFA code for arn:aws:iam::111111111111:mfa/alice: "
    answers = [(question, "123456"), (question, "654321")]
    code, screen = at_terminal(deployed, [sys.executable, "-m", "iamgen", *command], answers)
    assert (code, "Plan: 0 to add, 0 to change, 0 to destroy." in screen) == (0, True)
    assert iamgen(deployed, *command).returncode == 0
