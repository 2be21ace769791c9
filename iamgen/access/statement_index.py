"""Index statements by the actions that they are about, so that a request is compared with only a few of them.

A policy such as ReadOnlyAccess has thousands of action patterns, and a person may have a hundred statements. Each
policy is indexed once, however many users and roles have it: its statements by service first, then by action as actions
are asked about. Actions that the same statements are about share an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from iamgen.access.answers import YES, Answer
from iamgen.access.documents import Effect, Statement
from iamgen.access.matching import PreparedStatement

Candidate = tuple[PreparedStatement, Answer]
"""A statement that may apply, and whether it is about the action: yes or unknown."""
Candidates = Mapping[Effect, tuple[Candidate, ...]]
"""The statements of each effect that a request for an action has to be compared with, in their order."""


@dataclass(frozen=True, eq=False)
class StatementIndex:
    """The statements of one policy."""

    statements: tuple[PreparedStatement, ...]
    """All of them, in their order."""
    _of_action: dict[tuple[str, bool], Candidates] = field(default_factory=dict, repr=False)
    """The candidates of the actions that were asked about."""
    _of_service: dict[str, tuple[PreparedStatement, ...]] = field(default_factory=dict, repr=False)
    """The statements about a service, of those services that a statement mentions and that were asked about."""
    _shared: dict[tuple[Candidate, ...], Candidates] = field(default_factory=dict, repr=False)
    """Equal candidates of several actions, so that they are kept once."""

    @classmethod
    def of(cls, statements: Iterable[Statement]) -> StatementIndex:
        """Return the index of a policy's statements."""
        return cls(tuple(map(PreparedStatement, statements)))

    def candidates(self, action: str, *, principals: bool) -> Candidates:
        """Return the statements that a request for the action, in lower case, has to be compared with.

        `principals` says whether the request names who asks. A statement of the other kind is a candidate for every
        action: comparing with it says that the policy is not of the kind that the question is about.
        """
        known = self._of_action.get((action, principals))
        if known is None:
            candidates = tuple(self._matching(action, principals=principals))
            known = self._shared.get(candidates) or self._shared.setdefault(candidates, _by_effect(candidates))
            self._of_action[action, principals] = known
        return known

    def _matching(self, action: str, *, principals: bool) -> Iterator[Candidate]:
        for statement in self._about(action.partition(":")[0], principals=principals):
            answer = YES if statement.names_principals != principals else statement.matches_action(action)
            if not answer.no:
                yield statement, answer

    def _about(self, service: str, *, principals: bool) -> tuple[PreparedStatement, ...]:
        if self._kinds != {principals}:
            return self.statements
        if service not in self._mentioning:
            return self._about_every_service
        if service not in self._of_service:
            numbers = {*self._mentioning[service], *self._everywhere}
            self._of_service[service] = tuple(self.statements[number] for number in sorted(numbers))
        return self._of_service[service]

    @cached_property
    def _about_every_service(self) -> tuple[PreparedStatement, ...]:
        return tuple(self.statements[number] for number in self._everywhere)

    @cached_property
    def _everywhere(self) -> tuple[int, ...]:
        """The numbers of the statements that may be about any service."""
        return tuple(number for number, item in enumerate(self.statements) if item.may_be_about_any_service)

    @cached_property
    def _mentioning(self) -> Mapping[str, list[int]]:
        """The numbers of the statements that mention a service by its name."""
        numbers: dict[str, list[int]] = {}
        for number, item in enumerate(self.statements):
            for service in item.statement.action_list.services:
                numbers.setdefault(service, []).append(number)
        return numbers

    @cached_property
    def _kinds(self) -> frozenset[bool]:
        return frozenset(statement.names_principals for statement in self.statements)


def _by_effect(candidates: tuple[Candidate, ...]) -> Candidates:
    effects: tuple[Effect, ...] = ("Deny", "Allow")
    return {effect: tuple(item for item in candidates if item[0].statement.effect == effect) for effect in effects}


class IndexedStatements(tuple[Statement, ...]):
    """The statements of several policies that are evaluated together, with the policies' indexes.

    It is a tuple of the statements, and can be used as one.
    """

    indexes: tuple[StatementIndex, ...]
    """The index of each policy, in the order of the statements."""
    _keys_about: dict[tuple[int, ...], tuple[str, ...]]
    """The keys that decide, by the mark of the statements that look at them."""
    _marks: dict[str, tuple[int, ...]]
    """The marks of the actions that were asked about."""

    @classmethod
    def of(cls, indexes: Iterable[StatementIndex]) -> IndexedStatements:
        """Return the statements of these indexes: the same object for everybody who has the same policies."""
        return _joined(tuple(indexes))

    def keys_about(self, action: str) -> tuple[str, ...]:
        """Return the condition keys, in lower case and sorted, on which the answer about an action may depend: those
        of the statements that may be about it. The action is written in lower case."""
        mark = self.mark(action)
        if mark not in self._keys_about:
            candidates = (index.candidates(action, principals=False) for index in self.indexes)
            listed = (item.statement for effects in candidates for several in effects.values() for item, _ in several)
            self._keys_about[mark] = tuple(sorted({key for item in listed for key in item.context_keys}))
        return self._keys_about[mark]

    def mark(self, action: str) -> tuple[int, ...]:
        """Return what is the same for two actions, in lower case, if the same statements may be about both of them,
        and about both for certain or not. It has a meaning as long as the statements are kept."""
        mark = self._marks.get(action)
        if mark is None:
            candidates = (index.candidates(action, principals=False) for index in self.indexes)
            mark = self._marks[action] = tuple(id(effects) for effects in candidates if any(effects.values()))
        return mark


@lru_cache(maxsize=1 << 12)
def _joined(indexes: tuple[StatementIndex, ...]) -> IndexedStatements:
    statements = IndexedStatements(item.statement for index in indexes for item in index.statements)
    statements.indexes, statements._keys_about, statements._marks = indexes, {}, {}
    return statements


def indexes_of(statements: Iterable[Statement]) -> tuple[StatementIndex, ...]:
    """Return the indexes by which statements are evaluated; those of a plain tuple are made, and remembered."""
    return statements.indexes if isinstance(statements, IndexedStatements) else (_index_of(tuple(statements)),)


@lru_cache(maxsize=1 << 10)
def _index_of(statements: tuple[Statement, ...]) -> StatementIndex:
    return StatementIndex.of(statements)
