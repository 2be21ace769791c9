"""A statement's Action or NotAction element, prepared so that an action is looked up by its service.

Names of services and actions have no case. Source: IAM User Guide, "IAM JSON policy elements: Action".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from iamgen.access.answers import NO, YES, Answer, unknown
from iamgen.access.patterns import Pattern, pattern
from iamgen.errors import Fault

_WILDCARDS = frozenset("*?")
EVERY_SERVICE = "*:*"
"""Is accepted by IAM, and not documented: the grammar has `*`, or a service and an action."""

_UNDOCUMENTED = unknown([Fault(EVERY_SERVICE, "has a wildcard for the service, which AWS does not document",
                               "write * for every action of every service")])  # fmt: skip


@dataclass(frozen=True)
class _ActionNames:
    """The entries for one service, without its prefix, in lower case."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]
    patterns: tuple[Pattern, ...]

    @classmethod
    def of(cls, names: Iterable[str]) -> _ActionNames:
        listed = tuple(names)
        exact = frozenset(name for name in listed if not _WILDCARDS & set(name))
        plain = frozenset(name for name in listed if name.endswith("*") and not _WILDCARDS & set(name[:-1]))
        patterns = tuple(pattern(name, variables=False) for name in listed if name not in exact | plain)
        return cls(exact, tuple(name[:-1] for name in plain), patterns)

    def have(self, name: str) -> bool:
        return name in self.exact or name.startswith(self.prefixes) or any(item.matches(name) for item in self.patterns)


@dataclass(frozen=True)
class ActionList:
    """The entries of an Action or NotAction element."""

    everything: bool
    """Whether `*` is one of them."""
    services: Mapping[str, _ActionNames]
    """The others by service, in lower case."""

    @classmethod
    def of(cls, entries: Iterable[str]) -> ActionList:
        """Return the list of these entries, each `*` or `service:action` with wildcards in the action."""
        names: dict[str, list[str]] = {}
        for entry in entries:
            service, _, name = entry.lower().partition(":")
            names.setdefault(service if name else "", []).append(name)
        everything = names.pop("", None) is not None
        return cls(everything, {service: _ActionNames.of(listed) for service, listed in names.items()})

    def mentions(self, service: str) -> bool:
        """Return whether an entry is about an action of the service, which is written in lower case."""
        return self.everything or service in self.services or "*" in self.services

    def matches(self, action: str) -> Answer:
        """Return whether the action, written in lower case, is meant by one of the entries."""
        service, _, name = action.partition(":")
        listed = self.services.get(service)
        if self.everything or (listed and listed.have(name)):
            return YES
        return _UNDOCUMENTED if "*" in self.services else NO
