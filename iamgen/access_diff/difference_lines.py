"""Write a difference as lines of a plan or of notes: a summary and the sections, without requests."""

from __future__ import annotations

from collections.abc import Iterator

from iamgen.access_diff.difference_text import DifferenceText
from iamgen.access_diff.model_difference import ModelDifference
from iamgen.access_diff.sections import DifferenceWords, Section
from iamgen.ui.plan_line import PlanLine

_UNREAD = 3


def difference_lines(difference: ModelDifference) -> tuple[PlanLine, ...]:
    """Return a difference as a person reads it before they agree to a change.

    The first line sums it up, and stands to the left of all others. `iamgen diff` has a request for each gain and loss.
    """
    summary = PlanLine(DifferenceText(difference).summary, tone="heading")
    sections = DifferenceWords(difference, with_requests=False).sections()
    return summary, *(line for section in sections for line in _section(section)), *_unread(difference)


def _section(section: Section) -> Iterator[PlanLine]:
    yield PlanLine(f"{section.title}:", depth=1)
    for entry in section.entries:
        yield PlanLine(entry.text, section.sign, 2)
        yield from (PlanLine(detail, depth=3) for detail in entry.details)


def _unread(difference: ModelDifference) -> Iterator[PlanLine]:
    """Yield what could not be read on one of the sides, so that nobody thinks it was compared."""
    models = difference.models
    faults = dict.fromkeys((*models.after.unread, *models.before.unread))
    texts = [f"{fault.where}: {fault.problem}" for fault in faults]
    if texts:
        yield PlanLine("not looked at:", depth=1)
        yield from (PlanLine(text, "!", 2) for text in texts[:_UNREAD])
    if len(texts) > _UNREAD:
        yield PlanLine(f"and {len(texts) - _UNREAD:,} more things like these: iamgen diff --json lists them", "!", 2)
