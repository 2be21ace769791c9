"""`Emergency`: an inline policy that a role has until some day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from iamgen.declaration.declared_type import Declared, MisDeclared
from iamgen.declaration.expiry import end, spoken, text_of
from iamgen.declaration.field_types import Text, Until
from iamgen.declaration.origin import Origin
from iamgen.declaration.types.policy import template_faults


@dataclass(frozen=True, eq=False, repr=False)
class Emergency(Declared):
    """An inline policy of a role that ends at a certain time. Its document is a file of `templates/policies/`.

    `Emergency("ticket 123", "2027-01-31", "restore.json.j2")`

    Fields:
        reason: why the role needs the policy; it is shown until you remove the emergency
        until: when it ends: "2027-01-31" (the end of that day, UTC), "2027-01-31T18:00" (UTC), or a date
        template: a file of templates/policies/, such as "restore.json.j2"
    """

    reason: Text
    until: Until
    template: Text

    def __post_init__(self) -> None:
        if isinstance(self.until, date):  # as TOML has it
            object.__setattr__(self, "until", text_of(self.until))


class OwnEmergency(NamedTuple):
    """An `Emergency` resolved."""

    reason: str
    """Why the role has it."""
    until: datetime
    """When it ends (UTC, exclusive)."""
    template: str
    """The file of templates/policies/ that has its document."""
    origin: Origin
    """Where it is declared."""


def own_emergency(emergency: Emergency | None, now: datetime) -> OwnEmergency | None:
    """Resolve an emergency; return None for one that has ended, too."""
    own = _resolved(emergency)
    return own if own and own.until > now else None


def ended_emergency(emergency: Emergency | None, now: datetime) -> OwnEmergency | None:
    """Return an emergency that has passed; None for one that has not."""
    own = _resolved(emergency)
    return own if own and own.until <= now else None


def _resolved(emergency: Emergency | None) -> OwnEmergency | None:
    if emergency is None:
        return None
    return OwnEmergency(emergency.reason, end(emergency.until), emergency.template, emergency.origin)


def faults(emergency: Emergency, role: str) -> Iterator[MisDeclared]:
    """Yield every fault of the emergency of a role, `role` being how messages call that: `Role 'DataR'`."""
    if not emergency.reason.strip():
        yield MisDeclared(emergency.origin, f"{role}: its Emergency has no reason", "say why", "reason")
    until = text_of(emergency.until)
    try:
        end(until)
    except ValueError as exc:
        problem = f"{role}: its Emergency's until {until!r} {exc}"
        yield MisDeclared(emergency.origin, problem, "write a day such as '2027-01-31'", until)
    yield from template_faults(f"{role}: Emergency", emergency.template, emergency.origin)


def notice(emergency: Emergency, role: str, now: datetime) -> MisDeclared:
    """Return the warning about a role's emergency, in force or over: it is shown until it is removed."""
    until = end(emergency.until)
    if until <= now:
        problem = f"{role}'s emergency ended at {spoken(until)}: left out"
        return MisDeclared(emergency.origin, problem, "remove the Emergency")
    problem = f"{role} has an inline policy until {spoken(until)}: {emergency.reason}"
    return MisDeclared(emergency.origin, problem, "for an emergency only")
