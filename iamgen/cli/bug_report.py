"""Keep what is needed to mend a bug of iamgen in a file of the person's own."""

from __future__ import annotations

import re
import sys
import tempfile
import traceback
from importlib.metadata import PackageNotFoundError, requires, version

from iamgen.errors import Fault
from iamgen.ui.masking import masked
from iamgen.ui.printable import printable


def write_bug_report() -> Fault:
    """Write the exception that is being handled and the versions of everything to a file; return what to say."""
    with tempfile.NamedTemporaryFile("w", prefix="iamgen-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(masked(f"{traceback.format_exc()}\n{_versions()}"))
    last = traceback.format_exc().strip().rpartition("\n")[2]
    return Fault("iamgen", f"this is a bug: {printable(last)}", f"please report it with {log.name}")


def _versions() -> str:
    requirements = [requirement for requirement in requires("iamgen") or () if ";" not in requirement]  # not of tests
    names = [re.split(r"[^\w.-]", requirement)[0] for requirement in requirements]
    libraries = "".join(f"{name} {_version(name)}\n" for name in sorted([*names, "botocore"]))
    return f"iamgen {_version('iamgen')}\nPython {sys.version.split()[0]}, {sys.platform}\n{libraries}"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"
