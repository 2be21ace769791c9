"""CONTRIBUTING.md leads to where it says: each of its walks is made in a copy of the repository, block by block.

    LANGUAGE file=NAME  becomes that file of the copy
    diff file=NAME      lines with a minus are replaced by those with a plus; those with a blank are what is around them
    sh                  commands that have to succeed, run in the copy

The commands are those of a person who has installed the copy. Here `.venv/bin/python` runs the source of the copy instead,
and `.venv/bin/pip install` has nothing to do, which would take a minute for each walk.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PROJECT = Path(__file__).resolve().parents[1]
PAGE = PROJECT / "CONTRIBUTING.md"
WALKS = ("A rule of check", "A declared type", "A command")
COPIED = ("CHANGELOG.md", "CONST.inc", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md", "SECURITY.md", "users.py")
COPIED_FOLDERS = ("docs", "iamgen", "templates", "tests")
PROGRAMS = {"python": "", "pytest": "-m pytest", "iamgen": "-m iamgen"}
BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n]+)\n(?P<body>.*?)^(?P=fence)\n", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A fenced block of the page."""

    language: str
    file: str
    body: str


def blocks(title: str) -> Iterator[Block]:
    """Yield the blocks of the page below that heading, up to the next heading of its kind."""
    text = re.split(r"^## ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    (section,) = (part for part in text if part.startswith(f"{title}\n"))
    for block in BLOCK.finditer(section):
        language, _, file = block["info"].partition(" file=")
        yield Block(language, file, block["body"])


def copy_of_the_repository(folder: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__", ".*_cache")
    for name in COPIED_FOLDERS:
        shutil.copytree(PROJECT / name, folder / name, ignore=ignored)
    for name in (*COPIED, "pyproject.toml", "setup.cfg", "aws-cli.config.tpl", "aws-cli.credentials.tpl"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / ".venv/bin").mkdir(parents=True)
    for name, arguments in PROGRAMS.items():
        script(folder / ".venv/bin" / name, f'exec "{sys.executable}" {arguments} "$@"')
    script(folder / ".venv/bin/pip", "exit 0")
    return folder


def script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)


def put(path: Path, body: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")


def patch(path: Path, body: str) -> None:
    before, after = ("".join(line[1:] for line in body.splitlines(True) if line[0] in signs) for signs in (" -", " +"))
    before = before or after
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, f"{path.name} does not have once:\n{before}"
    path.write_text(text.replace(before, after), encoding="utf-8")


def run(commands: str, folder: Path, home: Path) -> None:
    environment_kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "IAMGEN", "AWS_"))
    }
    done = subprocess.run(
        ["bash", "-e", "-c", commands], cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={**environment_kept, "PYTHONPATH": str(folder), "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("title", WALKS)
def test_a_walk_leads_to_green_tests(title: str, tmp_path: Path) -> None:
    folder = copy_of_the_repository(tmp_path)
    commands = 0
    for block in blocks(title):
        if block.language == "sh" and not block.file:
            commands += 1
            run(block.body, folder, tmp_path)
        elif block.language == "diff":
            patch(folder / block.file, block.body)
        else:
            put(folder / block.file, block.body)
    assert commands
    sources = [str(folder / block.file) for block in blocks(title) if block.file.endswith(".py")]
    if ruff := shutil.which("ruff", path=str(Path(sys.executable).parent)):
        run(f"'{ruff}' check {' '.join(sources)} && '{ruff}' format --check {' '.join(sources)}", folder, tmp_path)
