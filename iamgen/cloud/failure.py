"""Why an operation failed: its first cause, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from iamgen.cloud.errors import denied
from iamgen.cloud.events import Event, Outcome
from iamgen.errors import Fault
from iamgen.printable import printable

_CANCELLED = re.compile(r"Resource (creation|update|deletion) cancel", re.IGNORECASE)
INVALID_PRINCIPAL = re.compile(r"Invalid principal in policy:? *\"?(?:AWS|Federated)?\"?:? *\"?(?P<arn>[^\"\s,)]*)")
_WRAPPED = re.compile(
    r'Resource handler returned message: "(?P<said>.*)" \((?:RequestToken|HandlerErrorCode): .*\)$', re.DOTALL
)
_KNOWN = (
    (
        re.compile(r"already exists", re.IGNORECASE),
        "something of its name is there already, and is not this stack's",
        "delete it, or take it over with an import (aws cloudformation create-change-set --change-set-type IMPORT)",
    ),
    (
        re.compile(r"must remove users from group"),
        "the group still has people, whom the stack did not put there",
        "take them out of it, and deploy again",
    ),
    (
        re.compile(r"Cannot delete entity|DeleteConflict"),
        "it still has something that the stack did not give it: keys, a password, MFA devices, policies",
        "take that away, and deploy again; `iamgen drift` shows policies and memberships",
    ),
    (
        re.compile(r"denied by stack policy", re.IGNORECASE),
        "the stack's policy forbids it: groups and roles are not replaced or deleted by accident",
        "--allow-replacement, if it is meant",
    ),
    (
        re.compile(r"custom-named resource requires replacing"),
        "AWS would have to make a new one before it deletes the old, and both cannot have one name",
        "give it another name, or take it out, deploy, and put it back",
    ),
    (
        re.compile(r"LimitExceeded|Cannot exceed quota", re.IGNORECASE),
        "a quota of the account is full",
        "`iamgen check --quotas` shows how full each is; AWS raises some of them",
    ),
    (
        re.compile(r"Rate exceeded|Throttl", re.IGNORECASE),
        "AWS took no more requests",
        "wait a minute, and deploy again",
    ),
)


def first_cause(outcome: Outcome) -> Event | None:
    """Return what failed first; not what was given up because of it."""
    failed = (one for one in outcome.events if _failed_itself(one))
    return next(failed, None)


def _failed_itself(event: Event) -> bool:
    return event.status.endswith("_FAILED") and not event.of_stack and not _CANCELLED.search(event.reason)


def invalid_principal(outcome: Outcome) -> str:
    """Return who was named in a trust policy and does not exist, when that is why it failed; else nothing."""
    first = first_cause(outcome)
    found = INVALID_PRINCIPAL.search(first.reason) if first else None
    return found["arn"] if found else ""


def explained(where: str, outcome: Outcome, people: Iterable[str]) -> Fault:
    """Return why it failed, and what to do. `people` are the ARNs of the users that are declared."""
    first = first_cause(outcome)
    if first is None:
        reason = outcome.events[-1].reason if outcome.events else ""
        return Fault(where, f"it ended in {outcome.status}{': ' if reason else ''}{reason}", _end(outcome.status))
    found = cause(f"{where} {first.logical_id}", first.reason or f"it is {first.status}", people)
    return found if found.hint else found._replace(hint=_end(outcome.status))


def cause(place: str, reason: str, people: Iterable[str]) -> Fault:
    """Return what AWS's reason means, and what to do where that is known; else what AWS said, without a hint."""
    principal = INVALID_PRINCIPAL.search(reason)
    if principal:
        return _no_such_principal(place, principal["arn"], people)
    said = said_by(reason)
    for pattern, what, hint in _KNOWN:
        if pattern.search(reason):
            return Fault(place, f"{what} ({said})", hint)
    return denied(place, said) or Fault(place, said)


def said_by(reason: str) -> str:
    """Return what IAM said, without CloudFormation's wrapping around it."""
    found = _WRAPPED.match(reason)
    return printable(found["said"] if found else reason)


def _no_such_principal(place: str, arn: str, people: Iterable[str]) -> Fault:
    name = arn.rpartition("/")[2] or arn
    if arn not in set(people):
        return Fault(place, f"it trusts {arn}, who does not exist", "create it, or take it out of the trust")
    what = f"it trusts the user {name}, who does not exist: {arn}"
    hint = f"create {name} in the account of the people, with that path, or take {name} out of users.py; deploy again"
    return Fault(place, what, hint)


def _end(status: str) -> str:
    if status.endswith("ROLLBACK_COMPLETE"):
        return "AWS has put everything back as it was; mend the cause, and deploy again"
    return "deploy again: it says what the stack needs"
