"""`iamgen can`: answer whether somebody may do something, one question or a file of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO

from iamgen.access_model import ModelSource, access_model
from iamgen.clock import now
from iamgen.errors import Fault, IamgenError, faults_of, refuse
from iamgen.questions.can import AccessQuestion, Asker
from iamgen.questions.can_json import moment_or, plain_answer, question_of
from iamgen.questions.can_text import can_text
from iamgen.questions.circumstances import Circumstances, Mfa
from iamgen.ui.console import Console

DONE, FAILED = 0, 1
STDIN = "-"
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class CanRequest:
    """One question, as it was typed."""

    source: ModelSource
    """What it is answered on."""
    actor: str
    """Who: a person, CI user, pipeline's subject, `role/NAME` or ARN, perhaps with `@ACCOUNT`."""
    action: str
    """An action, or a pattern of actions."""
    resource: str = "*"
    """An ARN, a pattern of ARNs, or `*`."""
    account: str | None = None
    """The account in which it is done."""
    mfa: Mfa = "usual"
    """How a user signs in."""
    time: str | None = None
    """When it is done, an ISO time; None is now."""
    context: tuple[str, ...] = ()
    """Condition keys of the request, `KEY=VALUE`."""
    via: str | None = None
    """The role through which alone they act, or `self`."""
    as_json: bool = False
    """Whether stdout is JSON."""


@dataclass(frozen=True)
class QuestionsRequest:
    """A file of questions."""

    source: ModelSource
    """What they are answered on."""
    file: str
    """The file, a question a line; `-` is stdin."""


def can(request: CanRequest, console: Console) -> int:
    """Print the answer and return 0. Raises IamgenError for a question about something that is not known."""
    moment_now = now()
    asker, question = _understood(request, moment_now, console)
    answer = asker.answer(question)
    if request.as_json:
        console.product(json.dumps(plain_answer(asker, answer), indent=2) + "\n")
    else:
        console.product(can_text(asker, answer, coloured=console.coloured and console.out.isatty()))
    return DONE


def _understood(request: CanRequest, moment_now: datetime, console: Console) -> tuple[Asker, AccessQuestion]:
    """Return what answers, and the question. Raises IamgenError with all faults of the question, also where its time
    or its context cannot be read."""
    try:
        circumstances = _circumstances(request, moment_now)
    except IamgenError as exc:
        asker = Asker(access_model(request.source, moment_now, console))
        raise IamgenError((*asker.faults(_asked(request, Circumstances(moment_now))), *exc.faults)) from exc
    return Asker(access_model(request.source, moment_now, console)), _asked(request, circumstances)


def _circumstances(request: CanRequest, moment_now: datetime) -> Circumstances:
    """Return when and how it is done. Raises IamgenError with every fault of --at-time and --context."""
    read_time = partial(moment_or, request.time, moment_now, "--at-time")
    faults = faults_of(read_time, *(partial(_key_and_value, text) for text in request.context))
    if faults:
        raise IamgenError(faults)
    return Circumstances(read_time(), request.mfa, tuple(map(_key_and_value, request.context)))


def _asked(request: CanRequest, circumstances: Circumstances) -> AccessQuestion:
    return AccessQuestion(request.actor, request.action, circumstances, request.resource, request.account, request.via)


def can_many(request: QuestionsRequest, console: Console) -> int:
    """Print an answer for each line of a file of questions, and return 0; 1 when an expected answer is another, or a
    line cannot be answered. Such lines are told, and the others answered."""
    moment_now = now()
    with _lines(request.file, console) as lines:
        asker = Asker(access_model(request.source, moment_now, console))
        name = "stdin" if request.file == STDIN else request.file
        answered = (_answer_line(asker, f"{name}:{number}", line, moment_now, console) for number, line in lines)
        failures = sum(not as_expected for as_expected in answered)
    return FAILED if failures else DONE


def _answer_line(asker: Asker, where: str, line: bytes, moment_now: datetime, console: Console) -> bool:
    """Print the answer to one line, and return whether it is as expected. What is wrong with it takes its place."""
    try:
        if len(line) > _LONGEST_LINE:
            raise refuse("line", f"is longer than {_LONGEST_LINE:,} bytes", "one question a line")
        question, expected = question_of(line.decode("utf-8"), moment_now)
        plain = plain_answer(asker, asker.answer(question))
    except UnicodeDecodeError:
        return _refuse_line(where, (Fault("line", "is not UTF-8"),), console)
    except IamgenError as exc:
        return _refuse_line(where, exc.faults, console)
    met = expected is None or plain["answer"] == expected
    console.product(json.dumps({**plain, "expect": expected, "met": met if expected else None}) + "\n")
    if not met:
        problem = f"{question.actor} {question.action}: {expected} is expected, and the answer is {plain['answer']}"
        console.error(Fault(where, problem, "its path, or how far it got, is in the line that was printed"))
    return met


def _refuse_line(where: str, faults: tuple[Fault, ...], console: Console) -> bool:
    for fault in faults:
        console.error(Fault(where, f"{fault.where}: {fault.problem}", fault.hint))
    console.product(json.dumps({"version": 1, "where": where, "faults": [fault.plain() for fault in faults]}) + "\n")
    return False


@contextmanager
def _lines(file: str, console: Console) -> Iterator[Iterator[tuple[int, bytes]]]:
    """Yield the lines of a file with their numbers, one after the other; blank ones are left out."""
    if file == STDIN:
        yield _numbered(console.answers.buffer)
        return
    try:
        with Path(file).open("rb") as stream:
            yield _numbered(stream)
    except OSError as exc:
        if exc.filename is None:  # of what is printed, not of the file
            raise
        raise refuse(file, f"cannot be read: {exc.strerror}", "check that it is a readable file") from exc


def _numbered(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := stream.readline(_LONGEST_LINE + 1):
        number += 1
        while len(line) > _LONGEST_LINE and not line.endswith(b"\n") and (more := stream.readline(_LONGEST_LINE)):
            line = line[:_LONGEST_LINE] + b" " + (b"\n" if more.endswith(b"\n") else b"")
        if line.strip():
            yield number, line


def _key_and_value(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or ":" not in key:
        raise refuse("--context", f"{text!r} is not KEY=VALUE", "such as aws:SourceIp=192.0.2.1")
    return key, value
