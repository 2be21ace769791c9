"""What users.py imports is of its own commit, and what it prints is no product: in this process, and in the program."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from iamgen.declaration.surroundings import modules_beside, stdout_aside
from iamgen.declaration.users_file import read

Iamgen = Callable[..., subprocess.CompletedProcess[str]]
MakeRepo = Callable[..., Path]
World = Any
HEAD = 'from iamgen import *\nOPS_SERVICES = ("s3",)\n'
BY_PEOPLE = f'from people import ROLE\n{HEAD}USERS = (User("bob", {{"dev": ROLE}}),)\n'


@pytest.mark.parametrize("on_path", ["", "."])
@pytest.mark.parametrize("place", [Path("people.py"), Path("people/__init__.py"), Path("teams/people.py")], ids=str)
def test_each_revision_has_its_own_helper_modules(world: World, iamgen: Iamgen, place: Path, on_path: str) -> None:
    ann = world.clone("ann")
    helper, pythonpath = ann.folder / place, f"{os.environ.get('PYTHONPATH', '')}:{on_path}".strip(":")
    helper.parent.mkdir(exist_ok=True)
    module = ".".join(place.with_suffix("").parts).removesuffix(".__init__")
    for role in ("OpsR", "ReadR"):
        helper.write_text(f'ROLE = "{role}"\n')
        ann.commit(role, users_py=BY_PEOPLE.replace("people", module))
    helper.write_text('ROLE = "AdminR"\n')
    for before, after, gone, come in (("HEAD^", "HEAD", "OpsR", "ReadR"), ("HEAD", None, "ReadR", "AdminR")):
        wanted = [before] if after is None else [before, after]
        done = iamgen(ann.folder, "changes", *wanted, PYTHONPATH=pythonpath)
        assert done.stderr == ""
        for role, sign in ((gone, "-"), (come, "+")):
            _, found, rest = done.stdout.partition(f"~ {role}  AWS::IAM::Role\n")
            assert found, done.stdout
            assert f"{sign} AssumeRolePolicyDocument: Allow" in rest.partition("\n    ~ ")[0]


def test_a_helper_that_was_never_committed_is_missed(world: World, iamgen: Iamgen) -> None:
    ann = world.clone("ann")
    (ann.folder / ".gitignore").write_text("people.py\n")
    (ann.folder / "people.py").write_text('ROLE = "AdminR"\n')
    ann.commit("Forget people.py", users_py=BY_PEOPLE)
    done = iamgen(ann.folder, "changes")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        1,
        "error: HEAD:users.py:1: ModuleNotFoundError: No module named 'people'",
    )


def test_files_beside_come_before_installed_ones_and_after_the_standard_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed, beside = tmp_path / "installed", tmp_path / "beside"
    for folder in (installed, beside):
        folder.mkdir()
        (folder / "people.py").write_text("")
    (beside / "this.py").write_text("1/0")  # of the standard library; nobody has imported it yet
    (installed / "ours.py").write_text("")
    monkeypatch.syspath_prepend(installed)
    monkeypatch.chdir(installed.parent)
    path = list(sys.path)
    with modules_beside(beside / "users.py", ModuleType("users")):
        import this  # noqa: F401

        import ours  # type: ignore[import-not-found]  # noqa: F401
        import people  # type: ignore[import-not-found]
    assert people.__file__ == str(beside / "people.py")
    assert "people" not in sys.modules
    assert sys.path == path
    del sys.modules["ours"], sys.modules["this"]


PRINTS = """
import os, subprocess, sys
print("one", flush=True)
os.write(1, b"two\\n")
subprocess.run(["echo", "three"])
sys.__stdout__.write("four\\n")
"""


def test_whatever_way_users_py_prints_stdout_is_the_product(make_repo: MakeRepo, iamgen: Iamgen) -> None:
    quiet = iamgen(make_repo(f"{HEAD}USERS = ()\n", name="quiet"), "render", "dev", "--no-lint")
    done = iamgen(make_repo(f"{PRINTS}{HEAD}USERS = ()\n"), "render", "dev", "--no-lint")
    assert (done.returncode, done.stdout, done.stderr) == (0, quiet.stdout, "one\ntwo\nthree\nfour\n")


@pytest.mark.parametrize("end", ["USERS = ()", "1/0", "raise SystemExit"])
def test_stdout_is_as_it_was_afterwards(make_repo: MakeRepo, capfd: pytest.CaptureFixture[str], end: str) -> None:
    os.write(1, b"before\n")
    read(make_repo(f"{PRINTS}{HEAD}{end}\n"))
    os.write(1, b"after\n")
    assert capfd.readouterr().out == "before\nafter\n"


@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_stream_that_is_closed(make_repo: MakeRepo, environment: dict[str, str], closed: str) -> None:
    root = make_repo(f"import os\n{HEAD}USERS = ()\n")
    command = f"exec {closed}>&-; exec {sys.executable} -m iamgen render dev --no-lint -o out"
    assert subprocess.run(["bash", "-c", command], cwd=root, env=environment, check=False).returncode == 0
    assert (root / "out/dev/infra.json").exists()


def test_what_was_printed_before_comes_first(capfd: pytest.CaptureFixture[str]) -> None:
    sys.stdout.write("before\n")
    with stdout_aside():
        os.write(1, b"meanwhile\n")
    sys.stdout.write("after\n")
    sys.stdout.flush()
    found = capfd.readouterr()
    assert (found.out, found.err) == ("before\nafter\n", "meanwhile\n")
