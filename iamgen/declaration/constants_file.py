"""Read CONST.inc, the accounts and constants that sh, make and iamgen share. It is never executed."""

from __future__ import annotations

import codecs
import errno
import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from iamgen.declaration.account_ids import ID_ENDING, similar_id
from iamgen.declaration.constant_line import Assignment, QuotedText, Reference, Refusal, name_on, read_line
from iamgen.declaration.constants import Constant, Constants
from iamgen.declaration.file_text import LARGEST_FILE, read_limited
from iamgen.errors import Fault
from iamgen.similar_names import did_you_mean, nearest

if TYPE_CHECKING:
    from pathlib import Path

# No name, id or ARN comes near; it keeps lines of ${A}${A} from doubling without end.
LONGEST_VALUE = 4_096

# What POSIX shells before 2018 (dash below 0.5.11) split or match against files in `export A=…`, and
# what bash expands there though not in `A=…`: a brace.
_UNSAFE_IN_BARE_EXPORT = r"[ *?\[{\\]"

# Names that are read-only in a shell, that it assigns, that it acts upon; that steer make; the loader.
RESERVED_NAMES = frozenset(
    """
    BASHOPTS BASH_VERSINFO EUID PPID SHELLOPTS UID

    _ BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_LINENO BASH_MONOSECONDS
    BASH_SOURCE BASH_SUBSHELL COMP_WORDBREAKS DIRSTACK EPOCHREALTIME EPOCHSECONDS FUNCNAME GROUPS HISTCMD
    LINENO OLDPWD OPTIND PIPESTATUS PWD RANDOM SECONDS SHLVL SRANDOM

    BASH_COMPAT BASH_ENV BASH_XTRACEFD CDPATH ENV EXECIGNORE FUNCNEST GLOBIGNORE HISTFILE HOME IFS
    LANG LC_ALL LC_COLLATE LC_CTYPE LC_MESSAGES LC_NUMERIC LC_TIME PATH POSIXLY_CORRECT PROMPT_COMMAND
    PS1 PS2 PS4 SHELL TERM TMOUT

    CURDIR GNUMAKEFLAGS MAKE MAKECMDGOALS MAKEFILES MAKEFILE_LIST MAKEFLAGS MAKELEVEL MAKEOVERRIDES MFLAGS
    VPATH

    DYLD_INSERT_LIBRARIES DYLD_LIBRARY_PATH LD_AUDIT LD_LIBRARY_PATH LD_PRELOAD
    """.split()  # noqa: SIM905 - a literal of so many strings would be one long column
)


def read(file: Path, shown: str) -> tuple[Constants, tuple[Fault, ...]]:
    """Return the constants of `file` and all its faults, which call it `shown`.

    A file that cannot be read is a fault and has no constants.
    """
    try:
        text = read_limited(file)
    except OSError as error:
        return _nothing(shown), (_unread(shown, error),)
    return parse(text, shown)


def parse(text: bytes, path: str) -> tuple[Constants, tuple[Fault, ...]]:
    """Return the constants of the good lines of `text` and the faults of all the others, by line.

    A value that refers to a name on a faulty line makes no fault of its own: its name is faulty too.
    """
    if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _nothing(path), (Fault(path, "the file is UTF-16", "save it as UTF-8"),)
    statements = {
        number: statement
        for number, line in enumerate(_lines(text), start=1)
        if (statement := _statement(line)) is not None
    }
    reading = _ConstantsReading(path, text, statements)
    for number, statement in statements.items():
        reading.take(number, statement)
    constants = Constants(
        path,
        MappingProxyType(reading.by_name),
        frozenset(reading.faulty),
        frozenset(reading.quoted_lines),
        MappingProxyType(reading.missing_ids),
        tuple(reading.notices()),
        text,
    )
    return constants, (*_unlike_unix(text, path), *reading.faults)


def _unlike_unix(text: bytes, path: str) -> Iterator[Fault]:
    """Find what an editor on Windows adds, and neither sh nor make takes away."""
    if text.startswith(codecs.BOM_UTF8):
        message = "the file begins with a byte order mark, which sh takes for a part of the first line"
        yield Fault(f"{path}:1", message, "save it as UTF-8 without a byte order mark (BOM)")
    before, ends_so, _ = text.partition(b"\r\n")
    if ends_so:
        message = "the line ends with a carriage return, as on Windows, which sh takes for a part of the value"
        line = before.count(b"\n") + 1
        yield Fault(f"{path}:{line}", message, "save the file with Unix line ends: \\n alone")


def _nothing(path: str) -> Constants:
    return Constants(path, MappingProxyType({}))


