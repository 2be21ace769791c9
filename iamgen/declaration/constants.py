"""The accounts and constants that CONST.inc sets, and where it sets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from iamgen.errors import Fault

if TYPE_CHECKING:
    from iamgen.declaration.constants_place import Part


class Constant(NamedTuple):
    """A constant of CONST.inc."""

    name: str
    """Its name."""
    value: str
    """Its value, with every reference replaced."""
    line: int
    """The line that sets it, counted from 1."""


@dataclass(frozen=True)
class Constants(Mapping[str, str]):
    """What a file of constants says: names and their values, in the order of the file."""

    path: str
    """The file, as messages show it."""
    by_name: Mapping[str, Constant]
    """The constants by name, with their lines."""
    faulty: frozenset[str] = frozenset()
    """The names on lines that have a fault: they exist, but there is no saying what they stand for. A name that is set
    twice is here and in `by_name`, with its first value."""
    quoted: frozenset[str] = frozenset()
    """The names whose values are in quotes."""
    missing_ids: Mapping[str, str | None] = field(default_factory=lambda: MappingProxyType({}))
    """The names of ids that lines refer to and no line sets, each with the constant meant to set it, or None."""
    notices: tuple[Fault, ...] = ()
    """What is understood here and in sh, but read differently by make."""
    text: bytes = field(default=b"", repr=False, compare=False)
    """The file itself."""

    def __getitem__(self, name: str) -> str:
        return self.by_name[name].value

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)

    def where(self, name: str, part: Part = "value") -> str:
        """Return the place of the line that sets `name`, for a message about that part of it; else the file alone."""
        constant = self.by_name.get(name)
        if constant is None:
            return self.path
        from iamgen.declaration.constants_place import place_of_part  # slow to import, and only needed for a message

        return place_of_part(self.text, f"{self.path}:{constant.line}", constant.line, part)
