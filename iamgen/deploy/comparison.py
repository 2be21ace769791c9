"""Ask `iamgen.access` whether what was allowed before a change is still allowed after it.

This is the only module of the room that asks the evaluator. The evaluator decides on complete requests; here nobody
knows all of one. What is not known (the document of a foreign policy, the value of `aws:SourceIp`) becomes an
assumption, and both sides are decided under every combination of assumptions. So a condition that stands on both sides
takes nothing away, and one that is new does. Where the answer hangs on an assumption, it is UNDECIDED, and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import Enum
from functools import lru_cache
from itertools import product
from math import prod

from iamgen.access.conditions import Condition
from iamgen.access.context import ContextValue, Unsaid
from iamgen.access.documents import Effect, Principal, Statement
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Request, decide
from iamgen.access.patterns import pattern
from iamgen.aws.condition_keys import OF_USERS_ALONE
from iamgen.deploy.holders import PolicyText

_COMBINATIONS = 4096  # more would take too long: then it is undecided
# A request that has none of these is a request without them: the caller knows how the principal signs in.
_KNOWN_ABSENT = frozenset(OF_USERS_ALONE)
_EVERYBODY = (Principal("*", "*"),)


class LossAnswer(Enum):
    """Whether something that was allowed before still is."""

    KEPT = "it is still allowed, or never was"
    LOST = "it was allowed, and is not any more"
    UNDECIDED = "it may be lost: that hangs on something that is not known"


@dataclass(frozen=True)
class SidesCompared:
    """An answer and, if it is undecided, what it depends on."""

    answer: LossAnswer
    """What became of it."""
    unknown: tuple[str, ...] = ()
    """What is not known, in words."""


KEPT = SidesCompared(LossAnswer.KEPT)


@dataclass(frozen=True)
class Rules:
    """The rules that decide on one side, before or after."""

    policies: tuple[PolicyText, ...]
    """The policies of a principal, or the trust policy of a role."""
    boundary: PolicyText | None = None
    """The permissions boundary of a principal."""


@dataclass(frozen=True)
class Question:
    """A request, as far as it is known."""

    action: str
    """The action, such as `iam:CreateRole`."""
    resource: str
    """The ARN that it is about, or `*` for an action without one."""
    moment: datetime
    """When it is made."""
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    """The condition keys whose values are known."""
    principals: frozenset[Principal] = frozenset()
    """Who asks, as a trust policy names them; empty for identity policies."""

    def knows(self, condition: Condition) -> bool:
        """Return whether it is known if the condition holds."""
        key = condition.key.lower()
        if key == "aws:principalarn" and any(set("*?$") & set(value) for value in condition.values):
            return False  # the path of a principal is not known, and a pattern may be about it
        values = {name.lower(): value for name, value in self.context.items()}
        if key in values:
            return not isinstance(values[key], Unsaid)
        return key in _KNOWN_ABSENT or key in ("aws:currenttime", "aws:epochtime")

    @property
    def request(self) -> Request:
        """The request for the evaluator."""
        moment = self.moment.astimezone(UTC)
        time = {"aws:CurrentTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "aws:EpochTime": str(int(moment.timestamp()))}
        return Request(self.action, self.resource, {**self.context, **time}, self.principals)


@dataclass(frozen=True)
class PolicySide:
    """The rules of one side, and what is asked of them."""

    rules: Rules
    """What decides."""
    question: Question
    """What is asked."""


@dataclass(frozen=True)
class _Assumed:
    """Something that is not known. A policy may be silent, allow or deny; a condition may hold or not.

    Conditions that are written in other words and mean the same are one assumption: how it is written is not compared.
    """

    text: str = field(compare=False)
    identity: object
    values: tuple[str, ...]


_Assumptions = Mapping[_Assumed, str]


def compare(before: PolicySide, after: PolicySide) -> SidesCompared:
    """Return whether a request that was allowed on one side is still allowed on the other."""
    sides = tuple(replace(item, rules=_about(item.rules, item.question.action)) for item in (before, after))
    if sides[0] == sides[1]:
        return KEPT
    known = tuple(frozenset(_assumed(side)) for side in sides)
    everything = known[0] | known[1]
    unknown = _texts(known[0] ^ known[1]) or _texts(everything)
    if _is_too_much(everything):
        return SidesCompared(LossAnswer.UNDECIDED, unknown)
    try:
        return _answer(sides[0], sides[1], everything, unknown)
    except AccessError as error:
        return SidesCompared(LossAnswer.UNDECIDED, tuple(f"{fault.where}: {fault.problem}" for fault in error.faults))


def _answer(
    before: PolicySide, after: PolicySide, everything: frozenset[_Assumed], unknown: tuple[str, ...]
) -> SidesCompared:
    outcomes = [
        (_is_allowed(before, combination), _is_allowed(after, combination)) for combination in _combinations(everything)
    ]
    lost = [was and not stays for was, stays in outcomes]
    if not any(lost):
        return KEPT
    certain = outcomes[0][0] and all(gone for gone, (was, _) in zip(lost, outcomes, strict=True) if was)
    return SidesCompared(LossAnswer.LOST) if certain else SidesCompared(LossAnswer.UNDECIDED, unknown)


def is_allowed(side: PolicySide) -> LossAnswer:
    """Return KEPT if the request is certainly allowed, LOST if it is certainly not, else UNDECIDED."""
    side = replace(side, rules=_about(side.rules, side.question.action))
    everything = frozenset(_assumed(side))
    if _is_too_much(everything):
        return LossAnswer.UNDECIDED
    try:
        outcomes = {_is_allowed(side, combination) for combination in _combinations(everything)}
    except AccessError:
        return LossAnswer.UNDECIDED
    if len(outcomes) > 1:
        return LossAnswer.UNDECIDED
    return LossAnswer.KEPT if True in outcomes else LossAnswer.LOST


def _texts(assumed: Iterable[_Assumed]) -> tuple[str, ...]:
    return tuple(sorted({item.text for item in assumed}))


def _is_too_much(assumed: Iterable[_Assumed]) -> bool:
    return prod(len(item.values) for item in assumed) > _COMBINATIONS


def _combinations(assumed: Iterable[_Assumed]) -> Iterator[_Assumptions]:
    """Yield every combination of assumptions, the plainest first: conditions hold, unknown policies say nothing."""
    ordered = sorted(assumed, key=lambda element: element.text)
    for values in product(*(item.values for item in ordered)):
        yield dict(zip(ordered, values, strict=True))


def _is_allowed(side: PolicySide, assumptions: _Assumptions) -> bool:
    request = side.question.request
    if not decide(_assuming(side, side.rules.policies, assumptions), request).allowed:
        return False
    boundary = side.rules.boundary
    return boundary is None or decide(_assuming(side, (boundary,), assumptions), request).allowed


def _assuming(side: PolicySide, policies: Iterable[PolicyText], assumptions: _Assumptions) -> Iterator[Statement]:
    """Yield the statements that there are under the assumptions, with the conditions that can be decided."""
    for policy in policies:
        if policy.statements is None:
            yield from _assumed_statements(assumptions[_policy(policy)], trust=bool(side.question.principals))
        for statement in policy.statements or ():
            unknown = [condition for condition in statement.conditions if not side.question.knows(condition)]
            if all(_holds(item, assumptions) for item in unknown):
                known = tuple(condition for condition in statement.conditions if condition not in unknown)
                yield replace(statement, conditions=known)


def _assumed_statements(value: str, *, trust: bool) -> Iterator[Statement]:
    if value != "silent":
        effect: Effect = "Allow" if value == "allows" else "Deny"
        yield Statement(effect, actions=("*",), principals=_EVERYBODY if trust else ())


def _holds(condition: Condition, assumptions: _Assumptions) -> bool:
    return any(assumptions[item] == "yes" for item in _conditions(condition)) is not condition.operator.negated


def _assumed(side: PolicySide) -> Iterator[_Assumed]:
    """Yield what is not known and counts for the answer."""
    boundary = (side.rules.boundary,) if side.rules.boundary else ()
    for policy in (*side.rules.policies, *boundary):
        if policy.statements is None:
            yield _policy(policy)
        for statement in policy.statements or ():
            for condition in statement.conditions:
                if not side.question.knows(condition):
                    yield from _conditions(condition)


def _policy(policy: PolicyText) -> _Assumed:
    why = "cannot be read" if policy.unreadable else "is not known here"
    return _Assumed(f"{policy.name} {why}", (policy.name, policy.unreadable), ("silent", "allows", "denies"))


def _conditions(condition: Condition) -> Iterator[_Assumed]:
    """Yield one assumption for each value that the key is compared with: they are alternatives, so that a value more
    in the list takes nothing away."""
    operator = condition.operator
    several = operator.qualifier or operator.if_exists or operator.test == "Null"
    for values in [condition.values] if several else [(value,) for value in condition.values]:
        name = f"{operator.qualifier}{':' if operator.qualifier else ''}{operator.test}"
        text = f"whether {condition.key} is {' or '.join(values)} ({name}{'IfExists' if operator.if_exists else ''})"
        identity = (operator.test, operator.if_exists, operator.qualifier, condition.key.lower(), frozenset(values))
        first = ("no", "yes") if operator.negated else ("yes", "no")
        yield _Assumed(text, identity, first)


def _about(rules: Rules, action: str) -> Rules:
    """Return only what is about the action: so are two sides the same that differ in something else."""
    boundary = _policy_about(rules.boundary, action) if rules.boundary else None
    return Rules(tuple(_policy_about(policy, action) for policy in rules.policies), boundary)


def _policy_about(policy: PolicyText, action: str) -> PolicyText:
    if policy.statements is None:
        return policy
    about = (_statement_about(statement, action) for statement in policy.statements)
    return PolicyText(policy.name, tuple(item for item in about if item))


@lru_cache(maxsize=1 << 14)
def _statement_about(statement: Statement, action: str) -> Statement | None:
    """Return the statement reduced to that action, None when it is not about it."""
    listed = statement.actions or statement.not_actions
    matches = any(pattern(item.lower(), variables=False).matches(action.lower()) for item in listed)
    if matches is not bool(statement.actions):
        return None
    return replace(statement, actions=(action,), not_actions=(), origin="", sid="")
