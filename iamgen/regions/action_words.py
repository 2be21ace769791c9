"""Write sets of actions in few words: by service, and as patterns if all actions of a service are meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from iamgen.access.known_actions import UNLISTED_SERVICE, ActionSet, KnownActions, unlisted_words

EVERYTHING = "*"
_NAMED = 6
"""How many actions of a service are named before the others are counted."""
_SERVICES = 12
"""How many services are named before the others are counted."""


@dataclass(frozen=True)
class ActionWords:
    """Puts sets of actions into words."""

    known: KnownActions
    """The actions that the sets are of, with those that stand for unlisted ones."""
    written: dict[str, str]
    """The actions as AWS writes them, by their names in lower case."""

    def name(self, action: str) -> str:
        """Return an action as AWS writes it; one that stands for unlisted ones as `s3:(any new action)`."""
        return unlisted_words(action) or self.written.get(action) or self.known.mentioned.get(action, action)

    def patterns(self, actions: ActionSet) -> list[str]:
        """Return the actions in order, `service:*` for all of a service, and `*` for all."""
        if actions == self.known.all:
            return [EVERYTHING]
        return [entry for service, listed in self._by_service(actions) for entry in self._entries(service, listed)]

    def _entries(self, service: str, listed: ActionSet) -> Iterator[str]:
        if service != UNLISTED_SERVICE and listed == self.known.of_service(service):
            yield f"{service}:*"
        else:
            yield from map(self.name, self.known.named(listed))

    def lines(self, actions: ActionSet) -> Iterator[str]:
        """Yield a line about each service."""
        if actions == self.known.all:
            yield "every action of every service"
            return
        by_service = list(self._by_service(actions))
        for service, listed in by_service[:_SERVICES]:
            yield self._line(service, listed)
        if len(by_service) > _SERVICES:
            yield f"and actions of {len(by_service) - _SERVICES} more services: --json has them all"

    def _line(self, service: str, listed: ActionSet) -> str:
        if service == UNLISTED_SERVICE:
            return "every action of services that AWS has not yet"
        if listed == self.known.of_service(service):
            return f"every action of {service}"
        names = [self.name(action) for action in self.known.named(listed)]
        names.sort(key=lambda name: "(" in name)  # those that stand for new ones last
        more = f" and {len(names) - _NAMED} more of {service}" if len(names) > _NAMED else ""
        return ", ".join(names[:_NAMED]) + more

    def _by_service(self, actions: ActionSet) -> Iterator[tuple[str, ActionSet]]:
        """Yield the actions of each service; those of an unlisted service come last."""
        services = sorted(self.known.services, key=lambda service: (service == UNLISTED_SERVICE, service))
        for service in services:
            if listed := actions & self.known.of_service(service):
                yield service, listed
