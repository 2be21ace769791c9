"""Why an answer is as it is: the path of a yes, how far each path of a no got, and the conditions that decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from iamgen.access.context import ContextValue
from iamgen.access.documents import Principal, Statement
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Evaluation, Request, Side, evaluate
from iamgen.access.principals import ASSUME, verdict_on
from iamgen.questions.can import AccessAnswer, Attempt, Refused
from iamgen.questions.circumstances import Acting
from iamgen.questions.condition_words import concerns, in_words, undecided, unmet
from iamgen.questions.decisions import Level, SampleVerdict
from iamgen.questions.model import KnownEntity, holder_of
from iamgen.questions.places import Place
from iamgen.questions.reach import Hop, Way


@dataclass(frozen=True)
class PathStep:
    """One step of a path: somebody, or a group, policy, statement or role through which they may."""

    kind: str
    """What it is: `person`, `group`, `policy`, `statement`, `role`, `trust statement`, …"""
    name: str
    """Its name; of a statement its Sid, or its number in the policy."""
    account: str = ""
    """The name of the account that it is in; empty for what is in none."""
    place: Place | None = None
    """Where it is written; None where nothing tells it."""

    def plain(self) -> dict[str, object]:
        """Return it as JSON values."""
        place = self.place.plain() if self.place else None
        return {"kind": self.kind, "name": self.name, "account": self.account or None, "place": place}


_LISTED = 4
_LEVELS: dict[Level, str] = {
    "yes": "allowed on",
    "depends": "perhaps allowed on, such as",
    "no": "not allowed on others, such as",
}
Grants = Mapping[tuple[str, str, str], str]
"""`file:line` of grants, as `AccessModel.granted` has them."""


def path(attempt: Attempt, grants: Grants) -> tuple[PathStep, ...]:
    """Return the steps by which somebody may do it, or would if the conditions were met."""
    sample = attempt.outcome.sample("yes") or attempt.outcome.sample("depends")
    return (
        *way_path(attempt.way, grants),
        *(_last(attempt.way.acting, attempt.outcome.action, sample) if sample else ()),
    )


def way_path(way: Way, grants: Grants) -> tuple[PathStep, ...]:
    """Return the steps by which somebody comes to act."""
    steps = [PathStep(way.actor.kind, way.actor.name, way.actor.account_name, way.actor.place)]
    asking: KnownEntity | None = way.actor.known
    for hop in way.hops:
        if asking is not None:
            steps += _of_own_policies(asking, hop)
        grantee = way.actor.name if asking is way.actor.known else ""
        steps += _of_hop(hop, grants.get((grantee, hop.role.account.name, hop.role.entity.logical_id), ""))
        asking = hop.role
    return tuple(steps)


def _of_own_policies(asking: KnownEntity, hop: Hop) -> Iterator[PathStep]:
    request = Request(ASSUME, hop.role.entity.arn, hop.context)
    evaluation = evaluated(asking.statements, request)
    if evaluation and evaluation.allow.value is not False:
        statement = evaluation.allowed_by or _possible(asking.statements, request)
        if statement:
            yield from _of_statement(asking, statement)


def _of_hop(hop: Hop, granted: str) -> Iterator[PathStep]:
    role = hop.role
    yield PathStep("role", role.entity.name, role.account.name, role.place())
    by = hop.verdict.by if hop.verdict.side == "trust" else None
    statement = by or next(iter(_open_trusts(hop)), None)
    if statement:
        place = role.account.places.of_trust(role.entity, statement)
        yield PathStep("trust statement", _statement_name(statement), role.account.name, _declared(place, granted))


def _declared(place: Place, granted: str) -> Place:
    return place._replace(declared=granted or place.declared)


def _last(acting: Acting, action: str, sample: SampleVerdict) -> Iterator[PathStep]:
    """Yield the steps from who acts to the statement that allows it."""
    statement = sample.verdict.by
    if statement is None:
        request = Request(action, sample.resource, acting.context)
        statement = _possible(acting.known.statements, request)
    if statement is not None and statement.effect == "Allow":
        yield from _of_statement(acting.known, statement)


def _of_statement(known: KnownEntity, statement: Statement) -> Iterator[PathStep]:
    holder = holder_of(known, statement)
    if holder is None:
        return
    group, policy = holder
    places, account = known.account.places, known.account.name
    if group:
        yield PathStep("group", group.name, account, places.of_entity(group))
    owner = group or known.entity
    yield PathStep("policy", policy.name, account, places.of_policy(owner, policy.name))
    place = places.of_statement(owner, policy.name, statement)
    yield PathStep("statement", _statement_name(statement), account, place)


def _statement_name(statement: Statement) -> str:
    return statement.sid or (f"statement {statement.number}" if statement.number else "statement")


def evaluated(statements: Iterable[Statement], request: Request, side: Side = "identity") -> Evaluation | None:
    """Return what statements say of a request; None where they are not of that kind."""
    try:
        return evaluate(statements, request, side=side)
    except AccessError:
        return None


def _possible(statements: Iterable[Statement], request: Request) -> Statement | None:
    """Return the first statement that may allow a request, if what nobody can know is so."""
    for statement in statements:
        evaluation = evaluated((statement,), request) if statement.effect == "Allow" else None
        if evaluation and not evaluation.allow.no:
            return statement
    return None


def _open_trusts(hop: Hop) -> Iterator[Statement]:
    """Yield the statements of a trust policy that may let somebody in."""
    for statement in hop.role.as_role.trust:
        if statement.effect == "Allow" and not _evaluated_trust(hop, statement):
            yield statement


def _evaluated_trust(hop: Hop, statement: Statement) -> bool:
    """Return whether a statement of a trust policy surely does not let anybody in under these circumstances."""
    return any(True for _ in unmet(statement, hop.context))


def conditions(answer: AccessAnswer) -> tuple[str, ...]:
    """Return the conditions under which the answer holds; where it depends, those that decide it."""
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
    acting, action = attempt.way.acting, attempt.outcome.action
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


def _open_of_hop(hop: Hop) -> Iterator[str]:
    if hop.verdict.outcome != "unknown":
        return
    words = [text for statement in hop.role.as_role.trust for text in undecided(statement, hop.context)]
    yield from words or (f"{fault.where}: {fault.problem}" for fault in hop.verdict.reasons)


def _open_of_outcome(attempt: Attempt) -> Iterator[str]:
    acting, outcome = attempt.way.acting, attempt.outcome
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
    for statement in (*acting.known.statements, *acting.known.boundary):
        if not concerns(statement, action).no:
            effect = "allowed" if statement.effect == "Allow" else "denied"
            yield from (f"{effect} by {statement.origin} if {words}" for words in undecided(statement, acting.context))


def _parts(attempt: Attempt) -> Iterator[str]:
    """Yield which resources are allowed and which are not: what the statements name, else an example."""
    for level, words in _LEVELS.items():
        samples = [sample for sample in attempt.outcome.samples if sample.level == level]
        names = tuple(dict.fromkeys(name for sample in samples for name in _named(sample)))
        if names:
            more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            yield f"{words} {', '.join(names[:_LISTED])}{more}"


def _named(sample: SampleVerdict) -> tuple[str, ...]:
    """Return what a sample stands for: what the statement names, else itself."""
    by = sample.verdict.by
    return by.resources if by and by.resources and "*" not in by.resources else (sample.resource,)


def missing(attempt: Attempt) -> tuple[str, ...]:
    """Return what is missing where an attempt fails, in words."""
    acting, outcome = attempt.way.acting, attempt.outcome
    sample = outcome.sample("no")
    if sample is None:
        return ()
    verdict = sample.verdict
    if verdict.explicit and verdict.by:
        return (f"denied by {verdict.by.origin}, {_statement_name(verdict.by)}{_because(verdict.by)}",)
    if verdict.reasons:
        return tuple(f"{fault.where} {fault.problem}" for fault in verdict.reasons)
    if verdict.side == "boundary":
        return ("the permissions boundary does not allow it",)
    words = [
        f"{statement.origin} allows it only {' and '.join(unmet(statement, acting.context))}"
        for statement in acting.known.statements
        if statement.effect == "Allow" and not concerns(statement, outcome.action).no
        if any(True for _ in unmet(statement, acting.context))
    ]
    others = [item for item in acting.known.statements if item.effect == "Allow" and concerns(item, outcome.action).yes]
    if not words and others:
        return (f"{others[0].origin} allows it on other resources only",)
    return tuple(dict.fromkeys(words)) or ("no policy allows it",)


def _because(statement: Statement) -> str:
    return f", since {' and '.join(map(in_words, statement.conditions))}" if statement.conditions else ""


def missing_for_role(refused: Refused) -> tuple[str, ...]:
    """Return why a role may not be assumed, in words."""
    hop, verdict = refused.hop, refused.hop.verdict
    label = refused.before.acting.known.entity.name if refused.before else refused.actor.name
    if verdict.explicit and verdict.by:
        return (f"denied by {verdict.by.origin}, {_statement_name(verdict.by)}{_because(verdict.by)}",)
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
            words = " and ".join(unmet(statement, hop.context))
            yield f"its trust policy lets {label} in only {words}" if words else "its trust policy does not let it in"


def _names(refused: Refused) -> frozenset[Principal]:
    return refused.before.acting.caller.principals if refused.before else refused.actor.principals


def _allowed_by_itself(acting: Acting, hop: Hop) -> bool:
    context: Mapping[str, ContextValue] = hop.context
    try:
        verdict = verdict_on(acting.caller, Request(ASSUME, hop.role.entity.arn, context))
    except AccessError:
        return True
    return verdict.outcome != "denied"
