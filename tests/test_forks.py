"""iamgen forks while it has no other thread: a lock that one of them holds would be held in the child for ever.

Python says so from 3.12 on, in a warning that is shown here.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]
World = Any
Aws = Any
NO_FORK_BESIDE_THREADS = {"PYTHONWARNINGS": "always:This process:DeprecationWarning"}
pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="Python says so from 3.12 on")


def test_the_warning_is_shown(tmp_path: Path, environment: dict[str, str]) -> None:
    code = (
        "import os, threading, time\nthreading.Thread(target=time.sleep, args=(1,)).start()\nos.fork() or os._exit(0)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env={**environment, **NO_FORK_BESIDE_THREADS}, capture_output=True, check=False)
    assert b"DeprecationWarning: This process" in done.stderr


@pytest.mark.parametrize("arguments", [["render", "dev"], ["render", "--all", "--no-cache", "-o", "out"], ["check"]])
def test_of_a_folder(arguments: list[str], make_repo: MakeRepo, iamgen: Iamgen) -> None:
    done = iamgen(make_repo(), *arguments, **NO_FORK_BESIDE_THREADS)
    assert (done.returncode, "DeprecationWarning" in done.stderr) == (0, False), done.stderr


def test_of_commits(world: World, iamgen: Iamgen) -> None:
    clone = world.clone("ann")
    for arguments in (["release", "--yes"], ["promote", "infra", "v0.0.1", "--yes"], ["changes", "v0.0.1", "HEAD"]):
        done = iamgen(clone.folder, *arguments, **NO_FORK_BESIDE_THREADS)
        assert (done.returncode, "DeprecationWarning" in done.stderr) == (0, False), done.stderr


def test_of_accounts(aws: Aws, make_repo: MakeRepo, iamgen: Iamgen) -> None:
    aws.people("alice", "bob")
    root = make_repo()
    profiles = (f"{name}_AWS_PROFILE=of-{name.lower().replace('_', '-')}\n" for name in ("USER_ONLY", "DEV", "PROD"))
    (root / "CONST.inc").write_text((root / "CONST.inc").read_text() + "".join(profiles))
    for arguments, code in ((["deploy", "--all", "--yes"], 0), (["drift", "--all"], 0)):
        done = iamgen(root, *arguments, **NO_FORK_BESIDE_THREADS)
        assert (done.returncode, "DeprecationWarning" in done.stderr) == (code, False), done.stderr
