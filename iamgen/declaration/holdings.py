"""List what each principal has by a declaration (memberships, roles in accounts), and compare two such lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from iamgen.declaration.expiry import spoken
from iamgen.declaration.resolved import Declaration, Granted, Machine, Person


class HoldingKey(NamedTuple):
    """What identifies a holding, whatever the account's name is: who has it, where, and what."""

    principal: str
    """The principal, as a person reads it."""
    account_id: str
    """The account that it is in, whatever it is called."""
    access: str
    """The role, group or user."""


@dataclass(frozen=True)
class Holding:
    """Something that a principal has."""

    principal: str
    """The principal, as a person reads it: `bob`, `CI user ci`."""
    account_id: str
    """The account that it is in."""
    access: str
    """What it is: `OpsR`, `group auditors`."""
    account: str
    """The account's name in CONST.inc."""
    until: datetime | None = None
    """When it ends (UTC, exclusive), None for never."""

    @property
    def text(self) -> str:
        """The holding in words."""
        end = f" until {spoken(self.until)}" if self.until else ""
        return f"{self.access} on {self.account}{end}"

    @property
    def key(self) -> HoldingKey:
        """Return what it shares with the same holding of another declaration."""
        return HoldingKey(self.principal, self.account_id, self.access)

    def exceeds(self, held: Mapping[HoldingKey, Holding]) -> bool:
        """Return whether none of the others is equal and lasts as long."""
        same = held.get(self.key)
        return same is None or (same.until is not None and (self.until is None or same.until < self.until))


@dataclass(frozen=True)
class Regained:
    """A principal who has something by one declaration that they do not have by another."""

    principal: str
    """The principal, as a person reads it."""
    access: tuple[str, ...]
    """What they have, each in words: `OpsR on prod`."""

    @property
    def line(self) -> str:
        """The principal and what they have, in one line."""
        return f"{self.principal} ({', '.join(self.access)})"

    def plain(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {"principal": self.principal, "access": list(self.access)}


def regained(before: Declaration, after: Declaration, now: datetime) -> tuple[Regained, ...]:
    """Return who has by `after` what they do not have by `before`, or not for as long; what has ended counts nowhere.

    It is about who holds what. How much a role may do is in its policies, and those are not compared here.
    """
    held = {holding.key: holding for holding in _lasting(before, now)}
    gained = (holding for holding in _lasting(after, now) if holding.exceeds(held))
    more = sorted(gained, key=lambda holding: holding.principal)
    return tuple(
        Regained(principal, tuple(dict.fromkeys(holding.text for holding in holdings)))
        for principal, holdings in groupby(more, key=lambda holding: holding.principal)
    )


def _lasting(declaration: Declaration, now: datetime) -> Iterator[Holding]:
    return (holding for holding in _holdings(declaration) if holding.until is None or holding.until > now)


def _holdings(declaration: Declaration) -> Iterator[Holding]:
    home = declaration.people_account
    for person in declaration.people:
        yield Holding(person.name, home.id, "a user", home.name)
        if person.power:
            yield Holding(person.name, home.id, "group PowerG", home.name)
    for group in declaration.groups:
        yield from (Holding(name, home.id, f"group {group.name}", home.name) for name in group.members)
    for granted in declaration.granted:
        account = declaration.accounts[granted.account]
        yield Holding(_principal(granted), account.id, granted.role, account.name, granted.until)
    yield from _trusted(declaration)


def _trusted(declaration: Declaration) -> Iterator[Holding]:
    """Yield what services, roles and ARNs have, which roles of one's own name as those who may assume them."""
    for role in declaration.roles:
        for name in sorted(role.accounts):
            account = declaration.accounts[name]
            yield from (Holding(principal, account.id, role.name, name) for principal in role.assumed_by)


def _principal(granted: Granted) -> str:
    if isinstance(granted.principal, Person):
        return granted.principal.name
    if isinstance(granted.principal, Machine):
        return f"CI user {granted.principal.name}"
    return f"pipeline {granted.principal.subject} of {granted.principal.issuer} for {granted.principal.audience}"
