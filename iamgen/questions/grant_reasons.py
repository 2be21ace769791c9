"""Collect the reasons that users.py states for the grants and emergencies on which an answer depends."""

from __future__ import annotations

from iamgen.questions.can import Attempt
from iamgen.questions.model import AccessModel, holder_of
from iamgen.questions.reach import Way


def grant_of(model: AccessModel, way: Way) -> tuple[str, str]:
    """Return the reason and the line of the grant by which somebody takes the first step of their way."""
    if not way.hops:
        return "", ""
    role = way.hops[0].role
    key = (way.actor.name, role.account.name, role.entity.logical_id)
    return model.reasons.get(key, ""), model.granted.get(key, "")


def reason_of(model: AccessModel, attempt: Attempt) -> str:
    """Return why somebody may do it: the reason of the grant, and of the emergency whose policy allows it; empty
    where nobody says it."""
    reasons = (grant_of(model, attempt.way)[0], _of_emergency(model, attempt))
    return "; ".join(dict.fromkeys(filter(None, reasons)))


def _of_emergency(model: AccessModel, attempt: Attempt) -> str:
    known, allowing = attempt.way.acting.known, attempt.outcome.samples[:1]
    held = holder_of(known, allowing[0].verdict.by) if allowing and allowing[0].verdict.by else None
    if held is None:
        return ""
    key = (held[1].name, known.account.name, known.entity.logical_id)
    return model.emergency_reasons.get(key, "")
