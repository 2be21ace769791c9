"""Builds the package with setuptools, so that what is built depends on the commit and on nothing else of the machine.

setuptools puts into an archive when each file was written, who owns it, and what the umask left of its mode. Here the
archives are written anew without that. pip, uv and `python -m build` all call these functions (PEP 517), so that there
is nothing to remember. `make dist` builds twice and compares; with another setuptools or zlib the bytes may differ.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from archives import EARLIEST, normalize_sdist, normalize_wheel
from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

_Settings = dict[str, Any] | None


def build_sdist(sdist_directory: str, config_settings: _Settings = None) -> str:
    """Build the source distribution, and return the name of its file."""
    name = str(build_meta.build_sdist(sdist_directory, config_settings))
    normalize_sdist(Path(sdist_directory, name), source_date())
    return name


def build_wheel(wheel_directory: str, config_settings: _Settings = None, metadata_directory: str | None = None) -> str:
    """Build the wheel, and return the name of its file."""
    name = str(build_meta.build_wheel(wheel_directory, config_settings, metadata_directory))
    normalize_wheel(Path(wheel_directory, name), source_date())
    return name


def source_date() -> int:
    """Return SOURCE_DATE_EPOCH, else when the commit was made, else the time that the source distribution has."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH") or _commit_date() or Path("setup.cfg").stat().st_mtime
    return max(int(seconds), EARLIEST)


def _commit_date() -> str:
    """Return when the last commit was made, in seconds, or nothing outside a clone."""
    if not Path(".git").exists():  # a folder in another repository is no clone of this one
        return ""
    command = ["git", "log", "--max-count=1", "--format=%ct"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
