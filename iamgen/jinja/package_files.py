"""Find out whether the repository is a Python package, and which iamgen it requires."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from iamgen.errors import refuse
from iamgen.jinja.requirements import Requirement, requirement_of


@dataclass(frozen=True)
class PackageFile:
    """The file that makes a folder a package which pip can install."""

    name: str
    """The file's name."""
    is_iamgen: bool
    """Whether the package is iamgen itself."""
    requirements: tuple[Requirement, ...]
    """What it requires of iamgen, as far as that can be read without running it."""


def package_file(root: Path) -> PackageFile | None:
    """Return what makes the folder a package; None where its files only configure tools, such as a linter.

    Raises IamgenError for a file that cannot be read.
    """
    declared = _pyproject(root) or _setup_cfg(root)
    if declared:
        return declared
    return PackageFile("setup.py", is_iamgen=False, requirements=()) if (root / "setup.py").is_file() else None


def _pyproject(root: Path) -> PackageFile | None:
    name = "pyproject.toml"
    try:
        content = tomllib.loads(_text(root, name))
    except tomllib.TOMLDecodeError as exc:
        raise refuse(name, f"is no TOML: {exc}", "correct it: pip would refuse it, too") from exc
    project = content.get("project")
    if isinstance(project, dict):
        return _package(name, project.get("name"), project.get("dependencies"))
    tools = content.get("tool")
    poetry = tools.get("poetry") if isinstance(tools, dict) else None
    return _package(name, poetry["name"], ()) if isinstance(poetry, dict) and "name" in poetry else None


def _setup_cfg(root: Path) -> PackageFile | None:
    name = "setup.cfg"
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(_text(root, name))
    except configparser.Error as exc:
        raise refuse(name, f"cannot be read: {exc.message.splitlines()[0]}", "correct it") from exc
    if not parser.has_option("metadata", "name"):
        return None
    return _package(
        name, parser["metadata"]["name"], parser.get("options", "install_requires", fallback="").splitlines()
    )


def _package(file: str, name: object, dependencies: object) -> PackageFile:
    lines: Iterable[object] = dependencies if isinstance(dependencies, list) else ()
    requirements = (requirement_of(file, line) for line in lines if isinstance(line, str))
    return PackageFile(file, str(name).lower() == "iamgen", tuple(filter(None, requirements)))


def _text(root: Path, name: str) -> str:
    """Return the text of a file, or an empty text if it does not exist. Raises IamgenError if it cannot be read."""
    try:
        return (root / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as exc:
        raise refuse(name, "cannot be read", "make it a text file in UTF-8") from exc
