"""Run users.py and collect the lists that it defines. It is the only code of the operator that iamgen runs."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, NamedTuple

from iamgen.declaration.declared_type import (
    Acceptance,
    Assertion,
    MisDeclared,
    noting,
    without_fault,
)
from iamgen.declaration.file_text import read_limited
from iamgen.declaration.model import (
    STANDARD_ROLES,
    CIUser,
    Group,
    Pipeline,
    Policy,
    Role,
    Settings,
    User,
)
from iamgen.declaration.origin import Origin
from iamgen.declaration.plain_data import NotPlainError, decode, encode, origin, plain_fault, restored_fault
from iamgen.declaration.repository_root import USERS_FILE
from iamgen.declaration.sandbox import settle
from iamgen.declaration.source import assignment, located, repeated_keys
from iamgen.declaration.users_lists import LISTS, incomplete, services, shape_faults, sound_entries, strays
from iamgen.declaration.users_process import Child, NoAnswerError, forked
from iamgen.errors import Fault
from iamgen.ownership import foreign_owner
from iamgen.ui.printable import printable

_ENDINGS = {"ROLES": "R", "GROUPS": "G", "POLICIES": "P"}
"""The capital with which the names in a list end."""
_MUTATED = "declare it in the call itself, instead of changing it afterwards"
_BY_ITSELF = "run it by itself to see why: python users.py"


class Written(NamedTuple):
    """What users.py declares, as written; wrong entries are left out."""

    file: Path
    """The users.py that was run."""
    users: tuple[User, ...] = ()
    """What the list USERS has."""
    ci_users: tuple[CIUser, ...] = ()
    """What the list CI_USERS has."""
    pipelines: tuple[Pipeline, ...] = ()
    """What the list PIPELINES has."""
    roles: tuple[Role, ...] = ()
    """What the list ROLES has."""
    groups: tuple[Group, ...] = ()
    """What the list GROUPS has."""
    policies: tuple[Policy, ...] = ()
    """What the list POLICIES has."""
    assertions: tuple[Assertion, ...] = ()
    """What the list ASSERTIONS has."""
    accepted: tuple[Acceptance, ...] = ()
    """What the list ACCEPTED has."""
    ops_services: tuple[str, ...] | None = None
    """The services of OPS_SERVICES; None where the list itself is at fault."""
    settings: Settings | None = None
    """SETTINGS; None where there are none."""
    strays: tuple[MisDeclared, ...] = ()
    """What was declared, and then put into no list."""
    lines: Mapping[str, int] = MappingProxyType({})
    """The lines on which lists, such as `OPS_SERVICES`, are assigned: they were found where the file was read."""
    incomplete: tuple[str, ...] = ()
    """The lists, such as `ROLES`, of which a fault has been told that leaves out names."""

    @property
    def role_names(self) -> tuple[str, ...]:
        """Return the names of every role that somebody may be granted."""
        return (*STANDARD_ROLES, *(role.name for role in self.roles))

    def explains(self, list_: str, name: str) -> bool:
        """Return whether a fault of its own says already why a list does not have a name: no second one is needed."""
        declared = getattr(self, list_.lower())
        ending = _ENDINGS.get(list_, "")
        bare = name.removesuffix(ending).casefold()
        return list_ in self.incomplete or any(
            entry.name.removesuffix(ending).casefold() == bare and not entry.name.endswith(ending) for entry in declared
        )

    def stray_hint(self, name: str) -> str:
        """Return what to do about a name that is declared, but in no list of iamgen's; nothing where it is not."""
        return next((stray.hint for stray in self.strays if stray.about == name), "")

    def at(self, name: str) -> Origin:
        """Return where users.py assigns the name of a list."""
        return Origin(str(self.file), self.lines.get(name, 1))


_HANDED_OVER = tuple(name for name in Written._fields if name != "file")


def read(root: Path) -> tuple[Written, tuple[Fault, ...]]:
    """Return what the repository's users.py declares, and every fault in how it is written."""
    with reading(root) as result:
        return result()


UsersResult = Callable[[], tuple[Written, tuple[Fault, ...]]]


@contextmanager
def reading(root: Path) -> Iterator[UsersResult]:
    """Start running the repository's users.py, in a process of its own; yield what waits for the result of `read`."""
    file = root / USERS_FILE
    if fault := foreign_owner(file.parent, file, file.resolve().parent):
        yield lambda: (Written(file), (fault,))
        return
    with forked(lambda: _handed_over(root)) as child:
        yield lambda: _received(child, root)


def _handed_over(root: Path) -> bytes:
    """Run users.py, in the process that is there for it, and return what it declares and its faults."""
    try:
        written, faults = _gathered(root)
        return encode((tuple(getattr(written, name) for name in _HANDED_OVER), tuple(map(plain_fault, faults))))
    except NotPlainError as exc:
        at = exc.origin or Origin(str(root / USERS_FILE), 1)
        fault = located(MisDeclared(at, f"{exc}, and was no part of the value at first", _MUTATED), root)
    except Exception as exc:  # noqa: BLE001  # users.py may have replaced whatever this needs
        fault = Fault(USERS_FILE, f"cannot be gathered: {type(exc).__name__}{message_of(exc)}", _BY_ITSELF)
    return encode(((), (plain_fault(fault),)))


