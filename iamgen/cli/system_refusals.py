"""Tells what the operating system refuses, such as writing to a full disk, from a bug of iamgen."""

from __future__ import annotations

import errno

from iamgen.errors import Fault
from iamgen.ui.printable import printable

_NO_ROOM = "free some room; where files for the time being go, TMPDIR says"
_NOT_YOURS = "see to it that you may use it, or name another place"
_WITHOUT_FILE = {
    errno.ENOSPC: _NO_ROOM,
    errno.EDQUOT: _NO_ROOM,
    errno.EFBIG: "let files be larger: ulimit -f",
    errno.EMFILE: "let more files be open at once: ulimit -n",
    errno.ENFILE: "end other programs: this machine has as many open files as it can have",
}
"""What helps against errors that may come without the name of a file."""
_OF_A_FILE = {
    errno.EACCES: _NOT_YOURS,
    errno.EPERM: _NOT_YOURS,
    errno.EROFS: _NOT_YOURS,
    errno.ELOOP: "remove a link of those that lead in a circle",
    errno.ENAMETOOLONG: "choose a shorter name",
}
"""What helps against errors that are somebody's own when they name a file."""
_NO_TEMPORARY_FOLDER = "No usable temporary directory"


def system_refusal(exc: BaseException) -> Fault | None:
    """Return what to say about an exception by which the system refuses something; None when it may be a bug."""
    if not isinstance(exc, OSError):
        return None
    problem = printable(exc.strerror or "")
    if problem.startswith(_NO_TEMPORARY_FOLDER):
        return Fault("temporary files", problem, "free some room there, or name a folder that you may write to: TMPDIR")
    remedies = {**_WITHOUT_FILE, **(_OF_A_FILE if exc.filename else {})}
    remedy = remedies.get(exc.errno or 0)
    return Fault(printable(str(exc.filename or "system")), problem, remedy) if remedy else None
