"""Find what ends within some time, and what has ended: grants, emergencies, and conditions on the time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from iamgen.access.conditions import Condition
from iamgen.access.documents import Statement
from iamgen.access.entities import AttachedPolicy, Entity, IamRole, IamUser
from iamgen.access.errors import AccessError
from iamgen.access.values import moment as moment_of
from iamgen.questions.held_roles import role_label
from iamgen.questions.limits import TIME_KEYS, TURNS
from iamgen.questions.model import AccessModel, KnownEntity, ModelAccount

EndingKind = Literal["grant", "emergency", "trust statement", "policy statement"]
_NAMES = ("aws:username", ":sub")


@dataclass(frozen=True)
class AccessEnd:
    """Something that ends, or has ended."""

    end: datetime
    """The first moment at which it no longer holds."""
    kind: EndingKind
    """What it is."""
    name: str
    """Who has the grant, whom a trust statement names, or the name of the policy."""
    role: str
    """The role; of a statement of a policy, the roles, groups and users that have the policy."""
    account: str
    """The name of the account."""
    reason: str = ""
    """Why it was granted; empty where nobody says it."""
    place: str = ""
    """Where it is written."""
    is_denial: bool = False
    """Whether it ends because a Deny begins."""


def endings(model: AccessModel) -> tuple[AccessEnd, ...]:
    """Return everything in a model that ends by a condition on the time, or is declared to, ordered by its end."""
    listed = {*_declared(model), *_of_trust_policies(model), *_of_policies(model)}
    return tuple(sorted(listed, key=lambda item: (item.end, item.kind, item.name, item.role, item.account, item.place)))


def _declared(model: AccessModel) -> Iterator[AccessEnd]:
    for term in model.terms:
        if term.until is not None:
            yield AccessEnd(term.until, term.kind, term.name, term.role, term.account, term.reason, term.declared)


def _of_trust_policies(model: AccessModel) -> Iterator[AccessEnd]:
    """Yield the ends of trust statements that no grant of the declaration tells."""
    known = {(term.account, term.role, term.until) for term in model.terms if term.kind == "grant"}
    for role in model.roles:
        for statement in role.as_role.trust:
            end = statement_end(statement)
            if end is not None and (role.account.name, role.entity.logical_id, end) not in known:
                yield _of_trust_statement(model, role, statement, end)


def _of_trust_statement(model: AccessModel, role: KnownEntity, statement: Statement, end: datetime) -> AccessEnd:
    place = str(role.account.places.of_trust(role.entity, statement))
    names = ", ".join(dict.fromkeys(_trusted(model, statement)))
    is_denial = statement.effect == "Deny"
    return AccessEnd(end, "trust statement", names, role_label(role), role.account.name, "", place, is_denial)


def _trusted(model: AccessModel, statement: Statement) -> Iterator[str]:
    """Yield whom a trust statement names: by a condition on the name where it has one, else by its principals."""
    named = [
        value
        for condition in statement.conditions
        if condition.key.lower().endswith(_NAMES) and not condition.operator.negated
        for value in condition.values
    ]
    yield from named
    if not named:
        users = {actor.known.entity.arn: actor.name for actor in model.actors if actor.known}
        yield from (users.get(item.name, item.name) for item in statement.principals)
        yield from (f"everybody but {item.name}" for item in statement.not_principals)


def _of_policies(model: AccessModel) -> Iterator[AccessEnd]:
    """Yield the ends of statements of policies and boundaries that no emergency of the declaration tells."""
    known = {(term.account, term.name, term.until) for term in model.terms if term.kind == "emergency"}
    for account in model.accounts:
        for policy, holders in _holders(account).items():
            for statement in policy.statements:
                end = statement_end(statement)
                if end is not None and (account.name, policy.name, end) not in known:
                    yield _of_statement(account, policy, statement, holders, end)


def _of_statement(
    account: ModelAccount, policy: AttachedPolicy, statement: Statement, holders: list[Entity], end: datetime
) -> AccessEnd:
    place = str(account.places.of_statement(holders[0], policy.name, statement))
    names = ", ".join(_label(holder, account) for holder in holders)
    return AccessEnd(end, "policy statement", policy.name, names, account.name, "", place, statement.effect == "Deny")


def _label(holder: Entity, account: ModelAccount) -> str:
    return role_label(KnownEntity(holder, account)) if isinstance(holder, IamRole) else holder.name


def _holders(account: ModelAccount) -> dict[AttachedPolicy, list[Entity]]:
    """Return the policies of an account that are attached, each with everybody who has it."""
    content = account.content
    holders: dict[AttachedPolicy, list[Entity]] = defaultdict(list)
    entities: Iterable[Entity] = (*content.users, *content.groups, *content.roles)
    for entity in entities:
        boundary = entity.boundary if isinstance(entity, IamRole | IamUser) else None
        for policy in dict.fromkeys((*entity.policies, *((boundary,) if boundary else ()))):
            holders[policy].append(entity)
    return holders


def statement_end(statement: Statement) -> datetime | None:
    """Return when a statement stops to allow something, or begins to deny it; None where no condition says so."""
    return _stop(statement) if statement.effect == "Allow" else _beginning(statement)


def statement_start(statement: Statement) -> datetime | None:
    """Return when a statement begins to allow something, or stops to deny it; None where no condition says so."""
    return _beginning(statement) if statement.effect == "Allow" else _stop(statement)


def _stop(statement: Statement) -> datetime | None:
    """Return when a statement no longer applies: all its conditions must hold, each for one of its values."""
    return min((max(moments) for moments in _moments(statement, "LessThan") if moments), default=None)


def _beginning(statement: Statement) -> datetime | None:
    return max((min(moments) for moments in _moments(statement, "GreaterThan") if moments), default=None)


def _moments(statement: Statement, comparison: str) -> Iterator[list[datetime]]:
    """Yield the moments at which each condition that compares the time in this way changes what it says."""
    for condition in statement.conditions:
        test = condition.operator.test.removeprefix("Date").removeprefix("Numeric")
        if condition.key.lower() in TIME_KEYS and test.startswith(comparison):
            yield list(_turns(condition, test))


def _turns(condition: Condition, test: str) -> Iterator[datetime]:
    for value in condition.values:
        with suppress(AccessError, OverflowError):
            yield moment_of(value) + TURNS[test][0]
