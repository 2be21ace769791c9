"""What answers do not look at, and until when they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from iamgen.access.documents import Statement
from iamgen.access.errors import AccessError
from iamgen.access.values import moment as moment_of
from iamgen.aws.managed_policies import COMMAND
from iamgen.questions.can import AccessAnswer, Asker, Attempt
from iamgen.questions.circumstances import KEYS_OF_SERVICES, Circumstances
from iamgen.questions.demands import Demand
from iamgen.questions.model import AccessModel

if TYPE_CHECKING:
    from iamgen.aws.managed_policy_archive import PolicyListOrigin

_ENDS = {"DateLessThan": timedelta(0), "DateLessThanEquals": timedelta(seconds=1)}
_NEVER = (
    "service control policies and resource control policies of the organization",
    "session policies, with which a session may be limited",
)


def not_looked_at_for(model: AccessModel, answer: AccessAnswer) -> tuple[str, ...]:
    """Return what may decide besides and was not looked at for an answer, as parts of a sentence."""
    return (*not_looked_at(model, answer.demand, answer.attempts), *since(policy_list(answer), model.partition))


def policy_list(answer: AccessAnswer) -> PolicyListOrigin | None:
    """Return the dated list of AWS managed policies that an answer stands on; None where it stands on none."""
    attempts = answer.attempts[:1] if answer.level == "yes" and not answer.demand.is_pattern else answer.attempts
    ways = [*(attempt.way for attempt in attempts), *(item.before for item in answer.refused if item.before)]
    roles = [*(hop.role for way in ways for hop in way.hops), *(item.hop.role for item in answer.refused)]
    everybody = (*(way.acting.known for way in ways), *(way.actor.known for way in ways), *roles)
    return next((known.policy_list for known in everybody if known and known.policy_list), None)


def since(published: PolicyListOrigin | None, partition: str) -> tuple[str, ...]:
    """Return that changes of AWS managed policies since the day of their list are not known, where there is a list."""
    if published is None:
        return ()
    known = f"changes of AWS managed policies since {published.date}: their documents are of that day"
    if published.partition == partition:
        return (f"{known}, from the partition {partition}",)
    return (
        f"{known}, and from the partition {published.partition}, not {partition}: {COMMAND} --partition {partition}",
    )


def plain_policy_list(published: PolicyListOrigin | None) -> dict[str, str] | None:
    """Return the day and the partition of a list of AWS managed policies as JSON values."""
    return {"date": published.date, "partition": published.partition} if published else None


def not_looked_at(model: AccessModel, demand: Demand, attempts: Iterable[Attempt] = ()) -> tuple[str, ...]:
    """Return what may decide besides and was not looked at, as parts of a sentence; managed policies left out."""
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
    ways = asker.reacher.reach(attempt.way.actor, circumstances, asker.reacher.leading_to(frozenset({arn}))).ways
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
