"""List all access as lines that somebody can confirm: who, which role and account, until when, and why."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from iamgen.access.entities import IamUser
from iamgen.declaration.expiry import spoken
from iamgen.questions.access_answer import AccessOverview, ActorKey
from iamgen.questions.held_roles import HeldRole, group_label, role_label
from iamgen.questions.model import KnownEntity
from iamgen.questions.unknown_principals import UNKNOWN
from iamgen.review.power_digest import PowerDigests
from iamgen.ui.printable import printable

_TOKEN = re.compile(r"r([0-9a-f]{12})-([0-9a-f]{8})-([0-9a-f]{16})")
_ID, _TEXT = 12, 8
NO_END = "no end"


class AccessWords(NamedTuple):
    """What a line says, in the order of the columns of a table."""

    name: str
    """Who has the access."""
    kind: str
    """What they are: a person, a CI user, …"""
    role: str
    """The role, or that it is their own user with its groups."""
    account: str
    """The name of the account."""
    until: str
    """Until when, `no end`, or that it is not certain."""
    way: str
    """The roles by way of which they come to it; empty where there are none."""
    reason: str
    """Why it was granted; empty where nobody says it."""

    def sentence(self) -> str:
        """Return it as one line."""
        way = f", by way of {self.way}" if self.way else ""
        reason = f"; reason: {self.reason}" if self.reason else ""
        return f"{self.name} ({self.kind}): {self.role} in {self.account}, {self.until}{way}{reason}"


class LineToken(NamedTuple):
    """The token that identifies a line of a review: `r7c1d22ab40f3-0f9e8d7c-3f2a91c05b6d7e8f`."""

    identity: str
    """A digest of who, and of the role or user as which they act: the same as long as they have access there."""
    words: str
    """A digest of what the line says: it differs when somebody changes the line by hand."""
    power: str
    """A digest of what the role can do, and of the conditions on assuming it."""

    @classmethod
    def read(cls, text: str) -> LineToken | None:
        """Return the token that a text represents; None if it is not a token."""
        parts = _TOKEN.fullmatch(text)
        return cls(*parts.groups()) if parts else None

    @classmethod
    def of(cls, identity: str, sentence: str, power: str) -> LineToken:
        """Return the token of a line."""
        return cls(identity, _digest(_TEXT, identity, sentence, power), power)

    def fits(self, sentence: str) -> bool:
        """Return whether a line still says what it said when it was written."""
        return self == LineToken.of(self.identity, sentence, self.power)

    def __str__(self) -> str:
        return f"r{self.identity}-{self.words}-{self.power}"


@dataclass(frozen=True)
class AccessLine:
    """One access of somebody: to a role, or to what their own user can do."""

    words: AccessWords
    """What the line says."""
    token: LineToken
    """What it is known by."""


def access_lines(overview: AccessOverview) -> tuple[AccessLine, ...]:
    """Return all access of an answer, by account in its order, then by role, kind and name; each id once."""
    lines = {line.token.identity: line for line in (*_held_lines(overview), *_unknown_lines(overview))}
    order = {printable(account.name): number for number, account in enumerate(overview.asker.model.accounts)}
    return tuple(sorted(lines.values(), key=lambda line: (order[line.words.account], *_by_role(line))))


def _by_role(line: AccessLine) -> tuple[str, ...]:
    return line.words.role, line.words.kind, line.words.name, line.token.identity


def _held_lines(overview: AccessOverview) -> Iterator[AccessLine]:
    digests = PowerDigests(overview.asker.model.role_by_arn)
    for key, held in overview.by_actor.items():
        for item in held:
            power = digests.of_way(item.known, item.way)
            yield _line(_words(key, item), f"{item.actor.account_name} {item.known.entity.arn}", power)


def _unknown_lines(overview: AccessOverview) -> Iterator[AccessLine]:
    """Yield principals that trust policies name and about which nothing is known: perhaps they can act as the role."""
    digests = PowerDigests(overview.asker.model.role_by_arn)
    for name, trusting in overview.unknown.items():
        for role in trusting:
            words = AccessWords(name, UNKNOWN, role_label(role), role.account.name, "perhaps", "", "")
            yield _line(words, role.entity.arn, digests.of_anybody(role))


def _line(words: AccessWords, target: str, power: str) -> AccessLine:
    visible = AccessWords(*map(printable, words))
    identity = _digest(_ID, words.kind, words.name, target)
    return AccessLine(visible, LineToken.of(identity, visible.sentence(), power))


def _words(key: ActorKey, held: HeldRole) -> AccessWords:
    actor = held.actor
    role = role_label(held.known) if held.is_role else _own_user(held.known)
    end = f"until {spoken(held.end)}" if held.end else NO_END
    until = end if held.way.is_certain else f"perhaps, {end}"
    way = ", then ".join(f"{role_label(hop.role)} in {hop.role.account.name}" for hop in held.way.hops[:-1])
    name = actor.label if actor.kind == "CI user" else key.label
    return AccessWords(name, actor.kind, role, held.known.account.name, until, way, held.reason)


def _own_user(known: KnownEntity) -> str:
    groups = known.entity.groups if isinstance(known.entity, IamUser) else ()
    names = [group_label(group, known.account) for group in groups]
    policies = [policy.name for policy in known.entity.policies]
    parts = (
        f"groups {', '.join(names)}" if names else "no group",
        f"policies {', '.join(policies)}" if policies else "",
    )
    return f"their own user ({'; '.join(filter(None, parts))})"


def _digest(letters: int, *parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:letters]


def access_digest(lines: tuple[AccessLine, ...]) -> str:
    """Return the digest of all access: equal as long as every line is."""
    return f"sha256:{hashlib.sha256(' '.join(sorted(str(line.token) for line in lines)).encode()).hexdigest()}"