def _unread(shown: str, error: OSError) -> Fault:
    match error:
        case FileNotFoundError():
            return Fault(shown, "there is no such file", "create it with lines such as DEV_AWS_ACCOUNT_ID=…")
        case IsADirectoryError():
            return Fault(shown, "this is a directory", "it should be a file of NAME=value lines")
        case PermissionError():
            return Fault(shown, "no permission to read the file", "chmod u+r it")
        case OSError(errno=errno.EFBIG):
            message = f"the file has over {LARGEST_FILE >> 20} MiB"
            return Fault(shown, message, "it should be a file of NAME=value lines")
    return Fault(shown, f"the file cannot be read: {error.strerror or type(error).__name__}")


def _lines(text: bytes) -> list[bytes]:
    """Return the lines without their ends. Only \\n ends a line, for sh and make as for us."""
    *ended, last = text.removeprefix(codecs.BOM_UTF8).split(b"\n")
    return [*(line.removesuffix(b"\r") for line in ended), last]


def _statement(line: bytes) -> Assignment | Refusal | None:
    try:
        return read_line(line.decode())
    except UnicodeDecodeError as error:
        name = name_on(line.decode(errors="replace"))
        message = f"{name}: not UTF-8 (byte {error.start + 1} of the line)".removeprefix(": ")
        return Refusal(name, message, "save the file as UTF-8")


_LineProblem = tuple[str, str, int]
"""What is wrong with a line, what to write instead, and the column, counted from 1; 0 means the name."""


