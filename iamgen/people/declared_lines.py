"""Find the places of users.py that name somebody, and write users.py without them.

Only literals are taken out: the `User(…)` of a tuple or list, and the name in the `members` of a group. What is put
together by code is shown, and left to a person.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_OF_NAMES = ("members", "who", "but")
"""Arguments that have names of people."""
_AFTER = re.compile(rb"\s*,")
_REST_OF_LINE = re.compile(rb"[ \t]*(?:#[^\n]*)?\r?\n")
_BLANKS = re.compile(rb"[ \t]+")
_BEFORE = re.compile(rb",\s*$")


@dataclass(frozen=True)
class Mention:
    """A place of users.py that names somebody."""

    line: int
    """Its line."""
    source: str
    """What stands there, in one line."""
    is_removable: bool
    """Whether it is a literal that can be taken out by itself."""


@dataclass(frozen=True)
class _Element:
    """An element of a tuple or list."""

    container: ast.Tuple | ast.List
    """The tuple or list."""
    node: ast.expr
    """The element."""


def read_source(file: Path) -> str:
    """Return users.py as text, with the ends of lines that it has; nothing where it is not UTF-8, so that no place of
    it is known."""
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""


def mentions(source: str, name: str) -> tuple[Mention, ...]:
    """Return every place of users.py that names somebody, in the order of the file."""
    places = [
        Mention(node.lineno, " ".join((ast.get_source_segment(source, node) or "").split()), element is not None)
        for node, element in _places(ast.parse(source), name)
    ]
    return tuple(sorted(places, key=lambda mention: mention.line))


def without_person(source: str, name: str) -> str:
    """Return users.py without the places that can be taken out."""
    while True:
        element = next((element for _, element in _places(ast.parse(source), name) if element), None)
        if element is None:
            return source
        source = _without(source.encode(), element).decode()


def with_other_name(source: str, name: str, new_name: str) -> str:
    """Return users.py with another name for a person: in their `User(…)`, and in lists of names that arguments have."""
    content = source.encode()
    for node in reversed(_names(ast.parse(source), name)):
        start, end = _span(content, node)
        quote = content[start : start + 1]
        if content[start:end] == quote + name.encode() + quote:  # not one that is put together of several
            content = content[:start] + quote + new_name.encode() + quote + content[end:]
    return content.decode()


def _names(tree: ast.Module, name: str) -> list[ast.expr]:
    """Return the literals that are the person's name, in the order of the file."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    literals = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value == name]
    meant = [node for node in literals if _place(node, parents)[0] is not node or _is_in_names(node, parents)]
    return sorted(meant, key=lambda node: (node.lineno, node.col_offset))


def _is_in_names(node: ast.AST, parents: dict[ast.AST, ast.AST]) -> bool:
    """Whether a literal is in a tuple or list of names that an argument has."""
    keyword = parents[parents[node]] if isinstance(parents[node], ast.Tuple | ast.List) else None
    return isinstance(keyword, ast.keyword) and keyword.arg in _OF_NAMES


def _places(tree: ast.Module, name: str) -> Iterator[tuple[ast.expr, _Element | None]]:
    """Yield what names somebody: the call, or the name itself; with the element that it is, where it can go."""
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == name:
            yield _place(node, parents)


def _place(node: ast.Constant, parents: dict[ast.AST, ast.AST]) -> tuple[ast.expr, _Element | None]:
    parent = parents[node]
    call = parents[parent] if isinstance(parent, ast.keyword) and parent.arg == "name" else parent
    if isinstance(call, ast.Call) and _is_user(call) and (parent is not call or call.args[:1] == [node]):
        container = parents[call]
        return call, _Element(container, call) if isinstance(container, ast.Tuple | ast.List) else None
    if isinstance(parent, ast.Tuple | ast.List):
        keyword = parents[parent]
        if isinstance(keyword, ast.keyword) and keyword.arg == "members":
            return node, _Element(parent, node)
    return node, None


def _is_user(call: ast.Call) -> bool:
    called = call.func
    return (isinstance(called, ast.Name) and called.id == "User") or (
        isinstance(called, ast.Attribute) and called.attr == "User"
    )


def _without(source: bytes, element: _Element) -> bytes:
    """Return the source without an element, its comma, and its lines where nothing else is on them."""
    start, end = _span(source, element.node)
    comma = _AFTER.match(source, end)
    if comma:
        start, end = _with_line(source, start, comma.end())
        return source[:start] + _with_comma(source, element, end)
    before = _BEFORE.search(source[:start])
    if before:
        is_pair = isinstance(element.container, ast.Tuple) and len(element.container.elts) == 2  # noqa: PLR2004
        start = before.start() + is_pair  # a tuple of one keeps its comma
    return source[:start] + source[end:]


def _with_comma(source: bytes, element: _Element, end: int) -> bytes:
    """Return the source from `end` on; a tuple of which one element remains gets the comma that makes it a tuple."""
    elements = element.container.elts
    is_first_of_two = isinstance(element.container, ast.Tuple) and elements[:-1] == [element.node]
    if is_first_of_two:
        _, last = _span(source, elements[-1])
        if not _AFTER.match(source, last):
            return source[end:last] + b"," + source[last:]
    return source[end:]


def _with_line(source: bytes, start: int, end: int) -> tuple[int, int]:
    """Return a span widened to whole lines where nothing else is on them, else to the blanks behind it."""
    line_start = source.rfind(b"\n", 0, start) + 1
    rest = _REST_OF_LINE.match(source, end)
    if rest and not source[line_start:start].strip():
        return line_start, rest.end()
    blanks = _BLANKS.match(source, end)
    return start, blanks.end() if blanks and not rest else end


def _span(source: bytes, node: ast.expr) -> tuple[int, int]:
    """Return where a node begins and ends; Python counts lines, and bytes on them."""
    starts = [0, *(match.end() for match in re.finditer(rb"\n", source))]
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
    return starts[node.lineno - 1] + node.col_offset, starts[end_line - 1] + end_column
