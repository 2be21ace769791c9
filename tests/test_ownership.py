"""Code of another owner is not run, unless git is told to trust its folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from iamgen.ownership import foreign_owner

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
MALLORY = 54321
RAN = 'from iamgen import *\nopen("ran", "w")\nOPS_SERVICES = ("s3",)\nUSERS = ()\n'

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to somebody else")


def trust(home: Path, *values: str) -> dict[str, str]:
    """Return an environment in which git's global configuration has these values of safe.directory."""
    home.mkdir(exist_ok=True)
    (home / ".gitconfig").write_text("[safe]\n" + "".join(f"    directory = {value}\n" for value in values))
    return {"HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1"}


@needs_root
@pytest.mark.parametrize("whose", [".", "users.py"])
def test_code_of_another_owner_is_not_run(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path, whose: str) -> None:
    root = make_repo(RAN)
    os.chown(root / whose, MALLORY, -1)
    done = iamgen(root, "render", "dev", "--no-lint", **trust(tmp_path / "home"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: {root / whose}: it belongs to user {MALLORY}, and you are root: the users.py there was not run\n"
        "hint: users.py is code: clone it as yourself; or read it, and if you trust all of it: "
        f"git config --global --add safe.directory {root}\n"
    )
    assert not (root / "ran").exists()


@needs_root
def test_a_link_to_code_of_another_owner_is_not_followed(make_repo: MakeRepo, tmp_path: Path) -> None:
    root, elsewhere = make_repo(), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "users.py").write_text(RAN)
    (root / "users.py").unlink()
    (root / "users.py").symlink_to(elsewhere / "users.py")
    os.chown(elsewhere / "users.py", MALLORY, -1)
    fault = foreign_owner(root, root / "users.py")
    assert fault
    assert fault.where == str(root / "users.py")


@needs_root
@pytest.mark.parametrize(
    ("values", "allowed"),
    [
        ((), False),
        (("*",), True),
        (("{root}",), True),
        (("{root}/",), True),
        (("{parent}/*",), True),
        (("{parent}",), False),
        (("{root}/*",), False),
        (("*", ""), False),
        (("", "{root}"), True),
        (("repo",), False),
        (("/elsewhere", "{root}x"), False),
    ],
)
def test_what_git_trusts_is_run(
    make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path, values: tuple[str, ...], allowed: bool
) -> None:
    root = make_repo(RAN)
    os.chown(root, MALLORY, -1)
    environment = trust(tmp_path / "home", *(value.format(root=root, parent=root.parent) for value in values))
    done = iamgen(root, "render", "dev", "--no-lint", **environment)
    assert (done.returncode == 0, (root / "ran").exists()) == (allowed, allowed), done.stderr


@needs_root
def test_a_folder_of_a_repository_that_git_trusts_is_trusted(
    make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path
) -> None:
    root = make_repo(RAN)
    subprocess.run(["git", "init", "--quiet", str(root.parent)], check=True)
    os.chown(root, MALLORY, -1)
    assert iamgen(root, "render", "dev", "--no-lint", **trust(tmp_path / "home", str(root.parent))).returncode == 0


@needs_root
def test_a_repository_cannot_allow_itself(make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path) -> None:
    root = make_repo(RAN)
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    subprocess.run(["git", "-C", str(root), "config", "safe.directory", "*"], check=True)
    for path in (root, root / "users.py"):
        os.chown(path, MALLORY, -1)
    assert iamgen(root, "render", "dev", "--no-lint", **trust(tmp_path / "home")).returncode == 1
    assert not (root / "ran").exists()


@needs_root
@pytest.mark.parametrize(("sudo_uid", "runs"), [(str(MALLORY), True), ("1", False), ("-1", False), ("", False)])
def test_root_may_read_what_belongs_to_who_called_sudo(
    make_repo: MakeRepo, iamgen: Iamgen, tmp_path: Path, sudo_uid: str, runs: bool
) -> None:
    root = make_repo(RAN)
    os.chown(root, MALLORY, -1)
    done = iamgen(root, "render", "dev", "--no-lint", SUDO_UID=sudo_uid, **trust(tmp_path / "home"))
    assert (done.returncode == 0) == runs


@needs_root
def test_without_git_nobody_else_is_trusted(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    root = make_repo()
    os.chown(root, MALLORY, -1)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert foreign_owner(root)


def test_git_is_not_asked_about_a_folder_of_ones_own(
    make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("iamgen.ownership._safe_directories", None)
    assert foreign_owner(make_repo(), tmp_path / "missing") is None
