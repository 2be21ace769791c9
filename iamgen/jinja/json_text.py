"""Texts of JSON: what they say, and on which line each part of them stands."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

Path = tuple[str | int, ...]

DEEPEST = 32
"""Levels of brackets in a policy document: a condition's values have six. Python's own limit would end the program."""
_LONGEST_NUMBER = 300  # digits; Python refuses to read some thousands, and a float ends at 308
_SYMBOL = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


class TooDeepError(ValueError):
    """Brackets within brackets, more than any policy has; `line` is where there is the first too many."""

    def __init__(self, line: int) -> None:
        super().__init__(f"{DEEPEST} levels of brackets are the most that is read")
        self.line = line


class Part(NamedTuple):
    """A key, or a value that is no bracket, and the line, from 1, on which it stands."""

    path: Path
    line: int
    is_key: bool


def read(text: str) -> object:
    """Return what a text of JSON says; what is no finite number becomes infinite, or none.

    Raises TooDeepError, and JSONDecodeError for what is no JSON.
    """
    _check_depth(text)
    return json.loads(text, parse_int=_whole)


def parts(text: str) -> Iterator[Part]:
    """Yield each key and each plain value of a text that is JSON, in its order: also a key's second."""
    open_ones: list[_Open] = []
    for symbol, line in _symbols(text):
        here = open_ones[-1] if open_ones else None
        if symbol in ("{", "["):
            open_ones.append(_Open(_path(open_ones), symbol == "{"))
        elif symbol in ("}", "]"):
            open_ones.pop()
        elif symbol == ",":
            if here:
                here.go_on()
        elif here and symbol == ":":
            here.after_key = True
        elif here and here.has_keys and not here.after_key:
            here.step = str(json.loads(symbol))
            yield Part(_path(open_ones), line, is_key=True)
        else:
            yield Part(_path(open_ones), line, is_key=False)


def repeated(text: str) -> Iterator[tuple[str, int]]:
    """Yield each key that stands in its object a second time, and its line: JSON keeps the last, and nobody is told."""
    known: set[Path] = set()
    for part in parts(text):
        if part.is_key and part.path in known:
            yield str(part.path[-1]), part.line
        if part.is_key:
            known.add(part.path)


@dataclass
class _Open:
    """An object or list that is being read: `step` is the key or number of what comes next."""

    path: Path
    has_keys: bool
    step: str | int = 0
    after_key: bool = field(default=False)

    def go_on(self) -> None:
        self.after_key = False
        if not self.has_keys:
            self.step = int(self.step) + 1


def _path(open_ones: list[_Open]) -> Path:
    return (*open_ones[-1].path, open_ones[-1].step) if open_ones else ()


def _symbols(text: str) -> Iterator[tuple[str, int]]:
    line, at = 1, 0
    for symbol in _SYMBOL.finditer(text):
        line += text.count("\n", at, symbol.start())
        at = symbol.start()
        yield symbol[0], line


def _check_depth(text: str) -> None:
    depth = 0
    for symbol, line in _symbols(text):
        depth += (symbol in ("{", "[")) - (symbol in ("}", "]"))
        if depth > DEEPEST:
            raise TooDeepError(line)


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else math.inf
