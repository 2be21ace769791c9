"""Put into words what speaks against an assertion: the caller, the request, and the steps that lead to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from iamgen.access.context import ContextValue
from iamgen.assertions.breaches import Breach
from iamgen.assertions.required import NoWay
from iamgen.questions.held_roles import role_label
from iamgen.questions.path_steps import Grants, PathStep

_NAMED = 3
"""How many further cases are named before they are counted."""
_REASONS = 3
"""How many reasons are told why something is not decided."""


def breach_text(breach: Breach, grants: Grants, *, is_forbidden: bool) -> str:
    """Return who may make which request, or may not, and by which way, as a clause."""
    name = breach.way.actor.name
    way = " → ".join(map(_step, breach.path(grants)))
    here = f" in {breach.way.acting.known.account.name}"
    if breach.reasons or not breach.verdict:
        why = "; ".join(f"{fault.where}: {fault.problem}" for fault in breach.reasons[:_REASONS])
        on = f" on {breach.resource}" if breach.resource else ""
        return f"it is not decided whether {name} may do {breach.action}{on}{here}: {why} ({way})"
    request = f"{breach.action} on {breach.resource}{_keys(breach.context or {})}"
    if is_forbidden:
        may = "may do" if breach.way.is_certain else "may perhaps do"
        return f"{name} {may} {request}{here} ({way})"
    return f"{name} may not do {request}{here} ({way}): {_denied_by(breach)}"


def _denied_by(breach: Breach) -> str:
    statement = breach.verdict.by if breach.verdict else None
    if statement is None:
        boundary = breach.verdict is not None and breach.verdict.side == "boundary"
        return "the boundary does not allow it" if boundary else "no statement allows it"
    named = statement.sid or (f"statement {statement.number}" if statement.number else "a statement")
    return f"{named} of {statement.origin or 'a policy'} denies it"


def no_way_text(missing: NoWay) -> str:
    """Return, as a clause, that there is no principal as which somebody can act in an account, or that they cannot
    assume a role there."""
    if missing.role:
        return f"{missing.name} may not assume {missing.role} in {missing.account} for good"
    return f"{missing.name} can act as nobody in {missing.account} for good"


def more_text(further_cases: Sequence[Breach | NoWay], *, is_cut: bool) -> str:
    """Return which further cases there are, as the end of a sentence; nothing for none."""
    names = list(dict.fromkeys(_short(item) for item in further_cases))
    if not names:
        return ""
    number = len(names) - _NAMED
    further = f" and {'at least ' if is_cut else ''}{number:,} {'other' if number == 1 else 'others'}"
    rest = further if number > 0 else ""
    return f"; also {', '.join(names[:_NAMED])}{rest}"


def _short(item: Breach | NoWay) -> str:
    if isinstance(item, NoWay):
        return f"{item.name} in {item.account}"
    known, actor = item.way.acting.known, item.way.actor
    is_itself = not item.way.hops
    place = f"in {known.account.name}"
    return f"{actor.name} {place}" if is_itself else f"{actor.name} as {role_label(known)} {place}"


def _step(step: PathStep) -> str:
    here = f" in {step.account}" if step.kind == "role" else ""
    name = step.name.removeprefix("statement ") if step.kind.endswith("statement") else step.name
    return f"{step.kind} {name}{here}"


def _keys(context: Mapping[str, ContextValue]) -> str:
    """Return the condition keys of a request, for those who want to try it out."""
    words = [f"{key} = {_value(value)}" for key, value in sorted(context.items())]
    return f" with {', '.join(words)}" if words else ""


def _value(value: ContextValue) -> str:
    texts: Iterable[str] = value if isinstance(value, tuple) else (str(value),)
    return "/".join(texts)
