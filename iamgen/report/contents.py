"""Everything that the report shows, as values: the page is made from these alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar

from iamgen.access_diff.difference_text import DifferenceText
from iamgen.errors import Fault
from iamgen.questions.access_answer import AccessOverview
from iamgen.questions.declared_terms import DeclaredTerm
from iamgen.questions.endings import AccessEnd
from iamgen.questions.expiring_answer import ExpiringAnswer
from iamgen.questions.holders import BY_SERVICES
from iamgen.questions.limits import not_looked_at_of_all, since
from iamgen.questions.model import AccessModel
from iamgen.questions.who_can_text import PLURALS
from iamgen.report.access_picture import access_picture
from iamgen.report.access_tables import AccessTables
from iamgen.report.declared_checks import DeclaredChecks

SOON = timedelta(days=30)
Term = TypeVar("Term", AccessEnd, DeclaredTerm)
_WITHOUT_MFA = "what people may do who sign in without MFA, and CI users by other means than their keys"


@dataclass(frozen=True)
class ReportOrigin:
    """What the report is about."""

    source: str
    """What was read, in words."""
    commit: str
    """The commit that it was read from, in words; empty where there is none."""
    moment: datetime
    """The time that decides what has ended."""


@dataclass(frozen=True)
class SharedEnd:
    """Something that ends, once for all accounts in which it is the same."""

    term: AccessEnd
    """What ends, in the first of the accounts."""
    accounts: tuple[str, ...]
    """The names of the accounts."""


@dataclass(frozen=True)
class EmergencyRow:
    """A policy that a role has until a certain day."""

    term: DeclaredTerm
    """What is declared, in the first of the accounts."""
    accounts: tuple[str, ...]
    """The names of the accounts."""
    is_over: bool
    """Whether it has ended, and is only still written."""


@dataclass(frozen=True, eq=False)
class ReportContents:
    """Everything that the report shows."""

    origin: ReportOrigin
    """Of what the report is."""
    overview: AccessOverview
    """Who can act as what."""
    checks: DeclaredChecks | None
    """What the checks say; None where the source is no declaration."""
    difference: DifferenceText | None
    """What is different since an earlier revision; None where nothing was compared."""
    since: str
    """That revision; empty where nothing was compared."""
    holes: tuple[str, ...]
    """What else was not looked at, as parts of sentences."""

    @property
    def model(self) -> AccessModel:
        """The accounts that it is about."""
        return self.overview.asker.model

    @cached_property
    def tables(self) -> AccessTables:
        """Who can act as what, as tables."""
        return AccessTables.of(self.overview)

    @cached_property
    def picture(self) -> str:
        """An SVG of who reaches what, as markup that is safe to put into a page; empty where it could not be read."""
        return access_picture(self.overview)

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """How many accounts and roles there are, and how many of each kind of those who may call AWS."""
        kinds = Counter(key.kind for key in self.overview.by_actor)
        by_kind = ((kind, words, kinds[kind]) for kind, words in PLURALS.items() if kinds[kind] or kind == "person")
        accounts, roles = len(self.model.accounts), len(self.model.roles)
        rows = (("account", "accounts", accounts), *by_kind, ("role", "roles", roles))
        return {singular if number == 1 else plural: number for singular, plural, number in rows}

    @cached_property
    def _expiring(self) -> ExpiringAnswer:
        return ExpiringAnswer.of(self.model, self.origin.moment, self.origin.moment + SOON)

    @property
    def ended(self) -> tuple[SharedEnd, ...]:
        """What no longer holds, and is still written."""
        return tuple(SharedEnd(*shared) for shared in _once(self._expiring.ended))

    @property
    def ending(self) -> tuple[SharedEnd, ...]:
        """What ends within 30 days."""
        return tuple(SharedEnd(*shared) for shared in _once(self._expiring.ending))

    @property
    def emergencies(self) -> tuple[EmergencyRow, ...]:
        """The emergencies of the declaration, those that have ended too."""
        emergencies = (term for term in self.model.terms if term.kind == "emergency")
        return tuple(
            EmergencyRow(term, accounts, _is_over(term, self.origin.moment)) for term, accounts in _once(emergencies)
        )

    @property
    def not_looked_at(self) -> tuple[str, ...]:
        """What may decide besides and was not looked at, as parts of sentences."""
        model = self.model
        lists = since(model.policy_list, model.partition)
        return (*self.holes, *not_looked_at_of_all(model), *lists, BY_SERVICES, _WITHOUT_MFA)

    @property
    def unread(self) -> tuple[Fault, ...]:
        """What could not be read."""
        return self.model.unread


def _is_over(term: DeclaredTerm, moment: datetime) -> bool:
    return term.until is not None and term.until <= moment


def _once(items: Iterable[Term]) -> Iterator[tuple[Term, tuple[str, ...]]]:
    """Yield each of what is the same in several accounts once, as it is in the first of them, with their names."""
    together: dict[Term, list[Term]] = {}
    for item in items:
        together.setdefault(replace(item, account=""), []).append(item)
    for listed in together.values():
        yield listed[0], tuple(item.account for item in listed)
