"""Work out what users and roles may do, by service and question, once for all that have equal power."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from iamgen.access.entities import IamRole
from iamgen.declaration.expiry import iso
from iamgen.questions.action_summary import action_levels, summary_of
from iamgen.questions.action_summary_text import power_groups
from iamgen.questions.can import Asker, Attempt
from iamgen.questions.circumstances import Acting, Circumstances, acting_user
from iamgen.questions.decisions import LEVEL_RANK, ActionOutcome, Level
from iamgen.questions.explanation import attempt_conditions
from iamgen.questions.holders import action_outcomes
from iamgen.questions.limits import turning_points
from iamgen.questions.model import Actor, ActorKind, KnownEntity
from iamgen.questions.path_steps import last_steps
from iamgen.questions.reach import Way
from iamgen.report.likeness import Likenesses, without_account
from iamgen.report.prepared_questions import PREPARED, PreparedQuestion

_ASSUMING = frozenset({"sts:assumerole"})
"""What trust policies decide too, and so each role by itself; the report has who can act as what elsewhere."""
_CONDITIONS = 3
"""Conditions that are named where it depends; `iamgen who-can` names all of them."""


@dataclass(frozen=True)
class ClassAnswer:
    """The answer to a prepared question about users or roles of equal power."""

    level: Level
    """Yes where an action is allowed on every resource, no where none is allowed on any, else it depends."""
    end: datetime | None = None
    """When less is allowed by a condition of their policies on the time; None without one."""
    certain: tuple[str, ...] = ()
    """The actions that are allowed on every resource."""
    depending: tuple[str, ...] = ()
    """The actions that are allowed on some resources, or under conditions."""
    steps: tuple[str, ...] = ()
    """The group, the policy and the statement that allow it, each with what it is: `policy infra-OpsP`."""
    conditions: tuple[str, ...] = ()
    """Where it depends, on what, as parts of sentences."""

    def plain(self) -> list[object]:
        """Return it as JSON values, short, since a page has many."""
        if self.level == "no":
            return ["n"]
        end = iso(self.end) if self.end else 0
        return [self.level[0], end, self.certain, self.depending, self.steps, self.conditions]


@dataclass(frozen=True)
class PowerClass:
    """What users or roles of equal power may do."""

    services: Mapping[str, tuple[str, ...]]
    """The services by what may be done with them, in words, those with most power first."""
    answers: tuple[ClassAnswer, ...]
    """The answers to the prepared questions, in their order."""
    turns: tuple[datetime, ...]
    """The moments from now on at which a condition of their policies on the time changes what they say."""

    def plain(self) -> list[object]:
        """Return it as JSON values."""
        services = [[words, list(names)] for words, names in self.services.items()]
        return [services, [answer.plain() for answer in self.answers], [iso(turn) for turn in self.turns]]


class PowerClasses:
    """Puts users and roles into classes of equal power, and says what each class may do."""

    def __init__(self, asker: Asker, circumstances: Circumstances) -> None:
        self._asker, self._circumstances = asker, circumstances
        self._likenesses = Likenesses()
        self._numbers: dict[Hashable, int] = {}
        self._first: list[tuple[KnownEntity, ActorKind]] = []

    def number(self, known: KnownEntity, kind: ActorKind) -> int:
        """Return the number of the class of a user or role."""
        likeness = self._likenesses.of(known, kind)
        if likeness not in self._numbers:
            self._first.append((known, kind))
        return self._numbers.setdefault(likeness, len(self._numbers))

    def answer(self, known: KnownEntity, kind: ActorKind, question: PreparedQuestion) -> ClassAnswer:
        """Return the answer to a question about the class of a user or role."""
        first = self._first[self.number(known, kind)]
        return _ClassMember(self._asker, *first, self._circumstances).answer(question)

    def classes(self) -> tuple[PowerClass, ...]:
        """Return what each class may do, each at its number."""
        return tuple(self._class(*first) for first in self._first)

    def _class(self, known: KnownEntity, kind: ActorKind) -> PowerClass:
        member = _ClassMember(self._asker, known, kind, self._circumstances)
        services = power_groups(summary_of(action_levels(self._asker, member.acting, left_out=_ASSUMING)))
        return PowerClass(services, tuple(map(member.answer, PREPARED)), member.turns)


@dataclass(frozen=True, eq=False)
class _ClassMember:
    """A user or role that stands for all of its class, at some moment."""

    asker: Asker
    known: KnownEntity
    kind: ActorKind
    circumstances: Circumstances

    @cached_property
    def acting(self) -> Acting:
        """It as it asks for something."""
        if isinstance(self.known.entity, IamRole):
            return self.asker.reacher.session(self.known, "", self.circumstances)
        return acting_user(self.known, self.kind, self.circumstances)

    @cached_property
    def turns(self) -> tuple[datetime, ...]:
        """The moments from now on at which a condition on the time changes what its policies say."""
        statements = (*self.known.statements, *self.known.boundary)
        moments = {turn for statement in statements for turn in turning_points(statement)}
        return tuple(sorted(turn for turn in moments if turn > self.circumstances.moment))

    def answer(self, question: PreparedQuestion) -> ClassAnswer:
        """Return the answer to a prepared question."""
        outcomes = self._outcomes(question)
        best = min(outcomes, key=lambda outcome: LEVEL_RANK[outcome.level])
        if best.level == "no":
            return ClassAnswer("no")
        attempt = Attempt(Way(Actor(self.kind, self.known.entity.name, self.known), self.acting), best)
        steps = (f"{step.kind} {self._short(step.name)}" for step in last_steps(attempt))
        words = (text for text in attempt_conditions(attempt) if best.level == "depends")
        return ClassAnswer(
            best.level,
            next(self._ends(question, best.level), None),
            tuple(outcome.action for outcome in outcomes if outcome.level == "yes"),
            tuple(outcome.action for outcome in outcomes if outcome.level == "depends"),
            tuple(steps),
            tuple(self._anonymous(text) for text in words)[:_CONDITIONS],
        )

    def _outcomes(self, question: PreparedQuestion) -> list[ActionOutcome]:
        return action_outcomes(self.asker, self.acting, question.demand, is_admin=question.is_admin)

    def _ends(self, question: PreparedQuestion, level: Level) -> Iterator[datetime]:
        """Yield the moments at which less is allowed than now."""
        for turn in self.turns:
            later = replace(self, circumstances=replace(self.circumstances, moment=turn))
            outcomes = later._outcomes(question)
            if min(LEVEL_RANK[outcome.level] for outcome in outcomes) > LEVEL_RANK[level]:
                yield turn

    def _short(self, name: str) -> str:
        """Return a name without the account's id, which others of the class do not have."""
        return name.removesuffix(f"-{self.known.entity.account_id}")

    def _anonymous(self, text: str) -> str:
        return without_account(text, self.known.entity.account_id)
