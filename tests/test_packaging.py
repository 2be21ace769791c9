"""What is installed is whole, and is what runs: tests are for the built package, not for the source tree."""

from __future__ import annotations

import ast
import os
import re
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from runpy import run_path

import pytest
import yaml
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
    def files(folder: Path) -> set[str]:
        """Return every file of a folder, less what Python makes itself."""
        paths = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        return {str(path) for path in paths if "__pycache__" not in path.parts}

    pages = {
        f"docs/{path.name}" for path in (PROJECT / "docs").glob("*.md")
    }  # neither pictures nor what makes the site
    templates = {f"templates/{name}" for name in files(PROJECT / "templates")}
    packaged = files(PROJECT / "iamgen") | templates | pages
    assert "py.typed" in packaged
    assert files(PACKAGE) == packaged


@installed
def test_the_licence_is_in_it() -> None:
    licences = [path for path in metadata.files("iamgen") or () if path.name == "LICENSE"]
    assert [path.read_text() for path in licences] == [(PROJECT / "LICENSE").read_text()]


def test_what_classifiers_name_is_what_ci_tests() -> None:
    named = re.findall(r"Python :: (3\.\d+)$", (PROJECT / "setup.cfg").read_text(), re.MULTILINE)
    workflow = yaml.safe_load((PROJECT / ".github/workflows/ci.yml").read_text())
    assert named == workflow["jobs"]["check"]["strategy"]["matrix"]["python"]


@installed
def test_it_knows_its_version_and_its_command() -> None:
    assert metadata.version("iamgen")
    (command,) = (point for point in metadata.distribution("iamgen").entry_points if point.group == "console_scripts")
    assert (command.name, callable(command.load())) == ("iamgen", True)


def packed(folder: Path, mode: int, mtime: int) -> tuple[Path, Path]:
    """Return a source distribution and a wheel of two files, as somebody would make them at that time."""
    folder.mkdir()
    sources = {"b/setup.cfg": b"[metadata]\n", "b/run": b"#!/bin/sh\n"}
    for name, content in sources.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        path.chmod(mode | 0o100 * name.endswith("run"))
        os.utime(path, (mtime, mtime))
    with tarfile.open(folder / "b.tar.gz", "w:gz") as archive:
        archive.add(folder / "b", "b")
    with zipfile.ZipFile(folder / "b.whl", "w") as wheel:
        for name in sources:
            wheel.write(folder / name, name)
    return folder / "b.tar.gz", folder / "b.whl"


def test_archives_do_not_say_when_by_whom_and_under_which_umask_they_were_made(tmp_path: Path) -> None:
    archives = run_path(str(PROJECT / "build_backend/archives.py"))
    builds = packed(tmp_path / "first", 0o644, 1_700_000_000), packed(tmp_path / "second", 0o600, 1_800_000_000)
    for first, second in zip(*builds, strict=True):
        assert first.read_bytes() != second.read_bytes()
    for sdist, wheel in builds:
        archives["normalize_sdist"](sdist, 1_750_000_000)
        archives["normalize_wheel"](wheel, 1_750_000_000)
    for first, second in zip(*builds, strict=True):
        assert first.read_bytes() == second.read_bytes()
    sdist, wheel = builds[1]
    with tarfile.open(sdist) as archive:
        members = {member.name: (member.mode, member.mtime, member.uname) for member in archive}
        script = archive.extractfile("b/run")
        assert script
        assert script.read() == b"#!/bin/sh\n"
    assert members == {
        "b": (0o755, 1_750_000_000, ""),
        "b/run": (0o755, 1_750_000_000, ""),
        "b/setup.cfg": (0o644, 1_750_000_000, ""),
    }
    with zipfile.ZipFile(wheel) as archive_of_wheel:
        assert archive_of_wheel.read("b/setup.cfg") == b"[metadata]\n"
        assert {info.filename: info.external_attr >> 16 & 0o777 for info in archive_of_wheel.infolist()} == {
            "b/setup.cfg": 0o644,
            "b/run": 0o755,
        }


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
    match = re.fullmatch(settings["tag_regex"], tag)
    assert match
    assert str(Version(match["version"])) == version


@installed
def test_what_is_imported_is_required_and_the_other_way_round() -> None:
    """What comes along with another package may stop coming along. What nobody imports need not be installed."""
    requirements = map(Requirement, metadata.requires("iamgen") or ())
    required = {requirement.name.lower() for requirement in requirements if _is_for_users(requirement)}
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


def _is_for_users(requirement: Requirement) -> bool:
    """Return whether iamgen itself imports it: always, or where somebody has asked for `check --watch`."""
    return requirement.marker is None or requirement.marker.evaluate({"extra": "watch"})


def modules(node: ast.AST) -> set[str]:
    """Return the top-level modules that a statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return {node.module.partition(".")[0]}
    return set()
