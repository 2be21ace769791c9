"""A digest of what a role or user can do, and on which conditions it is assumed: equal as long as both are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from iamgen.access.conditions import Condition
from iamgen.access.documents import Statement
from iamgen.access.entities import IamUser
from iamgen.questions.limits import TIME_KEYS
from iamgen.questions.model import KnownEntity
from iamgen.questions.reach import Way

LETTERS = 16
"""Letters of a digest: so many that nobody can look for another policy with the same."""
_ASSUMES = frozenset({"sts:assumerole", "sts:tagsession", "sts:setsourceidentity"})
_NAMES_SOMEBODY = ("aws:username", "aws:userid", "aws:principalarn", ":sub")
"""Ends of condition keys that say who may assume a role: a statement that lets others in as well is still the same."""


def power_digest(known: KnownEntity, ways: Iterable[Way], roles: Collection[str]) -> str:
    """Return the digest of what a role or user can do, and of the conditions on the ways by which it is come to.

    `roles` are the ARNs of all roles that are known. That a user may ask for one of them is not counted as power: who
    can act as a role is in a line of its own, and a new role elsewhere changes nothing here.
    """
    statements = [*known.statements]
    if isinstance(known.entity, IamUser):
        statements = [less for statement in statements if (less := _without_known_roles(statement, roles))]
    parts = {
        "statements": _sorted(map(_plain, statements)),
        "boundary": _sorted(map(_plain, known.boundary)) if known.entity.boundary else None,
        "trust": _sorted(condition for way in ways for condition in _conditions_on(way)),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:LETTERS]


def _without_known_roles(statement: Statement, roles: Collection[str]) -> Statement | None:
    """Return a statement without the known roles that it lets a user ask for; None where that is all that it says."""
    actions = {action.lower() for action in statement.actions}
    if statement.effect != "Allow" or not actions or not actions <= _ASSUMES or not statement.resources:
        return statement
    others = tuple(resource for resource in statement.resources if resource not in roles)
    return replace(statement, resources=others) if others else None


def _plain(statement: Statement) -> dict[str, object]:
    """Return a statement as JSON values, without its name, and without an order where order says nothing."""
    return {
        "effect": statement.effect,
        "actions": sorted({action.lower() for action in statement.actions}),
        "not_actions": sorted({action.lower() for action in statement.not_actions}),
        "resources": sorted(set(statement.resources)),
        "not_resources": sorted(set(statement.not_resources)),
        "conditions": _sorted(map(_condition, statement.conditions)),
        "variables": statement.variables,
        "unread": sorted(fault.problem for fault in statement.unread),
    }


def _condition(condition: Condition) -> dict[str, object]:
    operator = condition.operator
    return {
        "test": [operator.test, operator.negated, operator.if_exists, operator.qualifier],
        "key": condition.key.lower(),
        "values": sorted(set(condition.values)),
    }


def _conditions_on(way: Way) -> Iterator[dict[str, object]]:
    """Yield the conditions of the trust statements that let somebody in, such as MFA, those on their name left out."""
    for hop in way.hops:
        statement = hop.verdict.by if hop.verdict.side == "trust" else None
        for condition in statement.conditions if statement else ():
            if not condition.key.lower().endswith(_NAMES_SOMEBODY) and not _is_end(condition):
                yield {"role": hop.role.entity.arn, **_condition(condition)}


def _is_end(condition: Condition) -> bool:
    """Return whether a condition says until when: the line itself has that in words."""
    return condition.key.lower() in TIME_KEYS and "LessThan" in condition.operator.test


def _sorted(values: Iterable[dict[str, object]]) -> list[str]:
    return sorted({json.dumps(value, sort_keys=True) for value in values})
