"""Explain an answer: the conditions under which it is true, and what is missing if somebody may not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from iamgen.access.beyond_policies import LONG_TERM_ONLY, NEEDS_NOTHING
from iamgen.access.context import ContextValue
from iamgen.access.documents import Principal, Statement
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Request
from iamgen.access.principals import ASSUME, verdict_on
from iamgen.errors import Fault
from iamgen.questions.can import AccessAnswer, Attempt, Refused
from iamgen.questions.circumstances import Acting
from iamgen.questions.condition_words import concerns, in_words, undecided, unknown_conditions, unmet
from iamgen.questions.decisions import Level, SampleVerdict
from iamgen.questions.hops import Hop
from iamgen.questions.path_steps import statement_name
from iamgen.ui.listing import first_of

_LISTED = 4
_LEVELS: dict[Level, str] = {
    "yes": "allowed on",
    "depends": "perhaps allowed on, such as",
    "no": "not allowed on others, such as",
}


def conditions(answer: AccessAnswer) -> tuple[str, ...]:
    """Return the conditions under which the answer is true or, if it depends, the conditions that decide it."""
    attempts = [attempt for attempt in answer.attempts if attempt.level == answer.level] or list(answer.attempts)
    if answer.level == "no" or not attempts:
        return ()
    words = _met(attempts[0]) if answer.level == "yes" else _open(attempts)
    return tuple(dict.fromkeys(words))


def attempt_conditions(attempt: Attempt) -> tuple[str, ...]:
    """Return the conditions under which an attempt succeeds, or those that decide whether it does."""
    return tuple(dict.fromkeys(_met(attempt) if attempt.level == "yes" else _open([attempt])))


def _met(attempt: Attempt) -> Iterator[str]:
    """Yield the conditions that the request meets, of each statement on the path."""
    for hop in attempt.way.hops:
        if hop.as_session:
            yield f"the session that assumes {hop.role.entity.name} is called {hop.as_session}"
        if hop.session:
            yield f"the session of {hop.role.entity.name} is called {hop.session}"
        yield from (in_words(item) for item in hop.verdict.by.conditions) if hop.verdict.by else ()
    if attempt.outcome.action.lower() in LONG_TERM_ONLY:
        yield "with an access key: temporary credentials are refused"
    acting, action = attempt.acting, attempt.outcome.action
    if action.lower() in NEEDS_NOTHING:
        yield "AWS asks no policy about it, so that no Deny prevents it"
        return
    for sample in attempt.outcome.samples:
        yield from (in_words(item) for item in sample.verdict.by.conditions) if sample.verdict.by else ()
    for statement in (*acting.known.statements, *acting.known.boundary):
        if statement.effect == "Deny" and statement.conditions and not concerns(statement, action).no:
            words = " and ".join(in_words(item) for item in statement.conditions)
            yield f"denied by {statement.origin} if {words}"


def _open(attempts: Sequence[Attempt]) -> Iterator[str]:
    """Yield what decides, of each attempt that may succeed."""
    for attempt in attempts:
        prefix = f"as {attempt.way.acting.known.entity.name}: " if len(attempts) > 1 else ""
        for hop in attempt.way.hops:
            words = _open_of_hop(hop)
            yield from (f"{prefix}whether {hop.role.entity.name} may be assumed: {text}" for text in words)
        yield from (f"{prefix}{text}" for text in _open_of_outcome(attempt))
    if sum(attempt.outcome.is_partial and attempt.outcome.sample("yes") is not None for attempt in attempts) > 1:
        yield "whether several ways allow all of it together, which is not worked out: each is decided by itself"


def _open_of_hop(hop: Hop) -> Iterator[str]:
    if hop.verdict.outcome != "unknown":
        return
    words = [text for statement in hop.role.as_role.trust for text in undecided(statement, hop.context)]
    yield from words or (f"{fault.where}: {fault.problem}" for fault in hop.verdict.reasons)


def _open_of_outcome(attempt: Attempt) -> Iterator[str]:
    acting, outcome = attempt.acting, attempt.outcome
    if not outcome.is_complete:
        yield "which resources are meant: there are too many ways to match the statements to look at all"
    for sample in outcome.samples:
        yield from sample.beside if sample.verdict.outcome == "allowed" else ()
    if outcome.is_partial:
        yield from _parts(attempt)
    if any(sample.verdict.outcome == "unknown" for sample in outcome.samples):
        words = tuple(_undecided(acting, outcome.action))
        reasons = (fault for sample in outcome.samples for fault in sample.verdict.reasons)
        yield from words or (f"{fault.where}: {fault.problem}" for fault in reasons)


def _undecided(acting: Acting, action: str) -> Iterator[str]:
    unread: dict[tuple[str, Fault], list[str]] = {}
    for statement in (*acting.known.statements, *acting.known.boundary):
        if not concerns(statement, action).no:
            effect, verb = ("allowed", "allows") if statement.effect == "Allow" else ("denied", "denies")
            conditions = unknown_conditions(statement, acting.context)
            yield from (f"{effect} by {statement.origin} if {words}" for words in conditions)
            for fault in statement.unread:
                unread.setdefault((statement.origin, fault), []).append(verb)
    for (name, fault), verbs in unread.items():
        between = ": " if fault.problem[:1].isupper() else " "  # an element of the statement, or what the place is
        yield f"whether {name} {' or '.join(dict.fromkeys(verbs))} it: {fault.where}{between}{fault.problem}"


def _parts(attempt: Attempt) -> Iterator[str]:
    """Yield which resources are allowed and which are not: what the statements name, else an example."""
    for level, words in _LEVELS.items():
        samples = [sample for sample in attempt.outcome.samples if sample.level == level]
        names = tuple(dict.fromkeys(name for sample in samples for name in _named(sample)))
        if names:
            yield f"{words} {first_of(names, _LISTED)}"


def _named(sample: SampleVerdict) -> tuple[str, ...]:
    """Return what a sample stands for: what the statement names, else itself."""
    by = sample.verdict.by
    return by.resources if by and by.resources and "*" not in by.resources else (sample.resource,)


def missing(attempt: Attempt) -> tuple[str, ...]:
    """Return what is missing where an attempt fails, in words."""
    acting, outcome = attempt.acting, attempt.outcome
    sample = outcome.sample("no")
    if sample is None:
        return ()
    verdict = sample.verdict
    if verdict.explicit and verdict.by:
        return (f"denied by {verdict.by.origin}, {statement_name(verdict.by)}{_because(verdict.by)}",)
    if verdict.reasons:
        return tuple(f"{fault.where} {fault.problem}" for fault in verdict.reasons)
    if verdict.side == "boundary":
        return ("the permissions boundary does not allow it",)
    words = [
        f"{statement.origin} allows it only {_limit(statement, acting.context)}"
        for statement in acting.known.statements
        if statement.effect == "Allow" and not concerns(statement, outcome.action).no
        if any(True for _ in unmet(statement, acting.context))
    ]
    allowing = [item for item in acting.known.statements if item.effect == "Allow"]
    elsewhere = next((item for item in allowing if concerns(item, outcome.action).yes), None)
    if not words and elsewhere:
        return (f"{elsewhere.origin} allows it on other resources only",)
    return tuple(dict.fromkeys(words)) or ("no policy allows it",)


def _limit(statement: Statement, context: Mapping[str, ContextValue]) -> str:
    """Return the conditions that a request surely does not meet, as they follow the word only."""
    words = unmet(statement, context)
    return " and ".join(item if item.startswith(("with ", "until ")) else f"if {item}" for item in words)


def _because(statement: Statement) -> str:
    return f", since {' and '.join(map(in_words, statement.conditions))}" if statement.conditions else ""


def missing_for_role(refused: Refused) -> tuple[str, ...]:
    """Return why a role may not be assumed, in words."""
    hop, verdict = refused.hop, refused.hop.verdict
    label = refused.before.acting.known.entity.name if refused.before else refused.actor.name
    if verdict.explicit and verdict.by:
        return (f"denied by {verdict.by.origin}, {statement_name(verdict.by)}{_because(verdict.by)}",)
    words = list(_missing_trust(refused, label))
    if refused.before and not _allowed_by_itself(refused.before.acting, hop):
        words.append(f"{label}'s own policies do not allow sts:AssumeRole on it")
    return tuple(words)


def _missing_trust(refused: Refused, label: str) -> Iterator[str]:
    hop = refused.hop
    names = _names(refused)
    naming = [
        statement
        for statement in hop.role.as_role.trust
        if statement.effect == "Allow" and any(item.name == "*" or item in names for item in statement.principals)
    ]
    if not naming:
        yield f"its trust policy does not name {label}"
    elif hop.verdict.side == "trust":
        for statement in naming:
            words = _limit(statement, hop.context)
            yield f"its trust policy lets {label} in only {words}" if words else "its trust policy does not let it in"


def _names(refused: Refused) -> frozenset[Principal]:
    return refused.before.acting.caller.principals if refused.before else refused.actor.principals


def _allowed_by_itself(acting: Acting, hop: Hop) -> bool:
    try:
        verdict = verdict_on(acting.caller, Request(ASSUME, hop.role.entity.arn, hop.context))
    except AccessError:
        return True
    return verdict.outcome != "denied"
