"""Load CONST.inc and users.py of a repository: the result is a declaration, or every fault of both files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from iamgen.declaration import constants_file, users_file
from iamgen.declaration.accounts import Accounts, accounts, production_unsaid
from iamgen.declaration.constants import Constants
from iamgen.declaration.model import Settings
from iamgen.declaration.repository_root import CONSTANTS_FILE
from iamgen.declaration.source import located
from iamgen.declaration.stack_place import unlisted_region
from iamgen.errors import Fault, IamgenError
from iamgen.ui.signals import held

if TYPE_CHECKING:
    from iamgen.declaration.resolved import Declaration


class Loaded(NamedTuple):
    """A declaration without a fault, and warnings about it."""

    declaration: Declaration
    """The declaration."""
    warnings: tuple[Fault, ...]
    """What its owner may want to change, though it is no fault."""


class ConstantsFile(NamedTuple):
    """The file with the constants, and how strictly it is checked."""

    path: Path
    """The file."""
    shown: str = CONSTANTS_FILE
    """What messages call it."""
    odd_ids: bool = False
    """Whether ids may pass that are digits, but not twelve, as in examples."""


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
            declared = accounts(read)
            meanwhile()
        written, file_faults = users()
    stack = written.settings.stack if written.settings else Settings().stack
    known = [
        *constant_faults,
        *_account_faults(declared, source, unread=bool(constant_faults) and not read.by_name),
        *role_name_faults(read, declared, stack, written.role_names),
        *file_faults,
        *(located(fault, root) for fault in written_faults(written, declared)),
    ]
    if known:
        raise _refusal(known)
    declaration, warnings = resolve(read, declared, written, now)
    notices = (located(warning, root) for warning in (*written.strays, *warnings))
    return Loaded(declaration, (*_constants_warnings(read, declared), *notices))


def load_constants(source: ConstantsFile) -> tuple[Constants, Accounts, tuple[Fault, ...]]:
    """Return the constants of a repository that has no users.py, its accounts, and what to warn about.

    Raises IamgenError with every fault of the file.
    """
    read, faults = constants_file.read(source.path, source.shown)
    declared = accounts(read)
    known = [*faults, *_account_faults(declared, source, unread=bool(faults) and not read.by_name)]
    if known:
        raise _refusal(known)
    return read, declared, tuple(_constants_warnings(read, declared))


def _constants_warnings(read: Constants, declared: Accounts) -> Iterator[Fault]:
    """Yield what the owner of a faultless CONST.inc may want to change."""
    from iamgen.declaration.misspelt_constants import misspelt_constants

    yield from read.notices
    yield from declared.odd_ids
    yield from misspelt_constants(read)
    yield from production_unsaid(read, declared)
    yield from unlisted_region(read, declared.region)


def _account_faults(declared: Accounts, source: ConstantsFile, *, unread: bool) -> tuple[Fault, ...]:
    """Return what is wrong with the accounts; of a file that could not be read there is nothing to say."""
    if unread:
        return ()
    return declared.faults if source.odd_ids else (*declared.faults, *declared.odd_ids)


def _refusal(faults: Iterable[Fault]) -> IamgenError:
    """Return the error with all faults of both files: in their order, and those that are alike once."""
    from iamgen.declaration.alike_faults import told_once  # slow to import, and only needed for a fault

    return IamgenError(told_once(sorted(faults, key=_place)))


def _place(fault: Fault) -> tuple[bool, str, int, int]:
    """Order faults by file, CONST.inc first as users.py refers to it, then by line and column."""
    from iamgen.source_place import column_of

    file, _, line = fault.where.partition(":")
    return file != CONSTANTS_FILE, file, int(line) if line.isdigit() else 0, column_of(fault.where)
