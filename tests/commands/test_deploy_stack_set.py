"""Stack sets and organisations, as moto has them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from iamgen.commands.deploy_stack_set import StackSetRequest, deploy_stack_set
from iamgen.commands.requests import Consent, Lint, Output, Permit, StackSetOptions
from iamgen.deploy import stack_sets
from iamgen.deploy.stack_sets import PlannedSet, StackSet
from iamgen.errors import IamgenError, refuse
from iamgen.ui.console import Console

CONST = """\
GLOBAL_AWS_REGION=eu-west-1
USER_ONLY_AWS_ACCOUNT_ID=111111111111
A_DEV_AWS_ACCOUNT_ID={a}
B_DEV_AWS_ACCOUNT_ID={b}
PROD_AWS_ACCOUNT_ID=333333333333
"""
USERS = """\
from iamgen import *
OPS_SERVICES = ("s3",)
USERS = (User("alice", {"*-dev": ("AdminR", "OpsR")}), User("bob", {"*-dev": "ReadR"}))
"""
MakeRepo = Callable[..., Path]
A, B = "222222222222", "444444444444"


@pytest.fixture(autouse=True)
def organisation(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with mock_aws():
        yield


def request(root: Path, kind: str = "dev", **options: Any) -> StackSetRequest:
    """Return what is asked for, by the names of the values, without cfn-lint."""

    def is_said(name: str) -> bool:
        return bool(options.pop(name, False))

    consent, output = Consent(is_said("yes"), is_said("dry_run")), Output(is_said("as_json"), is_said("exit_code"))
    permit = Permit(is_said("allow_replacement"), is_said("lock_me_out"))
    settings = StackSetOptions(**options.pop("how", {}))
    return StackSetRequest(root, kind, None, consent, permit, Lint(on=False, cache=True), output, settings)


def run(root: Path, kind: str = "dev", **options: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    console = Console(out, err, coloured=False, answers=io.StringIO())
    try:
        code = deploy_stack_set(request(root, kind, **{"yes": True, **options}), console)
    except IamgenError as exc:
        code = 1
        for fault in exc.faults:
            console.error(fault)
    return code, out.getvalue(), err.getvalue()


def instances() -> set[str]:
    result = client().list_stack_instances(StackSetName="infra-dev")["Summaries"]
    return {f"{entry['Account']} {entry['Region']}" for entry in result}


def client() -> Any:
    return boto3.client("cloudformation", region_name="eu-west-1")


def test_self_managed_from_nothing(make_repo: MakeRepo) -> None:
    root = make_repo(USERS, CONST.format(a=A, b=B))
    code, out, err = run(root, dry_run=True, exit_code=True)
    assert (code, err) == (4, "")
    assert out.startswith("create the stack set infra-dev, SELF_MANAGED, from account 123456789012 (arn:aws:")
    assert out.endswith(
        f"+ a-dev ({A})\n+ b-dev ({B})\nPlan: 4 to add, 0 to change, 0 to destroy, in each of 2 accounts.\n"
    )
    assert client().list_stack_sets()["Summaries"] == []

    code, out, err = run(root)
    assert (code, err) == (0, "infra-dev: done in 2 accounts\n")
    assert instances() == {f"{A} eu-west-1", f"{B} eu-west-1"}
    body = json.loads(client().describe_stack_set(StackSetName="infra-dev")["StackSet"]["TemplateBody"])
    assert body["Resources"]["ReadR"]["Properties"]["RoleName"] == {"Fn::Sub": "infra-ReadR-${AWS::AccountId}"}

    code, out, err = run(root, exit_code=True)
    assert (code, err) == (0, "")
    assert out.startswith("nothing to change in infra-dev, SELF_MANAGED")


def test_who_is_asked_sees_the_plan_also_with_json(make_repo: MakeRepo) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    root = make_repo(USERS, CONST.format(a=A, b=B))
    plan = run(root, dry_run=True)[1]
    out, err = io.StringIO(), Terminal()
    console = Console(out, err, coloured=False, answers=Terminal("n\n"))
    assert deploy_stack_set(request(root, as_json=True), console) == 0
    assert f"{plan}Deploy this to " in err.getvalue()
    assert err.getvalue().endswith("[y/N] nothing was changed\n")
    assert json.loads(out.getvalue())["pending"] is True


def test_json_says_what_failed_and_what_goes_on(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    def carry_out(*given: Any) -> None:
        given[-1].append("operation-7")
        raise refuse("infra-dev", "AWS cannot be reached")

    monkeypatch.setattr("iamgen.commands.deploy_stack_set.carry_out", carry_out)
    code, out, err = run(make_repo(USERS, CONST.format(a=A, b=B)), as_json=True)
    loads = json.loads(out)
    assert (code, loads["failed"], [entry["what"] for entry in loads["faults"]]) == (
        1,
        True,
        ["AWS cannot be reached", "an operation of the stack set had begun, and AWS goes on with it"],
    )
    assert "--stack-set-name infra-dev --operation-id operation-7 --region eu-west-1\n" in err


def test_what_is_deleted_in_the_accounts_cannot_be_seen(make_repo: MakeRepo) -> None:
    const = CONST.format(a=A, b=B)
    run(make_repo(f'{USERS}CI_USERS = (CIUser("ci", {{"*-dev": "OpsR"}}),)\n', const))
    err = run(make_repo(USERS, const, "fewer"), allow_replacement=True)[2]
    message = "whether AWS could delete CIUserCi, CIUserCiG, CIUserCiP in each account cannot be seen from here"
    assert f"warning: infra-dev: {message}\n" in err


def test_an_account_more_and_a_user_less(make_repo: MakeRepo) -> None:
    run(make_repo(USERS, CONST.format(a=A, b=B)))
    three = CONST.format(a=A, b=B) + "C_DEV_AWS_ACCOUNT_ID=555555555555\n"
    fewer = USERS.replace('User("bob", {"*-dev": "ReadR"})', 'User("eve", {"*-dev": "ReadR"})')
    code, out, _ = run(make_repo(fewer, three, "more"))
    assert code == 0
    assert "        - Principal: bob\n" in out
    assert f"  a-dev ({A})\n  b-dev ({B})\n+ c-dev (555555555555)\n" in out
    assert instances() == {f"{A} eu-west-1", f"{B} eu-west-1", "555555555555 eu-west-1"}
    body = client().describe_stack_set(StackSetName="infra-dev")["StackSet"]["TemplateBody"]
    assert "user/eve" in body


def test_an_account_that_nobody_declares_any_more(make_repo: MakeRepo) -> None:
    run(make_repo(USERS, CONST.format(a=A, b=B)))
    _, out, _ = run(make_repo(USERS, CONST.format(a=A, b=B).replace("B_DEV", "B_TEST"), "fewer"))
    assert f"! {B} has a stack of this set and is not declared: it changes too\n" in out


def test_an_account_where_it_failed_is_still_to_be_done(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(USERS, CONST.format(a=A, b=B))
    run(root)
    plan = stack_sets.plan

    def plan_after_a_failure(clients: Any, stack_set: StackSet) -> PlannedSet:  # moto's accounts never fail
        return replace(plan(clients, stack_set), unsettled={B: "OUTDATED"})

    monkeypatch.setattr("iamgen.commands.deploy_stack_set.plan", plan_after_a_failure)
    code, out, err = run(root, dry_run=True, exit_code=True)
    assert (code, err) == (4, "")
    assert out.startswith("change the stack set infra-dev, SELF_MANAGED")
    assert f"  a-dev ({A})\n~ b-dev ({B}) is OUTDATED: a deployment failed there, or was stopped\n" in out
    assert json.loads(run(root, dry_run=True, as_json=True)[1])["unsettled"] == {B: "OUTDATED"}
    assert run(root)[::2] == (0, "infra-dev: done in 2 accounts\n")


def test_accounts_that_are_not_alike(make_repo: MakeRepo) -> None:
    users = USERS.replace('"bob", {"*-dev": "ReadR"}', '"bob", {"b-dev": "ReadR"}')
    code, out, err = run(make_repo(users, CONST.format(a=A, b=B)))
    assert (code, out) == (1, "")
    assert err == (
        "error: b-dev: a stack set has one template for all accounts, and it is not as a-dev is: ReadR\n"
        "hint: give the same people the same roles in all of them, or deploy them one by one: iamgen deploy --all\n"
    )


def test_no_account_of_that_kind(make_repo: MakeRepo) -> None:
    code, _, err = run(make_repo(USERS, CONST.format(a=A, b=B)), "workload")
    assert (code, err) == (
        1,
        "error: stack-set: CONST.inc declares no account of the kind workload\nhint: it has dev, prod\n",
    )


def test_the_last_way_in_is_kept(make_repo: MakeRepo) -> None:
    run(make_repo(USERS, CONST.format(a=A, b=B)))
    root = make_repo(USERS.replace('("AdminR", "OpsR")', '"OpsR"'), CONST.format(a=A, b=B), "less")
    code, _, err = run(root)
    assert (code, err.splitlines()[0]) == (
        1,
        "error: infra-dev AdminR: nobody may assume AdminR any more; now alice may",
    )
    assert run(root, lock_me_out=True)[0] == 0


def members(*names: str) -> tuple[str, list[str]]:
    """Make an organisation with these accounts in one unit; return the unit and their ids."""
    organizations = boto3.client("organizations", region_name="us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="dev")["OrganizationalUnit"]["Id"]
    ids = []
    for name in names:
        result = organizations.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]
        organizations.move_account(AccountId=result["AccountId"], SourceParentId=root, DestinationParentId=unit)
        ids.append(result["AccountId"])
    return unit, ids


def test_service_managed(make_repo: MakeRepo) -> None:
    unit, (a, b) = members("a", "b")
    root = make_repo(USERS, CONST.format(a=a, b=b))
    code, out, err = run(root, how={"units": (unit,), "failures": 1, "at_once": 2})
    assert (code, err) == (0, "infra-dev: done in 2 accounts\n")
    assert ", SERVICE_MANAGED, from account 123456789012 " in out
    assert instances() == {f"{a} eu-west-1", f"{b} eu-west-1"}
    # the way cannot be changed under way
    code, _, err = run(root)
    assert (code, err) == (
        1,
        "error: infra-dev: the stack set is SERVICE_MANAGED, and this would be SELF_MANAGED\n"
        "hint: --ou is for the one, no --ou for the other\n",
    )


def test_the_management_account_is_never_reached(make_repo: MakeRepo) -> None:
    unit, (a,) = members("a")
    code, _, err = run(make_repo(USERS, CONST.format(a=a, b="123456789012")), how={"units": (unit,)})
    assert (code, err) == (
        1,
        "error: infra-dev: 123456789012 is the organisation's management account, which its stack sets never reach\n"
        "hint: deploy it by itself: iamgen deploy ACCOUNT\n",
    )


def test_as_json(make_repo: MakeRepo) -> None:
    _, out, _ = run(make_repo(USERS, CONST.format(a=A, b=B)), as_json=True)
    loads = json.loads(out)
    assert {key: value for key, value in loads.items() if key != "changes"} == {
        "stack_set": "infra-dev",
        "model": "SELF_MANAGED",
        "accounts": [A, B],
        "missing": [A, B],
        "unsettled": {},
        "undeclared": [],
        "pending": True,
        "failed": False,
    }


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--stack-set", "dev", "dev"), "a stack set does not go with ACCOUNT"),
        (("--stack-set", "dev", "--repair", "--all"), "a stack set does not go with --all, --repair"),
        (("dev", "--ou", "ou-1"), "that is for stack sets"),
    ],
)
def test_wrong_usage(make_repo: MakeRepo, iamgen: Any, args: tuple[str, ...], message: str) -> None:
    done = iamgen(make_repo(USERS, CONST.format(a=A, b=B)), "deploy", *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
