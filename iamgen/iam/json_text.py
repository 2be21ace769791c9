"""Parses templates that are written in JSON: plain data, and the position of every value."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from iamgen.iam.syntax import MAX_DEPTH, Path, Position, Positions, RepeatedKey, RepeatedKeysFault, SyntaxFault

_MARK = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]:,]|[^\s{}\[\]:,"]+', re.DOTALL)


class Part(NamedTuple):
    """A key of a block, an element of a list, or a value that is neither block nor list."""

    path: Path
    """The way to it from the top of the text."""
    position: Position
    """Where it begins."""
    is_key: bool
    """Whether it is a key, and not a value."""
    is_repeated: bool
    """Whether it is a key that its block has had already."""


def parse(text: str) -> object:
    """Return what the text says. Raises SyntaxFault, also for NaN, and RepeatedKeysFault for all keys that repeat."""
    is_repeating = False

    def block(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal is_repeating
        read = dict(pairs)
        is_repeating = is_repeating or len(read) < len(pairs)
        return read

    try:
        body = json.loads(text, parse_constant=_refused_number, object_pairs_hook=block)
    except json.JSONDecodeError as exc:
        raise SyntaxFault(f"is no JSON: {exc.msg}", exc.lineno) from exc
    except RecursionError as exc:
        raise SyntaxFault(f"is nested more than {MAX_DEPTH} levels deep") from exc
    if _is_deeper(body, MAX_DEPTH):
        raise SyntaxFault(f"is nested more than {MAX_DEPTH} levels deep")
    if is_repeating:  # only then is it worth to look for their places
        raise RepeatedKeysFault(tuple(repeated_keys(text)))
    return body


def positions(text: str) -> Positions:
    """Return the position of each value of a text that is JSON. It has been parsed before."""
    return {part.path: part.position for part in parts(text) if part.is_key or isinstance(part.path[-1], int)}


def repeated_keys(text: str) -> Iterator[RepeatedKey]:
    """Yield each key that its block has already. The text is JSON: it has been parsed before."""
    for part in parts(text):
        if part.is_repeated:
            yield RepeatedKey(str(part.path[-1]), part.position.line)


def line_that_is_deeper(text: str, depth: int) -> int:
    """Return the first line with a bracket inside more than `depth` others, or 0. The text may be no JSON at all."""
    brackets = 0
    for mark, position in _marks(text):
        brackets += (mark in "{[") - (mark in "}]")
        if brackets > depth:
            return position.line
    return 0


def _is_deeper(body: object, depth: int) -> bool:
    """Return whether there is a block or list below that many others. Looks at one level after the other."""
    level = [body] if isinstance(body, dict | list) else []
    for _ in range(depth + 1):
        inner = (child for value in level for child in (value.values() if isinstance(value, dict) else value))
        level = [child for child in inner if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def _refused_number(name: str) -> NoReturn:
    raise SyntaxFault(f"is no JSON: {name} is not a number that JSON has")


@dataclass
class _Open:
    """A block or list that has begun: the path to it, and the key or index of what comes next."""

    path: Path
    is_list: bool
    index: int = 0
    key: str | None = None
    keys: set[str] = field(default_factory=set)

    @property
    def step(self) -> str | int:
        return self.index if self.is_list else str(self.key)


def parts(text: str) -> Iterator[Part]:
    """Yield each part of a text that is JSON, in its order. It has been parsed before."""
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
            inside.key = str(json.loads(mark))
            yield Part((*inside.path, inside.key), position, is_key=True, is_repeated=inside.key in inside.keys)
            inside.keys.add(inside.key)
        else:
            path = (*inside.path, inside.step) if containers else ()
            if containers and (inside.is_list or mark not in "{["):
                yield Part(path, position, is_key=False, is_repeated=False)
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
