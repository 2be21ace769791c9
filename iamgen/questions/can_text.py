"""Write answers as text for people, in 80 columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from iamgen.aws.services import list_date
from iamgen.declaration.expiry import spoken
from iamgen.questions.can import AccessAnswer, Asker, Attempt, Refused
from iamgen.questions.can_json import is_allowed_by_identity, notes
from iamgen.questions.decisions import Level
from iamgen.questions.explanation import conditions, missing, missing_for_role
from iamgen.questions.grant_reasons import reason_of
from iamgen.questions.limits import not_looked_at_for, until
from iamgen.questions.path_steps import PathStep, path
from iamgen.ui.printable import printable

WIDTH = 80
_KIND = 17
_LISTED = 8
_COLOURS = {"yes": "\033[1;32m", "no": "\033[1;31m", "depends": "\033[1;33m"}
_PLAIN = "\033[0m"
_BY_LEVEL: dict[Level, str] = {"yes": "allowed", "depends": "perhaps, or in part", "no": "not allowed"}
_WORDS = {"yes": "yes", "no": "no", "depends": "it depends"}


def can_text(asker: Asker, answer: AccessAnswer, *, coloured: bool) -> str:
    """Return the answer to a question."""
    lines = [printable(line) for line in _lines(asker, answer)]
    if coloured:
        word = _WORDS[answer.level]
        lines[0] = f"{_COLOURS[answer.level]}{word}{_PLAIN}{lines[0].removeprefix(word)}"
    return "\n".join(lines) + "\n"


def _lines(asker: Asker, answer: AccessAnswer) -> Iterator[str]:
    yield from wrap(f"{_WORDS[answer.level]}: {_sentence(answer)}", WIDTH, break_on_hyphens=False)
    best = answer.best
    if answer.demand.is_pattern:
        yield from _actions(answer)
    if best and answer.level != "no":
        yield from ("", *step_lines(path(best, asker.model.granted)))
        end = until(asker, best, answer.demand, answer.question.circumstances)
        ending = (f"until {spoken(end)}",) if end and answer.level == "yes" else ()
        words = dict.fromkeys((*(text for text in conditions(answer) if not text.startswith("until ")), *ending))
        yield from _listed("conditions" if answer.level == "yes" else "what decides", words)
        yield from _listed("reason", filter(None, (reason_of(asker.model, best),)))
    if answer.level != "yes":
        yield from _listed("how far each way got", _ways(answer))
    yield from _listed("note", notes(answer))
    yield from ("", *footer(not_looked_at_for(asker.model, answer)))


def _sentence(answer: AccessAnswer) -> str:
    question, level = answer.question, answer.level
    subject = f"{answer.actors[0].name} " + ({"yes": "may", "no": "may not", "depends": "may perhaps"}[level])
    on = f" on {question.resource}" if question.resource != "*" else ""
    here = f" in {question.account}" if question.account else ""
    scope = {"yes": ", on every resource that it can have", "no": ", on any resource", "depends": ""}
    every = scope[level] if not on and not answer.demand.is_pattern and _has_resources(answer) else ""
    if is_allowed_by_identity(answer):
        every = ": it is allowed by identity, and the resource's own policy decides as well"
    return f"{subject} do {question.action}{on}{here}{every}"


def _has_resources(answer: AccessAnswer) -> bool:
    return any(sample.resource != "*" for attempt in answer.attempts for sample in attempt.outcome.samples)


def _actions(answer: AccessAnswer) -> Iterator[str]:
    total = len(answer.demand.actions)
    plural = "actions" if total > 1 else "action"
    yield f"  {answer.question.action} means {total:,} {plural} in the list of {list_date()}"
    for level, words in _BY_LEVEL.items():
        names = answer.by_level[level]
        if names:
            more = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
            yield from _hanging(f"  {words} ({len(names):,}): ", f"{', '.join(names[:_LISTED])}{more}")
    if any(answer.by_level[level] for level in ("yes", "depends")) and answer.best:
        yield from ("", f"for example {answer.best.outcome.action}:")


def step_lines(steps: Sequence[PathStep]) -> Iterator[str]:
    """Yield a line for each step of a path, with its place behind it or, where that does not fit, below."""
    for step in steps:
        here = f" in {step.account}" if step.kind == "role" else ""
        line = f"  {step.kind.ljust(_KIND)}{step.name}{here}"
        place = str(step.place) if step.place else ""
        if len(line) + len(place) + 2 <= WIDTH:
            yield f"{line}{place.rjust(WIDTH - len(line))}" if place else line
        else:
            yield from (line, place.rjust(WIDTH))


def _ways(answer: AccessAnswer) -> Iterator[str]:
    yield from (_of_attempt(attempt) for attempt in answer.attempts if attempt.level == "no")
    yield from map(_of_refused, answer.refused)
    if not answer.attempts and not answer.refused:
        yield f"{answer.actors[0].name} can act as nobody there who might be allowed it"


def _of_attempt(attempt: Attempt) -> str:
    known = attempt.way.acting.known
    return f"as {known.entity.name} in {known.account.name}: {'; '.join(missing(attempt))}"


def _of_refused(refused: Refused) -> str:
    role = refused.hop.role
    words = "; ".join(missing_for_role(refused)) or "it may not be assumed"
    return f"{role.entity.name} in {role.account.name} might allow it: {words}"


def _listed(title: str, texts: Iterable[str]) -> Iterator[str]:
    listed = tuple(texts)
    if not listed:
        return
    yield from ("", f"{title}:")
    for text in listed[:_LISTED]:
        yield from _hanging("  - ", text)
    if len(listed) > _LISTED:
        yield f"  - and {len(listed) - _LISTED:,} more"


def footer(texts: Iterable[str]) -> Iterator[str]:
    """Yield the lines that say what was not looked at."""
    yield "not looked at:"
    for text in texts:
        yield from _hanging("  - ", text)


def _hanging(first: str, text: str) -> list[str]:
    indent = " " * min(len(first), 4)
    return wrap(text, WIDTH, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False) or [first]
