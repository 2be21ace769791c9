"""Whether a deployment takes away the last way into an account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from iamgen.errors import Fault
from iamgen.plan.values import shown

Template = Mapping[str, Any]
ADMIN, POWER = "AdminR", "PowerG"
_SESSION = re.compile(r"arn:[\w-]+:sts::\d+:assumed-role/(?P<role>[^/]+)/(?P<session>.+)")
_USER = re.compile(r"arn:[\w-]+:iam::\d+:user/(?:.*/)?(?P<name>[^/]+)")
_HINT = "--lock-me-out, if it is meant and there is another way in"


def lost(where: str, before: Template | None, after: Template, caller: str, now: datetime) -> Iterator[Fault]:
    """Yield each last way in that goes from one template to the other: the role or user that deploys (`caller`, its
    ARN), everybody who is in PowerG, everybody who may assume AdminR. What has expired at `now` is no way in."""
    if before is None:
        return
    was, will = _resources(before), _resources(after)
    yield from _own_role(where, was, will, caller, now)
    yield from _own_user(where, was, will, caller)
    if _trusted(was, ADMIN, now) and not _trusted(will, ADMIN, now):
        gone = _named(_trusted(was, ADMIN, now))
        yield Fault(f"{where} {ADMIN}", f"nobody may assume {ADMIN} any more; now {gone} may", _HINT)
    if POWER in was and POWER not in will:
        yield Fault(f"{where} {POWER}", f"the group {POWER} goes, and with it the power of whoever is in it", _HINT)
    elif _in_group(was, POWER) and not _in_group(will, POWER):
        gone = _named(_in_group(was, POWER))
        yield Fault(f"{where} {POWER}", f"nobody is in {POWER} any more; now it has {gone}", _HINT)


def lost_by_repair(where: str, stays: Iterable[str], removed: Iterable[str], caller: str) -> Iterator[Fault]:
    """Yield what is lost when `removed` are taken out of PowerG, who were put there by hand; `stays` are those who
    are in it then: who is declared and does not exist is not."""
    gone, user = set(removed), _USER.fullmatch(caller)
    if user and user["name"] in gone:
        what = f"{user['name']}, who deploys, is in {POWER} by hand and would be taken out of it"
        yield Fault(f"{where} {POWER}", what, f"declare power=True in users.py, or {_HINT}")
    elif gone and not set(stays):
        what = f"nobody would be in {POWER} any more; now it has {_named(gone)}, by hand"
        yield Fault(f"{where} {POWER}", what, f"declare power=True in users.py for somebody who exists, or {_HINT}")


def _own_role(where: str, was: Template, will: Template, caller: str, now: datetime) -> Iterator[Fault]:
    session = _SESSION.fullmatch(caller)
    logical_id = session and _of_name(was, "AWS::IAM::Role", "RoleName", session["role"])
    if not session or not logical_id:
        return
    place = f"{where} {logical_id}"
    before, after = _trusted(was, logical_id, now), _trusted(will, logical_id, now)
    if logical_id not in will or _of_name(will, "AWS::IAM::Role", "RoleName", session["role"]) != logical_id:
        yield Fault(place, f"{logical_id} goes, and it is the role that deploys", _HINT)
    elif _has_policies(was[logical_id]) and not _has_policies(will[logical_id]):
        yield Fault(place, f"{logical_id} loses all its policies, and it is the role that deploys", _HINT)
    elif before and not before & after:
        what = f"whoever may assume {logical_id} now may not any more, and it is the role that deploys"
        yield Fault(place, f"{what}: {_named(before)}", _HINT)
    elif session["session"] in _names(before - after):
        what = f"{session['session']}, who deploys, may not assume {logical_id} any more"
        yield Fault(place, what, _HINT)


def _own_user(where: str, was: Template, will: Template, caller: str) -> Iterator[Fault]:
    user = _USER.fullmatch(caller)
    logical_id = user and _of_name(was, "AWS::IAM::User", "UserName", user["name"])
    if not user or not logical_id:
        return
    if not _of_name(will, "AWS::IAM::User", "UserName", user["name"]):
        yield Fault(f"{where} {logical_id}", f"{user['name']} goes, and it is the user who deploys", _HINT)
    elif user["name"] in _in_group(was, POWER) - _in_group(will, POWER):
        yield Fault(f"{where} {POWER}", f"{user['name']}, who deploys, is not in {POWER} any more", _HINT)


def _resources(template: Template) -> Template:
    return template.get("Resources") or {}


def _properties(resource: Template) -> Mapping[str, Any]:
    return resource.get("Properties") or {}


def _of_name(resources: Template, kind: str, key: str, name: str) -> str:
    """Return the logical id of the resource with that name, nothing when there is none."""
    found = (one for one, some in resources.items() if some.get("Type") == kind and _properties(some).get(key) == name)
    return next(found, "")


def _has_policies(role: Template) -> bool:
    return bool(_properties(role).get("ManagedPolicyArns") or _properties(role).get("Policies"))


def _trusted(resources: Template, role: str, now: datetime) -> frozenset[str]:
    """Return whom the role's trust policy allows at that moment, as far as one can say without evaluating it."""
    document = _properties(resources.get(role, {})).get("AssumeRolePolicyDocument", {})
    statements = document.get("Statement", ()) if isinstance(document, Mapping) else ()
    found: set[str] = set()
    for statement in _list(statements):
        if statement.get("Effect") == "Allow" and not _has_ended(statement, now):
            found |= set(_principals(statement))
    return frozenset(found)


def _principals(statement: Template) -> Iterator[str]:
    """Yield whom a statement means: with an account as principal, those whom its condition names."""
    named = [
        str(value)
        for operator, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
        if operator.startswith(("StringEquals", "StringLike")) and key.lower() in _WHO | {"sub"} | _subjects(key)
        for value in _list(values)
    ]
    if named:
        yield from named
        return
    principal = statement.get("Principal", {})
    for kind in principal.values() if isinstance(principal, Mapping) else (principal,):
        yield from (shown(one) for one in _list(kind))


_WHO = {"aws:username", "aws:principalarn", "aws:userid"}


def _subjects(key: str) -> set[str]:
    """Return the key itself where it is a token's subject: `gitlab.com:sub`."""
    return {key.lower()} if key.lower().endswith(":sub") else set()


def _has_ended(statement: Template, now: datetime) -> bool:
    condition = (statement.get("Condition") or {}).get("DateLessThan") or {}
    ends = [value for key, values in condition.items() if key.lower() == "aws:currenttime" for value in _list(values)]
    return any(_moment(str(end)) <= now for end in ends)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)  # whatever it is, it is not known to have ended
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _in_group(resources: Template, group: str) -> frozenset[str]:
    """Return the users whom the template itself puts into the group."""
    found: set[str] = set()
    for resource in resources.values():
        properties = _properties(resource)
        if resource.get("Type") == "AWS::IAM::User" and _refers(properties.get("Groups", ()), group):
            found.add(str(properties.get("UserName")))
        if resource.get("Type") == "AWS::IAM::UserToGroupAddition" and _refers([properties.get("GroupName")], group):
            found |= {str(one) for one in _list(properties.get("Users", ()))}
    return frozenset(found)


def _refers(values: Iterable[object], logical_id: str) -> bool:
    return {"Ref": logical_id} in _list(values)


def _names(principals: Iterable[str]) -> set[str]:
    return {one.rpartition("/")[2] for one in principals}


def _named(principals: Iterable[str]) -> str:
    return ", ".join(sorted(_names(principals)))


def _list(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value] if value else []
