"""`iamgen ci` as a person types it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Iamgen = Callable[..., subprocess.CompletedProcess[str]]
World = Any
Clone = Any
FILES = (".github/workflows/iamgen-check.yml", ".github/workflows/iamgen-deploy.yml", ".gitlab-ci.yml")


@pytest.fixture
def ann(world: World) -> Clone:
    return world.clone("ann")


def test_made_checked_and_made_again(ann: Clone, iamgen: Iamgen) -> None:
    done = iamgen(ann.folder, "ci", "github", "gitlab")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "".join(f"{name}: written\n" for name in FILES)
    again = iamgen(ann.folder, "ci", "github", "gitlab")
    assert again.stderr == "".join(f"{name}: as it was\n" for name in FILES)
    assert iamgen(ann.folder, "ci", "github", "gitlab", "--check").returncode == 0
    const = (ann.folder / "CONST.inc").read_text()
    (ann.folder / "CONST.inc").write_text(const.replace("DEV_", "TEST_"))
    (ann.folder / "users.py").write_text('from iamgen import *\nOPS_SERVICES = ("s3",)\nUSERS = ()\n')
    stale = iamgen(ann.folder, "ci", "github", "--check")
    assert (stale.returncode, stale.stderr) == (
        1,
        "error: .github/workflows/iamgen-deploy.yml: is not what users.py and the templates give\n"
        "hint: iamgen ci github, and commit it\n",
    )
    assert iamgen(ann.folder, "ci", "github").returncode == 0
    assert "iamgen deploy test --yes" in (ann.folder / FILES[1]).read_text()


def test_nothing_there_yet(ann: Clone, iamgen: Iamgen) -> None:
    done = iamgen(ann.folder, "ci", "gitlab", "--check")
    assert (done.returncode, done.stderr) == (
        1,
        "error: .gitlab-ci.yml: is not there\nhint: iamgen ci gitlab, and commit it\n",
    )
    assert not (ann.folder / ".gitlab-ci.yml").exists()


def test_a_file_of_somebody_elses_stays(ann: Clone, iamgen: Iamgen) -> None:
    (ann.folder / ".gitlab-ci.yml").write_text("stages: []\n")
    done = iamgen(ann.folder, "ci", "github", "gitlab")
    assert (done.returncode, done.stderr) == (
        1,
        "error: .gitlab-ci.yml: is there already, and iamgen did not make it\n"
        "hint: move it away, or into another file\n",
    )
    assert (ann.folder / ".gitlab-ci.yml").read_text() == "stages: []\n"
    assert not (ann.folder / ".github").exists()


def test_in_a_folder_of_a_larger_repository(ann: Clone, iamgen: Iamgen) -> None:
    folder = ann.folder / "team/i a m"
    folder.mkdir(parents=True)
    for name in ("users.py", "CONST.inc"):
        ann.git("mv", name, "team/i a m")
    assert iamgen(folder, "ci", "github", "gitlab").returncode == 0
    assert 'working-directory: "team/i a m"\n' in (ann.folder / FILES[1]).read_text()
    assert 'cd \\"$CI_PROJECT_DIR\\"/\\u0027team/i a m\\u0027' in (ann.folder / FILES[2]).read_text()


@pytest.mark.parametrize("args", [(), ("jenkins",)])
def test_wrong_usage(args: tuple[str, ...], ann: Clone, iamgen: Iamgen) -> None:
    assert iamgen(ann.folder, "ci", *args).returncode == 2
