"""One line of the plan that a person reads before they agree to a change."""

from __future__ import annotations

from typing import Literal, NamedTuple

from iamgen.ui.printable import printable

INDENT = "    "
LineSign = Literal["+", "~", "-", "!", ""]
Tone = Literal["", "heading", "danger"]


class PlanLine(NamedTuple):
    """A line about what comes, changes or goes, or a heading above such lines.

    As a string it is what a pipe or a file gets: one line, without colour. `ui.layout` has what a terminal gets.
    """

    text: str
    """What comes, changes or goes."""
    sign: LineSign = ""
    """`+`, `~` or `-`; `!` before a remark, and nothing before any other line."""
    depth: int = 0
    """How many levels it is indented."""
    tone: Tone = ""
    """Whether it is a heading, or names something that hurts: a destroyed resource, a production account."""

    def __str__(self) -> str:
        """Return the line as a pipe gets it."""
        return f"{INDENT * self.depth}{self.mark}{printable(self.text)}"

    @property
    def mark(self) -> str:
        """The sign and the space behind it; empty where the line has no sign."""
        return f"{self.sign} " if self.sign else ""

    @property
    def as_diff(self) -> str:
        """The line as a `diff` has it, which a web page colours: the sign first."""
        return f"{'!' if self.sign == '~' else self.sign} {INDENT * self.depth}{printable(self.text)}"
