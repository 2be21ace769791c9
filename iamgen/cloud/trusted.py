"""Whom a role's trust policy lets in, each named in one way, however a template writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from iamgen.plan.values import shown

Template = Mapping[str, Any]
_PRINCIPAL = re.compile(r"arn:[\w-]+:iam::(?P<account>\d+):(?P<kind>user|role)/(?:.*/)?(?P<name>[^/]+)")
_SESSION = re.compile(r"arn:[\w-]+:sts::(?P<account>\d+):assumed-role/(?P<name>[^/]+)/.+")
_ACCOUNT = re.compile(r"(?:arn:[\w-]+:iam::)?(?P<account>\d+)(?::root)?")
_KINDS = {"AWS::IAM::User": ("user", "UserName"), "AWS::IAM::Role": ("role", "RoleName")}
_WHO = {"aws:principalarn", "aws:userid", "sub"}
_NAME, _EQUALS = "aws:username", ("StringEquals", "StringLike", "ArnEquals", "ArnLike")


def key(arn: str) -> str:
    """Return what names a user or role, whatever its path: `111111111111:user/bob`; anything else as it is."""
    found = _PRINCIPAL.fullmatch(arn)
    return f"{found['account']}:{found['kind']}/{found['name']}" if found else arn


def key_of_caller(arn: str) -> str:
    """Return what names who calls: of a session, the role whose it is."""
    session = _SESSION.fullmatch(arn)
    return f"{session['account']}:role/{session['name']}" if session else key(arn)


def trusted(resources: Template, role: str, now: datetime, account: str) -> frozenset[str]:
    """Return whom the role's trust policy allows at that moment, as far as one can say without evaluating it; users
    and roles by their `key`. `account` is whose resources these are."""
    document = (resources.get(role, {}).get("Properties") or {}).get("AssumeRolePolicyDocument", {})
    statements = document.get("Statement", ()) if isinstance(document, Mapping) else ()
    found: set[str] = set()
    for statement in as_list(statements):
        if statement.get("Effect") == "Allow" and not _has_ended(statement, now):
            found |= set(_principals(statement, resources, account))
    return frozenset(found)


def _principals(statement: Template, resources: Template, account: str) -> Iterator[str]:
    """Yield whom a statement means: with an account as principal, those whom its condition names."""
    principal = statement.get("Principal", {})
    kinds = principal.values() if isinstance(principal, Mapping) else (principal,)
    written = [_written(one, resources, account) for kind in kinds for one in as_list(kind)]
    named = [one for name, value in _named(statement) for one in _meant(name, value, written)]
    yield from named or written


def _named(statement: Template) -> Iterator[tuple[str, str]]:
    """Yield the conditions that say who: each key, and a value of it."""
    for operator, keys in (statement.get("Condition") or {}).items():
        for name, values in keys.items() if operator.startswith(_EQUALS) else ():
            if name.lower() in {*_WHO, _NAME} or name.lower().endswith(":sub"):
                yield from ((name.lower(), str(value)) for value in as_list(values))


def _meant(name: str, value: str, principals: Iterable[str]) -> Iterator[str]:
    """Yield whom a condition's value means: a user's name, the user of each account that the statement is for."""
    if name != _NAME:
        yield key(value)
        return
    for account in {(_ACCOUNT.fullmatch(one) or {"account": ""})["account"] for one in principals}:
        yield f"{account}:user/{value}"


def _written(principal: object, resources: Template, account: str) -> str:
    """Return a principal's key, also where it is a reference to what the same template makes."""
    match principal:
        case {"Fn::GetAtt": [str(name), "Arn"], **others} if not others:
            kind, named = _KINDS.get(resources.get(name, {}).get("Type"), ("", ""))
            if kind:
                return f"{account}:{kind}/{shown(resources[name].get('Properties', {}).get(named, name))}"
    return key(shown(principal))


def _has_ended(statement: Template, now: datetime) -> bool:
    condition = (statement.get("Condition") or {}).get("DateLessThan") or {}
    ends = [value for key, values in condition.items() if key.lower() == "aws:currenttime" for value in as_list(values)]
    return any(_moment(str(end)) <= now for end in ends)


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)  # whatever it is, it is not known to have ended
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def as_list(value: object) -> list[Any]:
    """Return the elements of a list, the one value as a list of one, and of nothing none."""
    return list(value) if isinstance(value, list | tuple) else [value] if value else []
