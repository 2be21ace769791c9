"""From a repository's files to its declaration, or to every fault in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from iamgen.declaration import constants as constants_file
from iamgen.declaration import users_file
from iamgen.declaration.accounts import Accounts, accounts, lookalikes, production_unsaid
from iamgen.declaration.constants import Constants
from iamgen.declaration.model import Settings
from iamgen.declaration.source import located
from iamgen.declaration.users_file import USERS_FILE
from iamgen.errors import Fault, IamgenError, refuse
from iamgen.ui.signals import held

if TYPE_CHECKING:
    from iamgen.declaration.resolved import Declaration

CONSTANTS_FILE = "CONST.inc"


@dataclass(frozen=True)
class Loaded:
    """A declaration without a fault, and what its owner may want to know about it all the same."""

    declaration: Declaration
    warnings: tuple[Fault, ...]


def find_root(start: Path, *needed: str) -> Path:
    """Return the nearest folder, from `start` upwards, that has a users.py, or one of the files that are named.

    Raises IamgenError without one, also where a CONST.inc alone comes before it: a repository begins there.
    """
    try:
        return _nearest_root(start.resolve(), needed or (USERS_FILE,))
    except OSError as exc:
        what = f"cannot be searched for {USERS_FILE}: {exc.strerror}"
        raise refuse(str(exc.filename or start), what, "go to your repository, or name it with -C") from exc


def _nearest_root(folder: Path, wanted: tuple[str, ...]) -> Path:
    for candidate in (folder, *folder.parents):
        if any((candidate / name).exists() for name in wanted):
            return candidate
        if (candidate / CONSTANTS_FILE).exists():  # rather than take the repository around it
            raise refuse(
                str(candidate), f"there is a {CONSTANTS_FILE} but no {USERS_FILE}", f"write {USERS_FILE} beside it"
            )
    raise refuse(
        str(folder),
        f"there is no {' and no '.join(wanted)} here or in a folder above",
        "go to your repository, name it with -C, or begin one: README",
    )


@dataclass(frozen=True)
class ConstantsFile:
    """Which file has the constants, what messages call it, and whether ids of another length may pass."""

    path: Path
    shown: str = CONSTANTS_FILE
    odd_ids: bool = False


def load(
    root: Path,
    now: datetime,
    constants: ConstantsFile | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Loaded:
    """Read CONST.inc and users.py of the repository at `root`; `now` (UTC) decides which grants have ended.

    `meanwhile` is called while users.py runs in its process, to import what is needed next. Raises IamgenError with
    every fault of both files.
    """
    source = constants or ConstantsFile(root / CONSTANTS_FILE)
    with users_file.reading(root) as users:
        with held():  # Python wraps or drops an interrupt that comes at certain places of an import
            from iamgen.declaration.resolve import resolve  # not before users.py runs: it takes 20 ms
            from iamgen.declaration.role_names import role_name_faults
            from iamgen.declaration.validate import faults as written_faults

            read, constant_faults = constants_file.read(source.path, source.shown)
            found = accounts(read)
            meanwhile()
        written, file_faults = users()
    stack = written.settings.stack if written.settings else Settings().stack
    known = [
        *constant_faults,
        *_account_faults(found, source, unread=bool(constant_faults) and not read.by_name),
        *role_name_faults(read, found, stack, written.role_names),
        *file_faults,
        *(located(fault, root) for fault in written_faults(written, found)),
    ]
    if known:
        raise IamgenError(sorted(dict.fromkeys(known), key=_place))
    declaration, warnings = resolve(read, found, written, now)
    notices = (located(warning, root) for warning in (*written.strays, *warnings))
    return Loaded(
        declaration, (*read.notices, *found.odd_ids, *lookalikes(read), *production_unsaid(read, found), *notices)
    )


def load_constants(source: ConstantsFile) -> tuple[Constants, Accounts, tuple[Fault, ...]]:
    """Return the constants of a repository that has no users.py, its accounts, and what to warn about.

    Raises IamgenError with every fault of the file.
    """
    read, faults = constants_file.read(source.path, source.shown)
    found = accounts(read)
    known = [*faults, *_account_faults(found, source, unread=bool(faults) and not read.by_name)]
    if known:
        raise IamgenError(sorted(dict.fromkeys(known), key=_place))
    return read, found, (*read.notices, *found.odd_ids, *lookalikes(read), *production_unsaid(read, found))


def _account_faults(found: Accounts, source: ConstantsFile, *, unread: bool) -> tuple[Fault, ...]:
    """Return what is wrong with the accounts; of a file that could not be read there is nothing to say."""
    if unread:
        return ()
    return found.faults if source.odd_ids else (*found.faults, *found.odd_ids)


def _place(fault: Fault) -> tuple[bool, str, int]:
    """Order faults by file, CONST.inc first as users.py refers to it, then by line."""
    file, _, line = fault.where.partition(":")
    return file != CONSTANTS_FILE, file, int(line) if line.isdigit() else 0
