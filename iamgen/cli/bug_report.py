"""Keep what is needed to mend a bug of iamgen in a file of the person's own."""

from __future__ import annotations

import tempfile
import traceback

from iamgen.cli.versions import versions
from iamgen.errors import Fault
from iamgen.ui.masking import masked
from iamgen.ui.printable import printable


def write_bug_report() -> Fault:
    """Write the exception that is being handled and the versions of everything to a file; return what to say."""
    with tempfile.NamedTemporaryFile("w", prefix="iamgen-bug-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(masked(f"{traceback.format_exc()}\n{versions()}"))
    last = traceback.format_exc().strip().rpartition("\n")[2]
    return Fault("iamgen", f"this is a bug: {printable(last)}", f"please report it with {log.name}")
