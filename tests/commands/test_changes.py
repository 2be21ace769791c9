"""`iamgen changes` as a person types it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.commands.bob_in_prod import ACCESS, TEMPLATES, USERS

Iamgen = Callable[..., subprocess.CompletedProcess[str]]
World = Any
Clone = Any

NO_ACCESS = """\
No change of access: proven for 8 users and roles. Their policies are the same on both sides, statement by statement.

"""
TEXT = ACCESS + TEMPLATES
MARKDOWN = """\
## What changes in the templates

**prod (production): 0 to add, 2 to change, 0 to destroy**

```diff
! OpsR  AWS::IAM::Role
!     AssumeRolePolicyDocument: Allow sts:AssumeRole for alice if Bool aws:MultiFactorAuthPresent = true
+         Principal: bob
! ReadR  AWS::IAM::Role
-     AssumeRolePolicyDocument: Allow sts:AssumeRole for bob if Bool aws:MultiFactorAuthPresent = true
+     AssumeRolePolicyDocument: Deny sts:AssumeRole for *
```

no changes: dev, user-only

Plan: 0 to add, 2 to change, 0 to destroy.
"""


@pytest.fixture
def ann(world: World) -> Clone:
    return world.clone("ann")


def test_of_what_is_not_committed(ann: Clone, iamgen: Iamgen) -> None:
    none = iamgen(ann.folder, "changes", "--exit-code")
    assert (none.returncode, none.stdout) == (
        0,
        f"{NO_ACCESS}no changes: dev, prod, user-only\nPlan: 0 to add, 0 to change, 0 to destroy.\n",
    )
    (ann.folder / "users.py").write_text(USERS)
    done = iamgen(ann.folder, "changes")
    assert (done.returncode, done.stdout, done.stderr) == (0, TEXT, "")
    assert iamgen(ann.folder, "changes", "--exit-code").returncode == 4
    failed = iamgen(ann.folder, "changes", "--exit-code", "--fail-on", "gain")
    assert (failed.returncode, failed.stdout, failed.stderr) == (
        1,
        TEXT,
        "error: changes: somebody gains access\nhint: take away what is gained, or leave out --fail-on\n",
    )
    assert iamgen(ann.folder, "changes", "--exit-code", "--fail-on", "escalation").returncode == 4
    markdown = iamgen(ann.folder, "changes", "--format", "markdown").stdout
    assert markdown.startswith("## Who gains and who loses access\n\n```text\nbob gains access. bob loses access.\n")
    assert "roles gained:\n  bob: OpsR in prod\n" in markdown
    assert "roles lost:\n  bob: ReadR in prod\n" in markdown
    assert markdown.endswith(f"\n```\n\n{MARKDOWN}")
    loads = json.loads(iamgen(ann.folder, "changes", "--json").stdout)
    assert (loads["add"], loads["change"], loads["destroy"]) == (0, 2, 0)
    assert [entry["logical_id"] for entry in loads["accounts"][1]["changes"]] == ["OpsR", "ReadR"]
    assert [(item["who"]["name"], item["role"], item["state"]) for item in loads["access"]["roles"]] == [
        ("bob", "OpsR", "gained"),
        ("bob", "ReadR", "lost"),
    ]
    assert (loads["access"]["before"], loads["access"]["after"]) == (
        "users.py at HEAD",
        "users.py, as it would be deployed",
    )


def test_brief_names_the_resources_alone(ann: Clone, iamgen: Iamgen) -> None:
    (ann.folder / "users.py").write_text(USERS)
    access, _, resources = TEXT.partition("\n\n")
    lines = resources.splitlines(keepends=True)
    assert iamgen(ann.folder, "changes", "--brief").stdout == "".join(
        (f"{access.splitlines()[0]}\n\n", *(line for line in lines if not line.startswith("        ")))
    )


def at_width(columns: int, folder: Path, environment: dict[str, str], *args: str) -> str:
    """Return what `iamgen changes` writes to a terminal of so many columns."""
    command = ["-m", "iamgen", *args, "changes"]
    child = pexpect.spawn(
        sys.executable, command, cwd=str(folder), env=environment, encoding="utf-8", dimensions=(50, columns)
    )
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before).replace("\r\n", "\n")


@pytest.mark.parametrize("columns", [80, 200])
def test_on_a_terminal_it_fits_and_is_in_colour(ann: Clone, environment: dict[str, str], columns: int) -> None:
    (ann.folder / "users.py").write_text(USERS)
    screen = at_width(columns, ann.folder, environment)
    assert screen.startswith("\x1b[1mbob gains access. bob loses access.\x1b[0m\n")
    assert "\x1b[32m        + bob: OpsR in prod\x1b[0m\n" in screen
    assert "\n\x1b[1m\x1b[31mprod (production): 0 to add, 2 to change, 0 to destroy\x1b[0m\n" in screen
    assert "\x1b[32m            + Principal: bob\x1b[0m\n" in screen
    plain = re.sub(r"\x1b\[\d*m", "", screen)
    assert max(map(len, plain.splitlines())) <= columns
    assert plain.split() == TEXT.split()
    assert (plain == TEXT) is (columns == 200)


def test_on_a_terminal_without_colour(ann: Clone, environment: dict[str, str]) -> None:
    (ann.folder / "users.py").write_text(USERS)
    assert at_width(200, ann.folder, {**environment, "NO_COLOR": "1"}) == TEXT
    assert at_width(200, ann.folder, environment, "--color", "never") == TEXT


def test_between_two_revisions(ann: Clone, iamgen: Iamgen) -> None:
    ann.git("tag", "v0.0.1")
    ann.git("update-ref", "refs/tags/-x", "HEAD")
    ann.commit("Grant bob more", users_py=USERS)
    (ann.folder / "users.py").write_text("not looked at")
    for before in ("v0.0.1", "HEAD^", "refs/tags/-x"):
        assert iamgen(ann.folder, "changes", before, "main").stdout == TEXT
    assert iamgen(ann.folder, "changes", "--", "-x", "main").stdout == TEXT


def test_an_account_that_comes_and_one_that_goes(ann: Clone, iamgen: Iamgen) -> None:
    const = (
        (ann.folder / "CONST.inc")
        .read_text()
        .replace("DEV_AWS_ACCOUNT_ID=222222222222", "DEV_AWS_ACCOUNT_ID=444444444444")
    )
    (ann.folder / "CONST.inc").write_text(const)
    done = iamgen(ann.folder, "changes", "--json")
    assert [(load["account"], load["state"]) for load in json.loads(done.stdout)["accounts"]] == [
        ("dev", "new"), ("dev", "gone"), ("prod", "same"), ("user-only", "changed"),
    ]  # fmt: skip
    text = iamgen(ann.folder, "changes").stdout
    assert "dev (new): 4 to add, 0 to change, 0 to destroy\n    + AdminR  AWS::IAM::Role\n" in text
    assert "\ndev: declared no more; its stack stays until somebody deletes it\n" in text


def test_a_stack_of_another_name_or_region(ann: Clone, iamgen: Iamgen) -> None:
    users = (ann.folder / "users.py").read_text()
    (ann.folder / "users.py").write_text(f'{users}SETTINGS = Settings(stack="iam2")\n')
    stdout = iamgen(ann.folder, "changes").stdout
    assert "\ndev: the stack infra in eu-west-1 is declared no more; it stays until somebody deletes it\n" in stdout
    assert stdout.endswith(" to add, 0 to change, 0 to destroy.\n")
    (ann.folder / "users.py").write_text(users)
    const = (ann.folder / "CONST.inc").read_text()
    (ann.folder / "CONST.inc").write_text(const.replace("eu-west-1", "eu-central-1"))
    done = iamgen(ann.folder, "changes", "--exit-code")
    assert done.returncode == 4
    assert done.stdout.startswith(
        f"{NO_ACCESS}dev (new stack infra in eu-central-1): 4 to add, 0 to change, 0 to destroy\n"
    )
    assert "deletes it, and the new one cannot be made before: it has the same IAM names\n" in done.stdout


def test_a_text_that_would_end_the_block(ann: Clone, iamgen: Iamgen) -> None:
    users = USERS + 'ROLES = (Role("ToolR", accounts="dev", services=("s3",), description="````\\n# Approved"),)\n'
    (ann.folder / "users.py").write_text(users)
    stdout = iamgen(ann.folder, "changes", "--format", "markdown").stdout
    assert "\n`````diff\n" in stdout
    assert "\n# Approved" not in stdout


@pytest.mark.parametrize(
    "revision",
    ["nonsense", "HEAD^{tree}", "--output=x", "0000000000000000000000000000000000000000", "a b", "^HEAD", "HEAD^!"],
)
def test_a_revision_that_there_is_not(revision: str, ann: Clone, iamgen: Iamgen) -> None:
    done = iamgen(ann.folder, "changes", "--", revision)
    hint = "hint: a tag, a branch or a commit; git fetch may bring it\n"
    assert (done.returncode, done.stderr) == (1, f"error: {revision}: there is no such revision\n{hint}")


def test_a_release_without_its_v_and_a_branch_of_the_remote(ann: Clone, iamgen: Iamgen) -> None:
    ann.git("tag", "v0.0.1")
    ann.push("HEAD:refs/heads/env/infra")
    ann.git("fetch", "origin")
    expected = iamgen(ann.folder, "changes", "v0.0.1")
    assert expected.returncode == 0
    assert iamgen(ann.folder, "changes", "0.0.1").stdout == expected.stdout
    assert iamgen(ann.folder, "changes", "env/infra").stdout == expected.stdout
    assert iamgen(ann.folder, "changes", "0.0.2").returncode == 1


def test_a_revision_with_faults(ann: Clone, iamgen: Iamgen) -> None:
    ann.commit("Broken", users_py="1/0")
    (ann.folder / "users.py").write_text(USERS)
    done = iamgen(ann.folder, "changes")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: HEAD:users.py:1:1: ZeroDivisionError: division by zero\n"
        "   1 | 1/0\n     | ^^^\nhint: python users.py shows how it came to this\n"
    )


def test_what_mends_a_broken_revision_gets_through_ci(ann: Clone, iamgen: Iamgen) -> None:
    ann.commit("Broken", users_py="1/0")
    (ann.folder / "users.py").write_text(USERS)
    done = iamgen(ann.folder, "changes", "--format", "markdown")
    assert (done.returncode, done.stdout) == (
        0,
        "## Who gains and who loses access\n\n"
        "It is not known who gains and who loses access: what this is compared with cannot be rendered, and the messages "
        "say why\n\n"
        "## What changes in the templates\n\n"
        "No difference is shown: what this is compared with cannot be rendered. The log says why.\n",
    )
    assert done.stderr == (
        "warning: HEAD:users.py:1:1: ZeroDivisionError: division by zero\n"
        "hint: python users.py shows how it came to this\n"
        "warning: HEAD: cannot be rendered: no difference is shown, nor what follows from it\nhint: look at the commits\n"
    )
    assert iamgen(ann.folder, "changes", "--format", "markdown", "--exit-code").returncode == 4
    assert iamgen(ann.folder, "changes", "--format", "markdown", "HEAD^", "HEAD").returncode == 1
    unknown = iamgen(ann.folder, "changes", "--format", "markdown", "--fail-on", "escalation")
    assert (unknown.returncode, unknown.stdout) == (1, done.stdout)
    assert unknown.stderr.endswith(
        "error: changes: it is not known whether somebody gains access: one of the sides cannot be read\n"
        "hint: mend what is named above, or leave out --fail-on\n"
    )


def test_neither_hooks_nor_attributes_change_what_is_looked_at(ann: Clone, iamgen: Iamgen) -> None:
    (ann.folder / ".gitattributes").write_text("users.py export-ignore\nCONST.inc export-subst\n")
    ann.commit("Attributes")
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        hook = ann.folder / ".git/hooks" / name
        hook.write_text("#!/bin/sh\ntouch ran\n")
        hook.chmod(0o755)
    index = (ann.folder / ".git/index").read_bytes()
    assert iamgen(ann.folder, "changes", "HEAD^", "HEAD").returncode == 0
    assert not (ann.folder / "ran").exists()
    assert (ann.folder / ".git/index").read_bytes() == index
    assert ann.git("-c", "core.hooksPath=/dev/null", "status", "--porcelain") == ""


def test_a_sparse_checkout(ann: Clone, iamgen: Iamgen) -> None:
    """The folder of templates is not in the working tree, and is in the commit."""
    policies = ann.folder / "templates/policies"
    policies.mkdir(parents=True)
    statement = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
    (policies / "own.json.j2").write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    ann.commit("Own", users_py=f'{USERS}POLICIES = (Policy("OwnP", "own.json.j2", accounts="dev"),)\n')
    ann.git("sparse-checkout", "set", "--no-cone", "/*", "!/templates/")
    assert not policies.exists()
    done = iamgen(ann.folder, "changes", "HEAD^", "HEAD")
    assert (done.returncode, done.stderr) == (0, "")
    assert "+ PolicyDocument: Allow s3:ListBucket on *" in done.stdout


def test_a_file_from_elsewhere_in_a_larger_repository(ann: Clone, iamgen: Iamgen) -> None:
    folder, common = ann.folder / "team/i a m", ann.folder / "common"
    for item in (folder, common):
        item.mkdir(parents=True)
    ann.git("mv", "users.py", str(folder))
    ann.git("mv", "CONST.inc", str(common))
    (folder / "CONST.inc").symlink_to("../../common/CONST.inc")
    ann.commit("Move")
    done = iamgen(folder, "changes")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{NO_ACCESS}no changes: dev, prod, user-only\n")


def test_a_file_in_a_submodule(world: World, ann: Clone, iamgen: Iamgen) -> None:
    ann.git("submodule", "--quiet", "add", f"file://{world.folder}/origin.git", "common")
    (ann.folder / "CONST.inc").unlink()
    (ann.folder / "CONST.inc").symlink_to("common/CONST.inc")
    ann.commit("Share it")
    done = iamgen(ann.folder, "changes")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.endswith(
        "error: HEAD: submodules are not looked into: common\n"
        "hint: what iamgen reads has to be in the repository itself\n"
    )


def test_outside_of_git(make_repo: Callable[..., Path], iamgen: Iamgen) -> None:
    root = make_repo()
    done = iamgen(root, "changes")
    assert (done.returncode, done.stderr.splitlines()[0]) == (1, f"error: {root}: is in no git repository")


@pytest.mark.parametrize(
    ("ref", "revision"),
    [
        ("refs/tags/main", "main"),
        ("refs/tags/origin/main", "origin/main"),
        ("refs/heads/{id:.10}", "{id:.10}"),
        ("refs/tags/refs/heads/gone", "refs/heads/gone"),
        ("refs/tags/refs/heads/gone", "refs/heads/gone~1"),
    ],
)
def test_a_revision_that_may_mean_two_things(ref: str, revision: str, ann: Clone, iamgen: Iamgen) -> None:
    begin = ann.git("rev-parse", "HEAD")
    ann.commit("Second")
    ref, revision = ref.format(id=begin), revision.format(id=begin)
    ann.git("update-ref", ref, "HEAD")
    done = iamgen(ann.folder, "changes", revision)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {revision}: it may mean several things: a tag, a branch, or an id that begins so\n"
        "hint: write it in full: refs/heads/…, refs/tags/…, or all of the commit's id\n"
    )


@pytest.mark.parametrize("revision", ["{id}", "refs/heads/main", "refs/heads/main^0", "HEAD"])
def test_a_revision_that_nothing_can_stand_in_for(revision: str, ann: Clone, iamgen: Iamgen) -> None:
    commit = ann.git("rev-parse", "HEAD")
    evil = ann.commit("Evil", users_py=USERS)
    ann.git("reset", "--quiet", "--hard", commit)
    for name in ("tags/{id}", "heads/{id}", "tags/refs/heads/main", "tags/HEAD"):
        ann.git("update-ref", f"refs/{name.format(id=commit)}", evil)
    done = iamgen(ann.folder, "changes", revision.format(id=commit))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{NO_ACCESS}no changes: dev, prod, user-only\n")
