"""Put into words which roles somebody gains or loses: where, until when, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from iamgen.access_diff.held_roles_change import HeldRoleChange
from iamgen.access_diff.request_words import joined
from iamgen.declaration.expiry import spoken
from iamgen.questions.held_roles import HeldRole

_MANY = 6


def role_terms(changes: Iterable[HeldRoleChange]) -> Iterator[str]:
    """Yield the roles of somebody, each with all the accounts in which it is held alike."""
    accounts: dict[tuple[str, str], list[str]] = {}
    for change in changes:
        accounts.setdefault((change.role.name, _terms(change)), []).append(change.role.account)
    for (name, terms), listed in accounts.items():
        yield f"{name} in {joined(listed, _MANY)}{terms}"


def _terms(change: HeldRoleChange) -> str:
    """Return until when and why a role is held; where that changed, what it was before."""
    before, after = change.before, change.after
    if before is not None and after is not None:
        return f" {_term(after) or 'without an end'}, before: {_term(before) or 'without an end'}{_reason(after)}"
    held = after or before
    if held is None:
        return ""
    term = _term(held)
    return f"{f' {term}' if term else ''}{_reason(held)}"


def _term(held: HeldRole) -> str:
    parts = (f"until {spoken(held.end)}" if held.end else "", "" if held.way.is_certain else "under conditions")
    return ", ".join(filter(None, parts))


def _reason(held: HeldRole) -> str:
    return f" ({held.reason})" if held.reason else ""
