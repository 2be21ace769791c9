"""What other repositories take from this one: the action of GitHub, and the hooks of pre-commit."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
HOOKS = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
MakeRepo = Callable[..., Path]
Iamgen = Callable[..., subprocess.CompletedProcess[str]]


def test_the_action_is_one_as_github_reads_it() -> None:
    checker = str(Path(sys.executable).with_name("check-jsonschema"))
    command = [checker, "--builtin-schema", "vendor.github-actions", str(ROOT / "action.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_action_uses_what_our_own_workflow_uses() -> None:
    used = {step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step}
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    assert used <= {step["uses"] for step in workflow["jobs"]["check"]["steps"] if "uses" in step}
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", name) for name in used)


@pytest.mark.parametrize(("role", "code"), [("OpsR", 0), ("OpzR", 1)])
def test_the_last_step_of_the_action_checks_the_folder(
    role: str, code: int, make_repo: MakeRepo, environment: dict[str, str], tmp_path: Path
) -> None:
    users = f'from iamgen import User\nOPS_SERVICES = ("s3",)\nUSERS = (User("bob", {{"dev": "{role}"}}),)\n'
    program = tmp_path / "place" / "bin" / "iamgen"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m iamgen "$@"\n')
    program.chmod(0o755)
    step = ACTION["runs"]["steps"][-1]
    assert set(step["env"]) == {"PLACE", "FOLDER"}
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**environment, "PLACE": str(tmp_path / "place"), "FOLDER": str(make_repo(users))},
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert ("OpzR" in done.stdout + done.stderr) == (code == 1)


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_every_hook_runs_and_is_told_of_what_decides(hook: dict[str, Any], make_repo: MakeRepo, iamgen: Iamgen) -> None:
    assert set(hook) == {"id", "name", "description", "entry", "language", "files", "pass_filenames"}
    assert all(re.search(hook["files"], name) for name in ("users.py", "CONST.inc"))
    assert not re.search(hook["files"], "elsewhere/users.py")
    program, *arguments = hook["entry"].split()
    assert program == "iamgen"
    root = make_repo()
    (root / "requirements.txt").write_text("iamgen @ git+https://git.example.com/iamgen@v1.2.3\n")
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    if arguments[0] == "ci":
        assert iamgen(root, *arguments).returncode == 1
        assert iamgen(root, "ci", arguments[1]).returncode == 0
        result = [path.relative_to(root).as_posix() for path in root.rglob("*.yml")]
        assert result
        assert all(re.search(hook["files"], name) for name in result)
    assert iamgen(root, *arguments).returncode == 0
