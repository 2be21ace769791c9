"""Prepare a statement's Action or NotAction element, so that an action is looked up by its service.

Names of services and actions have no case. Source: IAM User Guide, "IAM JSON policy elements: Action".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iamgen.access.answers import NO, YES, Answer, unknown
from iamgen.access.patterns import Pattern, pattern
from iamgen.errors import Fault

EVERY_SERVICE = "*:*"
"""Is accepted by IAM, and not documented: the grammar has `*`, or a service and an action."""

_UNDOCUMENTED = unknown([Fault(EVERY_SERVICE, "has a wildcard for the service, which AWS does not document",
                               "write * for every action of every service")])  # fmt: skip


@dataclass(frozen=True)
class ActionNames:
    """The entries for one service, without its prefix, in lower case."""

    exact: frozenset[str]
    """Those without wildcards."""
    prefixes: tuple[str, ...]
    """The text before the `*` of those that have just one, at their end."""
    patterns: tuple[Pattern, ...]
    """All others."""

    @classmethod
    def of(cls, names: Iterable[str]) -> ActionNames:
        """Return these entries, sorted by how they are compared."""
        exact, prefixes, patterns = list[str](), list[str](), list[Pattern]()
        for name in names:
            if "*" not in name and "?" not in name:
                exact.append(name)
            elif "?" not in name and name.find("*") == len(name) - 1:
                prefixes.append(name[:-1])
            else:
                patterns.append(pattern(name, variables=False))
        return cls(frozenset(exact), tuple(prefixes), tuple(patterns))

    def have(self, name: str) -> bool:
        """Return whether one of the entries means the action of that name."""
        if name in self.exact or (self.prefixes and name.startswith(self.prefixes)):
            return True
        return bool(self.patterns) and any(item.matches(name) for item in self.patterns)


@dataclass(frozen=True)
class ActionList:
    """The entries of an Action or NotAction element."""

    everything: bool
    """Whether `*` is one of them."""
    services: Mapping[str, ActionNames]
    """The others by service, in lower case."""

    @classmethod
    def of(cls, entries: Iterable[str]) -> ActionList:
        """Return the list of these entries, each `*` or `service:action` with wildcards in the action."""
        names: dict[str, list[str]] = {}
        everything = False
        for entry in entries:
            service, colon, name = entry.lower().partition(":")
            if colon:
                names.setdefault(service, []).append(name)
            else:
                everything = True
        return cls(everything, {service: ActionNames.of(listed) for service, listed in names.items()})

    @property
    def has_wildcard_for_service(self) -> bool:
        """Whether `*:*` is one of the entries. AWS does not say what it means."""
        return "*" in self.services

    def matches(self, action: str) -> Answer:
        """Return whether the action, written in lower case, is meant by one of the entries."""
        service, _, name = action.partition(":")
        listed = self.services.get(service)
        if self.everything or (listed and listed.have(name)):
            return YES
        return _UNDOCUMENTED if "*" in self.services else NO
