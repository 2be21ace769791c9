"""What the readers of JSON and YAML share: paths, positions, faults of syntax, and how much a template may hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

Path = tuple[str | int, ...]
"""The way from the top of a template to a value: `("Resources", "AdminR", "Properties", "Policies", 0)`."""

MAX_DEPTH = 200
"""Levels of nesting. What people write has about twenty; far more would exhaust the recursion of what reads on."""
MAX_VALUES = 2_000_000
"""Values after YAML's aliases are spelled out: about what 50 MB of JSON hold. An alias bomb has billions."""


class Position(NamedTuple):
    """A place in a text, both numbers counted from 1 as editors do."""

    line: int
    column: int


Positions = Mapping[Path, Position]
"""The position of each value by its path: of its key in a block, of itself in a list."""


class SyntaxFault(Exception):  # noqa: N818  # it is what users call it
    """A text that cannot be read: what is wrong, and the line, 0 where it is not known."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
