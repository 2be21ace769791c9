"""Whether a deployment takes away the last way into an account."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from iamgen.cloud.clients import Identity
from iamgen.cloud.trusted import as_list, key, key_of_caller, trusted
from iamgen.errors import Fault
from iamgen.plan.values import shown

Template = Mapping[str, Any]
ADMIN, POWER = "AdminR", "PowerG"
_POLICIES = {"AWS::IAM::ManagedPolicy", "AWS::IAM::Policy"}
_SESSION = re.compile(r"arn:[\w-]+:sts::\d+:assumed-role/(?P<role>[^/]+)/(?P<session>.+)")
_USER = re.compile(r"arn:[\w-]+:iam::\d+:user/(?:.*/)?(?P<name>[^/]+)")
_HINT = "--lock-me-out, if it is meant and there is another way in"


def lost(where: str, before: Template | None, after: Template, caller: Identity, now: datetime) -> Iterator[Fault]:
    """Yield each last way in that goes from one template to the other: the role or user that deploys, everybody who
    is in PowerG, everybody who may assume AdminR, and the power of these. What has expired at `now` is no way in."""
    if before is None:
        return
    was, will = _resources(before), _resources(after)
    yield from _own_role(where, was, will, caller, now)
    yield from _own_user(where, was, will, caller)
    admins, left = (trusted(side, ADMIN, now, caller.account) for side in (was, will))
    if admins and not left:
        what = f"nobody may assume {ADMIN} any more; now {_named(admins)} may"
        yield Fault(f"{where} {ADMIN}", what, _HINT)
    elif admins and _own(was, caller.arn) != ADMIN:
        yield from _weakened(f"{where} {ADMIN}", was, will, ADMIN)
    if POWER in was and POWER not in will:
        yield Fault(f"{where} {POWER}", f"the group {POWER} goes, and with it the power of whoever is in it", _HINT)
    elif _in_group(was, POWER) and not _in_group(will, POWER):
        gone = _named(_in_group(was, POWER))
        yield Fault(f"{where} {POWER}", f"nobody is in {POWER} any more; now it has {gone}", _HINT)
    yield from _weakened(f"{where} {POWER}", was, will, POWER)


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


def _own_role(where: str, was: Template, will: Template, caller: Identity, now: datetime) -> Iterator[Fault]:
    session, logical_id = _SESSION.fullmatch(caller.arn), _own(was, caller.arn)
    if not session or not logical_id:
        return
    place = f"{where} {logical_id}"
    before, after = (trusted(side, logical_id, now, caller.account) for side in (was, will))
    if _own(will, caller.arn) != logical_id:
        yield Fault(place, f"{logical_id} goes, and it is the role that deploys", _HINT)
        return
    yield from _weakened(place, was, will, logical_id, ", and it is the role that deploys")
    if before and not before & after:
        what = f"whoever may assume {logical_id} now may not any more, and it is the role that deploys"
        yield Fault(place, f"{what}: {_named(before)}", _HINT)
    elif _is_among(before - after, session["session"], caller.source):
        who = _named([key_of_caller(caller.source)]) if caller.source else session["session"]
        yield Fault(place, f"{who}, who deploys, may not assume {logical_id} any more", _HINT)


def _is_among(principals: Collection[str], session: str, source: str) -> bool:
    """Whether the one who deploys is one of these: known by what assumed the role, else by the session's name, which
    many a tool makes the user's."""
    if source:
        return key_of_caller(source) in principals
    return any(one.endswith(f":user/{session}") for one in principals)


def _own_user(where: str, was: Template, will: Template, caller: Identity) -> Iterator[Fault]:
    user, logical_id = _USER.fullmatch(caller.arn), _own(was, caller.arn)
    if not user or not logical_id:
        return
    if not _own(will, caller.arn):
        yield Fault(f"{where} {logical_id}", f"{user['name']} goes, and it is the user who deploys", _HINT)
    elif user["name"] in _in_group(was, POWER) - _in_group(will, POWER):
        yield Fault(f"{where} {POWER}", f"{user['name']}, who deploys, is not in {POWER} any more", _HINT)
    else:
        yield from _weakened(f"{where} {logical_id}", was, will, logical_id, ", and it is the user who deploys")


def _weakened(place: str, was: Template, will: Template, logical_id: str, why: str = "") -> Iterator[Fault]:
    """Yield what takes the power from a role, group or user that stays."""
    if logical_id not in was or logical_id not in will:
        return
    before, after = (frozenset(_policies(side, logical_id)) for side in (was, will))
    if before and not before & after:
        what = "loses all its policies" if not after else f"has none of its policies any more, but {_named(after)}"
        yield Fault(place, f"{logical_id} {what}{why}", _HINT)
    bounds, bound = (_properties(side[logical_id]).get("PermissionsBoundary") for side in (was, will))
    if bound and key(shown(bound)) != key(shown(bounds)):
        yield Fault(place, f"{logical_id} gets the permissions boundary {shown(bound)}{why}", _HINT)


def _policies(resources: Template, logical_id: str) -> Iterator[str]:
    """Yield the policies that a role, group or user has, and those of the template that name it."""
    own = _properties(resources[logical_id])
    yield from (shown(one) for one in as_list(own.get("ManagedPolicyArns")))
    yield from (f"inline {shown(one.get('PolicyName'))}" for one in as_list(own.get("Policies")))
    names = [{"Ref": logical_id}, *(own[name] for name in ("RoleName", "GroupName", "UserName") if name in own)]
    for other, one in resources.items():
        holders = [some for kind in ("Roles", "Groups", "Users") for some in as_list(_properties(one).get(kind))]
        if one.get("Type") in _POLICIES and any(some in names for some in holders):
            yield f"${{{other}}}"


def _resources(template: Template) -> Template:
    return template.get("Resources") or {}


def _properties(resource: Template) -> Mapping[str, Any]:
    return resource.get("Properties") or {}


def _own(resources: Template, arn: str) -> str:
    """Return the logical id of the role or user of that ARN, nothing when these resources have none."""
    session, user = _SESSION.fullmatch(arn), _USER.fullmatch(arn)
    if session:
        return _of_name(resources, "AWS::IAM::Role", "RoleName", session["role"])
    return _of_name(resources, "AWS::IAM::User", "UserName", user["name"]) if user else ""


def _of_name(resources: Template, kind: str, key: str, name: str) -> str:
    """Return the logical id of the resource with that name, nothing when there is none."""
    found = (one for one, some in resources.items() if some.get("Type") == kind and _properties(some).get(key) == name)
    return next(found, "")


def _in_group(resources: Template, group: str) -> frozenset[str]:
    """Return the users whom the template itself puts into the group."""
    found: set[str] = set()
    for resource in resources.values():
        properties = _properties(resource)
        if resource.get("Type") == "AWS::IAM::User" and _refers(properties.get("Groups", ()), group):
            found.add(str(properties.get("UserName")))
        if resource.get("Type") == "AWS::IAM::UserToGroupAddition" and _refers([properties.get("GroupName")], group):
            found |= {str(one) for one in as_list(properties.get("Users", ()))}
    return frozenset(found)


def _refers(values: Iterable[object], logical_id: str) -> bool:
    return {"Ref": logical_id} in as_list(values)


def _names(principals: Iterable[str]) -> set[str]:
    return {one.rpartition("/")[2] for one in principals}


def _named(principals: Iterable[str]) -> str:
    return ", ".join(sorted(_names(principals)))
