"""Show a change, ask for confirmation, apply it, and report the result."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from iamgen.errors import IamgenError
from iamgen.ui.console import Console
from iamgen.ui.plan_line import PlanLine

_NOT_DONE = 1


@dataclass(frozen=True)
class Action:
    """A change that a person can agree to, and the words for it."""

    verb: str
    """The verb of the question: release."""
    past_tense: str
    """The same verb once it is done: released. It is also the key of the JSON that says whether it was done."""
    target: str
    """What is changed, in the words of the question."""
    apply: Callable[[], None]
    """Makes the change."""
    remark: str = ""
    """What is added to the message that it is done."""
    next_step: str = ""
    """What a person does next, once it is done."""


@dataclass(frozen=True)
class Confirmation:
    """How a person is asked, and how the result is reported."""

    console: Console
    """Where to print and to ask."""
    yes: bool
    """Whether the answer is yes without asking."""
    dry_run: bool
    """Whether to show the change and not to make it."""
    as_json: bool
    """Whether stdout is JSON."""

    def carry_out(self, action: Action, notes: Sequence[PlanLine], plain: Mapping[str, object]) -> int:
        """Show the notes, ask, and make the change; return 0, or 1 when the answer was no.

        Stdout gets the notes, or with JSON `plain` and whether the change was made. Raises IamgenError as the change
        does, and when nothing can be written to stdout; the message then says if the change was made nevertheless.
        """
        self.console.show_plan(notes, asks=self.as_json or not (self.yes or self.dry_run), as_json=self.as_json)
        done = self._apply(action)
        try:
            self.report({**plain, action.past_tense: done})
        except IamgenError as exc:
            suffix = f"; {action.target}: {action.past_tense} all the same" if done else ""
            raise IamgenError(fault._replace(problem=f"{fault.problem}{suffix}") for fault in exc.faults) from exc
        if done and action.next_step:
            self.console.note(f"next: {action.next_step}")
        return 0 if done or self.dry_run else _NOT_DONE

    def report(self, plain: Mapping[str, object]) -> None:
        """Print the values as JSON, where stdout is JSON."""
        if self.as_json:
            self.console.product(json.dumps(plain, indent=2) + "\n")

    def _apply(self, action: Action) -> bool:
        if self.dry_run:
            self.console.note(f"dry run: would {action.verb} {action.target}")
            return False
        if not self.yes and not self.console.confirm(f"{action.verb.capitalize()} {action.target}?"):
            self.console.note(f"nothing was {action.past_tense}")
            return False
        action.apply()
        self.console.note(f"{action.past_tense} {action.target}{action.remark}")
        return True
