"""`iamgen diff --policy` as a person types it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Iamgen = Callable[..., subprocess.CompletedProcess[str]]

ALL = {"Sid": "All", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}


def secret(resource: str) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "s3:*", "Resource": f"arn:aws:s3:::b/{resource}"}


@pytest.fixture
def policies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    monkeypatch.chdir(tmp_path)

    def write(**files: Any) -> None:
        for name, statements in files.items():
            body = (
                statements
                if isinstance(statements, str)
                else json.dumps({"Version": "2012-10-17", "Statement": statements})
            )
            (tmp_path / f"{name}.json").write_text(body)

    return write


GAINED = """\
gained:
  s3:GetObject
  such as this request:
    s3:GetObject on arn:aws:s3:::b/secret/
    without any condition key
    denied by statement 2 of old.json
    allowed by statement All of new.json

Nothing is lost: proven for {classes} classes of requests, which every action of AWS
is in, also those to come.

not looked at:
  - service control policies and resource control policies of the organization
  - permissions boundaries, and session policies
  - policies that resources have themselves, and policies of VPC endpoints
"""


def test_a_gain_is_shown_by_a_request(tmp_path: Path, iamgen: Iamgen, policies: Callable[..., None]) -> None:
    policies(old=[ALL, secret("secret/*")], new=[ALL, secret("secret/?*/*")])
    plain = json.loads(iamgen(tmp_path, "diff", "--policy", "old.json", "new.json", "--json").stdout)
    done = iamgen(tmp_path, "diff", "--policy", "old.json", "new.json")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == GAINED.format(classes=plain["classes"])
    assert (plain["version"], plain["proven_equal"], plain["losses"], plain["not_decided"]) == (1, False, [], [])
    assert plain["gains"] == [
        {
            "actions": ["s3:GetObject"],
            "request": {"action": "s3:GetObject", "resource": "arn:aws:s3:::b/secret/", "context": {}},
            "usual_resource": True,
            "denied_by": "statement 2 of old.json",
            "allowed_by": "statement All of new.json",
        }
    ]
    backwards = iamgen(tmp_path, "diff", "--policy", "new.json", "old.json")
    assert "lost:" in backwards.stdout
    assert "denied by statement 2 of old.json" in backwards.stdout
    assert "Nothing is gained: proven for" in backwards.stdout


def test_a_rewritten_policy_is_proven_equal(tmp_path: Path, iamgen: Iamgen, policies: Callable[..., None]) -> None:
    rewritten = [
        secret("secret/*"),
        secret("secret/x*"),
        {**ALL, "Sid": "Same", "Action": ["s3:getobject", "s3:GetObject"]},
    ]
    policies(old=[ALL, secret("secret/*")], new=rewritten)
    done = iamgen(tmp_path, "diff", "--policy", "old.json", "new.json", "--fail-on", "any")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No change of access: proven for ")


def test_a_wildcard_is_more_than_the_actions_of_today(
    tmp_path: Path, iamgen: Iamgen, policies: Callable[..., None]
) -> None:
    policies(old=[{**ALL, "NotAction": "s3:*"}], new=[{**ALL, "Action": "*", "Resource": "*"}])
    document = json.loads((tmp_path / "old.json").read_text())
    del document["Statement"][0]["Action"]
    (tmp_path / "old.json").write_text(json.dumps(document))
    plain = json.loads(iamgen(tmp_path, "diff", "--policy", "old.json", "new.json", "--json").stdout)
    every = {action for item in plain["gains"] for action in item["actions"]}
    assert {"s3:*", "(any new service)"} <= every
    shown = iamgen(tmp_path, "diff", "--policy", "old.json", "new.json").stdout
    assert "more services: --json has them all" in shown
    both = iamgen(tmp_path, "diff", "--policy", "new.json", "old.json").stdout
    assert "Nothing is gained" in both


def test_keys_of_the_request_are_shown(tmp_path: Path, iamgen: Iamgen, policies: Callable[..., None]) -> None:
    def tagged(*values: str) -> dict[str, Any]:
        return {**ALL, "Condition": {"ForAnyValue:StringEquals": {"aws:TagKeys": list(values)}}}

    policies(old=[tagged("a")], new=[tagged("a", "b")])
    assert "    with aws:TagKeys = b\n" in iamgen(tmp_path, "diff", "--policy", "old.json", "new.json").stdout


def test_a_resource_that_no_action_has_is_said_to_be_so(
    tmp_path: Path, iamgen: Iamgen, policies: Callable[..., None]
) -> None:
    policies(old=[ALL], new=[{**ALL, "Resource": "arn:aws:sqs:*:*:x"}])
    shown = iamgen(tmp_path, "diff", "--policy", "old.json", "new.json").stdout
    assert "(none of these actions is known to have such a resource)" in shown
    assert "denied: no statement of old.json allows it" in shown
    assert "Some access is gained, and some is lost." in shown


def test_failing_on_differences(tmp_path: Path, iamgen: Iamgen, policies: Callable[..., None]) -> None:
    policies(old=[ALL], new=[ALL, secret("x")])
    files = ("diff", "--policy", "old.json", "new.json", "--fail-on")
    assert iamgen(tmp_path, *files, "gain").returncode == 0
    lost = iamgen(tmp_path, *files, "any")
    assert (lost.returncode, lost.stderr) == (
        1,
        "error: new.json: denies requests that old.json allows\nhint: give back what is lost\n",
    )
    gained = iamgen(tmp_path, "diff", "--policy", "new.json", "old.json", "--fail-on", "gain")
    assert (gained.returncode, gained.stderr) == (
        1,
        "error: old.json: allows requests that new.json denies\nhint: take away what is gained\n",
    )


def test_what_is_not_decided_is_named_and_fails(tmp_path: Path, iamgen: Iamgen, policies: Callable[..., None]) -> None:
    def tagged(*values: str) -> dict[str, Any]:
        return {**ALL, "Condition": {"StringEquals": {"aws:TagKeys": list(values)}}}

    policies(old=[tagged("a")], new=[tagged("a", "b")])
    done = iamgen(tmp_path, "diff", "--policy", "old.json", "new.json", "--fail-on", "gain")
    assert "not decided:\n  s3:GetObject\n  - statement All of " in done.stdout
    assert "Differences: 0 gained, 0 lost, " in done.stdout
    assert (done.returncode, done.stderr) == (
        1,
        "error: new.json: it is not decided whether it allows more than old.json\n"
        "hint: write the statements that are named so that they can be decided\n",
    )
    plain = json.loads(iamgen(tmp_path, "diff", "--policy", "old.json", "new.json", "--json").stdout)
    assert plain["not_decided"][0]["reasons"][0]["where"].startswith("statement All of ")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("{", "error: new.json:1: is no JSON: Expecting property name enclosed in double quotes"),
        ("[]", "error: new.json: has no policy document"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": []}', "error: new.json:1: "),
        ('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}', "error: new.json, statement 1: Action: is not there"),
        ('{"Statement": {"Effect": "Allow", "Action": "s3:*", "Principal": "*"}}', "error: new.json: has a Principal, which only a trust policy may have"),
    ],
)  # fmt: skip
def test_files_that_are_no_policies(
    tmp_path: Path, iamgen: Iamgen, policies: Callable[..., None], body: str, error: str
) -> None:
    policies(new=body)
    done = iamgen(tmp_path, "diff", "--policy", "missing.json", "new.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: missing.json: cannot be read: No such file or directory" in done.stderr
    assert error in done.stderr


def test_bytes_that_are_no_text(tmp_path: Path, iamgen: Iamgen, policies: Callable[..., None]) -> None:
    policies(old=[ALL])
    (tmp_path / "new.json").write_bytes(b"\xff\xfe")
    done = iamgen(tmp_path, "diff", "--policy", "old.json", "new.json")
    assert (done.returncode, done.stderr) == (
        1,
        "error: new.json: is not UTF-8\nhint: write a policy document in JSON: a block with Version and Statement\n",
    )


def test_options_about_accounts_say_nothing_about_two_policies(tmp_path: Path, iamgen: Iamgen) -> None:
    done = iamgen(tmp_path, "diff", "HEAD", "--policy", "old.json", "new.json", "--deployed", "--format", "github")
    assert (done.returncode, done.stderr) == (
        2,
        "error: --policy: does not go together with FROM and --deployed and --format github\n"
        "hint: such as: iamgen diff --policy old.json new.json\n",
    )


@pytest.mark.parametrize(
    ("action", "shown"),
    [
        ("newservice:DoIt", "newservice:DoIt"),
        ("newservice:*", "every action of newservice"),
        ("s3:ShinyThing", "s3:ShinyThing"),
        ("s3:Shiny*", "s3:Shiny* (any new action)"),
    ],
)
def test_an_action_that_the_list_lacks_is_gained_as_any_other(
    tmp_path: Path, iamgen: Iamgen, policies: Callable[..., None], action: str, shown: str
) -> None:
    more = {"Effect": "Allow", "Action": action, "Resource": "*"}
    policies(old=[ALL], new=[ALL, more])
    done = iamgen(tmp_path, "diff", "--policy", "old.json", "new.json", "--fail-on", "gain")
    assert done.returncode == 1
    assert done.stdout.startswith(f"gained:\n  {shown}\n")
    back = iamgen(tmp_path, "diff", "--policy", "new.json", "old.json")
    assert f"lost:\n  {shown}\n" in back.stdout
