"""Write questions and answers as JSON, in the shapes of the schemas beside this module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache, partial

from iamgen.declaration.expiry import iso
from iamgen.errors import Fault, IamgenError, faults_of, refuse
from iamgen.questions.can import AccessAnswer, AccessQuestion, Asker, Attempt, Refused
from iamgen.questions.circumstances import Circumstances, Mfa
from iamgen.questions.decisions import Level
from iamgen.questions.explanation import conditions, missing, missing_for_role
from iamgen.questions.grant_reasons import reason_of
from iamgen.questions.hops import Hop
from iamgen.questions.limits import not_looked_at_for, plain_policy_list, policy_list, until
from iamgen.questions.model import Actor
from iamgen.questions.path_steps import last_steps, way_path
from iamgen.questions.reach import Way
from iamgen.similar_names import did_you_mean

VERSION = 1
_LISTED = 20
LEVELS: tuple[Level, ...] = ("yes", "no", "depends")
_FIELDS = ("who", "action", "on", "in", "mfa", "at", "via", "context", "expect")
_MFA: dict[object, Mfa] = {True: "present", False: "false", "absent": "absent", None: "usual"}
_OF_MFA: dict[Mfa, bool | str | None] = {"present": True, "false": False, "absent": "absent", "usual": None}


def question_of(line: str, now: datetime) -> tuple[AccessQuestion, Level | None]:
    """Return the question of a line of JSON, and the answer that is expected. Raises IamgenError for what is wrong."""
    try:
        block = json.loads(line.strip(), object_pairs_hook=_without_repetition)
    except (ValueError, RecursionError) as exc:
        where = f", at its character {exc.colno}" if isinstance(exc, json.JSONDecodeError) else ""
        problem = f"is no JSON: {exc.msg if isinstance(exc, json.JSONDecodeError) else exc}{where}"
        raise refuse("line", problem, 'such as {"who": "alice", "action": "s3:GetObject"}') from exc
    if not isinstance(block, dict):
        raise refuse("line", "is no JSON object", 'such as {"who": "alice", "action": "s3:GetObject"}')
    faults = list(_faults(block))
    if faults:
        raise IamgenError(faults)
    circumstances = Circumstances(
        moment_or(block.get("at"), now, "at"), _MFA[block.get("mfa")], tuple(_context(block.get("context", {})))
    )
    question = AccessQuestion(
        block["who"], block["action"], circumstances, block.get("on") or "*", block.get("in"), block.get("via")
    )
    return question, block.get("expect")


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return a block of JSON. Raises IamgenError where a field is there twice: nobody can know which is meant."""
    names = [name for name, _ in pairs]
    twice = dict.fromkeys(name for name in names if names.count(name) > 1)
    if twice:
        raise IamgenError([Fault(name, "is there twice", "leave one of them out") for name in twice])
    return dict(pairs)


def _faults(block: Mapping[str, object]) -> list[Fault]:
    unknown = [key for key in block if key not in _FIELDS]
    faults = [Fault(key, "is no field of a question", did_you_mean(key, _FIELDS)) for key in unknown]
    needed = (name for name in ("who", "action") if not isinstance(block.get(name), str) or not block[name])
    faults += [Fault(name, "is needed, as a text") for name in needed]
    texts = (name for name in ("on", "in", "at", "via") if not isinstance(block.get(name, ""), str | None))
    faults += [Fault(name, "is no text") for name in texts]
    empty = (name for name in ("on", "in", "at", "via") if block.get(name) == "")
    faults += [Fault(name, "is empty", "leave it out") for name in empty]
    if block.get("mfa") not in (None, True, False, "absent") or type(block.get("mfa")) in (int, float):
        faults.append(Fault("mfa", f"is {block['mfa']!r}", 'write true, false, or "absent" for long-lived keys'))
    if block.get("expect") not in (None, *LEVELS):
        faults.append(Fault("expect", f"is {block['expect']!r}", f"write one of {', '.join(LEVELS)}"))
    at = block.get("at")
    faults += faults_of(partial(moment, at, "at")) if isinstance(at, str) and at else ()
    return faults + list(_context_faults(block.get("context", {})))


def _context_faults(context: object) -> list[Fault]:
    if not isinstance(context, dict):
        return [Fault("context", "is no block of condition keys", 'such as {"aws:SourceIp": "192.0.2.1"}')]
    values = [item for value in context.values() for item in (value if isinstance(value, list) else [value])]
    if not all(isinstance(value, str | bool | int | float) for value in values) or not all(
        ":" in key for key in context
    ):
        return [Fault("context", "has a key or a value of another form", 'such as {"aws:SourceIp": "192.0.2.1"}')]
    return []


