"""Write steps as JSON: what each step does, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from iamgen.deploy.step_json import as_json
from iamgen.people.step_runner import StepsOutcome
from iamgen.people.user_step_text import text_of_step
from iamgen.people.user_steps import UserStep


def plain_steps(steps: Iterable[UserStep], outcome: StepsOutcome | None) -> list[dict[str, Any]]:
    """Return the steps as JSON values; `outcome` is None where nothing was carried out."""
    return [{**as_json(step), "text": text_of_step(step), "state": _state(step, outcome)} for step in steps]  # type: ignore[arg-type]  # as_json takes any dataclass


def _state(step: UserStep, outcome: StepsOutcome | None) -> str:
    if outcome is None:
        return "planned"
    if step in outcome.done:
        return "done"
    return "refused" if any(step == refused for refused, _ in outcome.refused) else "not tried"
