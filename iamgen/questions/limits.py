"""Name what an answer does not take into account, and until when it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from iamgen.access.documents import Statement
from iamgen.access.errors import AccessError
from iamgen.access.values import moment as moment_of
from iamgen.questions.can import Asker, Attempt
from iamgen.questions.circumstances import KEYS_OF_SERVICES, Circumstances
from iamgen.questions.demands import Demand
from iamgen.questions.model import AccessModel

_ENDS = {"DateLessThan": timedelta(0), "DateLessThanEquals": timedelta(seconds=1)}
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
    arn = attempt.way.acting.known.entity.arn
    ways = asker.reacher.reach(attempt.way.actor, circumstances).ways
    way = next((way for way in ways if way.acting.known.entity.arn == arn), None)
    if way is None or (attempt.way.is_certain and not way.is_certain):
        return False
    outcome = asker.outcome(way.acting, attempt.outcome.action, demand.scope)
    return outcome.level == attempt.outcome.level


def _ends(attempt: Attempt, moment: datetime) -> Iterator[datetime]:
    known = attempt.way.acting.known
    statements = [*known.statements, *known.boundary]
    if attempt.way.actor.known:
        statements += attempt.way.actor.known.statements
    for hop in attempt.way.hops:
        statements += [*hop.role.as_role.trust, *hop.role.statements]
    for statement in statements:
        yield from (end for end in _ends_of(statement) if end > moment)


def _ends_of(statement: Statement) -> Iterator[datetime]:
    for condition in statement.conditions:
        if condition.key.lower() in ("aws:currenttime", "aws:epochtime") and condition.operator.test in _ENDS:
            for value in condition.values:
                try:
                    yield moment_of(value) + _ENDS[condition.operator.test]
                except AccessError:
                    continue
