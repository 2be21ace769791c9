"""Turn the outcome of each assertion into nothing, a fault with its line, or a warning that it matches nobody.

outcomes = assertion_outcomes(model, declaration, now, root)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Literal

from iamgen.assertions.breaches import Breach
from iamgen.assertions.callers import MeantCallers
from iamgen.assertions.forbidden import ForbidCheck
from iamgen.assertions.outcome_words import breach_text, more_text, no_way_text
from iamgen.assertions.policy_decisions import PolicyContents, PolicyDecisions
from iamgen.assertions.requests import AssertedRequests
from iamgen.assertions.required import NoWay, RequireCheck
from iamgen.declaration.access_entries import is_pattern
from iamgen.declaration.assertion_faults import EVERYTHING, meant_accounts
from iamgen.declaration.declared_type import Assertion, MisDeclared, texts_of
from iamgen.declaration.resolved import Declaration
from iamgen.declaration.source import located
from iamgen.declaration.types.forbid import Forbid
from iamgen.errors import Fault, IamgenError
from iamgen.questions.mentioned_actions import action_entries
from iamgen.questions.model import AccessModel
from iamgen.questions.reach import Reacher

_BREACHES = 40
"""Breaches of one assertion after which no more are searched for."""


@dataclass(frozen=True)
class AssertionOutcome:
    """A message about an assertion."""

    level: Literal["error", "warning"]
    """An error where it does not hold, or is not decided; a warning where it is about nobody."""
    fault: Fault
    """What, with the assertion's place in users.py."""
    assertion: Assertion
    """The assertion."""


def assertion_outcomes(
    model: AccessModel, declaration: Declaration, now: datetime, root: Path
) -> tuple[AssertionOutcome, ...]:
    """Return what is to be said about the assertions of a declaration; nothing where all of them hold.

    The model is that of all its accounts, and `root` the folder that has its users.py.
    """
    check = _AssertionCheck(model, declaration, now, root)
    return tuple(outcome for assertion in declaration.assertions for outcome in check.outcomes(assertion))


