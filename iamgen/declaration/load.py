"""From a repository's files to its declaration, or to every fault in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from iamgen.declaration import constants as constants_file
from iamgen.declaration import users_file
from iamgen.declaration.accounts import accounts, lookalikes, role_name_faults
from iamgen.declaration.model import Settings
from iamgen.declaration.resolve import resolve
from iamgen.declaration.resolved import Declaration
from iamgen.declaration.source import located
from iamgen.declaration.users_file import USERS_FILE
from iamgen.declaration.validate import faults as written_faults
from iamgen.errors import Fault, IamgenError, refuse

CONSTANTS_FILE = "CONST.inc"


@dataclass(frozen=True)
class Loaded:
    """A declaration without a fault, and what its owner may want to know about it all the same."""

    declaration: Declaration
    warnings: tuple[Fault, ...]


def find_root(start: Path) -> Path:
    """Return the nearest folder, from `start` upwards, that has a users.py. Raises IamgenError without one."""
    try:
        return _nearest_root(start.resolve())
    except OSError as exc:
        what = f"cannot be searched for {USERS_FILE}: {exc.strerror}"
        raise refuse(str(exc.filename or start), what, "go to your repository, or name it with -C") from exc


def _nearest_root(folder: Path) -> Path:
    for candidate in (folder, *folder.parents):
        if (candidate / USERS_FILE).exists():
            return candidate
        if (candidate / CONSTANTS_FILE).exists():  # rather than take the repository around it
            raise refuse(
                str(candidate), f"there is a {CONSTANTS_FILE} but no {USERS_FILE}", f"write {USERS_FILE} beside it"
            )
    raise refuse(
        str(folder),
        f"there is no {USERS_FILE} here or in a folder above",
        "go to your repository, name it with -C, or begin one: README",
    )


def load(root: Path, now: datetime) -> Loaded:
    """Read CONST.inc and users.py of the repository at `root`; `now` (UTC) decides which grants have ended.

    Raises IamgenError with every fault of both files.
    """
    constants, constant_faults = constants_file.read(root / CONSTANTS_FILE, CONSTANTS_FILE)
    found = accounts(constants)
    written, file_faults = users_file.read(root)
    stack = written.settings.stack if written.settings else Settings().stack
    unread = constant_faults and not constants.by_name
    known = [
        *constant_faults,
        *(() if unread else found.faults),
        *role_name_faults(constants, found, stack, written.role_names),
        *file_faults,
        *(located(fault, root) for fault in written_faults(written, found)),
    ]
    if known:
        raise IamgenError(sorted(dict.fromkeys(known), key=_place))
    declaration, warnings = resolve(constants, found, written, now)
    notices = (located(warning, root) for warning in (*written.strays, *warnings))
    return Loaded(declaration, (*lookalikes(constants), *notices))


def _place(fault: Fault) -> tuple[bool, str, int]:
    """Order faults by file, CONST.inc first as users.py refers to it, then by line."""
    file, _, line = fault.where.partition(":")
    return file != CONSTANTS_FILE, file, int(line) if line.isdigit() else 0
