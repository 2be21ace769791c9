"""Name what an answer does not take into account, and until when it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from iamgen.access.documents import Statement
from iamgen.access.entities import IamUser
from iamgen.access.errors import AccessError
from iamgen.access.values import moment as moment_of
from iamgen.questions.can import Asker, Attempt
from iamgen.questions.circumstances import KEYS_OF_SERVICES, Circumstances, acting_user
from iamgen.questions.demands import Demand
from iamgen.questions.hops import best_hop, stranger_hop
from iamgen.questions.model import AccessModel
from iamgen.questions.reach import Way

_SECOND = timedelta(seconds=1)
TURNS = {
    "LessThan": (timedelta(0),),
    "LessThanEquals": (_SECOND,),
    "GreaterThan": (_SECOND,),
    "GreaterThanEquals": (timedelta(0),),
    "Equals": (timedelta(0), _SECOND),
}
"""When a comparison with the time changes, counted from the moment that it names: requests have whole seconds."""
TIME_KEYS = ("aws:currenttime", "aws:epochtime")
ROOT_USER = "the root user of each account, who may do everything there"
_NO_REASONS = "why something was granted, which users.py alone says: what was read has no grants of users.py"
_NEVER = (
    "service control policies and resource control policies of the organization",
    "session policies, with which a session may be limited",
)


def not_looked_at(model: AccessModel, demand: Demand, attempts: Iterable[Attempt] = ()) -> tuple[str, ...]:
    """Return what may decide besides and was not looked at, as parts of a sentence."""
    services = sorted({action.partition(":")[0] for action in demand.actions})
    names = ", ".join(services) if len(services) < len(_NEVER) + 1 else f"{len(services)} services"
    own = f"policies that resources of {names} have themselves, and policies of VPC endpoints"
    perhaps = (text for attempt in attempts for sample in attempt.outcome.samples for text in sample.perhaps)
    return (*_NEVER, own, *_of_model(model), *dict.fromkeys(perhaps), *(gap.problem for gap in model.gaps))


def not_looked_at_of_all(model: AccessModel) -> tuple[str, ...]:
    """Return what may decide besides about any access in a model, and was not looked at, as parts of a sentence."""
    own = "policies that resources have themselves, and policies of VPC endpoints"
    reasons = () if model.terms else (_NO_REASONS,)
    return (ROOT_USER, *_NEVER, own, *reasons, *_of_model(model), *(gap.problem for gap in model.gaps))


def _of_model(model: AccessModel) -> Iterator[str]:
    if model.keys & set(KEYS_OF_SERVICES):
        yield "requests that an AWS service makes on somebody's behalf: some policies treat them in another way"
    if model.unread:
        yield f"{len(model.unread):,} parts of what was read, such as resources with policies of their own"


def until(asker: Asker, attempt: Attempt, demand: Demand, circumstances: Circumstances) -> datetime | None:
    """Return when somebody can no longer do in this way what they can do now; None where no condition ends it."""
    for end in sorted(set(_ends(attempt, circumstances.moment))):
        later = replace(circumstances, moment=end)
        if not _still(asker, attempt, demand, later):
            return end
    return None


def _still(asker: Asker, attempt: Attempt, demand: Demand, circumstances: Circumstances) -> bool:
    """Return whether the same user or role still comes to act, and may do as much."""
    way = _same_way(asker, attempt.way, circumstances)
    if way is None or (attempt.way.is_certain and not way.is_certain):
        return False
    outcome = asker.outcome(way.acting, attempt.outcome.action, demand.scope)
    return outcome.level == attempt.outcome.level


def way_end(asker: Asker, way: Way, circumstances: Circumstances) -> datetime | None:
    """Return when somebody can no longer come to act in this way or in another; None where no condition ends it."""
    statements = [statement for hop in way.hops for statement in hop.role.as_role.trust]
    for known in (way.actor.known, *(hop.role for hop in way.hops[:-1])):
        statements += (*known.statements, *known.boundary) if known else ()
    for end in sorted(set(_after(statements, circumstances.moment))):
        later = replace(circumstances, moment=end)
        if _stands(asker, way, later):
            continue
        other = _same_way(asker, way, later)
        if other is None or (way.is_certain and not other.is_certain):
            return end
    return None


def _same_way(asker: Asker, way: Way, circumstances: Circumstances) -> Way | None:
    """Return how the same user or role is come to under other circumstances."""
    arn = way.acting.known.entity.arn
    ways = asker.reach(way.actor, circumstances).ways
    return next((item for item in ways if item.acting.known.entity.arn == arn), None)


def _stands(asker: Asker, way: Way, circumstances: Circumstances) -> bool:
    """Return whether each step of a way may be gone for certain, which is quicker to say than which ways there are."""
    known, acting = way.actor.known, None
    if known is not None and isinstance(known.entity, IamUser):
        acting = acting_user(known, way.actor.kind, circumstances)
    for hop in way.hops:
        step = best_hop(acting, hop.role) if acting else stranger_hop(way.actor, hop.role, circumstances)
        if step.verdict.outcome != "allowed":
            return False
        acting = asker.reacher.session(hop.role, step.session, circumstances)
    return True


def _after(statements: Iterable[Statement], moment: datetime) -> Iterator[datetime]:
    for statement in statements:
        yield from (turn for turn in _turning_points(statement) if turn > moment)


def _ends(attempt: Attempt, moment: datetime) -> Iterator[datetime]:
    known = attempt.way.acting.known
    statements = [*known.statements, *known.boundary]
    if attempt.way.actor.known:
        statements += (*attempt.way.actor.known.statements, *attempt.way.actor.known.boundary)
    for hop in attempt.way.hops:
        statements += [*hop.role.as_role.trust, *hop.role.statements, *hop.role.boundary]
    return _after(statements, moment)


def _turning_points(statement: Statement) -> Iterator[datetime]:
    """Yield every moment at which a condition on the time begins to hold, or no longer holds."""
    for condition in statement.conditions:
        turns = TURNS.get(condition.operator.test.removeprefix("Date").removeprefix("Numeric"), ())
        if condition.key.lower() in TIME_KEYS:
            for value in condition.values:
                with suppress(AccessError, OverflowError):
                    yield from (moment_of(value) + turn for turn in turns)
