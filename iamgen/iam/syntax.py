"""What the readers of JSON and YAML share: paths, positions, syntax faults, and limits on the size of a template."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from iamgen.errors import Fault

Path = tuple[str | int, ...]
"""The way from the top of a template to a value: `("Resources", "AdminR", "Properties", "Policies", 0)`."""

MAX_DEPTH = 200
"""Levels of nesting. What people write has about twenty; far more would exhaust the recursion of what reads on."""
MAX_VALUES = 2_000_000
"""Values after YAML's aliases are spelled out: about what 50 MB of JSON hold. An alias bomb has billions."""


class Position(NamedTuple):
    """A place in a text, both numbers counted from 1 as editors do."""

    line: int
    """The line."""
    column: int
    """The column."""


Positions = Mapping[Path, Position]
"""The position of each value by its path: of its key in a block, of itself in a list."""


class RepeatedKey(NamedTuple):
    """A key that its block already has, so that a reader would silently drop one of the two values."""

    key: str
    """The key."""
    line: int
    """The line of the second one, counted from 1."""

    def fault(self, where: str) -> Fault:
        """Return the fault in the words that every command uses; `where` is the file with its line."""
        return Fault(where, f"the key {self.key!r} stands twice", "join the two, or remove one of them")


class SyntaxFault(Exception):  # noqa: N818  # it is what users call it
    """A text that cannot be read: what is wrong, and the line, or 0 if it is not known."""

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


class RepeatedKeysFault(Exception):  # noqa: N818  # it is what users call it
    """A text in which keys stand twice in one block; `keys` are all of them, in the order of the text."""

    def __init__(self, keys: Iterable[RepeatedKey]) -> None:
        self.keys = tuple(keys)
        super().__init__(", ".join(repeated.key for repeated in self.keys))
