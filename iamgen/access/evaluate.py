"""Decide whether statements allow a request: an explicit Deny wins, then an Allow; without either it is denied.

The answer has three values. What cannot be known, such as a condition key whose value nobody has said, a statement
that could not be read, or what AWS does not document, makes the answer unknown, but only where it decides. `evaluate`
and `Verdict` say so; `decide` raises AccessError instead.

Source: IAM User Guide, "Policy evaluation logic".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from iamgen.access.answers import NO, YES, Answer, all_of, any_of
from iamgen.access.beyond_policies import NOT_UP_TO_POLICIES, permitted_anyway, refused_anyway
from iamgen.access.context import Context, ContextValue
from iamgen.access.documents import Effect, Principal, Statement
from iamgen.access.errors import AccessError, undecided
from iamgen.access.matching import RequestFacts
from iamgen.access.statement_index import Candidates, indexes_of
from iamgen.errors import Fault
from iamgen.iam.holes import HOLE, shown

_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9_-]+", re.ASCII)

Side = Literal["identity", "boundary", "trust"]
Outcome = Literal["allowed", "denied", "unknown"]


@dataclass(frozen=True)
class Request:
    """One action on one resource, with what AWS knows about the request.

    Raises AccessError when action or resource has wildcards: a request is about a single action and resource.
    """

    action: str
    """The action, written `service:Action`."""
    resource: str
    """The ARN of the resource, or `*` for an action that has none, such as `iam:ListUsers`."""
    context: Mapping[str, ContextValue] = field(default_factory=dict)
    """The condition keys. Many requests of a caller are answered faster if they share one `ContextKeys`."""
    principals: frozenset[Principal] = frozenset()
    """The caller's names as a Principal element writes them, for trust policies only: the user, or the role and its
    session, and the account."""

    def __post_init__(self) -> None:
        _checked_action(self.action)
        _check_resource(self.resource)

    @cached_property
    def facts(self) -> RequestFacts:
        """What statements are compared with. Raises AccessError for a key that the context has twice."""
        return RequestFacts(_checked_action(self.action), self.resource, Context.of(self.context), self.principals)


@lru_cache(maxsize=1 << 15)
def _checked_action(action: str) -> str:
    """Return the action in lower case. Raises AccessError when it is not a single one."""
    if not _ACTION.fullmatch(action):
        raise undecided(action, "is not one action", "ask about one, written service:Action")
    return action.lower()


@lru_cache(maxsize=1 << 12)
def _check_resource(resource: str) -> None:
    if resource != "*" and ("*" in resource or not resource.startswith("arn:")):
        raise undecided(resource, "is not one resource", "ask about one ARN, or * for actions without")
    if HOLE.search(resource):
        raise undecided(shown(resource), "is not known before the deployment", "give the region and the stack")


@dataclass(frozen=True)
class Decision:
    """The answer to a request when everything that decides it is known."""

    allowed: bool
    """Whether the policies allow it."""
    explicit: bool = False
    """Whether a Deny statement decided."""
    by: Statement | None = None
    """The statement that decided. It is None when no statement allows the request, which is an implicit deny."""
    side: Side = "identity"
    """The policies that decided, or that did not allow the request."""
    needs: tuple[str, ...] = ()
    """What else must allow a request that is allowed, as sentences: the policy of a resource in another account, say.
    If there are any, `allowed` means that the caller's own policies allow it."""
    reasons: tuple[Fault, ...] = ()
    """Why AWS refuses a request that is denied whatever the policies say; empty where the policies deny it."""


@dataclass(frozen=True)
class Verdict:
    """The answer to a request, which may also be unknown."""

    outcome: Outcome
    """`allowed` or `denied` whatever the unknown parts are; else `unknown`."""
    explicit: bool = False
    """Whether a Deny statement decided."""
    by: Statement | None = None
    """The statement that decided, None where none did."""
    side: Side = "identity"
    """The policies that decided, or did not allow."""
    reasons: tuple[Fault, ...] = ()
    """Why it is unknown, or why AWS refuses it whatever the policies say."""
    needs: tuple[str, ...] = ()
    """What else must allow the request before AWS does, as sentences."""

    def beside(self, needs: tuple[str, ...]) -> Verdict:
        """Return the same verdict where `needs` must allow the request as well."""
        return Verdict(self.outcome, self.explicit, self.by, self.side, self.reasons, needs)

    @property
    def decision(self) -> Decision:
        """The same as a decision. Raises AccessError with the reasons when it is unknown."""
        if self.outcome == "unknown":
            raise AccessError(self.reasons)
        return Decision(self.outcome == "allowed", self.explicit, self.by, self.side, self.needs, self.reasons)


