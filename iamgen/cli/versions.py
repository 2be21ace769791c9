"""List the versions of iamgen, of Python and of iamgen's libraries, for a bug report."""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version


def versions() -> str:
    """Return a line for each: `iamgen 1.2.3`, then Python with the platform, then the libraries by name."""
    requirements = [requirement for requirement in requires("iamgen") or () if ";" not in requirement]  # not of tests
    names = {re.split(r"[^\w.-]", requirement)[0] for requirement in requirements}
    libraries = "".join(f"{name} {_version(name)}\n" for name in sorted({*names, "botocore"}))
    return f"iamgen {_version('iamgen')}\nPython {sys.version.split()[0]}, {sys.platform}\n{libraries}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
