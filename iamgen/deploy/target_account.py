"""The account that a deployment goes to: its name and its id, as one value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TargetAccount:
    """An account, as commands and messages name it."""

    name: str
    """Its name in CONST.inc, which is what a command line takes."""
    id: str
    """Its id in AWS, twelve digits."""
    is_production: bool = False
    """Whether it is a production account."""

    def __str__(self) -> str:
        """Return how messages name it."""
        return f"{self.name} ({self.id})"

    @property
    def in_plan(self) -> str:
        """Return how a plan and a question name the account, so that people see whether it is a production account."""
        return f"{self.name} (production, {self.id})" if self.is_production else str(self)