class _AssertionCheck:
    """What all assertions of a declaration share."""

    def __init__(self, model: AccessModel, declaration: Declaration, now: datetime, root: Path) -> None:
        self._model, self._declaration, self._now, self._root = model, declaration, now, root
        self._reacher = Reacher(model)
        self._contents = PolicyContents()
        self._written = frozenset(_written_actions(model))

    def outcomes(self, assertion: Assertion) -> Iterator[AssertionOutcome]:
        """Yield what is to be said about an assertion."""
        requests = AssertedRequests(assertion, self._now, self._written)
        faults = tuple(_unknown_actions(assertion))
        for problem, hint, action in faults:
            yield self._outcome("error", assertion, problem, hint, action)
        if faults:
            return
        if self._model.unread:
            problem = f"{assertion.label}: it is not decided: {self._unread}"
            yield self._outcome("error", assertion, problem, "write it so that it can be read")
            return
        names = meant_accounts(assertion, self._declaration.accounts, self._declaration.aliases)
        meant = MeantCallers(assertion, frozenset(names))
        yield from self._empty(assertion, requests, meant)
        decisions = PolicyDecisions(requests, self._contents)
        check = (ForbidCheck if isinstance(assertion, Forbid) else RequireCheck)(self._reacher, decisions, meant)
        yield from self._in_part(assertion, requests)
        breaches = tuple(islice(check.breaches(), _BREACHES))
        if breaches:
            yield self._broken(assertion, breaches)

    @property
    def _unread(self) -> str:
        first, *further = self._model.unread
        more = f", and {len(further):,} more like it" if further else ""
        return f"{first.where}: {first.problem}{more}"

    def _broken(self, assertion: Assertion, breaches: tuple[Breach | NoWay, ...]) -> AssertionOutcome:
        """Return the error that an assertion does not hold, with the plainest case in full."""
        first, *further = sorted(breaches, key=_is_doubtful)
        is_forbidden = isinstance(assertion, Forbid)
        if isinstance(first, NoWay):
            text = no_way_text(first)
        else:
            text = breach_text(first, self._model.granted, is_forbidden=is_forbidden)
        problem = f"{assertion.label}: {text}{more_text(further, is_cut=len(breaches) == _BREACHES)}"
        hint = _remedy(first, is_forbidden=is_forbidden)
        because = f"because: {assertion.because}; " if assertion.because else ""
        return self._outcome("error", assertion, problem, f"{because}{hint}")

    def _in_part(self, assertion: Assertion, requests: AssertedRequests) -> Iterator[AssertionOutcome]:
        """Yield a warning where it is not looked at whether some action that is yet to come is allowed."""
        if services := requests.services_in_part:
            new = f"every action that AWS may add to {' and '.join(services)}"
            problem = f"{assertion.label} is not decided for {new}: too many patterns of policies overlap"
            yield self._outcome("warning", assertion, problem, "write fewer patterns that begin with a wildcard")

    def _empty(
        self, assertion: Assertion, requests: AssertedRequests, meant: MeantCallers
    ) -> Iterator[AssertionOutcome]:
        """Yield a warning where nobody, no account or no request is meant, so that it holds whatever policies say."""
        everywhere = isinstance(assertion, Forbid) and requests.means_assuming
        actors, roles = meant.actors(self._model), meant.roles(self._model, everywhere=everywhere)
        if not actors and not any(not meant.is_excepted(role) for role in roles):
            problem = f"{assertion.label} is about nobody: nobody whom who means is in {_places(meant)}"
            yield self._outcome("warning", assertion, problem, "name others in who, or remove it", "who")
        known = requests.listed_actions
        if EVERYTHING not in texts_of(assertion.actions) and all(
            requests.forms(action, "", self._model.partition) is None for action in known
        ):
            problem = f"{assertion.label} is about no request: none of its actions has such a resource"
            yield self._outcome("warning", assertion, problem, "write another on, or other actions", "on")
        if not actors and not everywhere:
            with_role = {role.account.name for role in roles}
            for name in texts_of(assertion.accounts):
                account = self._declaration.aliases.get(name, name)
                if roles and not is_pattern(name) and account not in with_role:
                    level: Literal["error", "warning"] = "warning" if isinstance(assertion, Forbid) else "error"
                    problem = f"{assertion.label}: {account} has no role that who means"
                    yield self._outcome(level, assertion, problem, "name the accounts that have it", name)

    def _outcome(
        self, level: Literal["error", "warning"], assertion: Assertion, problem: str, hint: str, about: str = ""
    ) -> AssertionOutcome:
        fault = located(MisDeclared(assertion.origin, problem, hint, about), self._root)
        return AssertionOutcome(level, fault, assertion)


def _remedy(breach: Breach | NoWay, *, is_forbidden: bool) -> str:
    if isinstance(breach, Breach) and breach.reasons:
        return "write what is named so that it can be decided, or except somebody with but"
    return f"{'take the access away' if is_forbidden else 'give them the access'}, or except somebody with but"


def _is_doubtful(breach: Breach | NoWay) -> bool:
    return isinstance(breach, Breach) and not breach.is_certain


def _places(meant: MeantCallers) -> str:
    return ", ".join(sorted(meant.accounts)) or "no account"


def _unknown_actions(assertion: Assertion) -> Iterator[tuple[str, str, str]]:
    """Yield the actions that AWS's list does not have: what is wrong, what to write instead, and the action."""
    from iamgen.questions.demands import known_actions

    for action in texts_of(assertion.actions):
        try:
            known_actions(action)
        except IamgenError as exc:
            for fault in exc.faults:
                yield f"{assertion.label}: {action}: {fault.problem}", fault.hint, action


def _written_actions(model: AccessModel) -> Iterator[str]:
    """Yield the actions that policies of the model name, and the patterns of them, each policy read once."""
    read = set[int]()
    users = (actor.known for actor in model.actors if actor.known)
    for known in (*model.roles, *users):
        for _, policy in known.held_policies:
            if id(policy) not in read:
                read.add(id(policy))
                yield from action_entries(policy.statements)
