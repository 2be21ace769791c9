"""Write everybody in the account that holds people as a table for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from iamgen.declaration.expiry import iso
from iamgen.people.credential_report import ReportedUser
from iamgen.people.user_list import UserList, UserRow

_HEADINGS = ("name", "MFA", "last sign-in", "keys", "roles", "state")
_UNKNOWN = "?"


def list_lines(users: UserList, now: datetime) -> Iterator[str]:
    """Yield the lines of `iamgen user list`: a table, how many there are, and what was not looked at."""
    rows = [_HEADINGS, *(_cells(row, now) for row in users.rows)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
    yield _summary(users)
    if users.report:
        yield f"MFA, sign-ins and keys are of {iso(users.report.generated)}: AWS renews them every four hours."
        if any(row.exists and row.reported is None for row in users.rows):
            yield "? is somebody who was created since then: iamgen user show USER looks at once."
    else:
        yield f"MFA, sign-ins and keys were not looked at: {users.missing_action} is missing."


def _cells(row: UserRow, now: datetime) -> tuple[str, ...]:
    return (row.name, *_credentials(row, now), str(len(row.granted)), _state(row))


def _credentials(row: UserRow, now: datetime) -> tuple[str, str, str]:
    if not row.exists:
        return "", "", ""
    if row.reported is None:
        return _UNKNOWN, _UNKNOWN, _UNKNOWN
    return "yes" if row.reported.has_mfa else "no", _sign_in(row.reported), _keys(row.reported, now)


def _sign_in(user: ReportedUser) -> str:
    if not user.has_password:
        return "no password"
    return f"{user.last_sign_in:%Y-%m-%d}" if user.last_sign_in else "never"


def _keys(user: ReportedUser, now: datetime) -> str:
    active = [key for key in user.keys if key.is_active]
    if not active:
        return "inactive" if user.keys else "none"
    oldest = max((now - key.created).days for key in active)
    return f"{len(active)}, {oldest} days" if len(active) == 1 else f"{len(active)}, up to {oldest} days"


def _state(row: UserRow) -> str:
    if not row.exists:
        return "does not exist"
    if row.kind != "person":
        return "in no file" if row.kind == "undeclared" else row.kind
    return "; ".join(difference.text for difference in row.differences) or "as declared"


def _summary(users: UserList) -> str:
    counts = Counter(_word(row) for row in users.rows)
    parts = [f"{counts[word]} {word}" for word in ("as declared", "different", "missing", "in no file", "CI users")]
    return f"{users.account}: {', '.join(part for part in parts if not part.startswith('0 ')) or 'nobody'}."


def _word(row: UserRow) -> str:
    if not row.exists:
        return "missing"
    if row.kind == "person":
        return "different" if row.differences else "as declared"
    return "in no file" if row.kind == "undeclared" else "CI users"
