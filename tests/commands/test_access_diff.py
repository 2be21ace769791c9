"""`iamgen diff` over revisions, files and what is deployed, and what a person may type wrongly."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from iamgen.access_model import ModelSource
from iamgen.aws_client.clients import Clients, Credentials
from iamgen.commands.access_diff import AccessDiffRequest, access_diff
from iamgen.deploy import stack as stacks
from iamgen.deploy.targets import CredentialChoice
from iamgen.errors import Fault, IamgenError, UsageError
from iamgen.project import Project
from iamgen.ui.console import Console
from tests.access_diff.conftest import NOW, allow, user

Clone = Any
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
Differ = Callable[..., "tuple[int, str, str]"]

USERS = """\
from iamgen import *
OPS_SERVICES = ("ec2", "s3")
USERS = (User("alice", {"dev": "AdminR", "prod": "OpsR"}), User("bob", {"dev": "OpsR", "prod": "ReadR"}))
"""
MORE = USERS.replace('"prod": "ReadR"', '"prod": ("OpsR", "ReadR")')
OPS = "999999999999"


@pytest.fixture
def ann(world: Any, monkeypatch: pytest.MonkeyPatch) -> Clone:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOW.timestamp())))
    clone = world.clone("ann")
    clone.commit("begin", users_py=USERS)
    return clone


@pytest.fixture
def differ(capsys: pytest.CaptureFixture[str]) -> Differ:
    """Return what runs the command in a folder: its exit code, its answer, and what it says besides."""

    def run(folder: Path, before: str | None = None, after: str | None = None, **more: Any) -> tuple[int, str, str]:
        named = {name: more.pop(name) for name in ("templates", "details", "deployed") if name in more}
        request = AccessDiffRequest(ModelSource(folder, **named), before, after, **more)
        code = access_diff(request, Console.standard("never"))
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_last_release_and_what_is_here(ann: Clone, iamgen: Iamgen) -> None:
    ann.git("tag", "v0.9.0")
    ann.commit("more", users_py=USERS + "\n")
    ann.git("tag", "v0.10.0")
    ann.git("tag", "v0.10.0-not a version".replace(" ", "_"))
    (ann.folder / "users.py").write_text(MORE)
    done = iamgen(ann.folder, "diff", "--json", "--fail-on", "gain")
    assert (done.returncode, done.stderr) == (
        1,
        "error: diff: somebody gains access\nhint: take away what is gained, or leave out --fail-on\n",
    )
    plain = json.loads(done.stdout)
    schema = json.loads(files("iamgen.access_diff.schemas").joinpath("diff-answer.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(plain)
    assert (plain["before"], plain["after"]) == ("users.py at v0.10.0", "users.py, as it would be deployed")
    (gained,) = plain["roles"]
    assert (gained["who"]["name"], gained["role"], gained["account"], gained["state"]) == (
        "bob",
        "OpsR",
        "prod",
        "gained",
    )
    (assuming,) = plain["assuming"]
    assert assuming["gain"]["context"] == {"aws:MultiFactorAuthPresent": "true"}
    assert (assuming["gain"]["denied_by"], assuming["loss"]) == (None, None)


def test_two_revisions_in_each_format(ann: Clone, differ: Differ) -> None:
    ann.commit("more", users_py=MORE)
    code, text, stderr = differ(ann.folder, "HEAD~1", "HEAD")
    assert (code, stderr) == (0, "")
    assert text.startswith("bob gains access. No one loses anything: proven for ")
    assert "\nnot looked at:\n  - the root user of each account" in text
    _, markdown, _ = differ(ann.folder, "HEAD~1", "HEAD", form="markdown")
    assert markdown.startswith("## Who gains and who loses access\n\n```text\nbob gains access.")
    assert markdown.endswith("\n```\n")
    _, github, _ = differ(ann.folder, "HEAD~1", "HEAD", form="github")
    first, second = github.splitlines()
    assert first.startswith("::notice title=access::bob gains access.")
    assert second.startswith(
        "::warning title=roles gained::bob: OpsR in prod%0Asuch as sts:AssumeRole on arn:aws:iam::"
    )


@pytest.mark.parametrize(
    ("fail_on", "backwards", "expected"),
    [
        ("gain", False, "error: diff: somebody gains access"),
        ("gain", True, ""),
        ("any", True, "error: diff: access is not the same\nhint: take back what changes it, or leave out --fail-on\n"),
        ("escalation", False, ""),
    ],
)
def test_when_it_fails(ann: Clone, differ: Differ, fail_on: str, backwards: bool, expected: str) -> None:
    ann.commit("more", users_py=MORE)
    order = ("HEAD", "HEAD~1") if backwards else ("HEAD~1", "HEAD")
    code, _, stderr = differ(ann.folder, *order, fail_on=fail_on)
    assert (code, stderr.startswith(expected) if expected else stderr == "") == (1 if expected else 0, True)


def test_a_new_way_to_administrator_fails(ann: Clone, differ: Differ) -> None:
    ann.commit("more", users_py=USERS.replace('("ec2", "s3")', '("ec2", "s3", "iam")'))
    code, text, stderr = differ(ann.folder, "HEAD~1", "HEAD", fail_on="escalation")
    assert (code, stderr) == (
        1,
        "error: diff: there are new ways to administrator\nhint: take away what leads there\n",
    )
    assert "new ways to administrator:\n  alice as OpsR in prod\n  bob as OpsR in dev\n" in text


def test_one_commit_under_two_names(ann: Clone, differ: Differ) -> None:
    ann.git("tag", "v1.0.0")
    code, text, stderr = differ(ann.folder, "v1.0.0", "HEAD")
    assert code == 0
    assert text.startswith("No change of access: proven for ")
    assert stderr == (
        "warning: v1.0.0: is the same commit as HEAD: there is nothing to compare\n"
        "hint: name another revision, or one only for what is here\n"
    )


def test_revisions_that_there_are_not(ann: Clone, differ: Differ, world: Any, tmp_path: Path) -> None:
    with pytest.raises(IamgenError) as caught:
        differ(ann.folder)
    problem = "there is no release yet to compare with"
    assert caught.value.faults == (Fault("git", problem, "name a revision: iamgen diff HEAD"),)
    with pytest.raises(IamgenError, match=r"v9\.9\.9: there is no such revision"):
        differ(ann.folder, "v9.9.9")
    ann.push()
    shallow = world.clone("bea", "--depth", "1")
    with pytest.raises(IamgenError) as caught:
        differ(shallow.folder)
    problem = "this clone is shallow, and has no release in what it knows of its history"
    hint = "git fetch --unshallow --tags, or name a revision: iamgen diff HEAD"
    assert caught.value.faults == (Fault("git", problem, hint),)
    unborn = tmp_path / "unborn"
    unborn.mkdir()
    (unborn / "users.py").write_text(USERS)
    subprocess.run(["git", "init", "--quiet", str(unborn)], check=True)
    with pytest.raises(IamgenError, match="git: there is no commit yet"):
        differ(unborn)


@pytest.mark.parametrize("broken_is_earlier", [True, False])
def test_a_revision_that_cannot_be_loaded_any_more(ann: Clone, differ: Differ, broken_is_earlier: bool) -> None:
    ann.commit("broken", users_py="broken(")
    order = ("HEAD", "HEAD~1") if broken_is_earlier else ("HEAD~1", "HEAD")
    code, text, stderr = differ(ann.folder, *order)
    side = "earlier" if broken_is_earlier else "later"
    assert code == 1
    assert text.startswith(f"The {side} state cannot be read, so nothing is compared. Of users.py at HEAD~1:\n")
    assert "  bob\n    OpsR in dev\n    ReadR in prod\n" in text
    assert stderr.startswith("error: HEAD:users.py:1")
    assert stderr.endswith(
        f"error: diff: nothing is compared: the {side} state cannot be read\nhint: mend what is named above\n"
    )
    assert differ(ann.folder, *order, form="json")[:2] == (1, "")


def test_two_states_that_cannot_be_loaded(ann: Clone, differ: Differ) -> None:
    ann.commit("broken", users_py="broken(")
    (ann.folder / "users.py").write_text("also broken")
    with pytest.raises(IamgenError) as caught:
        differ(ann.folder, "HEAD")
    assert [fault.where.split(":")[0] for fault in caught.value.faults] == ["HEAD", "users.py"]


def template(folder: Path, name: str, *actions: str) -> str:
    file = folder / name
    file.write_text(json.dumps({"Resources": {"Ann": user("ann", *map(allow, actions))}}))
    return f"{OPS}={file}"


def test_two_templates_of_an_account(tmp_path: Path, differ: Differ) -> None:
    pair = (
        template(tmp_path, "old.json", "s3:Get*"),
        template(tmp_path, "new.json", "s3:GetObject", "sqs:SendMessage"),
    )
    code, text, _ = differ(tmp_path, templates=pair)
    assert code == 0
    assert "more is allowed:\n  ann in 999999999999, as their own user\n    sqs: SendMessage (Write)\n" in text
    assert "less is allowed:\n  ann in 999999999999, as their own user\n    s3: " in text
    assert "denied now: no statement allows it" in text


def test_two_details_of_an_account(tmp_path: Path, differ: Differ) -> None:
    lists: dict[str, list[Any]] = {"GroupDetailList": [], "RoleDetailList": [], "UserDetailList": [], "Policies": []}
    (tmp_path / "old.json").write_text(json.dumps(lists))
    arn = f"arn:aws:iam::{OPS}:user/ann"
    (tmp_path / "new.json").write_text(json.dumps({**lists, "UserDetailList": [{"UserName": "ann", "Arn": arn}]}))
    pair = tuple(f"{OPS}={tmp_path / name}" for name in ("old.json", "new.json"))
    code, text, _ = differ(tmp_path, details=pair)
    assert code == 0
    assert "joined:\n  user: ann in 999999999999\n" in text


def test_files_that_are_no_pairs_or_no_policies(tmp_path: Path, differ: Differ) -> None:
    element = template(tmp_path, "old.json", "s3:*")
    with pytest.raises(UsageError) as caught:
        differ(tmp_path, templates=(element,))
    problem = f"the account {OPS} is named 1 times, and a comparison takes two files"
    hint = f"the old one first: --template {OPS}=old.json --template {OPS}=new.json"
    assert caught.value.faults == (Fault("--template", problem, hint),)
    with pytest.raises(UsageError) as caught:
        differ(tmp_path, "HEAD", templates=(element, element))
    assert caught.value.faults == (Fault("--template", "takes the place of FROM and TO", "leave the revisions out"),)
    (tmp_path / "new.json").write_text("[]")
    code, _, stderr = differ(tmp_path, templates=(element, f"{OPS}={tmp_path / 'new.json'}"))
    assert (code, "new.json" in stderr) == (1, True)
    refused = {"Resources": {"Ann": user("ann", {"Effect": "Perhaps", "Action": "s3:*", "Resource": "*"})}}
    (tmp_path / "new.json").write_text(json.dumps(refused))
    code, text, stderr = differ(tmp_path, templates=(element, f"{OPS}={tmp_path / 'new.json'}"), fail_on="gain")
    assert code == 1
    assert stderr.endswith(
        "error: diff: it is not decided whether somebody gains access\n"
        "hint: write the statements that are named so that they can be decided\n"
    )
    assert "not decided:\n  ann in 999999999999\n" in text


def test_deployed_takes_the_place_of_the_earlier_revision(ann: Clone, differ: Differ) -> None:
    with pytest.raises(UsageError) as caught:
        differ(ann.folder, "HEAD", "HEAD", deployed=True)
    assert caught.value.faults == (Fault("--deployed", "takes the place of FROM", "name one revision, or none"),)
    with pytest.raises(UsageError, match="--template and --deployed name different sources"):
        differ(ann.folder, templates=(f"{OPS}=x",), deployed=True)


class Sts:
    def __init__(self, account_id: str) -> None:
        self.account_id = account_id

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": self.account_id, "Arn": f"arn:aws:iam::{self.account_id}:user/me"}


def test_what_is_deployed_and_what_is_here(ann: Clone, differ: Differ, monkeypatch: pytest.MonkeyPatch) -> None:
    """prod has no stack, so everything there is new; dev is as it is declared."""
    texts = Project.load(ann.folder, NOW).render().texts

    def clients(_choice: CredentialChoice, _declaration: Any, account: Any) -> Clients:
        services = {"sts": Sts(account.id), "cloudformation": account.name}
        return Clients(services.__getitem__, Credentials(), "eu-west-1")

    def read(cloudformation: Any, _name: str) -> Any:
        return (
            None
            if cloudformation == "prod"
            else stacks.Stack("infra", cloudformation, "CREATE_COMPLETE", NOW, {}, guarded=True)
        )

    monkeypatch.setattr(CredentialChoice, "clients", clients)
    monkeypatch.setattr(stacks, "read", read)
    monkeypatch.setattr(stacks, "template", lambda cloudformation, _name: texts[cloudformation])
    code, text, stderr = differ(ann.folder, deployed=True)
    assert (code, stderr) == (
        0,
        "warning: prod: there is no stack infra: the account counts as empty\nhint: deploy it: iamgen deploy prod\n",
    )
    assert "roles gained:\n  alice: OpsR in prod\n" in text
    assert "in dev" not in text
    texts = dict.fromkeys(texts, "Resources: {}")
    code, text, stderr = differ(ann.folder, deployed=True)
    assert code == 1
    assert text.startswith("The earlier state cannot be read, so nothing is compared.")
    assert stderr.startswith(
        "error: user-only (111111111111): the template of the stack infra is not JSON, as iamgen deploys it\n"
        "hint: compare it as a file: iamgen template user-only > old.yaml\n"
    )
