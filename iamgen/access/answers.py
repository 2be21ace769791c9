"""Answers with three values: yes, no, and unknown with the reasons. They are combined by Kleene's logic.

An unknown part makes the whole unknown only where it decides: "no and unknown" is no, "yes or unknown" is yes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from iamgen.access.errors import AccessError
from iamgen.errors import Fault


@dataclass(frozen=True)
class Answer:
    """The answer to a question about a request."""

    value: bool | None
    """True for yes, False for no, None where it is unknown."""
    reasons: tuple[Fault, ...] = ()
    """Why it is unknown; for a certain answer, what is worth knowing beside the policies themselves."""

    @property
    def yes(self) -> bool:
        """Whether it is certainly yes."""
        return self.value is True

    @property
    def no(self) -> bool:
        """Whether it is certainly no."""
        return self.value is False

    @property
    def unknown(self) -> bool:
        """Whether it is neither."""
        return self.value is None

    def opposite(self) -> Answer:
        """Return yes for no and no for yes. What is unknown stays so."""
        if self.value is None:
            return self
        return Answer(not self.value, self.reasons) if self.reasons else certain(not self.value)

    def located(self, where: Callable[[], str]) -> Answer:
        """Return the answer with its reasons said to be about `where`, which is computed only when needed."""
        if not self.reasons:
            return self
        place = where()
        reasons = tuple(Fault(place, f"{fault.where}: {fault.problem}", fault.hint) for fault in self.reasons)
        return Answer(self.value, reasons)


YES = Answer(value=True)
NO = Answer(value=False)


def certain(value: bool) -> Answer:
    """Return the answer without any doubt."""
    return YES if value else NO


def unknown(reasons: Iterable[Fault]) -> Answer:
    """Return the answer that is unknown for these reasons, each of them once."""
    return Answer(None, tuple(dict.fromkeys(reasons)))


def attempted(compute: Callable[[], bool]) -> Answer:
    """Return what the function computes, or unknown where it raises AccessError."""
    try:
        return certain(compute())
    except AccessError as error:
        return unknown(error.faults)


def all_of(answers: Iterable[Answer]) -> Answer:
    """Return no if one is no, else unknown if one is unknown, else yes. Nothing is asked after the first no."""
    doubtful: list[Answer] = []
    for answer in answers:
        if answer.value is False:
            return answer
        if answer.value is None:
            doubtful.append(answer)
    return _joined(doubtful) if doubtful else YES


def any_of(answers: Iterable[Answer]) -> Answer:
    """Return yes if one is yes, else unknown if one is unknown, else no. Nothing is asked after the first yes."""
    doubtful: list[Answer] = []
    for answer in answers:
        if answer.value is True:
            return answer
        if answer.value is None:
            doubtful.append(answer)
    return _joined(doubtful) if doubtful else NO


def _joined(doubtful: Iterable[Answer]) -> Answer:
    return unknown(reason for answer in doubtful for reason in answer.reasons)
