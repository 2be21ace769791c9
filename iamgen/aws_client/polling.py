"""Decide how long iamgen waits between two requests while it follows an operation in AWS."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """How long to wait between two requests: a short time at first, then longer and longer."""

    sleep: Callable[[float], None] = time.sleep
    """Waits for so many seconds. Tests bring one of their own."""
    first: float = 0.1
    """The first pause, in seconds."""
    longest: float = 4.0
    """The longest pause, in seconds."""

    def heed(self) -> None:
        """Stop the work if it is to stop, as every pause does: to be called right before what cannot be undone."""
        self.sleep(0)

    def beats(self) -> Iterator[None]:
        """Yield at once, then after each pause, without end."""
        pause = self.first
        while True:
            yield
            self.sleep(pause)
            pause = min(pause * 1.5, self.longest)