def _received(child: Child, root: Path) -> tuple[Written, tuple[Fault, ...]]:
    """Return what the process declares, rebuilt from plain data and held against the types once more."""
    file = root / USERS_FILE
    try:
        with noting() as notes:
            values, faults = decode(child.answer())
            written = Written(file, **dict(zip(_HANDED_OVER, values, strict=bool(values))))
            return _sound_only(written), (*(restored_fault(*fault) for fault in faults), *_located(notes.faults, root))
    except NoAnswerError as exc:
        return Written(file), (Fault(USERS_FILE, _ending(exc.status), _BY_ITSELF),)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        problem = "the process that ran it did not hand back a declaration"
        return Written(file), (Fault(USERS_FILE, problem, _BY_ITSELF),)


def _located(faults: Iterable[MisDeclared], root: Path) -> Iterator[Fault]:
    return (located(fault, root) for fault in faults)


def _sound_only(written: Written) -> Written:
    """Return what was handed over without what is of a wrong type."""
    lists: dict[str, Any] = {
        name.lower(): tuple(sound_entries(getattr(written, name.lower()), kind)) for name, kind in LISTS.items()
    }
    if written.ops_services is None:
        del lists["ops_services"]
    settings = written.settings if isinstance(written.settings, Settings) else None
    strays = tuple(MisDeclared(origin(*place), *texts) for place, *texts in written.strays)  # type: ignore[arg-type]
    lines = {str(name): line for name, line in written.lines.items() if isinstance(line, int)}
    incomplete = tuple(map(str, written.incomplete))
    return written._replace(**lists, settings=settings, strays=strays, lines=lines, incomplete=incomplete)


def _ending(status: int | None) -> str:
    """Return how the process that ran users.py ended before it had handed anything back."""
    code = os.waitstatus_to_exitcode(status) if status is not None else None
    if code is None or code >= 0:
        stated = f", with exit code {code}" if code else ""
        return f"it ended the process that runs it{stated}, or closed what iamgen reads the result from"
    return f"the process that runs it was ended by {signal.Signals(-code).name}"


def _gathered(root: Path) -> tuple[Written, tuple[Fault, ...]]:
    file = root / USERS_FILE
    with noting() as notes:
        names, broken = _run(file, root)
    if broken:
        return Written(file), (*_located(notes.faults, root), broken)
    written = Written(
        file,
        **_listed(names),
        ops_services=services(names.get("OPS_SERVICES")),
        settings=settings if isinstance(settings := without_fault(names.get("SETTINGS")), Settings) else None,
        strays=tuple(strays(notes.declared, names)),
        lines={name: assignment(file, name).line for name in LISTS if name in names},
        incomplete=tuple(incomplete(names)),
    )
    faults = [*notes.faults, *repeated_keys(file), *shape_faults(file, names)]
    return written, tuple(_located(faults, root))


def _listed(names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the declared values of each list, by the field of `Written` that takes them."""
    return {
        name.lower(): tuple(sound_entries(names.get(name), kind)) for name, kind in LISTS.items() if kind is not str
    }


def _run(file: Path, root: Path) -> tuple[dict[str, Any], Fault | None]:
    """Execute the file; return its names, or the fault that ended it."""
    module = ModuleType("users")
    module.__file__ = str(file)
    names = vars(module)
    try:
        code = compile(read_limited(file), str(file), "exec", dont_inherit=True)
        settle(file, module)
        search_path = tuple(sys.path)
        try:
            exec(code, names)  # noqa: S102  # the declaration is Python
        finally:
            sys.path[:] = search_path  # what explains its faults is imported after it
    except OSError as exc:
        if exc.filename in (str(file), file.parent):
            return names, Fault(USERS_FILE, f"cannot be read: {exc.strerror}", "check that it is a readable file")
        return names, _ended_by(exc, file, root, names)
    except KeyboardInterrupt:
        raise
    except BaseException as exc:  # noqa: BLE001  # whatever it raises is the operator's to mend
        return names, _ended_by(exc, file, root, names)
    return names, None


def _ended_by(exc: BaseException, file: Path, root: Path, names: Mapping[str, Any]) -> Fault:
    from iamgen.declaration.ended_by import fault_of  # slow to import, and only needed when something went wrong

    return fault_of(exc, file, root, names)


def message_of(exc: BaseException) -> str:
    """Return what an exception says, behind a colon: its first line, nothing in it that a terminal would obey."""
    try:
        lines = str(exc).splitlines()
    except Exception:  # noqa: BLE001  # it is the operator's own, and cannot say
        return ""
    return f": {printable(lines[0])}" if lines else ""
