"""The steps of a path: from somebody, by way of groups, policies and roles, to the statement that allows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from iamgen.access.beyond_policies import NEEDS_NOTHING
from iamgen.access.documents import Statement
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Evaluation, Request, evaluate
from iamgen.access.principals import ASSUME
from iamgen.questions.can import Attempt
from iamgen.questions.circumstances import Acting
from iamgen.questions.condition_words import unmet
from iamgen.questions.decisions import SampleVerdict
from iamgen.questions.hops import Hop
from iamgen.questions.model import KnownEntity, holder_of
from iamgen.questions.places import NOT_READ, SourcedPlace
from iamgen.questions.reach import Way

Grants = Mapping[tuple[str, str, str], str]
"""`file:line` of grants, as `AccessModel.granted` has them."""


@dataclass(frozen=True)
class PathStep:
    """One step of a path: somebody, or a group, policy, statement or role through which they may."""

    kind: str
    """What it is: `person`, `group`, `policy`, `statement`, `role`, `trust statement`, …"""
    name: str
    """Its name; of a statement its Sid, or its number in the policy."""
    account: str = ""
    """The name of the account that it is in; empty for what is in none."""
    place: SourcedPlace | None = None
    """Where it is written; None where nothing tells it."""

    def plain(self) -> dict[str, object]:
        """Return it as JSON values."""
        place = self.place.plain() if self.place else None
        return {"kind": self.kind, "name": self.name, "account": self.account or None, "place": place}


def path(attempt: Attempt, grants: Grants) -> tuple[PathStep, ...]:
    """Return the steps by which somebody may do it, or would if the conditions were met."""
    return (*way_path(attempt.way, grants), *last_steps(attempt))


def last_steps(attempt: Attempt) -> tuple[PathStep, ...]:
    """Return the steps from who acts in the end to the statement by which they may do it, or would."""
    sample = attempt.outcome.sample("yes") or attempt.outcome.sample("depends")
    return tuple(_last(attempt.acting, attempt.outcome.action, sample)) if sample else ()


def way_path(way: Way, grants: Grants) -> tuple[PathStep, ...]:
    """Return the steps by which somebody becomes able to act."""
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
    evaluation = _evaluated(asking.statements, request)
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
        yield PathStep("trust statement", statement_name(statement), role.account.name, _declared(place, granted))


def _declared(place: SourcedPlace, granted: str) -> SourcedPlace:
    return place._replace(declared=granted or place.declared)


def _last(acting: Acting, action: str, sample: SampleVerdict) -> Iterator[PathStep]:
    """Yield the steps from who acts to the statement that allows it; none where AWS asks no policy about it."""
    if action.lower() in NEEDS_NOTHING:
        return
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
    is_known = places.has_policy(owner, policy.name) or policy.published is not None
    if statement.unread and not is_known:  # nobody knows what its statements are
        yield PathStep("policy", policy.name, account, NOT_READ)
        return
    yield PathStep("policy", policy.name, account, places.of_policy(owner, policy.name))
    place = places.of_statement(owner, policy.name, statement)
    yield PathStep("statement", statement_name(statement), account, place)


def statement_name(statement: Statement) -> str:
    """Return what a statement is called: by its Sid, else by its number in the policy."""
    return statement.sid or (f"statement {statement.number}" if statement.number else "statement")


def _evaluated(statements: Iterable[Statement], request: Request) -> Evaluation | None:
    """Return what statements say of a request; None where they are not of that kind."""
    try:
        return evaluate(statements, request)
    except AccessError:
        return None


def _possible(statements: Iterable[Statement], request: Request) -> Statement | None:
    """Return the first statement that may allow a request, if what nobody can know is so."""
    for statement in statements:
        evaluation = _evaluated((statement,), request) if statement.effect == "Allow" else None
        if evaluation and not evaluation.allow.no:
            return statement
    return None


def _open_trusts(hop: Hop) -> Iterator[Statement]:
    """Yield the statements of a trust policy that may let somebody in."""
    for statement in hop.role.as_role.trust:
        if statement.effect == "Allow" and not _is_kept_out(hop, statement):
            yield statement


def _is_kept_out(hop: Hop, statement: Statement) -> bool:
    """Return whether a statement of a trust policy surely does not let anybody in under these circumstances."""
    return any(True for _ in unmet(statement, hop.context))
