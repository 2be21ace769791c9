"""A finding: a fault that a rule of iamgen or cfn-lint reports in a template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeGuard, get_args

from iamgen.errors import Fault

Level = Literal["error", "warning", "info"]
_LISTED = 4  # accounts that are named
LEVELS: tuple[Level, ...] = get_args(Level)


class Finding(NamedTuple):
    """One report of a rule about a template."""

    rule: str
    """The id of the rule: of iamgen, or of cfn-lint."""
    level: Level
    """How grave it is."""
    message: str
    """What the rule says."""
    path: tuple[str | int, ...]
    """The names and numbers that lead to it inside the template; empty for the whole template."""
    line: int
    """Where it is in the template's text, counted from 1; 0 where only the path is known."""
    source: str = ""
    """The address of a page about the rule; may be empty."""
    name: str = ""
    """The name of a rule of iamgen; empty for cfn-lint's."""
    cause: str = ""
    """Where in the declaration it comes from, `users.py:12`; empty where that is not known."""

    def plain(self) -> dict[str, object]:
        """Return the finding as JSON values, by the names of its fields."""
        return {**self._asdict(), "path": list(self.path)}

    def fault(self, account: str) -> Fault:
        """Return the finding as what is wrong with an account's template."""
        place = "/".join(map(str, self.path))
        cause = f"{self.cause}: " if self.cause else ""
        return Fault(
            f"{cause}{account} {place}".strip(), f"{self.rule} {self.name}".strip() + f": {self.message}", self.source
        )

    def fault_in(self, accounts: Sequence[str]) -> Fault:
        """Return the finding, which the templates of all these accounts have, as one fault: at its cause."""
        if len(accounts) == 1 or not self.cause:
            return self.fault(accounts[0])
        listed = f"{', '.join(accounts[:_LISTED])}{', …' if len(accounts) > _LISTED else ''}"
        place = "/".join(map(str, self.path))
        problem = (
            f"{self.rule} {self.name}".strip() + f": {self.message} (in {len(accounts)} accounts: {listed}; {place})"
        )
        return Fault(self.cause, problem, self.source)


def from_plain(value: object) -> Finding:
    """Return the finding whose `plain()` is `value`. Raises ValueError for anything else."""
    if not isinstance(value, dict) or value.keys() != set(Finding._fields):
        raise ValueError("not a finding: its fields")
    rule, level, message, path, line, *more = (value[name] for name in Finding._fields)
    if not (_are_texts(rule, message, *more) and level in LEVELS and _is_path(path) and _is_number(line)):
        raise ValueError("not a finding: a field's type")
    return Finding(rule, level, message, tuple(path), line, *more)


def _are_texts(*values: object) -> bool:
    return all(isinstance(value, str) for value in values)


def _is_path(value: object) -> TypeGuard[list[str | int]]:
    return isinstance(value, list) and all(isinstance(step, str) or _is_number(step) for step in value)


def _is_number(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