class _ConstantsReading:
    """What is known of a file while its statements are read one after the other."""

    def __init__(self, path: str, text: bytes, statements: Mapping[int, Assignment | Refusal]) -> None:
        self.by_name: dict[str, Constant] = {}
        self.faulty: set[str] = set()
        self.faults: list[Fault] = []
        self.quoted_lines: dict[str, int] = {}
        self.missing_ids: dict[str, str | None] = {}
        self._half_references: list[tuple[int, Assignment, Reference]] = []
        self._path, self._text = path, text
        self._first_lines: dict[str, int] = {}
        for number, statement in statements.items():
            self._first_lines.setdefault(statement.name, number)

    def take(self, number: int, statement: Assignment | Refusal) -> None:
        """Add a statement to the constants, or what is wrong with it to the faults."""
        name = statement.name
        value = self._value(statement)
        faults = [
            Fault(self._place(number, at), text, hint) for text, hint, at in self._wrong(number, statement, value)
        ]
        self.faults += faults
        if isinstance(statement, Assignment):
            self._note_unlike_make(number, statement)
        if value is not None and not faults:
            self.by_name[name] = Constant(name, value, number)
        elif name:
            self.faulty.add(name)

    def _place(self, number: int, column: int = 0) -> str:
        """Return the place of a column on a line, counted from 1; 0 means the name that the line sets."""
        from iamgen.declaration.constants_place import place_of_column  # slow to import, and only needed for a message

        return place_of_column(self._text, f"{self._path}:{number}", number, column)

    def notices(self) -> Iterator[Fault]:
        """Say, once for each kind, what make reads differently in lines that are understood."""
        quoted = {name: line for name, line in self.quoted_lines.items() if name in self.by_name}
        for name, line in list(quoted.items())[:1]:
            message = f"{name}: make keeps the quotes as part of the value{_and_more(len(quoted) - 1)}"
            hint = "a recipe's shell takes them off again; leave them out where the value has no blank in it"
            yield Fault(self._place(line), message, hint)
        halves = [half for half in self._half_references if half[1].name in self.by_name]
        for line, statement, reference in halves[:1]:
            name = reference.name
            message = f"{statement.name}: make reads ${name} as $({name[0]}){name[1:]}{_and_more(len(halves) - 1)}"
            yield Fault(self._place(line), message, f"write ${{{name}}}")

    def _note_unlike_make(self, number: int, statement: Assignment) -> None:
        if statement.quoted:
            self.quoted_lines.setdefault(statement.name, number)
        self._half_references += [
            (number, statement, piece)
            for piece in statement.pieces
            if isinstance(piece, Reference) and not piece.braced and piece.name[1:]
        ]

    def _value(self, statement: Assignment | Refusal) -> str | None:
        """Return the value with its references replaced, or None if it cannot be determined."""
        if isinstance(statement, Refusal) or not self._has_values(statement):
            return None
        texts = [
            self.by_name[piece.name].value if isinstance(piece, Reference) else piece.text for piece in statement.pieces
        ]
        # One character too many says as much as a million of them.
        return "".join(texts) if sum(map(len, texts)) <= LONGEST_VALUE else "x" * (LONGEST_VALUE + 1)

    def _has_values(self, assignment: Assignment) -> bool:
        names = [piece.name for piece in assignment.pieces if isinstance(piece, Reference)]
        return all(name in self.by_name and name not in self.faulty for name in names)

    def _wrong(self, number: int, statement: Assignment | Refusal, value: str | None) -> Iterator[_LineProblem]:
        """Yield what is wrong with a statement, what to write instead, and in which column."""
        name = statement.name
        first = self._first_lines[name]
        if name in RESERVED_NAMES:
            yield f"{name}: a name that sh, make or the system uses itself", "choose another name", 0
            return
        if name and first != number:
            yield f"{name}: it is already set on line {first}", "keep one of the two lines", 0
        if isinstance(statement, Refusal):
            yield statement.problem, statement.hint, statement.column
        elif value is None:
            yield from self._undefined(number, statement)
        else:
            yield from self._quoted_references(statement)
            yield from _unfit(statement, value)

    def _quoted_references(self, assignment: Assignment) -> Iterator[_LineProblem]:
        """Find references to values in quotes, which make would put into the middle of this value, quotes and all."""
        for piece in dict.fromkeys(assignment.pieces):
            if isinstance(piece, Reference) and piece.name in self.quoted_lines:
                line = self.quoted_lines[piece.name]
                message = f"${{{piece.name}}} has quotes around it (line {line}), which make keeps in the value"
                hint = f"write the value itself instead of ${{{piece.name}}}"
                if _needs_no_quotes(self.by_name[piece.name].value):
                    hint = f"leave out the quotes on line {line}"
                yield f"{assignment.name}: {message}", hint, piece.column

    def _undefined(self, number: int, assignment: Assignment) -> Iterator[_LineProblem]:
        for piece in assignment.pieces:
            if not isinstance(piece, Reference) or piece.name in self.by_name or piece.name in self.faulty:
                continue
            if not self._is_misspelt_id(piece.name):
                message = f"{assignment.name}: no line above sets ${{{piece.name}}}"
                yield message, self._where_it_is(piece.name, number), piece.column

    def _is_misspelt_id(self, name: str) -> bool:
        """Return whether the fault is in another line, and is reported as a fault of the accounts."""
        if not name.endswith(ID_ENDING) or name in self._first_lines:
            return False
        values = {known: constant.value for known, constant in self.by_name.items()}
        if name in map(str.upper, values):
            return True
        self.missing_ids[name] = similar_id(name, values)
        return self.missing_ids[name] is not None

    def _where_it_is(self, name: str, number: int) -> str:
        line = self._first_lines.get(name)
        if line == number:
            return "a value cannot refer to itself"
        if line is not None:
            return f"line {line} sets it: move that line up"
        spelled = next((known for known in self.by_name if known.upper() == name.upper()), None)
        if spelled:
            return f"line {self._first_lines[spelled]} sets {spelled}: capitals count, so write both alike"
        if name.endswith(ID_ENDING):
            return _where_id_is(name, self.by_name)
        otherwise = "only earlier lines of this file count, and no value can have a `$` of its own"
        return did_you_mean(name, self.by_name, otherwise)


def _where_id_is(name: str, known: Iterable[str]) -> str:
    """Return the hint for an id that no line sets: neither a name nor an account of another kind is meant."""
    project, _, kind = name.removesuffix(ID_ENDING).rpartition("_")
    ending = f"{'_' if project else ''}{kind}{ID_ENDING}"
    projects = (other.removesuffix(ending) for other in known if other.endswith(ending))
    meant = nearest(project, projects)
    return f"did you mean {meant}{ending}?" if meant else f"declare the account above: {name}=…"


def _unfit(assignment: Assignment, value: str) -> Iterator[_LineProblem]:
    """Yield what is wrong with a value that is understood."""
    if len(value) > LONGEST_VALUE:
        yield f"{assignment.name}: a value of over {LONGEST_VALUE:,} characters", "keep it in a file of its own", 0
    elif assignment.exported and not assignment.quoted and re.search(_UNSAFE_IN_BARE_EXPORT, value):
        message = "exported without quotes though the value has a blank, a backslash or one of * ? [ {"
        yield f"{assignment.name}: {message}", 'shells differ there: put the value in quotes, export NAME="…"', 0


def _needs_no_quotes(value: str) -> bool:
    statement = read_line(f"A={value}")
    return isinstance(statement, Assignment) and all(isinstance(piece, QuotedText) for piece in statement.pieces)


def _and_more(count: int) -> str:
    return f", as on {count} more line{'s' if count > 1 else ''}" if count else ""
