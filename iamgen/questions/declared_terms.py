"""Find what a declaration grants to somebody or to a role: why, until when, and on which line of users.py."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from iamgen.declaration.naming import emergency_name
from iamgen.declaration.origin import Origin
from iamgen.declaration.resolved import Declaration
from iamgen.declaration.source import shown


@dataclass(frozen=True)
class DeclaredTerm:
    """A grant or an emergency, in force or ended."""

    kind: Literal["grant", "emergency"]
    """What it is: a role that somebody is granted, or a policy that a role has for a time."""
    name: str
    """Who is granted the role; of an emergency the name of its inline policy."""
    account: str
    """The name of the account."""
    role: str
    """The role's name in users.py, which is its logical id."""
    until: datetime | None
    """When it ends: the first moment at which it no longer holds; None for a grant without an end."""
    reason: str
    """Why, in the words of users.py; empty where nobody says it."""
    declared: str
    """The file and line that declares it, such as `users.py:12`."""


def declared_terms(declaration: Declaration, root: Path) -> tuple[DeclaredTerm, ...]:
    """Return every grant and every emergency of a declaration, those that have ended too. `root` has users.py."""
    return (*_grants(declaration, root), *_emergencies(declaration, root))


def _grants(declaration: Declaration, root: Path) -> Iterator[DeclaredTerm]:
    for grant in (*declaration.granted, *declaration.ended):
        line = _line(grant.origin, root)
        yield DeclaredTerm("grant", grant.principal.name, grant.account, grant.role, grant.until, grant.reason, line)


def _emergencies(declaration: Declaration, root: Path) -> Iterator[DeclaredTerm]:
    for role in declaration.roles:
        emergency = role.emergency or role.ended_emergency
        if emergency is None:
            continue
        line, policy = _line(emergency.origin, root), emergency_name(role.name)
        for account in declaration.accounts:
            if account in role.accounts:
                yield DeclaredTerm("emergency", policy, account, role.name, emergency.until, emergency.reason, line)


def _line(origin: Origin, root: Path) -> str:
    return f"{shown(origin.file, root)}:{origin.line}"
