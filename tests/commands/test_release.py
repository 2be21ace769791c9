"""`iamgen release` as a person types it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from iamgen.commands.release import ReleaseRequest, release
from iamgen.ui.console import Console
from tests.commands.bob_in_prod import ACCESS, TEMPLATES, USERS

Iamgen = Callable[..., subprocess.CompletedProcess[str]]
World = Any
Clone = Any

FIRST = """\
v0.0.1

Changes:
- {begin} Begin (First)

All access is new: there is nothing before it to compare with. iamgen access shows who has what.

Templates:
dev (new): 4 to add, 0 to change, 0 to destroy
prod (production, new): 4 to add, 0 to change, 0 to destroy
user-only (new): 6 to add, 0 to change, 0 to destroy
Plan: 14 to add, 0 to change, 0 to destroy.
"""
SECOND = f"""\
v0.0.2

Breaking changes since v0.0.1:
- {{breaking}} feat!: bob is an Ops of prod (Ann)

Changes since v0.0.1:
- {{other}} Look twice (Ann)

{ACCESS}\
Templates:
{TEMPLATES}"""


@pytest.fixture
def ann(world: World) -> Clone:
    return world.clone("ann")


def test_two_releases(ann: Clone, at: Iamgen) -> None:
    begin = ann.git("rev-parse", "HEAD")[:10]
    done = at(ann.folder, "release", "--yes")
    assert (done.returncode, done.stdout) == (0, FIRST.format(begin=begin))
    assert done.stderr == f"released v0.0.1, main at {begin}, to origin\nnext: iamgen promote infra v0.0.1\n"
    other = ann.commit("Look twice")[:10]
    breaking = ann.commit("feat!: bob is an Ops of prod", users_py=USERS)[:10]
    ann.push()
    done = at(ann.folder, "release", "--yes")
    assert (done.returncode, done.stdout) == (0, SECOND.format(other=other, breaking=breaking))
    assert done.stderr.startswith(
        "warning: release: a commit breaks something, and v0.0.2 does not say so\n"
        "hint: iamgen release breaking makes it v0.1.0\n"
    )
    message = ann.git("tag", "--list", "--format=%(contents)", "v0.0.2")
    assert f"{message}\n" == done.stdout
    assert ann.remote_refs()["refs/tags/v0.0.2"] == ann.git("rev-parse", "HEAD")


def test_a_level_that_says_what_breaks_is_not_warned_about(ann: Clone, at: Iamgen) -> None:
    at(ann.folder, "release", "--yes")
    ann.commit("feat!: nothing is as it was")
    ann.push()
    for asked in ("breaking", "v0.0.9"):
        assert "warning" not in at(ann.folder, "release", asked, "--dry-run").stderr


def test_a_dry_run_changes_nothing(ann: Clone, at: Iamgen) -> None:
    begin = ann.git("rev-parse", "HEAD")[:10]
    done = at(ann.folder, "release", "--dry-run")
    assert (done.returncode, done.stdout) == (0, FIRST.format(begin=begin))
    assert done.stderr == f"dry run: would release v0.0.1, main at {begin}, to origin\n"
    assert (ann.tags(), list(ann.remote_refs())) == ([], ["refs/heads/main"])


def test_json(ann: Clone, at: Iamgen) -> None:
    done = at(ann.folder, "release", "public", "--json", "--yes")
    loads = json.loads(done.stdout)
    assert [loads.pop(name) for name in ("version", "previous", "branch", "remote", "released")] == [
        "v1.0.0", None, "main", "origin", True,
    ]  # fmt: skip
    assert loads["commit"] == loads["commits"][0]["id"] == ann.git("rev-parse", "HEAD")
    assert [(entry["account"], entry["state"], entry["add"]) for entry in loads["accounts"]] == [
        ("dev", "new", 4), ("prod", "new", 4), ("user-only", "new", 6),
    ]  # fmt: skip
    again = at(ann.folder, "release", "--json", "--yes")
    nothing = json.loads(again.stdout)
    assert again.returncode == 0
    assert nothing.keys() == {*loads, "version", "previous", "branch", "remote", "released"}
    assert (nothing["version"], nothing["released"], nothing["commits"], nothing["accounts"]) == (
        "v1.0.0",
        False,
        [],
        [],
    )
    assert again.stderr == "there is nothing to release: the last release is this very commit\n"


def test_a_full_disk_is_told_that_it_was_released(
    ann: Clone, environment: dict[str, str], lint_cache: str, at: Iamgen
) -> None:
    command = [sys.executable, "-m", "iamgen", "release", "--yes", "--json"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command,
            cwd=ann.folder,
            env={**environment, "XDG_CACHE_HOME": lint_cache},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    message = f"v0.0.1, main at {ann.git('rev-parse', 'HEAD')[:10]}, to origin"
    assert done.returncode == 1
    assert done.stderr.endswith(
        f"released {message}\n"
        f"error: stdout: cannot be written: No space left on device; {message}: released all the same\n"
        "hint: free some room, or send it elsewhere\n"
    )
    again = at(ann.folder, "release", "--yes")
    assert again.stderr == "there is nothing to release: the last release is this very commit\n"


def test_without_a_terminal_it_refuses_beforehand(ann: Clone, at: Iamgen) -> None:
    ann.git("remote", "remove", "origin")
    done = at(ann.folder, "release")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: release: it asks before it changes anything, and there is no terminal to ask on\n"
        "hint: look with --dry-run, then answer beforehand with --yes\n"
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_the_answer(answer: str, code: int, ann: Clone, lint_cache: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", lint_cache)
    console = Console(io.StringIO(), Terminal(), coloured=False, answers=Terminal(answer))
    assert release(ReleaseRequest(ann.folder), console) == code
    asked = f"Release v0.0.1, main at {ann.git('rev-parse', 'HEAD')[:10]}, to origin? [y/N] "
    assert asked in console.err.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert ann.tags() == (["v0.0.1"] if code == 0 else [])


def test_every_fault_of_the_declaration(ann: Clone, at: Iamgen) -> None:
    ann.commit("Typo", users_py=USERS.replace('"bob", {"dev": "OpsR"', '"b b", {"dve": "OpsR"'))
    done = at(ann.folder, "release", "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("error: users.py:3:") == 2


def test_a_check_that_does_not_pass(ann: Clone, at: Iamgen) -> None:
    tool = 'Role("ToolR", accounts="dev", mfa=False, assumed_by=("arn:aws:iam::999999999999:user/tool",))'
    asserted = 'ASSERTIONS = (Forbid("s3:*", who="ReadR"),)'
    ann.commit("A tool", users_py=f"{USERS}ROLES = ({tool},)\n{asserted}\n")
    ann.push()
    done = at(ann.folder, "release", "--yes")
    assert (done.returncode, done.stdout) == (1, "")
    assert "error: HEAD:users.py:4: dev Resources/ToolR/Properties/AssumeRolePolicyDocument" in done.stderr
    assert ": E108 trust-without-mfa: " in done.stderr
    assert "error: HEAD:users.py:5:15: Forbid 's3:*': infra-ReadR-" in done.stderr
    assert ann.tags() == []


def test_what_is_ignored_by_git_is_not_released(ann: Clone, at: Iamgen) -> None:
    """The working tree has a template that the commit lacks: what is checked is the commit."""
    policies = ann.folder / "templates/policies"
    policies.mkdir(parents=True)
    statement = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
    (policies / "own.json.j2").write_text(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    (ann.folder / ".gitignore").write_text("templates\n")
    ann.commit("Own", users_py=f'{USERS}POLICIES = (Policy("OwnP", "own.json.j2", accounts="dev"),)\n')
    ann.push()
    assert at(ann.folder, "check", "--no-lint").returncode == 0
    done = at(ann.folder, "release", "--yes")
    assert done.returncode == 1
    assert "error: HEAD:templates/policies/own.json.j2: there is no such template" in done.stderr


def test_a_release_before_that_cannot_be_rendered(ann: Clone, at: Iamgen) -> None:
    ann.commit("Broken", users_py="1/0")
    ann.git("tag", "--annotate", "--message=by hand", "v0.0.1")
    ann.commit("Mended", users_py=USERS)
    ann.push("main", "v0.0.1")
    done = at(ann.folder, "release", "--yes")
    assert done.returncode == 0
    assert "Templates:" not in done.stdout
    unknown = "It is not known who gains and who loses access: what this is compared with cannot be rendered, and the messages say why\n"
    assert done.stdout.endswith(f"\n\n{unknown}")
    assert f"{ann.git('tag', '--list', '--format=%(contents)', 'v0.0.2')}\n" == done.stdout
    assert done.stderr.startswith(
        "warning: v0.0.1:users.py:1:1: ZeroDivisionError: division by zero\n"
        "hint: python users.py shows how it came to this\n"
        "warning: v0.0.1: cannot be rendered: no difference is shown, nor what follows from it\nhint: look at the commits\n"
    )


def test_a_grant_that_ends_meanwhile_is_no_difference(ann: Clone, at: Iamgen) -> None:
    users = USERS.replace('"prod": "OpsR"})', '"prod": Grant("OpsR", until="2026-11-24")})', 1)
    ann.commit("For a day", users_py=users)
    ann.push()
    assert at(ann.folder, "release", "--yes").returncode == 0
    ann.commit("Later")
    ann.push()
    done = at(ann.folder, "release", "--yes", SOURCE_DATE_EPOCH=str(1795478400 + 7 * 86400))
    assert "no changes: dev, prod, user-only\n" in done.stdout


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("bugfux", "error: release: there is no level 'bugfux'\nhint: did you mean bugfix?\n"),
        ("1.2.3", "error: release: '1.2.3' is no version\nhint: did you mean v1.2.3?\n"),
        ("v1", "error: release: 'v1' is no version\nhint: a version is v1.2.3, or v1.2.3-hotfix.1\n"),
    ],
)
def test_wrong_usage(asked: str, message: str, ann: Clone, at: Iamgen) -> None:
    done = at(ann.folder, "release", asked, "--yes")
    assert (done.returncode, done.stderr) == (2, message)


def test_git_that_is_not_there(ann: Clone, at: Iamgen, tmp_path: Path) -> None:
    done = at(ann.folder, "release", "--yes", PATH=str(tmp_path))
    assert (done.returncode, done.stderr) == (
        1,
        "error: git: cannot be run: No such file or directory\nhint: install git, version 2.30 or newer\n",
    )


def test_no_folder_is_left_behind(ann: Clone, at: Iamgen, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    assert at(ann.folder, "release", "--dry-run", TMPDIR=str(tmp_path / "tmp")).returncode == 0
    assert list((tmp_path / "tmp").iterdir()) == []


def hook(folder: Path, name: str, script: str) -> None:
    place = folder / "hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{script}\n")
    place.chmod(0o755)


@pytest.mark.parametrize("signal", ["INT", "TERM", "HUP"])
def test_a_signal_while_it_pushes_leaves_no_tag(signal: str, ann: Clone, at: Iamgen) -> None:
    hook(ann.folder / ".git", "pre-push", f"kill -{signal} $(ps -o ppid= $PPID)\nsleep 2")
    done = at(ann.folder, "release", "--yes")
    assert done.returncode == 130
    message = (
        "error: tag v0.0.1: interrupted while origin was to take it, and it may still; there is no tag here\n"
        "hint: look, and again later: git ls-remote origin refs/tags/v0.0.1\n"
    )
    assert message in done.stderr  # git may say on its own that the connection is lost
    assert (ann.tags(), list(ann.remote_refs())) == ([], ["refs/heads/main"])


def test_a_signal_that_comes_when_the_remote_has_the_tag(ann: Clone, at: Iamgen, tmp_path: Path) -> None:
    """The remote has it, and the connection is still open: what then interrupts comes too late, and says so."""
    script = f"kill -TERM $(cat '{tmp_path}/pid'); sleep 2"
    hook(ann.folder / "../origin.git", "post-receive", script)
    hook(ann.folder / ".git", "pre-push", f"ps -o ppid= $PPID >'{tmp_path}/pid'")
    done = at(ann.folder, "release", "--yes")
    assert done.returncode == 130
    assert done.stderr == (
        "error: tag v0.0.1: interrupted too late: origin has it, and it stays\n"
        "hint: look at: git ls-remote origin refs/tags/v0.0.1\n"
    )
    assert ann.tags() == ["v0.0.1"]
    assert "refs/tags/v0.0.1" in ann.remote_refs()


@pytest.mark.parametrize("signal", ["INT", "TERM", "HUP"])
def test_a_signal_while_it_signs_leaves_no_tag(signal: str, ann: Clone, at: Iamgen, tmp_path: Path) -> None:
    """git does not hear of it, signs and makes the tag; iamgen waits for it and takes the tag away."""
    signer = tmp_path / "gpg"
    lines = (
        f"kill -{signal} $(ps -o ppid= $PPID)",
        "cat >/dev/null",
        'echo "[GNUPG:] SIG_CREATED " >&2',
        "echo signed",
    )
    signer.write_text("#!/bin/sh\n" + "\n".join(lines))
    signer.chmod(0o755)
    ann.git("config", "tag.gpgSign", "true")
    ann.git("config", "gpg.program", str(signer))
    done = at(ann.folder, "release", "--yes")
    assert (done.returncode, done.stderr.strip()) == (130, "interrupted")
    assert (ann.tags(), list(ann.remote_refs())) == ([], ["refs/heads/main"])


@pytest.mark.parametrize("signal", ["INT", "TERM", "HUP"])
def test_a_signal_while_it_looks_leaves_no_folder(signal: str, ann: Clone, at: Iamgen, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    ann.commit("Slow", users_py=f"import os\nos.kill(os.getpid(), __import__('signal').SIG{signal})\n{USERS}")
    (ann.folder / "users.py").write_text(USERS)
    done = at(ann.folder, "changes", TMPDIR=str(tmp_path / "tmp"))
    assert (done.returncode, done.stderr.strip()) == (130, "interrupted")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_many_at_once(world: World, ann: Clone, environment: dict[str, str], lint_cache: str) -> None:
    """All at the same commit: one releases it, for the others there is nothing left, or they were too late."""
    clones = [ann, world.clone("bob"), world.clone("carol")]
    command = [sys.executable, "-m", "iamgen", "release", "--yes"]
    env = {**environment, "XDG_CACHE_HOME": lint_cache}
    running = [
        subprocess.Popen(command, cwd=clone.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for clone in clones
    ]
    messages = [process.communicate()[1] for process in running]
    assert sum("released v0.0.1" in element for element in messages) == 1
    assert all("this is a bug" not in element for element in messages)
    assert set(ann.remote_refs()) == {"refs/heads/main", "refs/tags/v0.0.1"}
    tags = {clone.git("rev-parse", "v0.0.1") for clone in clones if clone.tags()}
    assert len(tags) == 1
