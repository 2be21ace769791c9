"""Make a digest of what a role or user can do and how it is assumed: it is equal as long as both are the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace

from iamgen.access.conditions import Condition
from iamgen.access.documents import Statement
from iamgen.access.entities import IamUser
from iamgen.access.errors import AccessError
from iamgen.access.evaluate import Request, evaluate
from iamgen.access.principals import ASSUME
from iamgen.aws.condition_keys import NAMES_OF_CALLERS
from iamgen.questions.limits import TIME_KEYS
from iamgen.questions.model import KnownEntity
from iamgen.questions.reach import Way

LETTERS = 16
"""Letters of a digest: so many that nobody can look for another policy with the same."""
_ASSUMES = frozenset({"sts:assumerole", "sts:tagsession", "sts:setsourceidentity"})
_NAMES_SOMEBODY = (*NAMES_OF_CALLERS, ":sub")
"""Ends of condition keys that say who may assume a role: a statement that lets others in as well is still the same."""


@dataclass(frozen=True, eq=False)
class PowerDigests:
    """Makes digests in one model; what a role or user can do is read once, however many can act as it."""

    roles: Collection[str]
    """The ARNs of all roles that are known. Which of them a user may ask for is not counted as power: who can act as a
    role is in a line of its own, and a new role elsewhere changes nothing here."""
    _powers: dict[str, str] = field(default_factory=dict)

    def of_way(self, known: KnownEntity, way: Way) -> str:
        """Return the digest of what a role or user can do, and of the conditions on a way by which it is come to."""
        return _digest(self._power(known), *_sorted(_conditions_on(way)))

    def of_anybody(self, role: KnownEntity) -> str:
        """Return the digest of what a role can do and of its trust policy, for principals about which nothing is
        known."""
        return _digest(self._power(role), *_sorted(map(_with_principals, role.as_role.trust)))

    def _power(self, known: KnownEntity) -> str:
        arn = known.entity.arn
        if arn not in self._powers:
            power = json.dumps([self._statements(known), self._boundary(known)])
            self._powers[arn] = hashlib.sha256(power.encode()).hexdigest()
        return self._powers[arn]

    def _statements(self, known: KnownEntity) -> list[str]:
        is_user = isinstance(known.entity, IamUser)
        statements = (_without_known_roles(item, self.roles) if is_user else item for item in known.statements)
        return _sorted(map(_plain, statements))

    def _boundary(self, known: KnownEntity) -> list[str] | None:
        return _sorted(map(_plain, known.boundary)) if known.entity.boundary else None


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:LETTERS]


def _without_known_roles(statement: Statement, roles: Collection[str]) -> Statement:
    """Return a statement that lets a user ask for roles without those that are known, else as it is."""
    actions = {action.lower() for action in statement.actions}
    if statement.effect != "Allow" or not actions or not actions <= _ASSUMES:
        return statement
    return replace(statement, resources=tuple(resource for resource in statement.resources if resource not in roles))


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


def _with_principals(statement: Statement) -> dict[str, object]:
    """Return a statement of a trust policy as JSON values, with whom it is about."""
    return {
        "principals": sorted(statement.principals),
        "not_principals": sorted(statement.not_principals),
        **_plain(statement),
    }


def _condition(condition: Condition) -> dict[str, object]:
    operator = condition.operator
    return {
        "test": [operator.test, operator.negated, operator.if_exists, operator.qualifier],
        "key": condition.key.lower(),
        "values": sorted(set(condition.values)),
    }


def _conditions_on(way: Way) -> Iterator[dict[str, object]]:
    """Yield what decides on each step of a way whether the role may be assumed: of its trust policy, the conditions of
    every statement that is about who asks, such as MFA, and every Deny."""
    current: Way | None = way
    while current and current.hops:
        role = current.hops[-1].role
        for statement in role.as_role.trust:
            if statement.effect == "Deny":
                yield {"role": role.entity.arn, **_with_principals(statement)}
            elif _is_about(current, statement):
                conditions = (item for item in statement.conditions if not (_names_somebody(item) or _is_end(item)))
                yield {"role": role.entity.arn, "conditions": _sorted(map(_condition, conditions))}
        current = current.before


def _is_about(way: Way, statement: Statement) -> bool:
    """Return whether a statement of a trust policy may let in who takes the last step of a way, whatever the other
    conditions are."""
    hop, actor = way.hops[-1], way.actor
    principals = way.before.acting.caller.principals if way.before else actor.principals
    action = ASSUME if way.before else actor.assume_action
    named = replace(statement, conditions=tuple(filter(_names_somebody, statement.conditions)))
    try:
        evaluation = evaluate(
            (named,), Request(action, hop.role.entity.arn, hop.context, frozenset(principals)), side="trust"
        )
    except AccessError:
        return True
    return not evaluation.allow.no


def _names_somebody(condition: Condition) -> bool:
    return condition.key.lower().endswith(_NAMES_SOMEBODY)


def _is_end(condition: Condition) -> bool:
    """Return whether a condition says until when: the line itself has that in words."""
    return condition.key.lower() in TIME_KEYS and "LessThan" in condition.operator.test


def _sorted(values: Iterable[dict[str, object]]) -> list[str]:
    return sorted({json.dumps(value, sort_keys=True) for value in values})
