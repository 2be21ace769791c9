"""What is installed is whole, and is what runs: tests are for the built package, not for the source tree."""

from __future__ import annotations

import ast
import os
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
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
    kinds = (".md", ".j2", ".tpl")
    assert files(PROJECT / "templates", *kinds) <= files(PACKAGE / "templates", *kinds)


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


@installed
def test_what_is_imported_is_required_and_the_other_way_round() -> None:
    """What comes along with another package may stop coming along. What nobody imports need not be installed."""
    requirements = map(Requirement, metadata.requires("iamgen") or ())
    required = {requirement.name.lower() for requirement in requirements if not requirement.marker}
    installed_as = metadata.packages_distributions()
    imported = {
        installed_as[name][0].lower().replace("_", "-")
        for path in (PROJECT / "iamgen").rglob("*.py")
        if path.name != "generate_data.py"  # a tool for development
        for node in ast.walk(ast.parse(path.read_text()))
        for name in modules(node)
        if name not in sys.stdlib_module_names and name != "iamgen"
    }
    assert imported == required


def modules(node: ast.AST) -> set[str]:
    """Return the top-level modules that a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return {node.module.partition(".")[0]}
    return set()
