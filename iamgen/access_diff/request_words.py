"""Put requests, sets of actions, and the people and roles of a change into words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from iamgen.access.evaluate import Request
from iamgen.access.known_actions import UNLISTED_SERVICE, ActionSet, KnownActions
from iamgen.access_diff.callers import KEYS_OF_THE_CALLER
from iamgen.aws.data.services import access_levels, every_action
from iamgen.questions.action_summary import ACCESS_LEVELS
from iamgen.regions.action_words import ActionWords
from iamgen.regions.difference import Witness
from iamgen.regions.statement_formulas import place_of

_NAMED = 5
_SERVICES = 8
_ABOUT_THE_ROLE = ("aws:resourceaccount", "aws:resourcetag/", "iam:resourcetag/", "aws:principaltag/")


def joined(names: Iterable[str], most: int = 0) -> str:
    """Return names as a text: `a, b and c`; with `most`, the others are counted."""
    listed = list(dict.fromkeys(names))
    if most and len(listed) > most + 1:
        listed = [*listed[:most], f"{len(listed) - most:,} more"]
    return " and ".join(filter(None, (", ".join(listed[:-1]), *listed[-1:])))


@dataclass(frozen=True)
class RequestWords:
    """Puts requests and actions into words."""

    words: ActionWords
    """Says sets of actions."""

    @classmethod
    def of(cls, known: KnownActions) -> RequestWords:
        """Return what says sets of these actions."""
        return cls(ActionWords(known, {action.lower(): action for action in every_action()}))

    def lines(self, actions: ActionSet) -> Iterator[str]:
        """Yield a line about the actions of each service, with their access levels."""
        known = self.words.known
        if actions == known.all:
            yield "every action of every service"
            return
        services = sorted(name for name in known.services if actions & known.of_service(name))
        for service in services[:_SERVICES]:
            yield self._line(service, actions & known.of_service(service))
        if len(services) > _SERVICES:
            yield f"and actions of {len(services) - _SERVICES} more services: --json has them all"

    def _line(self, service: str, actions: ActionSet) -> str:
        known = self.words.known
        if service == UNLISTED_SERVICE:
            return "every action of services that AWS has not yet"
        if actions == known.of_service(service):
            return f"{service}: every action"
        names = sorted(map(self.words.name, known.named(actions)), key=lambda name: ("(" in name, name))
        short = [name.partition(":")[2] for name in names]
        return f"{service}: {joined(short, _NAMED)}{self._levels(service, actions)}"

    def _levels(self, service: str, actions: ActionSet) -> str:
        of_service = access_levels(service)
        present = {of_service.get(name.partition(":")[2]) for name in self.words.known.named(actions)}
        listed = [level for level in ACCESS_LEVELS if level in present]
        return f" ({', '.join(listed)})" if listed else ""

    def request(self, request: Request, resource: str = "") -> str:
        """Return a request as a text, `s3:GetObject on arn:aws:s3:::b/x with aws:SourceIp = 192.0.2.1`."""
        action = self.words.name(request.action)
        keys = ", ".join(f"{key} = {_value(value)}" for key, value in shown_keys(request).items())
        return f"{action} on {resource or request.resource}{f' with {keys}' if keys else ''}"

    def verdicts(self, witness: Witness, *, is_gain: bool) -> Iterator[str]:
        """Yield by which statements a request was denied, and is allowed; for a loss, the other way round."""
        denied = f"by {place_of(witness.before.by)}" if witness.before.by else "no statement allows it"
        allowed = f"by {place_of(witness.after.by)}" if witness.after.by else "by AWS itself"
        if is_gain:
            yield f"denied before: {denied}"
            yield f"allowed now: {allowed}"
        else:
            yield f"allowed before: {allowed}"
            yield f"denied now: {denied}"


def shown_keys(request: Request) -> dict[str, object]:
    """Return the condition keys of a request without those that say who asks, and for which role."""
    return {
        key: value
        for key, value in sorted(request.context.items())
        if key.lower() not in KEYS_OF_THE_CALLER and not key.lower().startswith(_ABOUT_THE_ROLE)
    }


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
