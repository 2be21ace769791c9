"""Where measured commands run: a temporary folder, an environment with nothing of the person's own in it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Command

PROJECT = Path(__file__).resolve().parents[1]
NOW = 1_795_435_200
"""SOURCE_DATE_EPOCH: 2026-11-23T12:00Z, when the grants that end have not ended."""
_EXAMPLE = ("users.py", "CONST.inc", "templates")
_BESIDE_PYTHON = Path(sys.executable).parent


@dataclass(frozen=True)
class Workplace:
    """A temporary folder with a copy of the example."""

    folder: Path

    @property
    def example(self) -> Path:
        """The folder of the example's repository."""
        return self.folder / "example"

    def home(self, name: str) -> Path:
        """Return the home folder of that name, made if need be; the cache folder lies in it."""
        home = self.folder / "homes" / name
        home.mkdir(parents=True, exist_ok=True)
        return home

    def command(self, *argv: str, cwd: Path | None = None, home: str = "own") -> Command:
        """Return a command that runs in the example unless told otherwise."""
        return Command(argv, cwd or self.example, _environment(self.home(home)))

    def iamgen(self, *args: str, cwd: Path | None = None, home: str = "own") -> Command:
        """Return a command of iamgen's: the installed script, or the module where there is none."""
        return self.command(*_tool("iamgen", "iamgen"), *args, cwd=cwd, home=home)

    def cfn_lint(self, *args: str) -> Command:
        """Return a cfn-lint command."""
        return self.command(*_tool("cfn-lint", "cfnlint"), *args)

    def python(self, *args: str) -> Command:
        """Return a command of the Python that runs this."""
        return self.command(sys.executable, *args)


@contextmanager
def workplace() -> Iterator[Workplace]:
    """Make the temporary folder, and remove it in the end."""
    with tempfile.TemporaryDirectory(prefix="iamgen-bench-") as folder:
        place = Workplace(Path(folder).resolve())
        place.example.mkdir()
        for name in _EXAMPLE:
            source = PROJECT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, place.example / name)
        yield place


def _tool(script: str, module: str) -> tuple[str, ...]:
    installed = _BESIDE_PYTHON / script
    return (str(installed),) if installed.exists() else (sys.executable, "-m", module)


def _environment(home: Path) -> Mapping[str, str]:
    """Return the whole environment: where iamgen is not installed, Python finds it in this project."""
    search_path = {} if (_BESIDE_PYTHON / "iamgen").exists() else {"PYTHONPATH": str(PROJECT)}
    return {
        **search_path,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.defpath,
        "SOURCE_DATE_EPOCH": str(NOW),
        "XDG_CACHE_HOME": str(home / ".cache"),
    }
