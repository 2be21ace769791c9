"""Explain the exception that ended users.py: where it was raised and, if that is known, what to write instead.

Nothing here is imported before users.py has raised something.
"""

from __future__ import annotations

import ast
import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import iamgen
from iamgen.declaration.file_text import tree
from iamgen.declaration.source import shown
from iamgen.declaration.source_span import line_at, place_at
from iamgen.declaration.users_file import message_of
from iamgen.errors import Fault
from iamgen.similar_names import did_you_mean
from iamgen.source_place import Extent, SourcePlace, SourceSpan

_LITERALS = {"true": "True", "false": "False", "none": "None", "null": "None", "nil": "None", "TRUE": "True"}
"""Words of other languages, and what they are in Python."""
_TYPES = (Exception, ValueError, bool, dict, float, frozenset, int, list, range, reversed, set, str, tuple)
_FUNCTIONS = (all, any, enumerate, filter, isinstance, len, map, max, min, open, print, sorted, sum, zip)
_BUILTINS = [usual.__name__ for usual in (*_TYPES, *_FUNCTIONS)]
"""What users.py may use of Python's own: nobody means `slice` who writes `alice`."""
_TYPOGRAPHIC = "\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\xab\xbb"  # quotes


def fault_of(exc: BaseException, file: Path, root: Path, names: Mapping[str, Any]) -> Fault:
    """Return what an exception says about the file of a repository; `names` is what the file had named until then."""
    if isinstance(exc, SyntaxError):
        return _syntax(exc, file, root)
    place = _raised_at(exc, file, root)
    match exc:
        case NameError(name=str(name)):
            return Fault(place, f"the name {name} is not defined", _about_name(name, file, names))
        case ImportError():
            return _import_fault(exc, place, file, root)
        case KeyError(args=(key,)):
            return Fault(place, f"KeyError: {key!r}", "the dict has no such key")
    return Fault(place, f"{type(exc).__name__}{message_of(exc)}", f"python {file.name} shows how it came to this")


def _syntax(exc: SyntaxError, file: Path, root: Path) -> Fault:
    where = f"{shown(exc.filename or str(file), root)}:{exc.lineno or 1}"
    text = (exc.text or "").rstrip("\r\n")
    if text.strip():
        start = min(exc.offset or 0, len(text))
        is_one_line = exc.end_lineno in (None, exc.lineno)
        end = (exc.end_offset or 0) if is_one_line else len(text) + 1
        where = SourcePlace(where, SourceSpan(text, start, max(end - start, 1) if start else 0))
    return Fault(where, exc.msg, _about_syntax(exc))


def _about_syntax(exc: SyntaxError) -> str:
    if any(character in exc.msg for character in _TYPOGRAPHIC):
        return "write straight quotes, \" or '; these come from a word processor or a web page"
    if "was never closed" in exc.msg:
        return "close it with the bracket that fits"
    if "forgot a comma" in exc.msg:
        return "put a comma between one entry and the next"
    return "Python can read no further: look at this line and the one before it"


def _import_fault(exc: ImportError, place: str, file: Path, root: Path) -> Fault:
    wrong = re.match(r"cannot import name '(\w+)' from 'iamgen'", exc.msg)
    if not wrong:
        hint = "write it beside users.py and commit it, or install it where iamgen is installed"
        return Fault(place, f"{type(exc).__name__}{message_of(exc)}", hint)
    name = wrong[1]
    for statement in _imports(file):
        for alias in statement.names:
            if alias.name == name:
                end = (alias.end_lineno or alias.lineno, alias.end_col_offset or alias.col_offset)
                place = place_at(str(file), shown(str(file), root), Extent(alias.lineno, alias.col_offset, *end))
    hint = did_you_mean(name, iamgen.__all__, f"it has {', '.join(iamgen.__all__)}")
    return Fault(place, f"iamgen has no {name}", hint)


def _raised_at(exc: BaseException, file: Path, root: Path) -> str:
    """Return the place in the repository that was reached last, with the exact span of the expression."""
    frames = [frame for frame in traceback.extract_tb(exc.__traceback__) if Path(frame.filename).is_relative_to(root)]
    if not frames:
        return file.name
    last = frames[-1]
    line = last.lineno or 1
    name = shown(last.filename, root)
    if last.colno is None or last.end_colno is None:
        return line_at(last.filename, name, line)
    return place_at(last.filename, name, Extent(line, last.colno, last.end_lineno or line, last.end_colno))


def _about_name(name: str, file: Path, names: Mapping[str, Any]) -> str:
    """Return what to do about a name that is not defined: import it, or write another one."""
    if name in iamgen.__all__:
        line = _import_line(file)
        return f"add {name} to the import on line {line}" if line else f"write at the top: from iamgen import {name}"
    if name in _LITERALS:
        return f"Python writes {_LITERALS[name]}"
    own = [known for known in names if not known.startswith("__")]
    quoted = f'if it is text, write it in quotes: "{name}"'
    return did_you_mean(name, [*own, *iamgen.__all__], did_you_mean(name, _BUILTINS, quoted, likeness=0.8))


def _import_line(file: Path) -> int:
    """Return the line on which a file imports names of iamgen; 0 where it does not."""
    return next((statement.lineno for statement in _imports(file)), 0)


def _imports(file: Path) -> list[ast.ImportFrom]:
    """Return the statements by which a file imports names of iamgen."""
    body = tree(str(file)).body
    return [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "iamgen"]
