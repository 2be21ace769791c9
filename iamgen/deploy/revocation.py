"""Make the policies that take access away at once: one for the user, and one for each role that they may be using.

A policy is looked at with every request, so a Deny ends sessions that are going on. That on a role is AWS's own way to
revoke sessions, narrowed to those of one name: `aws:userid` of a role's session is `AROA…:NAME`.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from iamgen.declaration.expiry import iso

OFFBOARDED_POLICY = "iamgen-offboarded"
"""The inline policy that denies a user everything."""
DENY_ALL = ":iam::aws:policy/AWSDenyAll"
"""The end of the ARN of AWS's own policy that denies everything."""
LONGEST_SESSION = timedelta(hours=12)
"""The longest session of any role: MaxSessionDuration goes up to it."""
SPREADING = timedelta(seconds=60)
"""How far in the future sessions are denied: one may begin while IAM's parts still learn of the Deny on the user."""
_REVOKED = "iamgen-revoked-"
_MARK = "OffboardedAt"
_STAMP = "%Y%m%dT%H%M%SZ"
_NEWEST = re.compile(rf"{_MARK}(\d{{8}}T\d{{6}}Z)")


@dataclass(frozen=True)
class Revocation:
    """A policy on a role that ended sessions."""

    until: datetime
    """Sessions issued before are denied everything."""
    every_session: bool
    """Whether it is about the sessions of everybody."""

    def is_over(self, now: datetime) -> bool:
        """Whether every session that it denies has certainly expired."""
        return now >= self.until + LONGEST_SESSION


def revocation_name(user: str) -> str:
    """Return the name of the inline policy that ends a user's sessions of a role."""
    return f"{_REVOKED}{user}"


def deny_everything(since: datetime) -> dict[str, Any]:
    """Return the policy that denies a user everything; it says since when."""
    statement = {"Sid": f"{_MARK}{since:{_STAMP}}", "Effect": "Deny", "Action": "*", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def denied_since(document: Mapping[str, Any]) -> datetime | None:
    """Return since when a policy denies a user everything; None for a policy that is not of iamgen's."""
    statements = document.get("Statement")
    sids = [statement.get("Sid", "") for statement in statements] if isinstance(statements, list) else []
    mark = next((match for match in map(_NEWEST.fullmatch, sids) if match), None)
    if mark is None or document != deny_everything(_stamp(mark[1])):
        return None
    return _stamp(mark[1])


def _stamp(text: str) -> datetime:
    return datetime.strptime(text, _STAMP).replace(tzinfo=UTC)


def revoke_sessions(user: str, until: datetime, *, every_session: bool) -> dict[str, Any]:
    """Return the policy that ends sessions of a role that were issued before `until`."""
    conditions: dict[str, Any] = {"DateLessThan": {"aws:TokenIssueTime": iso(until)}}
    if not every_session:
        conditions["StringLike"] = {"aws:userid": f"*:{user}"}
    statement = {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": conditions}
    return {"Version": "2012-10-17", "Statement": [statement]}


def revocation(user: str, document: Mapping[str, Any] | None) -> Revocation | None:
    """Return what a policy of a role ends; None if it ends nothing, or if somebody has changed it."""
    if document is None:
        return None
    try:
        until = datetime.fromisoformat(document["Statement"][0]["Condition"]["DateLessThan"]["aws:TokenIssueTime"])
    except (KeyError, IndexError, TypeError, ValueError):
        return None
    for every_session in (False, True):
        if document == revoke_sessions(user, until, every_session=every_session):
            return Revocation(until, every_session)
    return None


def is_in_force(name: str, document: Mapping[str, Any], now: datetime | None = None) -> bool:
    """Whether an inline policy is one of iamgen's own that takes access away, and still has an effect: no repair may
    undo it, for that would give access back. `now` is the time, if it is not the present."""
    if name == OFFBOARDED_POLICY:
        return denied_since(document) is not None
    if not name.startswith(_REVOKED):
        return False
    ended = revocation(name.removeprefix(_REVOKED), document)
    return ended is not None and not ended.is_over(now or datetime.now(UTC))
