"""List every action that AWS is known to have, in a fixed order, so that one large number can stand for a set of them.

Bit `n` of the number stands for the action at place `n` of the sorted list. Python's integers have as many bits as are
needed, and combine 22,000 actions in less than a microsecond. The list is passed in: where it comes from is not the
business of this room.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby
from weakref import WeakKeyDictionary

from iamgen.access.action_lists import ActionList, ActionNames
from iamgen.access.matching import PreparedStatement
from iamgen.access.patterns import Pattern
from iamgen.access.statement_index import StatementIndex

ActionSet = int
"""A set of known actions: bit `n` says whether the action at place `n` belongs to it."""

UNLISTED = "-"
"""The name of an action that stands for those that a service has and the list has not, and that no pattern means but
those that mean every action. Names of real actions have only letters and digits."""
UNLISTED_SERVICE = "-unlisted-"
"""The prefix of a service that stands for those that the list does not have."""
NEW_ACTION = "(any new action)"
"""How messages call an action of a service that the list does not have."""


def unlisted_words(action: str) -> str:
    """Return how an action is shown that stands for all unlisted ones of its service, `s3:(any new action)`; empty for
    any other action."""
    service, _, name = action.partition(":")
    if service == UNLISTED_SERVICE:
        return "(any new service)"
    return f"{service}:{NEW_ACTION}" if name == UNLISTED else ""


@dataclass(frozen=True)
class MentionedActions:
    """Actions that policies mean beside the list of AWS's actions."""

    shown: Mapping[str, str] = field(default_factory=dict)
    """How each is shown, by its name in lower case. Some are named; the others stand for what patterns mean."""
    too_many: frozenset[str] = frozenset()
    """The services whose patterns overlap in so many ways that not every way has an action that stands for it."""


_NOTHING = MentionedActions()


@dataclass(frozen=True)
class StatementActions:
    """The actions that a statement is about."""

    statement: PreparedStatement
    """The statement."""
    certain: ActionSet
    """Those that it is certainly about."""
    doubtful: ActionSet
    """Those of which it is unknown whether it is about them."""


@dataclass(frozen=True)
class ServiceActions:
    """The known actions of a service."""

    start: int
    """The place of the first of them in the list of all actions."""
    names: tuple[str, ...]
    """Their names without the service, in lower case, sorted."""
    bits: Mapping[str, int]
    """For each name the number in which the bit of the action is set, counted from `start`."""
    _of_pattern: dict[Pattern, int] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, start: int, names: Iterable[str]) -> ServiceActions:
        """Return these actions, whose names are sorted."""
        listed = tuple(names)
        return cls(start, listed, {name: 1 << number for number, name in enumerate(listed)})

    @property
    def all(self) -> ActionSet:
        """The set of all of them."""
        return ((1 << len(self.names)) - 1) << self.start

    def meant_by(self, entries: ActionNames) -> ActionSet:
        """Return those that are meant by entries of a policy."""
        meant = 0
        for name in entries.exact:
            meant |= self.bits.get(name, 0)
        for prefix in entries.prefixes:
            meant |= self._beginning(prefix)
        for item in entries.patterns:
            meant |= self._matching(item)
        return meant << self.start

    def _matching(self, written: Pattern) -> int:
        """Return the bits of the names that a pattern matches. Many statements may have the same pattern."""
        if written not in self._of_pattern:
            self._of_pattern[written] = sum(self.bits[name] for name in self.names if written.matches(name))
        return self._of_pattern[written]

    def _beginning(self, prefix: str) -> int:
        first = bisect_left(self.names, prefix)
        behind = bisect_left(self.names, prefix + "\U0010ffff", first)
        return ((1 << (behind - first)) - 1) << first


@dataclass(frozen=True, eq=False)
class KnownActions:
    """The known actions. Make them with `KnownActions.of`."""

    names: tuple[str, ...]
    """The actions in lower case, sorted, such as `s3:getobject`."""
    services: Mapping[str, ServiceActions]
    """The actions by service."""
    mentioned: Mapping[str, str] = field(default_factory=dict, repr=False)
    """How those are shown that policies mention and that are not in the list of AWS's actions, by their names."""
    too_many: frozenset[str] = frozenset()
    """The services of which not all new actions are stood for, since too many patterns mean them."""
    _of_policy: WeakKeyDictionary[StatementIndex, tuple[StatementActions, ...]] = field(
        default_factory=WeakKeyDictionary, repr=False
    )

    @classmethod
    def of(cls, actions: Iterable[str]) -> KnownActions:
        """Return these actions, written `service:Action`, in order; an action that is listed twice counts once."""
        names = sorted({action.lower() for action in actions})
        services: dict[str, ServiceActions] = {}
        start = 0
        for service, listed in groupby(names, lambda name: name.partition(":")[0]):
            services[service] = ServiceActions.of(start, (name[len(service) + 1 :] for name in listed))
            start += len(services[service].names)
        return cls(tuple(names), services)

    @classmethod
    def with_unlisted(cls, actions: Iterable[str], mentioned: MentionedActions = _NOTHING) -> KnownActions:
        """Return these actions, one more for each service, and one of an unlisted service.

        The ones that are added stand for all the actions that AWS has, or will have, beside those of the list. So
        `*` and `s3:*` stay more than the actions of today. `mentioned` has those that policies mention, as
        `mentioned_actions` finds them: so `s3:Get*` stays more as well, and a new action is compared by its name.
        """
        listed = {action.lower() for action in actions}
        more = {name: shown for name, shown in mentioned.shown.items() if name not in listed}
        services = {name.partition(":")[0] for name in (*listed, *more)} | {UNLISTED_SERVICE}
        made = cls.of((*listed, *more, *(f"{service}:{UNLISTED}" for service in services)))
        return replace(made, mentioned=more, too_many=mentioned.too_many)

    @cached_property
    def all(self) -> ActionSet:
        """The set of all of them."""
        return (1 << len(self.names)) - 1

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
        return sum(self._bit(action) for action in set(actions))

    def _bit(self, action: str) -> ActionSet:
        service, _, name = action.partition(":")
        known = self.services.get(service)
        return known.bits.get(name, 0) << known.start if known else 0

    def of_service(self, service: str) -> ActionSet:
        """Return the set of a service's actions, empty for a service that is not known."""
        known = self.services.get(service)
        return known.all if known else 0

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
        return sum(self.services[service].meant_by(entries.services[service]) for service in known)
