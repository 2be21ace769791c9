"""JSON as templates are written in it: plain data, and the position of every value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NoReturn

from iamgen.iam.syntax import MAX_DEPTH, Path, Position, Positions, SyntaxFault

_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


def parse(text: str) -> object:
    """Return what the text says. Raises SyntaxFault, also for a key that stands twice in one block and for NaN."""
    try:
        body = json.loads(text, object_pairs_hook=_block, parse_constant=_refused_number)
    except json.JSONDecodeError as exc:
        raise SyntaxFault(f"is no JSON: {exc.msg}", exc.lineno) from exc
    except RecursionError as exc:
        raise SyntaxFault(f"is nested more than {MAX_DEPTH} levels deep") from exc
    except _RepeatedKeyError as exc:
        raise _repeated(text, str(exc)) from exc
    if _is_deeper(body, MAX_DEPTH):
        raise SyntaxFault(f"is nested more than {MAX_DEPTH} levels deep")
    return body


def positions(text: str) -> Positions:
    """Return the position of each value of a text that is JSON. It has been parsed before."""
    return dict(_positions(text))


def _is_deeper(body: object, depth: int) -> bool:
    """Return whether there is a block or list below that many others. Looks at one level after the other."""
    level = [body] if isinstance(body, dict | list) else []
    for _ in range(depth + 1):
        inner = (child for value in level for child in (value.values() if isinstance(value, dict) else value))
        level = [child for child in inner if isinstance(child, dict | list)]
        if not level:
            return False
    return True


class _RepeatedKeyError(Exception):
    """A key that stands twice in one block."""


def _block(pairs: list[tuple[str, object]]) -> dict[str, object]:
    block = dict(pairs)
    if len(block) < len(pairs):
        keys = sorted(key for key, _ in pairs)
        raise _RepeatedKeyError(next(key for key, following in pairwise(keys) if key == following))
    return block


def _refused_number(name: str) -> NoReturn:
    raise SyntaxFault(f"is no JSON: {name} is not a number that JSON has")


def _repeated(text: str, key: str) -> SyntaxFault:
    paths: set[Path] = set()
    for path, position in _positions(text):
        if path in paths and path[-1] == key:
            return SyntaxFault(f"has the key {key!r} twice in one block", position.line)
        paths.add(path)
    return SyntaxFault(f"has the key {key!r} twice in one block")


@dataclass
class _Open:
    """A block or list that has begun: the path to it, and the key or index of what comes next."""

    path: Path
    is_list: bool
    index: int = 0
    key: str | None = None

    @property
    def step(self) -> str | int:
        return self.index if self.is_list else str(self.key)


def _positions(text: str) -> Iterator[tuple[Path, Position]]:
    containers: list[_Open] = []
    for mark, position in _marks(text):
        inside = containers[-1] if containers else _Open((), is_list=False, key="")
        if mark in "}]":
            containers.pop()
        elif mark == ",":
            inside.index, inside.key = inside.index + 1, None
        elif mark == ":":
            continue
        elif not inside.is_list and inside.key is None:
            inside.key = json.loads(mark)
            yield (*inside.path, inside.step), position
        else:
            path = (*inside.path, inside.step) if containers else ()
            if inside.is_list:
                yield path, position
            if mark in "{[":
                containers.append(_Open(path, is_list=mark == "["))


def _marks(text: str) -> Iterator[tuple[str, Position]]:
    """Yield each bracket, comma, colon, text and number with its position."""
    line, start_of_line, end = 1, 0, 0
    for mark in _MARK.finditer(text):
        breaks = text.count("\n", end, mark.start())
        if breaks:
            line, start_of_line = line + breaks, text.rfind("\n", end, mark.start()) + 1
        end = mark.start()
        yield mark[0], Position(line, mark.start() - start_of_line + 1)
