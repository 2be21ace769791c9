"""Find the exact part of users.py that is wrong: the call, or the wrong word in it.

Nothing here is imported before there is a fault to be shown.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING

from iamgen.declaration.file_text import read_limited, tree
from iamgen.declaration.origin import Origin
from iamgen.source_place import Extent, SourcePlace, SourceSpan

if TYPE_CHECKING:
    from iamgen.declaration.declared_type import About

_INSTRUCTION = 2  # bytes


def place_of(origin: Origin, about: About, shown: str) -> str:
    """Return the place of what a fault is about, in the file that messages call `shown`."""
    extent = _extent(origin, about)
    return place_at(origin.file, shown, extent) if extent else line_at(origin.file, shown, origin.line)


def place_at(file: str, shown: str, extent: Extent) -> str:
    """Return the place of a piece of source, with its first line."""
    text = source_line(file, extent.line)
    if text is None:
        return f"{shown}:{extent.line}"
    start = _characters(text, extent.column)
    is_one_line = extent.end_line == extent.line
    end = _characters(text, extent.end_column) if is_one_line else len(text.rstrip())
    return SourcePlace(f"{shown}:{extent.line}", SourceSpan(text, start + 1, max(end - start, 1)))


def line_at(file: str, shown: str, line: int) -> str:
    """Return the place of a whole line."""
    text = source_line(file, line)
    return f"{shown}:{line}" if text is None else SourcePlace(f"{shown}:{line}", SourceSpan(text, 0, 0))


def source_line(file: str, line: int) -> str | None:
    """Return a line of a source file, without its end; None where the file has none such, or cannot be read."""
    lines = _lines(file)
    return lines[line - 1] if 0 < line <= len(lines) else None


def _characters(text: str, column: int) -> int:
    """Return how many characters the first bytes of a line are."""
    return len(text.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "ignore"))


@lru_cache(maxsize=8)
def _lines(file: str) -> tuple[str, ...]:
    """Return the lines of a source file as Python divides them; none of what is no file, or cannot be read."""
    path = Path(file)
    if not (path.is_absolute() and path.is_file()):
        return ()
    try:
        content = read_limited(path)
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        text = io.TextIOWrapper(io.BytesIO(content), encoding, errors="replace").read()
    except (OSError, SyntaxError, LookupError):
        return ()
    return tuple(text.split("\n"))


def _extent(origin: Origin, about: About) -> Extent | None:
    """Return where the value is, or the part of it that a fault is about."""
    if isinstance(about, Extent):
        return about
    nodes = list(_nodes(origin))
    parts = [part for node in nodes for part in _parts(node, about)] if about != "" else []
    chosen = min(parts, key=_start, default=None) or min(nodes, key=_start, default=None)
    return _extent_of(chosen) if chosen else None


def _nodes(origin: Origin) -> Iterator[ast.AST]:
    """Yield the call that the origin means, or every call and assignment that begins on its line."""
    starting = _starting(origin.file).get(origin.line, [])
    positions = _positions(origin)
    exact = [node for node in starting if isinstance(node, ast.Call) and _extent_of(node) in positions]
    yield from exact or starting


@lru_cache(maxsize=8)
def _starting(file: str) -> dict[int, list[ast.AST]]:
    """Return the calls and assignments of a file by the line on which they begin."""
    by_line: dict[int, list[ast.AST]] = {}
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call | ast.Assign | ast.AnnAssign):
            by_line.setdefault(node.lineno, []).append(node)
    return by_line


def _start(node: ast.AST) -> tuple[int, int]:
    extent = _extent_of(node)
    return extent.line, extent.column


def _extent_of(node: ast.AST) -> Extent:
    """Return where a node is; of an assignment its target, of a keyword without its value the whole."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        node = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return Extent(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or node.col_offset)  # type: ignore[attr-defined]  # expressions and keywords have them


def _parts(node: ast.AST, about: About) -> Iterator[ast.AST]:
    """Yield the nodes within a call or an assignment that a fault is about."""
    if isinstance(about, int):
        yield from _argument(node, about)
    elif isinstance(about, str):
        yield from _words(node, about)
    elif not isinstance(about, Extent):
        *keys, word = about
        yield from (part for value in _values(node, keys) for part in _words(value, word))


def _argument(node: ast.AST, number: int) -> Iterator[ast.AST]:
    arguments = node.args if isinstance(node, ast.Call) else []
    if number < len(arguments) and not any(isinstance(argument, ast.Starred) for argument in arguments[: number + 1]):
        yield arguments[number]


def _words(node: ast.AST, word: str) -> Iterator[ast.AST]:
    for inner in ast.walk(node):
        is_constant = isinstance(inner, ast.Constant) and inner.value == word
        if is_constant or (isinstance(inner, ast.keyword) and inner.arg == word):
            yield inner


def _values(node: ast.AST, keys: list[str]) -> Iterator[ast.AST]:
    """Yield what stands behind the keys, each in a dict behind the one before it."""
    if not keys:
        yield node
        return
    for inner in ast.walk(node):
        for key, value in zip(inner.keys, inner.values, strict=True) if isinstance(inner, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value == keys[0]:
                yield from _values(value, keys[1:])


def _positions(origin: Origin) -> set[Extent]:
    """Return where the call is by Python's own table; several where codes begin on one line."""
    if origin.instruction < 0:
        return set()
    number = origin.instruction // _INSTRUCTION
    tables = (_table(code) for code in _codes(origin.file).get(origin.code, ()))
    return {
        Extent(line, column, end_line, end_column)
        for line, end_line, column, end_column in (table[number] for table in tables if number < len(table))
        if line is not None and end_line is not None and column is not None and end_column is not None
    }


@lru_cache(maxsize=64)
def _table(code: CodeType) -> list[tuple[int | None, int | None, int | None, int | None]]:
    """Return where each instruction of a code comes from: first and last line, first column and the one behind."""
    return list(code.co_positions())


@lru_cache(maxsize=8)
def _codes(file: str) -> dict[int, list[CodeType]]:
    """Return the codes of a file by their first lines: it is compiled once more, as it was when it ran."""
    codes: dict[int, list[CodeType]] = {}
    try:
        waiting = [compile(read_limited(Path(file)), file, "exec", dont_inherit=True)]
    except (OSError, SyntaxError, ValueError, MemoryError, RecursionError):
        return codes
    while waiting:
        code = waiting.pop()
        codes.setdefault(code.co_firstlineno, []).append(code)
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]
    return codes