def _context(context: Mapping[str, object]) -> list[tuple[str, str]]:
    return [
        (key, str(item).lower() if isinstance(item, bool) else str(item))
        for key, value in context.items()
        for item in (value if isinstance(value, list) else [value])
    ]


def moment_or(text: str | None, now: datetime, where: str) -> datetime:
    """Return the time that an ISO text means, and without a text `now`. Raises IamgenError for another text."""
    return moment(text, where) if text else now


def moment(text: str, where: str) -> datetime:
    """Return the time that an ISO text means, UTC where it has no zone. Raises IamgenError for another text."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError as exc:
        raise refuse(where, f"{text!r} is no time", "write it as 2027-01-31T12:00:00Z") from exc
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def plain_question(question: AccessQuestion) -> dict[str, object]:
    """Return a question as JSON values."""
    context: dict[str, list[str]] = {}
    for key, value in question.circumstances.context:
        context.setdefault(key, []).append(value)
    return {
        "who": question.actor,
        "action": question.action,
        "on": question.resource,
        "in": question.account,
        "mfa": _OF_MFA[question.circumstances.mfa],
        "at": iso(question.circumstances.moment),
        "via": question.via,
        "context": {key: values[0] if len(values) == 1 else values for key, values in context.items()},
    }


def plain_answer(asker: Asker, answer: AccessAnswer) -> dict[str, object]:
    """Return an answer as JSON values."""
    best = answer.best if answer.level != "no" else None
    circumstances = answer.question.circumstances
    end = until(asker, best, answer.demand, circumstances) if best else None
    return {
        "version": VERSION,
        "question": plain_question(answer.question),
        "source": asker.model.origin,
        "answer": answer.level,
        "explicit": answer.explicit,
        "allowed_by_identity": is_allowed_by_identity(answer),
        "path": _path(asker, best) if best else [],
        "conditions": list(conditions(answer)),
        "until": iso(end) if end else None,
        "reason": (reason_of(asker.model, best) if best and answer.level != "no" else "") or None,
        "attempts": [] if answer.level == "yes" else _attempts(asker, answer),
        "actions": {level: list(names) for level, names in answer.by_level.items()},
        "notes": list(notes(answer)),
        "managed_policies": plain_policy_list(policy_list(answer)),
        "not_looked_at": list(not_looked_at_for(asker.model, answer)),
    }


def is_allowed_by_identity(answer: AccessAnswer) -> bool:
    """Return whether the policies of who acts allow it, and only the resource's own policy is open."""
    best = answer.best
    if best is None or answer.level != "depends" or answer.demand.is_pattern or not best.way.is_certain:
        return False
    return all(sample.verdict.outcome == "allowed" for sample in best.outcome.samples)


def notes(answer: AccessAnswer) -> tuple[str, ...]:
    """Return how the question was taken, where that is worth knowing."""
    return (answer.demand.note,) if answer.demand.note else ()


def _attempts(asker: Asker, answer: AccessAnswer) -> list[dict[str, object]]:
    listed = [_attempt(asker, attempt) for attempt in answer.attempts]
    listed += [_refused(asker, refused) for refused in answer.refused]
    return listed[:_LISTED]


def _path(asker: Asker, attempt: Attempt) -> list[dict[str, object]]:
    return [*_way_path(asker, attempt.way), *(step.plain() for step in last_steps(attempt))]


def _attempt(asker: Asker, attempt: Attempt) -> dict[str, object]:
    return {
        "as": attempt.way.acting.known.entity.arn,
        "answer": attempt.level,
        "path": _way_path(asker, attempt.way),
        "missing": list(missing(attempt)),
    }


def _refused(asker: Asker, refused: Refused) -> dict[str, object]:
    return {
        "as": refused.hop.role.entity.arn,
        "answer": "no",
        "path": _way_path(asker, refused.before) if refused.before else [],
        "missing": list(_missing_for_role(refused.actor, refused.before, refused.hop)),
    }


@lru_cache(maxsize=1 << 12)
def _way_path(asker: Asker, way: Way) -> list[dict[str, object]]:
    return [step.plain() for step in way_path(way, asker.model.granted)]


@lru_cache(maxsize=1 << 12)
def _missing_for_role(actor: Actor, before: Way | None, hop: Hop) -> tuple[str, ...]:
    return missing_for_role(Refused(actor, before, hop))
