"""Every action that AWS is known to have, in order, so that a set of actions is one large number.

Bit `n` of the number stands for the action at place `n` of the sorted list. Python's integers have as many bits as are
needed, and combine 22,000 actions in less than a microsecond. The list is passed in: where it comes from is not the
business of this room.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from weakref import WeakKeyDictionary

from iamgen.access.action_lists import ActionList, ActionNames
from iamgen.access.matching import PreparedStatement
from iamgen.access.statement_index import StatementIndex

ActionSet = int
"""A set of known actions: bit `n` says whether the action at place `n` belongs to it."""

UNLISTED = "-unlisted-"
"""The name of an action that stands for those that a service has and the list has not. Names of real actions have
only letters and digits, so that an entry matches it only if it would match any other new action as well."""
UNLISTED_SERVICE = "-unlisted-"
"""The prefix of a service that stands for those that the list does not have."""


@dataclass(frozen=True)
class StatementActions:
    """The actions that a statement is about."""

    statement: PreparedStatement
    """The statement."""
    certain: ActionSet
    """Those that it is certainly about."""
    doubtful: ActionSet
    """Those of which it is unknown whether it is about them."""


@dataclass(frozen=True, eq=False)
class KnownActions:
    """The known actions. Make them with `KnownActions.of`."""

    names: tuple[str, ...]
    """The actions in lower case, sorted, such as `s3:getobject`."""
    _of_policy: WeakKeyDictionary[StatementIndex, tuple[StatementActions, ...]] = field(
        default_factory=WeakKeyDictionary, repr=False
    )

    @classmethod
    def of(cls, actions: Iterable[str]) -> KnownActions:
        """Return these actions, written `service:Action`, in order; an action that is listed twice counts once."""
        return cls(tuple(sorted({action.lower() for action in actions})))

    @classmethod
    def with_unlisted(cls, actions: Iterable[str]) -> KnownActions:
        """Return these actions, one more for each service, and one of an unlisted service.

        The ones that are added stand for all the actions that AWS has, or will have, beside those of the list. So
        `*` and `s3:*` stay more than the actions of today.
        """
        listed = tuple(actions)
        services = {action.partition(":")[0] for action in listed} | {UNLISTED_SERVICE}
        return cls.of((*listed, *(f"{service}:{UNLISTED}" for service in services)))

    @cached_property
    def all(self) -> ActionSet:
        """The set of all of them."""
        return (1 << len(self.names)) - 1

    @cached_property
    def services(self) -> Mapping[str, tuple[int, int]]:
        """The services, each with the place of its first action and the place behind its last."""
        first = {name.partition(":")[0]: place for place, name in reversed(tuple(enumerate(self.names)))}
        places = sorted(first.values())
        behind = dict(zip(places, [*places[1:], len(self.names)], strict=True))
        return {service: (place, behind[place]) for service, place in first.items()}

    def named(self, actions: ActionSet) -> Iterator[str]:
        """Yield the names of the actions in a set, in order."""
        while actions:
            lowest = actions & -actions
            yield self.names[lowest.bit_length() - 1]
            actions ^= lowest

    def first(self, actions: ActionSet) -> str:
        """Return the name of the first action in a set that is not empty."""
        return self.names[(actions & -actions).bit_length() - 1]

    def only(self, actions: Iterable[str]) -> ActionSet:
        """Return the set of those of some actions, in lower case, that are known."""
        return sum(1 << self._places[name] for name in set(actions) if name in self._places)

    def of_service(self, service: str) -> ActionSet:
        """Return the set of a service's actions, empty for a service that is not known."""
        start, stop = self.services.get(service, (0, 0))
        return ((1 << (stop - start)) - 1) << start

    def of_policy(self, index: StatementIndex) -> tuple[StatementActions, ...]:
        """Return the actions of each statement of a policy. They are worked out once for each policy."""
        if index not in self._of_policy:
            self._of_policy[index] = tuple(map(self._of_statement, index.statements))
        return self._of_policy[index]

    def _of_statement(self, prepared: PreparedStatement) -> StatementActions:
        entries = prepared.statement.action_list
        meant = self._meant(entries)
        doubtful = self.all & ~meant if entries.has_wildcard_for_service else 0
        certain = self.all & ~(meant | doubtful) if prepared.statement.not_actions else meant
        return StatementActions(prepared, certain, doubtful)

    def _meant(self, entries: ActionList) -> ActionSet:
        if entries.everything:
            return self.all
        known = self.services.keys() & entries.services.keys()
        return sum(self._of_names(service, entries.services[service]) for service in known)

    def _of_names(self, service: str, names: ActionNames) -> ActionSet:
        start, stop = self.services[service]
        before = f"{service}:"
        places = {self._places[before + name] for name in names.exact if before + name in self._places}
        bits = sum(1 << (place - start) for place in places)
        for prefix in names.prefixes:
            bits |= self._beginning(before + prefix, start, stop)
        if names.patterns:
            own = (name[len(before) :] for name in self.names[start:stop])
            matched = (any(item.matches(name) for item in names.patterns) for name in own)
            bits |= sum(1 << number for number, is_matched in enumerate(matched) if is_matched)
        return bits << start

    def _beginning(self, text: str, start: int, stop: int) -> ActionSet:
        """Return the actions between two places that begin with a text; bit 0 is the first place."""
        first = bisect_left(self.names, text, start, stop)
        behind = bisect_left(self.names, text + "\U0010ffff", first, stop)
        return ((1 << (behind - first)) - 1) << (first - start)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.names)}
