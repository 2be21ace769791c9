"""`make release/…`, `make promote/…`, `make deploy/…`: what is typed behind the slash reaches iamgen as it was typed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).resolve().parents[2] / "Makefile"
pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="needs make")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the Makefile, where iamgen is a program that notes its arguments."""
    shutil.copy(MAKEFILE, tmp_path)
    for name in ("iamgen", "templates", ".venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("setup.cfg", "pyproject.toml", "README.md", ".venv/made", ".venv/installed"):
        (tmp_path / name).touch()
    program = tmp_path / ".venv/bin/iamgen"
    program.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\" >arguments\n")
    program.chmod(0o755)
    return tmp_path


def arguments(folder: Path, *words: str) -> list[str]:
    """Run make with these words; return the arguments that iamgen gets."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    subprocess.run(["make", "--silent", *words], cwd=folder, env=environment, check=True, capture_output=True)
    return (folder / "arguments").read_text().split("\0")[:-1]


@pytest.mark.parametrize(
    "name",
    [
        "v1.2.3",
        "';touch pwn;'",
        '";touch pwn;"',
        "x\ntouch pwn",
        "';:\ntouch pwn;:'",
        "`touch pwn`",
        "$(touch pwn)",
        "$(shell touch pwn)",
        "$$(touch pwn)",
        "a  b",
        "a\\",
        "--help",
        "x.o",
        "x.c",
    ],
)
def test_a_name_is_no_command(name: str, folder: Path) -> None:
    (folder / "release").mkdir()
    (folder / "release/x.c").write_text("")  # from which a rule of make's own would build release/x.o
    assert arguments(folder, f"release/{name}") == ["release", "--", name]
    assert arguments(folder, f"deploy/{name}") == ["deploy", "--", name]
    assert arguments(folder, f"promote/infra/{name}") == ["promote", "--", "infra", name]
    assert arguments(folder, f"promote/{name}/v1.2.3") == ["promote", "--", name, "v1.2.3"]
    assert not (folder / "pwn").exists()


def test_a_channel_may_have_a_slash_and_a_version_may_be_missing(folder: Path) -> None:
    assert arguments(folder, "promote/team/infra/v1.2.3") == ["promote", "--", "team/infra", "v1.2.3"]
    assert arguments(folder, "promote/infra") == ["promote", "--", "infra", "infra"]


def test_options_are_words_of_the_shell(folder: Path) -> None:
    assert arguments(folder, "release", "ARGS=--dry-run --remote 'my own'") == [
        "release", "--dry-run", "--remote", "my own",
    ]  # fmt: skip
    assert arguments(folder, "deploy/dev", "ARGS=--dry-run") == ["deploy", "--dry-run", "--", "dev"]
