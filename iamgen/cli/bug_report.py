"""Write what is needed to mend a bug of iamgen into a private file of the person."""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path

from iamgen.cli.versions import versions
from iamgen.errors import Fault
from iamgen.ui.masking import masked
from iamgen.ui.printable import printable


def write_bug_report() -> Fault:
    """Write the exception that is being handled and the versions of everything to a file; return what to say."""
    trace = traceback.format_exc()
    last = trace.strip().rpartition("\n")[2]
    return Fault("iamgen", f"this is a bug: {printable(last)}", _kept(masked(f"{trace}\n{versions()}")))


def _kept(report: str) -> str:
    """Write the report; return what to do with it, or how there can be one where it cannot be written."""
    try:
        handle, name = tempfile.mkstemp(prefix="iamgen-bug-", suffix=".log")
    except OSError as exc:
        return _unwritten(exc)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            log.write(report)
    except OSError as exc:
        Path(name).unlink(missing_ok=True)
        return _unwritten(exc)
    return f"please report it with {name}"


def _unwritten(exc: OSError) -> str:
    return f"no report of it could be written ({printable(exc.strerror or '')}): free some room, and try again"
