"""`iamgen expiring`: print what ends within some time, and what has ended."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from iamgen.access_model import ModelSource, access_model
from iamgen.clock import now
from iamgen.errors import Fault, UsageError
from iamgen.questions.expiring_answer import ExpiringAnswer, expiring_text, plain_expiring
from iamgen.ui.console import Console

_SPAN = re.compile(r"(?P<number>\d{1,6})(?P<unit>[hdw])", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@dataclass(frozen=True)
class ExpiringOptions:
    """What a person asks for, as they typed it."""

    source: ModelSource
    """What it is answered on."""
    within: str = "30d"
    """A span of time: a number with `h`, `d` or `w` behind it."""
    as_json: bool = False
    """Whether stdout is JSON."""


def expiring(options: ExpiringOptions, console: Console) -> int:
    """Print what ends and return 0. Raises UsageError for a span that is none."""
    moment_now = now()
    last = end_of_span(options.within, moment_now)
    answer = ExpiringAnswer.of(access_model(options.source, moment_now, console), moment_now, last)
    if options.as_json:
        console.product(json.dumps(plain_expiring(answer), indent=2) + "\n")
    else:
        console.product(expiring_text(answer, coloured=console.coloured and console.out.isatty()))
    return 0


def end_of_span(text: str, start: datetime) -> datetime:
    """Return the moment at which a span of time ends that begins now. Raises UsageError for a text that is no span."""
    span = _SPAN.fullmatch(text.strip().lower())
    if span is None:
        hint = "write hours, days or weeks, such as 48h, 30d or 6w"
        raise UsageError([Fault("--within", f"{text!r} is no span of time", hint)])
    try:
        return start + int(span["number"]) * _UNITS[span["unit"]]
    except OverflowError as exc:
        raise UsageError([Fault("--within", f"{text} is too long", "write a span of some years at most")]) from exc