@dataclass(frozen=True)
class Evaluation:
    """What the policies of one side say about a request."""

    side: Side
    """Which policies they are."""
    deny: Answer = NO
    """Whether a Deny applies."""
    allow: Answer = NO
    """Whether an Allow applies; not asked where a Deny certainly does."""
    denied_by: Statement | None = None
    """The first Deny that certainly applies."""
    allowed_by: Statement | None = None
    """The first Allow that certainly applies."""

    @property
    def verdict(self) -> Verdict:
        """The verdict when these policies alone decide."""
        return combined((self,), self.allow, self)


def evaluate(statements: Iterable[Statement], request: Request, *, side: Side = "identity") -> Evaluation:
    """Decide what statements say together, as the policies of one identity are evaluated together.

    Raises AccessError when it comes to a statement with principals and the request names none, or the other way
    round: then the policies are not of the kind that the question is about.
    """
    if side != "trust" and request.facts.action in NOT_UP_TO_POLICIES:
        refused = refused_anyway(request.facts)
        if refused.no:
            return Evaluation(side, allow=refused)
        if permitted_anyway(request.facts):
            return Evaluation(side, allow=YES)
    facts = request.facts
    named = bool(facts.principals)
    candidates = [index.candidates(facts.action, principals=named) for index in indexes_of(statements)]
    deny, denied_by = _of_effect("Deny", candidates, facts)
    if deny.yes:
        return Evaluation(side, deny, denied_by=denied_by)
    allow, allowed_by = _of_effect("Allow", candidates, facts)
    return Evaluation(side, deny, allow, allowed_by=allowed_by)


def _of_effect(
    effect: Effect, candidates: Iterable[Candidates], facts: RequestFacts
) -> tuple[Answer, Statement | None]:
    """Return whether a statement with this effect applies, and the first statement that certainly does.

    Nothing is asked of the statements behind that one: they change nothing any more.
    """
    doubtful: list[Answer] = []
    for of_policy in candidates:
        for prepared, about_action in of_policy[effect]:
            answer = prepared.applies(about_action, facts)
            if answer.value:
                return answer, prepared.statement
            if answer.value is None:
                doubtful.append(answer)
    return (any_of(doubtful) if doubtful else NO), None


def combined(sides: tuple[Evaluation, ...], allow: Answer, decisive: Evaluation) -> Verdict:
    """Return the verdict where a Deny of every side counts, and `allow` says whether enough of them allow it.

    `decisive` is the side to name: the one by which it is allowed, or that does not allow it.
    """
    for side in sides:
        if side.deny.yes:
            return Verdict("denied", explicit=True, by=side.denied_by, side=side.side)
    if allow.no:
        return Verdict("denied", side=decisive.side, reasons=allow.reasons)
    doubts = [side.deny.opposite() for side in sides if not side.deny.no]
    answer = all_of((*doubts, allow)) if doubts else allow
    if answer.yes:
        return Verdict("allowed", by=decisive.allowed_by, side=decisive.side)
    return Verdict("unknown", side=decisive.side, reasons=answer.reasons)


def verdict_within(identity: Evaluation, boundary: Evaluation | None) -> Verdict:
    """Return the verdict of somebody's own policies within their boundary, if they have one."""
    if boundary is None:
        return identity.verdict
    allow = all_of((identity.allow, boundary.allow))
    decisive = boundary if identity.allow.yes and not allow.yes else identity
    return combined((identity, boundary), allow, decisive)


def decide(statements: Iterable[Statement], request: Request, *, side: Side = "identity") -> Decision:
    """Return the decision of statements that are evaluated together, as the policies of one identity are.

    Raises AccessError for a statement with principals when the request names none, and where the decision
    depends on what is unknown: NotPrincipal, and conditions that the request's context cannot answer.
    """
    return evaluate(statements, request, side=side).verdict.decision
