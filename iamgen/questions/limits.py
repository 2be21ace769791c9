"""Name what an answer does not take into account, and until when it is true."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from iamgen.access.documents import Statement
from iamgen.access.entities import IamUser
from iamgen.access.errors import AccessError
from iamgen.access.values import moment as moment_of
from iamgen.aws.managed_policies import COMMAND
from iamgen.questions.can import AccessAnswer, Asker, Attempt
from iamgen.questions.circumstances import KEYS_OF_SERVICES, Circumstances, acting_user
from iamgen.questions.demands import Demand
from iamgen.questions.hops import best_hop, stranger_hop
from iamgen.questions.model import AccessModel
from iamgen.questions.reach import Way

if TYPE_CHECKING:
    from iamgen.aws.managed_policy_archive import PolicyListOrigin

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


def not_looked_at_for(model: AccessModel, answer: AccessAnswer) -> tuple[str, ...]:
    """Return what may decide besides and was not looked at for an answer, as parts of a sentence."""
    return (*not_looked_at(model, answer.demand, answer.attempts), *since(policy_list(answer), model.partition))


def policy_list(answer: AccessAnswer) -> PolicyListOrigin | None:
    """Return the dated list of AWS managed policies on which an answer depends; None if it depends on none."""
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
    samples = (sample for attempt in attempts for sample in attempt.outcome.samples)
    perhaps = (_as_asked(text, sample.resource, demand) for sample in samples for text in sample.perhaps)
    return (*_NEVER, own, *_of_model(model), *dict.fromkeys(perhaps), *(gap.problem for gap in model.gaps))


def _as_asked(text: str, resource: str, demand: Demand) -> str:
    """Return the text without the name of a resource that was thought up to stand for those of the question."""
    return text if resource == demand.scope.resource else text.replace(resource, "the resource")


def not_looked_at_of_all(model: AccessModel) -> tuple[str, ...]:
    """Return what may decide besides about any access in a model, and was not looked at, as parts of a sentence."""
    own = "policies that resources have themselves, and policies of VPC endpoints"
    reasons = () if model.terms else (_NO_REASONS,)
    return (ROOT_USER, *_NEVER, own, *reasons, *_of_model(model), *(gap.problem for gap in model.gaps))


def _of_model(model: AccessModel) -> Iterator[str]:
    if model.keys & set(KEYS_OF_SERVICES):
        yield "requests that an AWS service makes on somebody's behalf: some policies treat them in another way"
    if any(actor.kind == "service" for actor in model.actors):
        yield (
            "what services do by other means than these roles, as by service-linked ones, and what somebody makes a "
            "service do with a role that they pass to it"
        )
    if model.unread:
        yield f"{len(model.unread):,} parts of what was read, such as resources with policies of their own"


def until(asker: Asker, attempt: Attempt, demand: Demand, circumstances: Circumstances) -> datetime | None:
    """Return when somebody can no longer do in this way what they can do now; None if no condition ends it."""
    for end in sorted(set(_ends(attempt, circumstances.moment))):
        later = replace(circumstances, moment=end)
        if not _still(asker, attempt, demand, later):
            return end
    return None


def _still(asker: Asker, attempt: Attempt, demand: Demand, circumstances: Circumstances) -> bool:
    """Return whether the same user or role can still act, and may do as much."""
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
    reach = asker.reacher.reach(way.actor, circumstances, asker.reacher.leading_to(frozenset({arn})))
    ways = [item for item in reach.every_way if item.acting.known.entity.arn == arn]
    same_session = (item for item in ways if item.acting.caller.session == way.acting.caller.session)
    return next(same_session, next(iter(ways), None))


def _stands(asker: Asker, way: Way, circumstances: Circumstances) -> bool:
    """Return whether each step of a way may be gone for certain, which is quicker to say than which ways there are."""
    known, acting = way.actor.known, None
    if known is not None and isinstance(known.entity, IamUser):
        acting = acting_user(known, way.actor.kind, circumstances)
    for hop in way.hops:
        step = best_hop(acting, hop.role) if acting else stranger_hop(way.actor, hop.role, circumstances)
        if step.verdict.outcome != "allowed":
            return False
        acting = asker.reacher.after(step, circumstances)
    return True


def _after(statements: Iterable[Statement], moment: datetime) -> Iterator[datetime]:
    for statement in statements:
        yield from (turn for turn in turning_points(statement) if turn > moment)


def _ends(attempt: Attempt, moment: datetime) -> Iterator[datetime]:
    known = attempt.way.acting.known
    statements = [*known.statements, *known.boundary]
    if attempt.way.actor.known:
        statements += (*attempt.way.actor.known.statements, *attempt.way.actor.known.boundary)
    for hop in attempt.way.hops:
        statements += [*hop.role.as_role.trust, *hop.role.statements, *hop.role.boundary]
    return _after(statements, moment)


def turning_points(statement: Statement) -> Iterator[datetime]:
    """Yield every moment at which a condition on the time begins to hold, or no longer holds."""
    if statement.context_keys.isdisjoint(TIME_KEYS):
        return
    for condition in statement.conditions:
        turns = TURNS.get(condition.operator.test.removeprefix("Date").removeprefix("Numeric"), ())
        if condition.key.lower() in TIME_KEYS:
            for value in condition.values:
                with suppress(AccessError, OverflowError):
                    yield from (moment_of(value) + turn for turn in turns)
