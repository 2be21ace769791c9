"""Decide whether a change of a template only takes access away: such a change need not wait for other accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from iamgen.deploy.holders import as_list
from iamgen.diff.change import Change
from iamgen.diff.difference import differences

TemplateBody = Mapping[str, Any]
# Elements whose entries are alternatives: fewer entries mean less access.
_LISTS = ("Action", "Principal", "Resource")
_EQUALS = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")
_DOCUMENTS = {"AssumeRolePolicyDocument", "PolicyDocument"}
_GRANTING = {"AWS::IAM::OIDCProvider", "AWS::IAM::Role", "AWS::IAM::User"}
_SHARED = {"AWS::IAM::Group", "AWS::IAM::ManagedPolicy"}


def only_removes_access(before: TemplateBody | None, after: TemplateBody) -> bool:
    """Return whether, as far as can be seen, the second template gives nobody anything that the first does not.

    A doubt is a no. A policy or a group that goes from somebody who stays is one: it may have denied something.
    """
    if before is None:
        return False
    was, will = before.get("Resources") or {}, after.get("Resources") or {}
    changes = [change for change in differences(before, after) if change.is_of_resource]
    return bool(changes) and all(_removes(change, was, will) for change in changes)


def _removes(change: Change, was: TemplateBody, will: TemplateBody) -> bool:
    if change.sign == "+" or change.replaced:
        return False
    if change.sign == "-":
        return change.type in _GRANTING or (
            change.type in _SHARED and _goes_with_its_holders(change.logical_id, was, will)
        )
    before, after = (side[change.logical_id].get("Properties") or {} for side in (was, will))
    changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    return all(_narrows(name, before.get(name), after.get(name)) for name in changed)


def _goes_with_its_holders(logical_id: str, was: TemplateBody, will: TemplateBody) -> bool:
    """Return whether a policy or group is only of what goes as well, such as that of a CI user."""
    properties = was[logical_id].get("Properties") or {}
    if any(properties.get(element) for element in ("Groups", "Roles", "Users")):
        return False
    return all(name not in will for name, item in was.items() if name != logical_id and _refers(item, logical_id))


def _refers(value: object, logical_id: str) -> bool:
    if isinstance(value, Mapping):
        return value.get("Ref") == logical_id or any(_refers(part, logical_id) for part in value.values())
    return isinstance(value, list) and any(_refers(part, logical_id) for part in value)


def _narrows(name: str, before: Any, after: Any) -> bool:  # noqa: ANN401  # JSON of any shape
    if name in _DOCUMENTS:
        return _narrows_document(before, after)
    return name == "Description"  # tags are none: a condition may ask for any of them


def _narrows_document(before: object, after: object) -> bool:
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return False
    if before.get("Version") != after.get("Version"):
        return False
    was, will = as_list(before.get("Statement")), as_list(after.get("Statement"))
    allowed = [item for item in was if item.get("Effect") == "Allow"]
    denied = [element for element in was if element.get("Effect") != "Allow"]
    allows = [statement for statement in will if statement.get("Effect") == "Allow"]
    return all(any(_is_within(allow, other) for other in allowed) for allow in allows) and all(
        statement in will for statement in denied
    )


def _is_within(statement: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether a statement allows nothing that the other does not, element by element."""
    rest = {name for name in {*statement, *other} if name not in (*_LISTS, "Condition", "Sid")}
    if any(statement.get(name) != other.get(name) for name in rest):
        return False
    lists = all(
        (name in statement) == (name in other) and _is_part(statement.get(name), other.get(name)) for name in _LISTS
    )
    return lists and _is_stricter(statement.get("Condition") or {}, other.get("Condition") or {})


def _is_stricter(condition: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Return whether each condition of the other holds where these do. All have to hold, so more of them are fine."""
    for operator, keys in other.items():
        for key, values in keys.items():
            own = condition.get(operator, {}).get(key)
            fewer = operator in _EQUALS and own is not None and _is_part(own, values)
            if own != values and not fewer:
                return False
    return True


def _is_part(value: object, whole: object) -> bool:
    if isinstance(value, Mapping) and isinstance(whole, Mapping):
        return set(value) <= set(whole) and all(_is_part(value[kind], whole[kind]) for kind in value)
    return _entries(value) <= _entries(whole)


def _entries(value: object) -> frozenset[str]:
    values: Iterable[object] = as_list(value)
    return frozenset(repr(item) for item in values)
