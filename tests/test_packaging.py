"""What is installed is whole, and is what runs: tests are for the built package, not for the source tree."""

from __future__ import annotations

import os
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.version import Version

import iamgen

PROJECT = Path(__file__).resolve().parents[1]
PACKAGE = Path(iamgen.__file__).resolve().parent
installed = pytest.mark.skipif("PYTHONPATH" in os.environ, reason="run from the source tree on purpose")


@installed
def test_the_installed_package_is_tested() -> None:
    assert PROJECT / "iamgen" != PACKAGE
    assert "site-packages" in PACKAGE.parts


@installed
def test_every_file_of_the_source_is_in_it() -> None:
    def files(folder: Path, *kinds: str) -> set[str]:
        return {str(path.relative_to(folder)) for kind in kinds for path in folder.rglob(f"*{kind}")}

    assert files(PROJECT / "iamgen", ".py", ".txt", "py.typed") <= files(PACKAGE, ".py", ".txt", "py.typed")
    assert files(PROJECT / "templates", ".md", ".j2") <= files(PACKAGE / "templates", ".md", ".j2")


@installed
def test_it_knows_its_version_and_its_command() -> None:
    assert metadata.version("iamgen")
    (command,) = (point for point in metadata.distribution("iamgen").entry_points if point.group == "console_scripts")
    assert (command.name, callable(command.load())) == ("iamgen", True)


@pytest.mark.parametrize(
    ("tag", "version"),
    [
        ("v0.0.1", "0.0.1"),
        ("v1.2.3", "1.2.3"),
        ("v1.2.3-rc.1", "1.2.3rc1"),
        ("v1.2.3-beta", "1.2.3b0"),
        ("v1.2.3-hotfix.1", "1.2.3"),
        ("v1.2.3-rc.1.x", "1.2.3"),
        ("v1.2.3-release", "1.2.3"),
    ],
)
def test_every_release_can_be_built(tag: str, version: str) -> None:
    """What iamgen release tags has to be a version for Python too, or the next `make` fails."""
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["setuptools_scm"]
    found = re.fullmatch(settings["tag_regex"], tag)
    assert found
    assert str(Version(found["version"])) == version
