"""Find the first cause of a failed operation, and say it in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from iamgen.aws_client.errors import denied
from iamgen.deploy.events import Event, OperationOutcome
from iamgen.errors import Fault
from iamgen.ui.printable import printable

_CANCELLED = re.compile(r"Resource (creation|update|deletion) cancel", re.IGNORECASE)
INVALID_PRINCIPAL = re.compile(r"Invalid principal in policy:? *\"?(?:AWS|Federated)?\"?:? *\"?(?P<arn>[^\"\s,)]*)")
_WRAPPED = re.compile(
    r'Resource handler returned message: "(?P<said>.*)" \((?:RequestToken|HandlerErrorCode): .*\)$', re.DOTALL
)
_KNOWN = (
    (
        re.compile(r"already exists", re.IGNORECASE),
        "a resource with this name exists already, and it does not belong to this stack",
        "delete it, or put yours beside it under another name: iamgen docs how-to, under Adopt what exists",
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


def first_cause(outcome: OperationOutcome) -> Event | None:
    """Return what failed first; not what was given up because of it."""
    failed = (event for event in outcome.events if _failed_itself(event))
    return next(failed, None)


def _failed_itself(event: Event) -> bool:
    return event.status.endswith("_FAILED") and not event.of_stack and not _CANCELLED.search(event.reason)


_BY_HAND = {
    "AWS::IAM::AccessKey": "aws iam delete-access-key --access-key-id {name} --user-name USER",
    "AWS::IAM::Group": "aws iam delete-group --group-name {name}",
    "AWS::IAM::ManagedPolicy": "aws iam delete-policy --policy-arn {name}",
    "AWS::IAM::OIDCProvider": "aws iam delete-open-id-connect-provider --open-id-connect-provider-arn {name}",
    "AWS::IAM::Role": "aws iam delete-role --role-name {name}",
    "AWS::IAM::User": "aws iam delete-user --user-name {name}",
}
_DELETE_FAILED = "DELETE_FAILED"


def failed_for_good(where: str, outcome: OperationOutcome, options: str = "") -> Iterator[Fault]:
    """Yield a fault for each resource that failed and did not come right afterwards, in an operation that ended well.

    CloudFormation tries a deletion three times, then takes the resource out of the stack and calls the operation
    complete. `options` are those that the AWS CLI needs for the account.
    """
    for event in _last_events(outcome):
        if event.status == _DELETE_FAILED:
            yield _not_deleted(where, event, options)
        elif event.status.endswith("_FAILED"):
            place = f"{where} {event.logical_id}"
            message = f"it is {event.status}, although the operation ended in {outcome.status}"
            yield cause(place, event.reason, ())._replace(hint=_LOOK) if event.reason else Fault(place, message, _LOOK)


_LOOK = "look at it in the account, and deploy again"


def not_rolled_back(where: str, outcome: OperationOutcome, options: str = "") -> Iterator[Fault]:
    """Yield a fault for each resource that AWS could not delete after a failed operation, except the one that
    `explained` names as the cause."""
    first = first_cause(outcome)
    for event in _undeleted(outcome):
        if event != first:
            yield _not_deleted(where, event, options)


def not_deleted(where: str, outcome: OperationOutcome, options: str = "") -> Iterator[Fault]:
    """Yield a fault for each resource that AWS could not delete, whatever else happened."""
    for event in _undeleted(outcome):
        yield _not_deleted(where, event, options)


def _undeleted(outcome: OperationOutcome) -> Iterator[Event]:
    return (event for event in _last_events(outcome) if event.status == _DELETE_FAILED)


def _last_events(outcome: OperationOutcome) -> tuple[Event, ...]:
    """Return what became of each resource in the end: a later try may have worked. One that is replaced is two."""
    last: dict[tuple[str, str], Event] = {}
    for event in outcome.events:
        if not event.of_stack:
            last[event.logical_id, event.physical_id] = event
    return tuple(last.values())


def _not_deleted(where: str, event: Event, options: str) -> Fault:
    kind, name = event.type.rpartition("::")[2], event.physical_id or event.logical_id
    why = cause("", event.reason, ()).problem if event.reason else "AWS does not say why"
    works = "; its access keys and whatever it may do still work" if kind == "User" else ""
    message = f"AWS could not delete the {kind} {name}: {why}. It is still there, and no deployment deletes it{works}"
    command = f": {_BY_HAND[event.type].format(name=name)}{options}" if event.type in _BY_HAND else ""
    return Fault(f"{where} {event.logical_id}", message, f"take away what it still has, and delete it by hand{command}")


def invalid_principal(outcome: OperationOutcome) -> str:
    """Return who was named in a trust policy and does not exist, when that is why it failed; else nothing."""
    first = first_cause(outcome)
    match = INVALID_PRINCIPAL.search(first.reason) if first else None
    return match["arn"] if match else ""


def explained(where: str, outcome: OperationOutcome, people: Iterable[str]) -> Fault:
    """Return why it failed, and what to do. `people` are the ARNs of the users that are declared."""
    first = first_cause(outcome)
    if first is None:
        reason = outcome.events[-1].reason if outcome.events else ""
        return Fault(where, f"it ended in {outcome.status}{': ' if reason else ''}{reason}", _end(outcome.status))
    fault = cause(f"{where} {first.logical_id}", first.reason or f"it is {first.status}", people)
    if fault.hint:
        return fault
    is_back = not any(not_rolled_back(where, outcome))
    return fault._replace(hint=_end(outcome.status) if is_back else _PARTLY_BACK)


def cause(place: str, reason: str, people: Iterable[str]) -> Fault:
    """Return what AWS's reason means, and what to do where that is known; else what AWS said, without a hint."""
    principal = INVALID_PRINCIPAL.search(reason)
    if principal:
        return _no_such_principal(place, principal["arn"], people)
    stated = said_by(reason)
    for pattern, message, hint in _KNOWN:
        if pattern.search(reason):
            return Fault(place, f"{message} ({stated})", hint)
    return denied(place, stated) or Fault(place, stated)


def said_by(reason: str) -> str:
    """Return what IAM said, without CloudFormation's wrapping around it."""
    match = _WRAPPED.match(reason)
    return printable(match["said"] if match else reason)


def _no_such_principal(place: str, arn: str, people: Iterable[str]) -> Fault:
    name = arn.rpartition("/")[2] or arn
    if arn not in set(people):
        return Fault(place, f"it trusts {arn}, who does not exist", "create it, or take it out of the trust")
    message = f"it trusts the user {name}, who does not exist: {arn}"
    hint = f"create {name} in the account of the people, with that path, or take {name} out of users.py; deploy again"
    return Fault(place, message, hint)


_PARTLY_BACK = "AWS has put back all but what is named besides; mend the cause, and deploy again"


def _end(status: str) -> str:
    if status.endswith("ROLLBACK_COMPLETE"):
        return "AWS has put everything back as it was; mend the cause, and deploy again"
    return "deploy again: it says what the stack needs"
