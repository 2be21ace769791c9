"""What changes something elsewhere: shown, asked about, done, and told to programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from iamgen.errors import IamgenError
from iamgen.ui.console import Console

_NOT_DONE = 1


@dataclass(frozen=True)
class Deed:
    """Something to be done, in words: what it is called, before and after, and to what."""

    verb: str
    done: str
    what: str
    do: Callable[[], None]
    more: str = ""
    """What is said besides when it is done."""


@dataclass(frozen=True)
class Asking:
    """How a person wants to be asked, and told."""

    console: Console
    yes: bool
    dry_run: bool
    as_json: bool

    def carry_out(self, deed: Deed, notes: str, plain: Mapping[str, object]) -> int:
        """Show the notes, ask, and do it; return 0, and 1 when the answer was no.

        With JSON it is `plain` that goes to stdout, with whether it was done. Raises IamgenError as the deed does, and
        when stdout takes no more; then it says so if it was done nevertheless.
        """
        self.console.show_plan(notes, asks=self.as_json or not (self.yes or self.dry_run), as_json=self.as_json)
        done = self._done(deed)
        try:
            self.tell({**plain, deed.done: done})
        except IamgenError as exc:
            said = f"; {deed.what}: {deed.done} all the same" if done else ""
            raise IamgenError(fault._replace(what=f"{fault.what}{said}") for fault in exc.faults) from exc
        return 0 if done or self.dry_run else _NOT_DONE

    def tell(self, plain: Mapping[str, object]) -> None:
        """Print JSON where it is wanted."""
        if self.as_json:
            self.console.product(json.dumps(plain, indent=2) + "\n")

    def _done(self, deed: Deed) -> bool:
        if self.dry_run:
            self.console.note(f"dry run: would {deed.verb} {deed.what}")
            return False
        if not self.yes and not self.console.confirm(f"{deed.verb.capitalize()} {deed.what}?"):
            self.console.note(f"nothing was {deed.done}")
            return False
        deed.do()
        self.console.note(f"{deed.done} {deed.what}{deed.more}")
        return True
